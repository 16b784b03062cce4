/*
 * What comes between DATA and its end, octet by octet (RFC 5321 4.1.1.4 and
 * 4.5.2).
 *
 * Only CRLF "." CRLF ends it, or "." CRLF right at the start.  A CR or LF by
 * itself is data like any other octet, NUL too, and only a dot after CRLF is a
 * stuffed one.  To read anything less as the end is how a second message, with
 * an envelope of the attacker's making, gets smuggled in.
 */
#ifndef INGEST_UNSTUFF_H
#define INGEST_UNSTUFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "ingest/spool.h"

enum unstuff_state {
	UNSTUFF_LINE, /* at the start of a line */
	UNSTUFF_TEXT, /* further on in it */
	UNSTUFF_CR,   /* after a CR, which may begin the line's end */
	/* After a dot at the start of a line, which is dropped either way. */
	UNSTUFF_DOT,
	/* After such a dot and a CR, which is data unless LF follows. */
	UNSTUFF_DOT_CR,
	UNSTUFF_END,
};

struct unstuff {
	enum unstuff_state state;
	struct spool message; /* what was kept; the owner starts it */
	size_t max;           /* and sets this */
	/* It passed the ceiling, or there is no room for it: nothing is kept
	 * then, and no more memory used. */
	bool too_large, has_no_room;
};

/* For the next message; keeps a little memory, gives back a lot. */
void unstuff_reset(struct unstuff *data);

/* Takes octets until they run out or the state is UNSTUFF_END, and says how
 * many it took. */
size_t unstuff_take(struct unstuff *data, struct bytes in);

#endif
