#include "store/cache.h"

#include <err.h>
#include <stdlib.h>

struct cache_entry {
	int64_t id;
	size_t len;
	char key[];
};

/* FNV-1a. */
static size_t
place_of(struct bytes key)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3;
	return (hash ^ hash >> 32) % CACHE_PLACES;
}

int64_t
cache_find(const struct cache *cache, struct bytes key)
{
	const struct cache_entry *entry;

	if (cache->places == NULL || key.len > CACHE_KEY)
		return 0;
	entry = cache->places[place_of(key)];
	if (entry == NULL || entry->len != key.len
	    || memcmp(entry->key, key.data, key.len) != 0)
		return 0;
	return entry->id;
}

void
cache_put(struct cache *cache, struct bytes key, int64_t id)
{
	struct cache_entry *entry, **place;

	if (key.len > CACHE_KEY)
		return;
	if (cache->places == NULL)
		cache->places = calloc(CACHE_PLACES, sizeof(*cache->places));
	entry = malloc(sizeof(*entry) + key.len);
	if (cache->places == NULL || entry == NULL)
		err(1, "cache");
	entry->id = id;
	entry->len = key.len;
	memcpy(entry->key, key.data, key.len);
	place = &cache->places[place_of(key)];
	free(*place);
	*place = entry;
}

void
cache_release(struct cache *cache)
{
	size_t i;

	if (cache->places == NULL)
		return;
	for (i = 0; i < CACHE_PLACES; i++)
		free(cache->places[i]);
	free(cache->places);
	cache->places = NULL;
}
