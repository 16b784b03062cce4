/* The whole way from what arrives to what is in it. */
#include "base/arena.h"
#include "ingest/read.h"
#include "tests/fuzz/check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ids[] = { "mx.example.org" };
	static const struct read_config config = { ids, 1, 1, NULL };
	struct bytes input = check_input(data, size);
	struct arena arena = { 0 };
	struct reading reading;

	read_input(input, &config, &arena, &reading);
	CHECK(reading.size == size);
	check_reading(&reading);
	arena_release(&arena);
	return 0;
}
