/*
 * Which days a question is about.
 *
 * Spans such as 7d are counted back from the newest report, not from today:
 * reports come a day late or more, and a question about an old database
 * should have an answer.  Reports that claim to begin in the future do not
 * count as the newest.
 */
#ifndef CLI_PERIOD_H
#define CLI_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "store/query.h"

struct error;

/* The last days of data that a question is about when nothing else is said. */
#define PERIOD_DAYS 30

/* One end of a period, as given. */
struct bound {
	enum bound_kind {
		BOUND_NONE,
		BOUND_DAY,    /* that day */
		BOUND_DAYS,   /* so many days back */
		BOUND_MONTHS, /* so many months back */
	} kind;
	int64_t value; /* the first second of the day, or how many */
};

/*
 * Reads 2026-01-31, 7d, 4w, 3m, today or yesterday; now is the time.  Fails
 * with ERROR_USAGE.
 */
MUST_CHECK bool bound_parse(
    const char *text, int64_t now, struct bound *out, struct error *err);

/* What period_parse() reads, besides months and years. */
#define PERIOD_WORDS                                                           \
	"today, yesterday, this-week, last-week, this-month, last-month, "     \
	"this-quarter, last-quarter, this-year, last-year"

/*
 * Reads the name of a period: one of PERIOD_WORDS, by the clock, or a month or
 * year such as 2026-01 and 2026.  Weeks begin on Monday.  Fails with
 * ERROR_USAGE.
 */
MUST_CHECK bool period_parse(const char *text, int64_t now, struct bound *since,
    struct bound *until, struct error *err);

/* Where a period begins and ends, in words that a table can do without. */
struct period {
	int64_t since, until; /* [since, until) as in struct store_filter */
	int64_t first, last;  /* days, as the first second of each; only when */
	bool has_days;        /* there is a report to count from, or both
			       * ends were given */
};

/* What a question says about its period. */
struct period_request {
	struct bound since, until;
	bool all;
};

/*
 * The period: from since to the end of the day until; the last PERIOD_DAYS
 * when neither is given, everything with all.  newest is the begin of the
 * newest report, oldest that of the oldest.  Fails with ERROR_USAGE when the
 * end is before the beginning.
 */
MUST_CHECK bool period_resolve(const struct period_request *request,
    bool has_data, int64_t oldest, int64_t newest, struct period *out,
    struct error *err);

/* Asks the store for the oldest and newest of the filter's domains, sets the
 * filter's since and until. */
MUST_CHECK bool period_ask(struct store *store,
    const struct period_request *request, struct store_filter *filter,
    struct period *out, struct error *err);

#endif
