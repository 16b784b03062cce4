/*
 * A list of ids as a table, to be joined with others: each row of a long list
 * costs a third of what a statement of its own would.
 *
 *	SELECT w.number, s.text FROM wanted w
 *	CROSS JOIN string s ON s.id = w.id
 *
 * CROSS JOIN lets SQLite go through it in the order of the list.
 */
#ifndef STORE_WANTED_H
#define STORE_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct error;
struct numbered;
struct store;

struct wanted {
	const struct numbered *list;
	size_t count;
};

/* Makes the table, with what wanted has when a statement begins. */
MUST_CHECK bool wanted_open(
    struct store *store, struct wanted *wanted, struct error *err);
void wanted_close(struct store *store);

#endif
