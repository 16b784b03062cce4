/*
 * Any bytes as an unpacked report, plain and mended: the same comes out
 * whether they are fed whole or a few at a time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	bool ok;
	struct report report;
	struct error err;
};

static struct outcome
read_in_steps(struct bytes bytes, size_t step, bool mends, struct arena *arena)
{
	struct report_reader *reader = report_reader_new(arena);
	struct outcome out = { .ok = true };
	size_t len;

	if (mends)
		report_reader_mend(reader);
	while (out.ok && bytes.len > 0) {
		len = step < bytes.len ? step : bytes.len;
		out.ok = report_reader_feed(
		    reader, (struct bytes) { bytes.data, len }, &out.err);
		bytes = bytes_skip(bytes, len);
	}
	out.ok = out.ok && report_reader_finish(reader, &out.report, &out.err);
	report_reader_free(reader);
	return out;
}

static void
compare(const struct outcome *a, const struct outcome *b)
{
	if (a->ok != b->ok)
		abort();
	if (!a->ok)
		return;
	if (a->report.note_count != b->report.note_count
	    || strcmp(a->report.report_id, b->report.report_id) != 0)
		abort();
	if (a->report.dmarc != NULL
	    && (a->report.dmarc->messages != b->report.dmarc->messages
		|| a->report.dmarc->record_count
		    != b->report.dmarc->record_count))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { (const char *)data, size };
	struct outcome whole, pieces;
	struct arena arena = { 0 };
	int mends;

	for (mends = 0; mends < 2; mends++) {
		whole = read_in_steps(bytes, size + 1, mends, &arena);
		pieces = read_in_steps(bytes, 5, mends, &arena);
		compare(&whole, &pieces);
	}
	arena_release(&arena);
	return 0;
}
