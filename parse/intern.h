/*
 * Strings that repeat, kept once: a report of a hundred thousand records has
 * a few hundred distinct domains, selectors and words.
 */
#ifndef PARSE_INTERN_H
#define PARSE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct arena;
struct intern_entry;

struct intern {
	struct arena *arena; /* where the strings live; set it at birth */
	struct intern_entry *entries;
	size_t count, size;
};

/* The NUL-terminated copy of these bytes: always the same for the same. */
const char *intern(struct intern *intern, struct bytes bytes);

/* Frees the table; the strings stay in the arena. */
void intern_release(struct intern *intern);

#endif
