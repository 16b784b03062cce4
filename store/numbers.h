/*
 * Ids of one table, numbered from 0 in the order in which they are first seen.
 * Ids count rows, so they lie close together: a number is found in one look.
 */
#ifndef STORE_NUMBERS_H
#define STORE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct numbers {
	uint32_t **pages;
	size_t page_count;
	uint32_t count;
};

/* The number of an id; false for an id that no table of ours can have. */
MUST_CHECK bool numbers_find(
    struct numbers *numbers, int64_t id, uint32_t *out);

/* All that have been numbered, in the order of ids; for free(). */
struct numbered {
	int64_t id;
	uint32_t number;
};
struct numbered *numbers_list(const struct numbers *numbers);

void numbers_release(struct numbers *numbers);

#endif
