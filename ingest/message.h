/*
 * The parts of a message (RFC 2045).
 *
 * Every leaf part counts, whatever its type says: senders get types wrong.
 * Messages inside the message are opened too, up to MAX_MESSAGE_DEPTH.
 */
#ifndef INGEST_MESSAGE_H
#define INGEST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct arena;
struct error;

struct message_part {
	const char *number;   /* its place: "1", "2.1", ... */
	const char *type;     /* as declared, lower case: "text/plain" */
	const char *filename; /* decoded; "" when it has none */
	size_t depth;         /* how many messages it is inside of */
	struct bytes body;    /* its transfer encoding undone */
};

struct message_visitor {
	/* Asked for each part, whose body is not there yet. */
	bool (*wants)(void *context, const struct message_part *part);
	void (*part)(void *context, const struct message_part *part);
	/* A message inside the message, before its parts; its depth is that
	 * of the part it is.  NULL: not called. */
	void (*enclosed)(void *context, struct bytes message, size_t depth);
	/* Something that keeps us from reading all of the message: the parts
	 * that follow ("limit-header", "limit-parts", "limit-mime-depth"), or
	 * a message in it ("limit-message-depth"). */
	void (*trouble)(void *context, const struct error *trouble);
	void *context;
};

/* Hands out the wanted parts in their order.  What they hold is valid until the
 * visitor returns. */
void message_walk(struct bytes message, struct arena *arena,
    const struct message_visitor *visitor);

#endif
