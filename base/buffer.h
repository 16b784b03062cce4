/*
 * Bytes that grow up to a ceiling given at birth.
 *
 *	struct buffer buffer = { .max = MAX_MESSAGE };
 *	if (!buffer_add(&buffer, bytes)) ... it would be too large ...
 *	buffer_release(&buffer);
 *
 * Running out of memory ends the process, running into the ceiling does not.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"
#include "base/compiler.h"

struct buffer {
	char *data; /* NULL until the first byte; no terminator */
	size_t len;
	size_t size; /* allocated */
	size_t max;
};

/* False, and nothing is added, if that would pass the ceiling. */
MUST_CHECK bool buffer_add(struct buffer *buffer, struct bytes bytes);

/* The contents, until the next change. */
struct bytes buffer_bytes(const struct buffer *buffer);

/* Empties it and keeps the memory for the next use. */
void buffer_clear(struct buffer *buffer);

void buffer_release(struct buffer *buffer);

#endif
