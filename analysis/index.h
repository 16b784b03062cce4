/*
 * Hash tables of things that stand in arrays: a table holds their numbers,
 * and a function of the caller tells whether one is the thing sought.
 */
#ifndef ANALYSIS_INDEX_H
#define ANALYSIS_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot;

struct index {
	struct index_slot *slots;
	size_t count, size;
};

#define INDEX_NONE UINT32_MAX

/* The number of the thing, or INDEX_NONE. */
uint32_t index_find(const struct index *index, uint64_t hash,
    bool (*is_same)(const void *context, uint32_t number, const void *key),
    const void *context, const void *key);

/* Says that a hash will be looked for soon: the table is large, and its parts
 * are far away. */
void index_soon(const struct index *index, uint64_t hash);

void index_put(struct index *index, uint64_t hash, uint32_t number);
void index_release(struct index *index);

/* Mixes a value into a hash. */
static inline uint64_t
index_hash(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
	return hash ^ hash >> 29;
}

static inline uint64_t
index_hash_pointer(uint64_t hash, const void *pointer)
{
	return index_hash(hash, (uint64_t)(uintptr_t)pointer);
}

uint64_t index_hash_text(const char *text);

/* Room for one more in an array of count things: a new array, twice as
 * large, when it is full.  Running out of memory ends the process. */
void *index_grow(void *array, size_t count, size_t *room, size_t size);

#endif
