/*
 * Going through rows: SQLite hands each to a function of ours, instead of being
 * asked for one after the other.  That takes two thirds of the time, and there
 * may be ten million.
 *
 *	SELECT hand_out(:scan, source_ip, count) FROM record
 *	WHERE report = :report
 *
 * The function is an aggregate: such a statement has one row itself, or with
 * GROUP BY one behind those of each group.
 */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct store;

struct scan {
	/* Gets the values of the columns; false ends the scan, with err. */
	bool (*row)(void *context, sqlite3_value **values, struct error *err);
	void *context; /* set both; the rest begins as zeros */

	struct store *store;
	sqlite3_stmt *statement;
	struct error *err;
	bool has_failed;
};

/* The function that makes it possible, in the connection. */
MUST_CHECK bool scan_add_function(struct store *store, struct error *err);

/* Takes the statement, also when it fails. */
MUST_CHECK bool scan_begin(struct scan *scan, struct store *store,
    sqlite3_stmt *statement, struct error *err);
MUST_CHECK bool scan_open(
    struct scan *scan, struct store *store, const char *sql, struct error *err);

/* Hands out rows until the statement has one, or *has_row is false. */
MUST_CHECK bool scan_step(struct scan *scan, bool *has_row, struct error *err);

/* All rows of a statement whose second parameter is a report; it can be asked
 * for others. */
MUST_CHECK bool scan_report(
    struct scan *scan, int64_t report, struct error *err);

void scan_close(struct scan *scan);

#endif
