/*
 * A bounded memory of ids by key.
 *
 * Each key has one place, and a new one takes it from the one before: a
 * sender that picks its keys to collide costs us look-ups, never memory.
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include <stdint.h>

#include "base/bytes.h"

#define CACHE_PLACES 32768
/* Longer keys are rare, and seldom come twice. */
#define CACHE_KEY 512

struct cache_entry;

struct cache {
	struct cache_entry **places; /* NULL until something is put in */
};

/* The id, or 0. */
int64_t cache_find(const struct cache *cache, struct bytes key);
void cache_put(struct cache *cache, struct bytes key, int64_t id);

/* Forgets everything. */
void cache_release(struct cache *cache);

#endif
