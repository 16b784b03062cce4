/*
 * The socket that tells how the listener is: who connects gets text and the
 * end of it.  It takes nothing, so there is nothing to be done to it.
 */
#ifndef INGEST_CONTROL_H
#define INGEST_CONTROL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/compiler.h"

struct control;
struct error;
struct event_base;

/* Takes over a socket that listens; tell adds the text to out. */
struct control *control_new(struct event_base *base, int fd,
    void (*tell)(void *context, struct buffer *out), void *context);
void control_free(struct control *control);

/* The other side: connects and reads all of the text. */
MUST_CHECK bool control_ask(
    const char *path, struct buffer *out, struct error *err);

#endif
