/*
 * A report by itself, plain and mending.  How it comes in pieces makes no
 * difference; the last octet gives their length.
 */
#include "tests/fuzz/check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = check_input(data, size);
	size_t step = size == 0 ? 1 : data[size - 1] % 64 + 1U;
	int mends;

	for (mends = 0; mends <= 1; mends++) {
		struct buffer whole = { .max = SIZE_MAX };
		struct buffer pieces = { .max = SIZE_MAX };

		print_reading_of(&whole, input, mends != 0, 0);
		print_reading_of(&pieces, input, mends != 0, step);
		CHECK(buffer_equal(&whole, &pieces));
		buffer_release(&whole);
		buffer_release(&pieces);
	}
	return 0;
}
