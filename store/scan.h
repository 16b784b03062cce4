/*
 * Going through records: SQLite hands each to a function of ours, instead of
 * being asked for one after the other.  That takes two thirds of the time, and
 * there may be ten million.
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

/* Columns of record, at most eight. */
MUST_CHECK bool scan_open(struct scan *scan, struct store *store,
    const char *columns, struct error *err);

/* The records of one report, in their order. */
MUST_CHECK bool scan_report(
    struct scan *scan, int64_t report, struct error *err);

void scan_close(struct scan *scan);

#endif
