/*
 * Messages as they are filed away: with the line that an mbox puts before each
 * (RFC 4155), or one by itself.
 */
#ifndef INGEST_MAILBOX_H
#define INGEST_MAILBOX_H

#include <stdbool.h>

#include "base/bytes.h"

/* Without blank lines and such a line at the beginning, which those who file
 * mail away leave there, one by one or with a mark; unchanged unless a message
 * follows. */
struct bytes mailbox_skip_postmark(struct bytes input);

/* Whether it is an mbox. */
bool mailbox_is(struct bytes input);

/* Takes the next message off the front; false when there is none.  What is no
 * mbox is one message. */
bool mailbox_next(struct bytes *rest, struct bytes *message);

#endif
