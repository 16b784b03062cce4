/*
 * The bytes of one report, as its sender wrote it, out of what it came packed
 * in.  Nothing of a report is held while it is read, so that it is unpacked
 * once more for this.
 */
#ifndef INGEST_ORIGINAL_H
#define INGEST_ORIGINAL_H

#include <stddef.h>

#include "base/bytes.h"

struct arena;

/* The document at that place, counted from 0 in the order of unpack(), which
 * has so many bytes; in the arena.  Empty when it is not there. */
struct bytes original_copy(
    struct bytes packed, size_t place, size_t size, struct arena *arena);

#endif
