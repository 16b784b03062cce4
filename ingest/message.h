/*
 * The parts of a message (RFC 2045), by libetpan.
 *
 * Every leaf part counts, whatever its type says: senders get types wrong.
 * Messages inside the message are opened too, up to MAX_MESSAGE_DEPTH.
 */
#ifndef INGEST_MESSAGE_H
#define INGEST_MESSAGE_H

#include <stddef.h>

#include "base/bytes.h"

struct arena;
struct error;

struct message_part {
	const char *number;   /* its place: "1", "2.1", ... */
	const char *type;     /* as declared, lower case: "text/plain" */
	const char *filename; /* decoded; "" when it has none */
	size_t
	    depth; /* how many messages it is inside of; 0 for a plain part */
	struct bytes body; /* its transfer encoding undone */
};

struct message_visitor {
	void (*part)(void *context, const struct message_part *part);
	/* Something about the message as a whole that kept us from reading
	 * it ("limit-header", "limit-parts", "limit-mime-depth",
	 * "mime-malformed"). */
	void (*trouble)(void *context, const struct error *trouble);
	void *context;
};

/* Hands out the parts in their order.  What they hold is valid until the
 * visitor returns. */
void message_walk(struct bytes message, struct arena *arena,
    const struct message_visitor *visitor);

#endif
