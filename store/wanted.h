/*
 * A list of ids as a table, to be joined with others: each row of a long list
 * costs a third of what a statement of its own would.
 */
#ifndef STORE_WANTED_H
#define STORE_WANTED_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/compiler.h"

struct error;
struct numbers;
struct store;

/*
 * Hands out rows about all that has been numbered, in the order of ids
 * (store/scan.h):
 *
 *	SELECT hand_out(:scan, w.number, s.text) FROM wanted w
 *	CROSS JOIN string s ON s.id = w.id
 *
 * CROSS JOIN lets SQLite go through wanted, and not through the other.
 */
MUST_CHECK bool wanted_read(struct store *store, const struct numbers *numbers,
    const char *sql,
    bool (*row)(void *context, sqlite3_value **values, struct error *err),
    void *context, struct error *err);

#endif
