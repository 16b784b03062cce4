/* The header of a message. */
#include "base/arena.h"
#include "base/compiler.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "tests/fuzz/check.h"

static void
check_value(const char *value)
{
	if (value == NULL)
		return;
	check_text(value);
	/* A character may begin before the bound and end after it. */
	CHECK(strlen(value) <= MAX_HEADER_TEXT + 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "Message-ID", "From", "Subject",
		"Date", "Content-Type", "TLS-Report-Domain" };
	struct bytes message = check_input(data, size), header;
	struct arena arena = { 0 };
	size_t i;

	header = header_of(message);
	CHECK(header.data == message.data && header.len <= size);
	CHECK(header_of(header).len == header.len);
	for (i = 0; i < COUNT_OF(names); i++)
		check_value(header_find(header, names[i], &arena));
	check_value(header_decode(message, &arena));
	CHECK(!header_looks_like(message) || size > 1);
	arena_release(&arena);
	return 0;
}
