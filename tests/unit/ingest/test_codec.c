#include "ingest/codec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/reading.h"

static bool
keep(void *context, struct bytes bytes)
{
	return buffer_add(context, bytes);
}

static bool
comes_through(int64_t date, struct reading *out)
{
	const struct reading reading = {
		.is_message = true, .has_date = true, .date = date
	};
	struct buffer encoded = { .max = SIZE_MAX };
	const struct codec_sink sink = { keep, &encoded };
	struct arena arena = { 0 };
	struct error err;
	bool ok = codec_encode(&reading, &sink)
	    && codec_decode(buffer_bytes(&encoded), &arena, out, &err);

	buffer_release(&encoded);
	arena_release(&arena);
	return ok;
}

/* So that nobody who adds a day to it has to look. */
Test(codec, lets_no_time_through_that_is_no_date)
{
	static const int64_t good[] = { 0, -1, 1767225600, MAX_TIME,
		MAX_TIME + 86400, -MAX_TIME };
	static const int64_t bad[] = { INT64_MAX, INT64_MIN, 3 * MAX_TIME,
		-3 * MAX_TIME };
	struct reading reading;
	size_t i;

	for (i = 0; i < COUNT_OF(good); i++) {
		cr_expect(comes_through(good[i], &reading));
		cr_expect(eq(i64, reading.date, good[i]));
	}
	for (i = 0; i < COUNT_OF(bad); i++)
		cr_expect(not(comes_through(bad[i], &reading)));
}
