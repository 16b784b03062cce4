#include "parse/intern.h"

#include <err.h>
#include <stdlib.h>

#include "base/arena.h"

struct intern_entry {
	const char *text; /* NULL for a free entry */
	size_t len;
	uint64_t hash;
};

/* FNV-1a.  Its collisions can be sought, so a report of distinct strings
 * that all collide costs a walk each: the bounds on a report bound that. */
static uint64_t
hash_of(struct bytes bytes)
{
	uint64_t hash = 14695981039346656037U;
	size_t i;

	for (i = 0; i < bytes.len; i++)
		hash = (hash ^ (uint8_t)bytes.data[i]) * 1099511628211U;
	return hash;
}

static struct intern_entry *
find(const struct intern *intern, struct bytes bytes, uint64_t hash)
{
	size_t i = (size_t)hash & (intern->size - 1);
	struct intern_entry *entry;

	for (;; i = (i + 1) & (intern->size - 1)) {
		entry = &intern->entries[i];
		if (entry->text == NULL
		    || (entry->hash == hash && entry->len == bytes.len
			&& memcmp(entry->text, bytes.data, bytes.len) == 0))
			return entry;
	}
}

static void
grow(struct intern *intern)
{
	struct intern old = *intern;
	size_t i;

	intern->size = old.size == 0 ? 64 : old.size * 2;
	intern->entries = calloc(intern->size, sizeof(*intern->entries));
	if (intern->entries == NULL)
		err(1, "intern");
	for (i = 0; i < old.size; i++)
		if (old.entries[i].text != NULL)
			*find(intern,
			    (struct bytes) {
				old.entries[i].text, old.entries[i].len },
			    old.entries[i].hash) = old.entries[i];
	free(old.entries);
}

const char *
intern(struct intern *intern, struct bytes bytes)
{
	uint64_t hash = hash_of(bytes);
	struct intern_entry *entry;

	if (intern->count * 2 >= intern->size)
		grow(intern);
	entry = find(intern, bytes, hash);
	if (entry->text == NULL) {
		entry->text = arena_copy(intern->arena, bytes);
		entry->len = bytes.len;
		entry->hash = hash;
		intern->count++;
	}
	return entry->text;
}

void
intern_release(struct intern *intern)
{
	free(intern->entries);
	*intern = (struct intern) { .arena = intern->arena };
}
