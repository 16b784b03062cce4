#include "store/cache.h"

#include <err.h>
#include <stdlib.h>

struct cache_entry {
	int64_t id;
	size_t len;
	char key[];
};

static uint64_t
mix(uint64_t hash, const char *data, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, data, len);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15; /* of the golden ratio */
	return hash ^ hash >> 32;
}

/* Eight bytes at a time: keys are long, and most of them are found. */
static size_t
place_of(struct bytes key)
{
	uint64_t hash = key.len;

	for (; key.len >= 8; key.data += 8, key.len -= 8)
		hash = mix(hash, key.data, 8);
	return mix(hash, key.data, key.len) % CACHE_PLACES;
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
