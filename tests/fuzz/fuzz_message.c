/* The parts of a message. */
#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/message.h"
#include "tests/fuzz/check.h"

struct seen {
	size_t parts, troubles;
	size_t size;   /* of the whole */
	size_t octets; /* so that all of a body is read */
};

static bool
wants(void *context, const struct message_part *part)
{
	(void)context;
	CHECK(part->body.len == 0);
	return part->depth % 2 == 0 || part->type[0] == 'a';
}

static void
on_enclosed(void *context, struct bytes message, size_t depth)
{
	struct seen *seen = context;

	CHECK(depth <= MAX_MESSAGE_DEPTH);
	CHECK(message.len <= seen->size);
}

static void
on_part(void *context, const struct message_part *part)
{
	struct seen *seen = context;
	size_t i;

	seen->parts++;
	CHECK(part->number[0] != '\0');
	CHECK(part->type[0] != '\0');
	CHECK(part->depth <= MAX_MESSAGE_DEPTH);
	check_text(part->filename);
	for (i = 0; i < part->body.len; i++)
		seen->octets += part->body.data[i] != '\0';
}

static void
on_trouble(void *context, const struct error *trouble)
{
	struct seen *seen = context;

	seen->troubles++;
	check_error(trouble);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .size = size };
	const struct message_visitor visitor = { wants, on_part, on_enclosed,
		on_trouble, &seen };
	struct arena arena = { 0 };

	message_walk(check_input(data, size), &arena, &visitor);
	CHECK(seen.parts <= MAX_MIME_PARTS);
	/* A decoded body is not larger than it came, but a message in a
	 * message has been decoded before. */
	CHECK(seen.octets <= size * (MAX_MESSAGE_DEPTH + 1));
	arena_release(&arena);
	return 0;
}
