/*
 * What holds for whatever comes in.  A target aborts where it does not, which
 * is a finding like a crash.
 */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"

struct arena;
struct error;
struct finding;
struct reading;
struct report;

/* What libFuzzer and replay.c call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which check it was, and aborts. */
#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what))                                                   \
			check_failed(#what, __FILE__, __LINE__);               \
	} while (0)
_Noreturn void check_failed(const char *what, const char *file, int line);

/* The input as bytes, in memory that ends where they end. */
struct bytes check_input(const uint8_t *data, size_t size);

bool is_utf8(struct bytes bytes);

/* A text of a report: NULL or UTF-8. */
void check_text(const char *text);

/* The error of something that failed because of what came in. */
void check_error(const struct error *err);

void check_report(const struct report *report);
void check_reading(const struct reading *reading);

/* Everything that a report says, for comparing two. */
void print_report(struct buffer *out, const struct report *report);
/* And everything but digest and size of what was read. */
void print_reading(struct buffer *out, const struct reading *reading);

/* What a report reader makes of the input fed in such pieces: the report, or
 * its error.  step 0 is all at once. */
void print_reading_of(
    struct buffer *out, struct bytes input, bool mends, size_t step);

bool buffer_equal(const struct buffer *a, const struct buffer *b);

#endif
