/*
 * What was read for an id, so that it is read once.
 */
#ifndef STORE_IDMAP_H
#define STORE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap_entry {
	int64_t id, second; /* id is 0 for a free entry */
	const void *value;
};

struct idmap {
	struct idmap_entry *entries;
	size_t count, size;
};

/* The value's place for a pair of ids, the first not 0: NULL in it when it is
 * new.  Valid until the next call. */
const void **idmap_place(struct idmap *map, int64_t id, int64_t second);

void idmap_release(struct idmap *map);

#endif
