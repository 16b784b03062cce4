/* The parts of a message. */
#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/message.h"
#include "tests/fuzz/check.h"

struct seen {
	size_t parts, troubles;
	size_t octets; /* so that all of a body is read */
	size_t enclosed;
};

static bool
wants_part(void *context, const struct message_part *part)
{
	struct seen *seen = context;

	seen->parts++;
	CHECK(part->number[0] != '\0');
	CHECK(part->type[0] != '\0');
	CHECK(part->depth <= MAX_MESSAGE_DEPTH);
	check_text(part->filename);
	return part->depth == 0 || seen->parts % 2 == 0;
}

static void
on_part(void *context, const struct message_part *part)
{
	struct seen *seen = context;
	size_t i;

	for (i = 0; i < part->body.len; i++)
		seen->octets += part->body.data[i] != '\0';
}

static void
on_enclosed(void *context, struct bytes message, size_t depth)
{
	struct seen *seen = context;
	size_t i;

	CHECK(depth < MAX_MESSAGE_DEPTH);
	for (i = 0; i < message.len; i++)
		seen->enclosed += message.data[i] != '\0';
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
	struct seen seen = { 0 };
	const struct message_visitor visitor = { wants_part, on_part,
		on_enclosed, on_trouble, &seen };
	struct arena arena = { 0 };

	message_walk(check_input(data, size), &arena, &visitor);
	CHECK(seen.parts <= MAX_MIME_PARTS);
	/* A decoded body is not larger than it came, but a message in a
	 * message has been decoded before. */
	CHECK(seen.octets <= size * (MAX_MESSAGE_DEPTH + 1));
	arena_release(&arena);
	return 0;
}
