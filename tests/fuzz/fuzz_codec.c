/*
 * A reading on its way from a worker.  The input is what a worker that has
 * been taken over would write; and as a message, what an honest one makes of
 * it must come through unchanged.
 */
#include "base/arena.h"
#include "base/error.h"
#include "ingest/codec.h"
#include "ingest/read.h"
#include "tests/fuzz/check.h"

static bool
keep(void *context, struct bytes bytes)
{
	CHECK(buffer_add(context, bytes));
	return true;
}

static void
encode(const struct reading *reading, struct buffer *out)
{
	const struct codec_sink sink = { keep, out };

	CHECK(codec_encode(reading, &sink));
}

/* Decoded, it is what it was, and encoded again it is the same bytes. */
static void
check_round_trip(const struct reading *reading, struct bytes encoded)
{
	struct buffer before = { .max = SIZE_MAX }, after = before,
		      again = before;
	struct arena arena = { 0 };
	struct reading decoded;
	struct error err;

	CHECK(codec_decode(encoded, &arena, &decoded, &err));
	print_reading(&before, reading);
	print_reading(&after, &decoded);
	CHECK(buffer_equal(&before, &after));
	encode(&decoded, &again);
	CHECK(again.len == encoded.len
	    && memcmp(again.data, encoded.data, encoded.len) == 0);
	buffer_release(&before);
	buffer_release(&after);
	buffer_release(&again);
	arena_release(&arena);
}

/* Cut anywhere, it is refused. */
static void
check_cut(struct bytes encoded)
{
	struct arena arena = { 0 };
	struct reading decoded;
	struct error err;
	size_t step = encoded.len / 16 + 1, len;

	for (len = 0; len < encoded.len; len += step)
		CHECK(!codec_decode((struct bytes) { encoded.data, len },
		    &arena, &decoded, &err));
	arena_release(&arena);
}

/* Every report that is found is given back when it is asked for. */
static void
check_originals(struct bytes input, const struct reading *before)
{
	struct buffer encoded = { .max = SIZE_MAX };
	struct arena arena = { 0 };
	const struct finding *finding;
	struct read_config config = { 0 };
	struct reading reading;
	struct digest digest;

	CHECK(before->original.len == 0);
	for (finding = before->findings; finding != NULL;
	     finding = finding->next) {
		if (finding->report == NULL)
			continue;
		config.original = &finding->digest;
		read_input(input, &config, &arena, &reading);
		digest = digest_of(reading.original);
		CHECK(memcmp(&digest, config.original, sizeof(digest)) == 0);
		encode(&reading, &encoded);
		check_round_trip(&reading, buffer_bytes(&encoded));
		buffer_release(&encoded);
		arena_release(&arena);
	}
}

static void
check_as_message(struct bytes input)
{
	static const char *const ids[] = { "mx.example.org" };
	static const struct read_config config = {
		.authserv_ids = ids,
		.authserv_id_count = 1,
		.trusted_ar_count = 1,
	};
	struct buffer encoded = { .max = SIZE_MAX };
	struct arena arena = { 0 };
	struct reading reading;

	read_input(input, &config, &arena, &reading);
	encode(&reading, &encoded);
	check_round_trip(&reading, buffer_bytes(&encoded));
	check_cut(buffer_bytes(&encoded));
	check_originals(input, &reading);
	buffer_release(&encoded);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = check_input(data, size);
	struct arena arena = { 0 };
	struct reading reading;
	struct error err;

	if (codec_decode(input, &arena, &reading, &err))
		check_reading(&reading);
	else
		check_error(&err);
	arena_release(&arena);
	check_as_message(input);
	return 0;
}
