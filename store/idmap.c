#include "store/idmap.h"

#include <err.h>
#include <stdlib.h>

/* Ids are small numbers in a row; this spreads them (Knuth's constant). */
static size_t
find(const struct idmap *map, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15U >> 20);

	for (i &= map->size - 1;
	     map->entries[i].id != 0 && map->entries[i].id != id;
	     i = (i + 1) & (map->size - 1))
		;
	return i;
}

static void
grow(struct idmap *map)
{
	struct idmap old = *map;
	size_t i;

	map->size = old.size == 0 ? 256 : old.size * 2;
	map->entries = calloc(map->size, sizeof(*map->entries));
	if (map->entries == NULL)
		err(1, "idmap");
	for (i = 0; i < old.size; i++)
		if (old.entries[i].id != 0)
			map->entries[find(map, old.entries[i].id)] =
			    old.entries[i];
	free(old.entries);
}

const void **
idmap_place(struct idmap *map, int64_t id)
{
	struct idmap_entry *entry;

	if (map->count * 4 >= map->size * 3)
		grow(map);
	entry = &map->entries[find(map, id)];
	if (entry->id == 0) {
		entry->id = id;
		map->count++;
	}
	return &entry->value;
}

void
idmap_release(struct idmap *map)
{
	free(map->entries);
	*map = (struct idmap) { 0 };
}
