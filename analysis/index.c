#include "analysis/index.h"

#include <err.h>
#include <stdlib.h>

struct index_slot {
	uint32_t hash;   /* its upper half */
	uint32_t number; /* and one; 0 for a free slot */
};

static size_t
find_free(const struct index *index, uint64_t place)
{
	size_t i = (size_t)place & (index->size - 1);

	while (index->slots[i].number != 0)
		i = (i + 1) & (index->size - 1);
	return i;
}

/* The slots know half of the hash, which says where they begin. */
static uint64_t
place_of(uint32_t hash)
{
	return (uint64_t)hash * 0x9e3779b97f4a7c15U >> 24;
}

static void
grow(struct index *index)
{
	struct index old = *index;
	size_t i;

	index->size = old.size == 0 ? 64 : old.size * 2;
	index->slots = calloc(index->size, sizeof(*index->slots));
	if (index->slots == NULL)
		err(1, "index");
	for (i = 0; i < old.size; i++)
		if (old.slots[i].number != 0)
			index->slots[find_free(
			    index, place_of(old.slots[i].hash))] = old.slots[i];
	free(old.slots);
}

uint32_t
index_find(const struct index *index, uint64_t hash,
    bool (*is_same)(const void *context, uint32_t number, const void *key),
    const void *context, const void *key)
{
	uint32_t half = (uint32_t)(hash >> 32);
	size_t i;

	if (index->size == 0)
		return INDEX_NONE;
	for (i = (size_t)place_of(half) & (index->size - 1);
	     index->slots[i].number != 0; i = (i + 1) & (index->size - 1))
		if (index->slots[i].hash == half
		    && is_same(context, index->slots[i].number - 1, key))
			return index->slots[i].number - 1;
	return INDEX_NONE;
}

void
index_soon(const struct index *index, uint64_t hash)
{
	size_t i = (size_t)place_of((uint32_t)(hash >> 32));

	if (index->size > 0)
		__builtin_prefetch(&index->slots[i & (index->size - 1)]);
}

void
index_put(struct index *index, uint64_t hash, uint32_t number)
{
	uint32_t half = (uint32_t)(hash >> 32);

	/* Three quarters: large tables are what memory goes to. */
	if (index->count * 4 >= index->size * 3)
		grow(index);
	index->slots[find_free(index, place_of(half))] =
	    (struct index_slot) { half, number + 1 };
	index->count++;
}

void
index_release(struct index *index)
{
	free(index->slots);
	*index = (struct index) { 0 };
}

uint64_t
index_hash_text(const char *text)
{
	uint64_t hash = 14695981039346656037U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 1099511628211U;
	return index_hash(hash, 0);
}

void *
index_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 64 : *room * 2;
	array = reallocarray(array, *room, size);
	if (array == NULL)
		err(1, "index");
	return array;
}
