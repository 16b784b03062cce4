/* A TLS report by itself. */
#include "base/arena.h"
#include "base/error.h"
#include "parse/report.h"
#include "parse/tlsrpt.h"
#include "tests/fuzz/check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct report report;
	struct error err;

	if (tlsrpt_parse(check_input(data, size), &arena, &report, &err))
		check_report(&report);
	else
		check_error(&err);
	arena_release(&arena);
	return 0;
}
