/*
 * What the parts of pruning share: choosing rows by age and domain
 * (store/prune_plan.c), forgetting who received mail (store/prune_forget.c),
 * and the pruning itself (store/prune.c).
 */
#ifndef STORE_PRUNER_H
#define STORE_PRUNER_H

#include "base/compiler.h"
#include "store/prune.h"
#include "store/sqlite.h"

struct pruner {
	struct store *store;
	const struct store_retention *retention;
	struct store_pruned *out;
	struct error *err;
	bool is_done;
};

/* What is old, as conditions of SQL: ?1 is a day, or a time, ?2 the number of
 * domains. */

#define OF_DOMAINS(domain)                                                     \
	"(?2 = 0 OR EXISTS (SELECT 1 FROM temp.pruned_domain p"                \
	" JOIN string s ON s.id = " domain " WHERE s.text = p.name"            \
	" OR substr(s.text, -length(p.name) - 1) = '.' || p.name))"

#define OLD_REPORTS "r.day < ?1 AND " OF_DOMAINS("r.domain")
/* The same where ?1 is in seconds. */
#define OLD_BY_TIME    "r.day < ?1 / 86400 AND " OF_DOMAINS("r.domain")
#define OLD_RECIPIENTS "r.names_recipients = 1 AND " OLD_REPORTS
/* Of a message without a report nobody knows a domain. */
#define OLD_MESSAGES                                                           \
	"m.received < ?1 AND ?2 = 0"                                           \
	" AND NOT EXISTS (SELECT 1 FROM report r WHERE r.message = m.id)"
#define OLD_RAW                                                                \
	"m.received < ?1 AND (?2 = 0 OR EXISTS (SELECT 1 FROM report r"        \
	" WHERE r.message = m.id AND " OF_DOMAINS("r.domain") "))"
#define OLD_READABLE_RAW                                                       \
	OLD_RAW " AND NOT EXISTS (SELECT 1 FROM quarantine q"                  \
		" WHERE q.message = m.id)"
#define OLD_DAYS "t.day < ?1 AND " OF_DOMAINS("t.domain")

/* The day of a bound; no day is before that of STORE_KEEP. */
int64_t pruner_day(int64_t time);

/* Puts the domains of the filter where the conditions look for them. */
MUST_CHECK bool pruner_set_domains(struct store *store,
    const struct store_retention *retention, struct error *err);

/* A statement with such a condition, whose caller finalizes it. */
MUST_CHECK bool pruner_start(struct store *store,
    const struct store_retention *retention, const char *sql, int64_t before,
    sqlite3_stmt **out, struct error *err);

/* The one or, unless second is NULL, two numbers that it selects. */
MUST_CHECK bool pruner_count(struct store *store,
    const struct store_retention *retention, const char *sql, int64_t before,
    int64_t *first, int64_t *second, struct error *err);

/* A statement with one or two numbers in it, to its end. */
MUST_CHECK bool pruner_run(
    struct pruner *p, const char *sql, int64_t first, int64_t second);

/* Forgets who received the mail of a report: its id in the first column, its
 * message in the second. */
MUST_CHECK bool pruner_forget_recipients(struct pruner *p, sqlite3_stmt *row);

#endif
