/*
 * What was read for an id, so that it is read once.
 */
#ifndef STORE_IDMAP_H
#define STORE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap_entry {
	int64_t id; /* 0 for a free entry */
	const void *value;
};

struct idmap {
	struct idmap_entry *entries;
	size_t count, size;
};

/* The value's place for an id that is not 0: NULL in it when it is new.  Valid
 * until the next call. */
const void **idmap_place(struct idmap *map, int64_t id);

void idmap_release(struct idmap *map);

#endif
