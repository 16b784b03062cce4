/*
 * The letters of the codec: numbers and texts, written or read by the same
 * calls, so that a struct is described once (ingest/codec.c).
 *
 * Each call takes the address of a value.  Writing, it leaves it alone;
 * reading, it sets it.  After a failure they all return false.
 */
#ifndef INGEST_WIRE_H
#define INGEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct codec_sink;
struct wire_name;

/* What was written once is named by its number from then on. */
struct wire_names {
	struct wire_name *slots; /* writing: by content */
	size_t slot_count;
	const void **values; /* reading: by number */
	size_t value_room;
	size_t count;
};

struct wire {
	bool is_reading, failed;

	/* writing */
	const struct codec_sink *sink;
	struct buffer out;
	struct arena names; /* where the tables keep their keys */

	/* reading */
	struct bytes in;
	struct arena *arena;
	size_t room; /* bytes of memory it may still take */

	struct wire_names texts, sets;
};

void wire_write_to(struct wire *wire, const struct codec_sink *sink);
void wire_read_from(struct wire *wire, struct bytes in, struct arena *arena);
/* Frees the tables; writing, it also sends what is left.  False when anything
 * failed, or, reading, when bytes are left over. */
MUST_CHECK bool wire_end(struct wire *wire);

/* Always false. */
bool wire_fail(struct wire *wire);

/* Writing, sends what has piled up; not between wire_set_begin() and its
 * end. */
void wire_flush(struct wire *wire);

/* Reading, memory in the arena, or NULL when it would be too much. */
void *wire_alloc(struct wire *wire, size_t size);

MUST_CHECK bool wire_number(struct wire *wire, uint64_t *value);
/* From 0 to 2^63 - 1. */
MUST_CHECK bool wire_count(struct wire *wire, int64_t *value);
/* A time that can be reckoned with; a text of ours is never beyond it. */
MUST_CHECK bool wire_time(struct wire *wire, int64_t *value);
MUST_CHECK bool wire_size(struct wire *wire, size_t *value, size_t max);
MUST_CHECK bool wire_bool(struct wire *wire, bool *value);
/* From 0 to max. */
MUST_CHECK bool wire_int(struct wire *wire, int *value, int max);
MUST_CHECK bool wire_octets(struct wire *wire, void *data, size_t len);
/* Up to max; written, they are sent in pieces. */
MUST_CHECK bool wire_bytes(struct wire *wire, struct bytes *bytes, size_t max);
/* NULL, or UTF-8 without NUL. */
MUST_CHECK bool wire_text(struct wire *wire, const char **text);

/*
 * What repeats as a whole: of the value that begins at mark, everything
 * written since is replaced by a number when the same was written before.
 * Reading, wire_set_known() gives such a value, or NULL for one that follows
 * and is to be made known by wire_set_learn().
 */
MUST_CHECK bool wire_set_begin(struct wire *wire, size_t *mark);
MUST_CHECK bool wire_set_end(struct wire *wire, size_t mark);
MUST_CHECK bool wire_set_known(struct wire *wire, const void **value);
MUST_CHECK bool wire_set_learn(struct wire *wire, const void *value);

#endif
