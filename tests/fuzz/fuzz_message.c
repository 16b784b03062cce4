/* Any bytes as a message: its parts are inside of it. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "ingest/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t parts, size;
};

static bool
wants_part(void *context, const struct message_part *part)
{
	(void)context;
	if (part->type == NULL || part->body.len > 0)
		abort();
	return true;
}

static void
on_enclosed(void *context, struct bytes message, size_t depth)
{
	struct seen *seen = context;

	if (message.len > seen->size || depth > MAX_MESSAGE_DEPTH)
		abort();
	header_of(message);
}

static void
on_part(void *context, const struct message_part *part)
{
	struct seen *seen = context;

	/* Each part has its encoding undone, which makes nothing larger. */
	if (++seen->parts > MAX_MIME_PARTS || part->number[0] == '\0'
	    || part->type == NULL || part->filename == NULL
	    || part->body.len > seen->size)
		abort();
}

static void
on_trouble(void *context, const struct error *trouble)
{
	(void)context;
	if (trouble->reason[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { (const char *)data, size };
	struct seen seen = { .size = size };
	const struct message_visitor visitor = { wants_part, on_part,
		on_enclosed, on_trouble, &seen };
	struct arena arena = { 0 };

	message_walk(bytes, &arena, &visitor);
	header_find(header_of(bytes), "Subject", &arena);
	arena_release(&arena);
	return 0;
}
