#include "ingest/wire.h"

#include <err.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "ingest/codec.h"

/* Sent at a time: a pipe holds as much. */
#define PIECE ((size_t)64 * 1024)

struct wire_name {
	uint64_t hash;
	struct bytes key;
	size_t number; /* from 1; 0 is a free slot */
};

void
wire_write_to(struct wire *wire, const struct codec_sink *sink)
{
	*wire = (struct wire) {
		.sink = sink,
		.out.max = MAX_ENCODED,
	};
}

void
wire_read_from(struct wire *wire, struct bytes in, struct arena *arena)
{
	*wire = (struct wire) {
		.is_reading = true,
		.in = in,
		.arena = arena,
		.room = MAX_DECODED,
	};
}

bool
wire_fail(struct wire *wire)
{
	wire->failed = true;
	return false;
}

static void
send_out(struct wire *wire)
{
	if (!wire->failed && wire->out.len > 0
	    && !wire->sink->write(
		wire->sink->context, buffer_bytes(&wire->out)))
		wire->failed = true;
	buffer_clear(&wire->out);
}

void
wire_flush(struct wire *wire)
{
	if (!wire->is_reading && wire->out.len >= PIECE)
		send_out(wire);
}

static void
release_names(struct wire_names *names)
{
	free(names->slots);
	free(names->values);
}

bool
wire_end(struct wire *wire)
{
	if (!wire->is_reading)
		send_out(wire);
	else if (wire->in.len > 0)
		wire->failed = true;
	release_names(&wire->texts);
	release_names(&wire->sets);
	buffer_release(&wire->out);
	arena_release(&wire->names);
	return !wire->failed;
}

void *
wire_alloc(struct wire *wire, size_t size)
{
	if (size > wire->room) {
		wire_fail(wire);
		return NULL;
	}
	wire->room -= size;
	return arena_alloc(wire->arena, 1, size);
}

/* --- octets and numbers --- */

static bool
put(struct wire *wire, struct bytes bytes)
{
	return !wire->failed
	    && (buffer_add(&wire->out, bytes) || wire_fail(wire));
}

static bool
take(struct wire *wire, size_t len, struct bytes *out)
{
	if (wire->failed || len > wire->in.len)
		return wire_fail(wire);
	*out = (struct bytes) { wire->in.data, len };
	wire->in = bytes_skip(wire->in, len);
	return true;
}

bool
wire_octets(struct wire *wire, void *data, size_t len)
{
	struct bytes bytes;

	if (!wire->is_reading)
		return put(wire, (struct bytes) { data, len });
	if (!take(wire, len, &bytes))
		return false;
	memcpy(data, bytes.data, len);
	return true;
}

/* Seven bits an octet, the lowest first; the highest bit says that more
 * follow. */
static bool
put_number(struct wire *wire, uint64_t value)
{
	char octets[10];
	size_t len = 0;

	while (value >= 0x80) {
		octets[len++] = (char)(value | 0x80);
		value >>= 7;
	}
	octets[len++] = (char)value;
	return put(wire, (struct bytes) { octets, len });
}

static bool
take_number(struct wire *wire, uint64_t *value)
{
	struct bytes octet;
	unsigned shift;
	uint64_t bits;

	*value = 0;
	for (shift = 0; shift < 64; shift += 7) {
		if (!take(wire, 1, &octet))
			return false;
		bits = (unsigned char)octet.data[0] & 0x7f;
		if (bits << shift >> shift != bits)
			return wire_fail(wire);
		*value |= bits << shift;
		if ((octet.data[0] & 0x80) == 0)
			return true;
	}
	return wire_fail(wire);
}

bool
wire_number(struct wire *wire, uint64_t *value)
{
	return wire->is_reading ? take_number(wire, value)
				: put_number(wire, *value);
}

bool
wire_count(struct wire *wire, int64_t *value)
{
	uint64_t number = (uint64_t)*value;

	if (!wire_number(wire, &number))
		return false;
	if (number > INT64_MAX)
		return wire_fail(wire);
	*value = (int64_t)number;
	return true;
}

/* What a date can be, and zones and a day added to it. */
#define FARTHEST_TIME (2 * MAX_TIME)

/* Small ones of either sign stay short. */
bool
wire_time(struct wire *wire, int64_t *value)
{
	uint64_t number = (uint64_t)*value << 1 ^ (*value < 0 ? UINT64_MAX : 0);

	if (!wire_number(wire, &number))
		return false;
	*value = (int64_t)(number >> 1 ^ ((number & 1) ? UINT64_MAX : 0));
	return (*value >= -FARTHEST_TIME && *value <= FARTHEST_TIME)
	    || wire_fail(wire);
}

bool
wire_size(struct wire *wire, size_t *value, size_t max)
{
	uint64_t number = *value;

	if (!wire_number(wire, &number))
		return false;
	if (number > max)
		return wire_fail(wire);
	*value = (size_t)number;
	return true;
}

bool
wire_int(struct wire *wire, int *value, int max)
{
	size_t number = (size_t)*value;

	if (!wire_size(wire, &number, (size_t)max))
		return false;
	*value = (int)number;
	return true;
}

bool
wire_bool(struct wire *wire, bool *value)
{
	int number = *value;

	if (!wire_int(wire, &number, 1))
		return false;
	*value = number == 1;
	return true;
}

static bool
put_pieces(struct wire *wire, struct bytes bytes)
{
	size_t len;

	for (; bytes.len > 0; bytes = bytes_skip(bytes, len)) {
		len = bytes.len < PIECE ? bytes.len : PIECE;
		if (!put(wire, (struct bytes) { bytes.data, len }))
			return false;
		wire_flush(wire);
	}
	return true;
}

bool
wire_bytes(struct wire *wire, struct bytes *bytes, size_t max)
{
	size_t len = bytes->len;
	char *copy;

	if (!wire_size(wire, &len, max))
		return false;
	if (!wire->is_reading)
		return put_pieces(wire, *bytes);
	*bytes = (struct bytes) { 0 };
	if (len == 0)
		return true;
	copy = len > wire->in.len ? NULL : wire_alloc(wire, len);
	if (copy == NULL || !wire_octets(wire, copy, len))
		return wire_fail(wire);
	*bytes = (struct bytes) { copy, len };
	return true;
}

/* --- what was there before --- */

/* FNV-1a. */
static uint64_t
hash_of(struct bytes key)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static struct wire_name *
find_slot(const struct wire_names *names, struct bytes key, uint64_t hash)
{
	size_t i = hash & (names->slot_count - 1);
	struct wire_name *slot;

	for (;; i = (i + 1) & (names->slot_count - 1)) {
		slot = &names->slots[i];
		if (slot->number == 0
		    || (slot->hash == hash && slot->key.len == key.len
			&& memcmp(slot->key.data, key.data, key.len) == 0))
			return slot;
	}
}

static void
grow_slots(struct wire_names *names)
{
	struct wire_names grown = *names;
	size_t i;

	grown.slot_count = names->slot_count == 0 ? 64 : names->slot_count * 2;
	grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
	if (grown.slots == NULL)
		err(1, "wire");
	for (i = 0; i < names->slot_count; i++)
		if (names->slots[i].number != 0)
			*find_slot(&grown, names->slots[i].key,
			    names->slots[i].hash) = names->slots[i];
	free(names->slots);
	*names = grown;
}

/* The number of a key that is known; 0 makes it known.  The key stays
 * borrowed, unless copies says where it is kept. */
static size_t
name_of(struct wire_names *names, struct bytes key, struct arena *copies)
{
	uint64_t hash = hash_of(key);
	struct wire_name *slot;

	if (names->count * 2 >= names->slot_count)
		grow_slots(names);
	slot = find_slot(names, key, hash);
	if (slot->number != 0)
		return slot->number;
	if (copies != NULL)
		key.data = arena_copy(copies, key);
	*slot = (struct wire_name) { hash, key, ++names->count };
	return 0;
}

static void
learn(struct wire_names *names, const void *value)
{
	if (names->count == names->value_room) {
		names->value_room =
		    names->value_room == 0 ? 64 : names->value_room * 2;
		names->values = reallocarray(
		    names->values, names->value_room, sizeof(*names->values));
		if (names->values == NULL)
			err(1, "wire");
	}
	names->values[names->count++] = value;
}

/* --- texts: 0 for NULL, 1 for a new one, from 2 on the number of a known
 * one --- */

static bool
put_text(struct wire *wire, const char *text)
{
	struct bytes bytes;
	size_t number;

	if (text == NULL)
		return put_number(wire, 0);
	bytes = bytes_of(text);
	number = name_of(&wire->texts, bytes, NULL);
	if (number != 0)
		return put_number(wire, number + 1);
	return put_number(wire, 1) && put_number(wire, bytes.len)
	    && put(wire, bytes);
}

static bool
is_text(struct bytes bytes)
{
	size_t at, len;

	for (at = 0; at < bytes.len; at += len) {
		len = utf8_len(bytes.data + at, bytes.len - at);
		if (len == 0 || bytes.data[at] == '\0')
			return false;
	}
	return true;
}

static bool
take_new_text(struct wire *wire, const char **text)
{
	struct bytes bytes;
	size_t len = 0;
	char *copy;

	if (!wire_size(wire, &len, MAX_ENCODED_TEXT)
	    || !take(wire, len, &bytes))
		return false;
	if (!is_text(bytes))
		return wire_fail(wire);
	copy = wire_alloc(wire, len + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, bytes.data, len);
	learn(&wire->texts, copy);
	*text = copy;
	return true;
}

static bool
take_text(struct wire *wire, const char **text)
{
	uint64_t number;

	*text = NULL;
	if (!take_number(wire, &number))
		return false;
	if (number == 0)
		return true;
	if (number == 1)
		return take_new_text(wire, text);
	if (number - 2 >= wire->texts.count)
		return wire_fail(wire);
	*text = wire->texts.values[number - 2];
	return true;
}

bool
wire_text(struct wire *wire, const char **text)
{
	return wire->is_reading ? take_text(wire, text) : put_text(wire, *text);
}

/* --- sets: 0 for a new one, from 1 on the number of a known one --- */

bool
wire_set_begin(struct wire *wire, size_t *mark)
{
	*mark = wire->out.len;
	return put_number(wire, 0);
}

bool
wire_set_end(struct wire *wire, size_t mark)
{
	struct bytes key = bytes_skip(buffer_bytes(&wire->out), mark + 1);
	size_t number = name_of(&wire->sets, key, &wire->names);

	if (number == 0)
		return !wire->failed;
	wire->out.len = mark;
	return put_number(wire, number);
}

bool
wire_set_known(struct wire *wire, const void **value)
{
	uint64_t number;

	*value = NULL;
	if (!take_number(wire, &number))
		return false;
	if (number > wire->sets.count)
		return wire_fail(wire);
	if (number > 0)
		*value = wire->sets.values[number - 1];
	return true;
}

bool
wire_set_learn(struct wire *wire, const void *value)
{
	learn(&wire->sets, value);
	return !wire->failed;
}
