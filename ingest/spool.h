/*
 * The bytes of a message while it waits to be read and stored.
 *
 * A small one is in memory.  A larger one is in a memfd, a file without a
 * name: it can be handed to another process as it is, and what the listener
 * itself has in memory stays flat.
 */
#ifndef INGEST_SPOOL_H
#define INGEST_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct error;

/* What all spools together may hold. */
struct spool_room {
	size_t used, max;
	size_t refused; /* how often there was no room */
};

struct spool {
	struct spool_room *room; /* NULL for no common bound */
	struct buffer small;
	bool has_file;
	int fd; /* a memfd, when has_file */
	size_t len;
	const char *map; /* of the file, or NULL */
};

/* Begins empty; room must stay. */
void spool_start(struct spool *spool, struct spool_room *room);

/* Adds bytes.  Fails with ERROR_SYSTEM, and the reason "full" when the room
 * is used up; then what there was is still there. */
MUST_CHECK bool spool_add(
    struct spool *spool, struct bytes bytes, struct error *err);

/* All of it, until the next change.  Fails with ERROR_SYSTEM. */
MUST_CHECK bool spool_bytes(
    struct spool *spool, struct bytes *out, struct error *err);

/* Gives a map of the file back; its bytes stay. */
void spool_unmap(struct spool *spool);

/* Empties it for the next message; keeps a little memory. */
void spool_clear(struct spool *spool);
void spool_release(struct spool *spool);

#endif
