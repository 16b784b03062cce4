/*
 * A question with a filter, as SQL.
 */
#ifndef STORE_FILTER_H
#define STORE_FILTER_H

#include <sqlite3.h>

#include "base/compiler.h"
#include "store/query.h"

/* More than SQLite has parameters for. */
#define MAX_FILTER_DOMAINS 32000
/* Each is looked at for each row; SQLite nests a thousand terms. */
#define MAX_FILTER_PARTS 400

/*
 * Prepares a question: start, the filter's condition on the table report,
 * named r there, and rest.  What is asked of records holds for a report that
 * has one such.  Conflicts are for the question to leave out.
 */
MUST_CHECK bool filter_prepare(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err);

/* The same on the table report, its records, named c, and their shapes s. */
MUST_CHECK bool filter_prepare_records(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err);

/* The same on a roll-up: of whole days, those at the ends of the period
 * included.  What is asked of records it cannot answer, and total_source and
 * reporters it cannot tell apart: that is for the question to see. */
MUST_CHECK bool filter_prepare_days(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err);

/* The same on total_outcome or total_source, with all that is asked of
 * records; only the former knows reporters, only the latter sources. */
MUST_CHECK bool filter_prepare_mail(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err);

/* The same on the table failure, which has only sources of a record. */
MUST_CHECK bool filter_prepare_failures(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err);

/* Binds the parameter of that name; not having it is fine. */
MUST_CHECK bool filter_bind(struct store *store, sqlite3_stmt *statement,
    const char *name, int64_t value, struct error *err);

/* Binds :first and :last, the seconds that begin or end the period. */
MUST_CHECK bool filter_bind_period(struct store *store, sqlite3_stmt *statement,
    const struct store_filter *filter, struct error *err);

#endif
