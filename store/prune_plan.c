/* What is old, how much of it there is, and how statements about it are run. */

#include "parse/datetime.h"
#include "store/pruner.h"

/* The domains of the filter, as a condition; a table of names that is ours
 * alone holds them. */
static const char create_domains[] =
    "CREATE TEMP TABLE IF NOT EXISTS pruned_domain (name TEXT PRIMARY KEY);"
    "DELETE FROM pruned_domain";

bool
pruner_set_domains(struct store *store, const struct store_retention *retention,
    struct error *err)
{
	sqlite3_stmt *add;
	bool ok = true, has_row;
	size_t i;

	if (!sqlite_exec(store, create_domains, err)
	    || !sqlite_prepare(store,
		"INSERT OR IGNORE INTO pruned_domain VALUES (?)", &add, err))
		return false;
	for (i = 0; ok && i < retention->domain_count; i++) {
		ok =
		    sqlite_bind(store, add, 1, text(retention->domains[i]), err)
		    && sqlite_step(store, add, &has_row, err);
		sqlite3_reset(add);
	}
	sqlite3_finalize(add);
	return ok;
}

/* A statement whose ?1 is a time or day and ?2 the number of domains. */
bool
pruner_start(struct store *store, const struct store_retention *retention,
    const char *sql, int64_t before, sqlite3_stmt **out, struct error *err)
{
	if (!sqlite_prepare(store, sql, out, err))
		return false;
	if (sqlite_bind(store, *out, 1, number(before), err)
	    && (sqlite3_bind_parameter_count(*out) < 2
		|| sqlite_bind(store, *out, 2,
		    number((int64_t)retention->domain_count), err)))
		return true;
	sqlite3_finalize(*out);
	return false;
}

bool
pruner_count(struct store *store, const struct store_retention *retention,
    const char *sql, int64_t before, int64_t *first, int64_t *second,
    struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!pruner_start(store, retention, sql, before, &row, err))
		return false;
	ok = sqlite_step(store, row, &has_row, err);
	if (ok) {
		*first = sqlite3_column_int64(row, 0);
		if (second != NULL)
			*second = sqlite3_column_int64(row, 1);
	}
	sqlite3_finalize(row);
	return ok;
}

bool
pruner_run(struct pruner *p, const char *sql, int64_t first, int64_t second)
{
	sqlite3_stmt *statement;
	bool has_row, ok;

	if (!sqlite_prepare(p->store, sql, &statement, p->err))
		return false;
	ok = sqlite_bind(p->store, statement, 1, number(first), p->err)
	    && (sqlite3_bind_parameter_count(statement) < 2
		|| sqlite_bind(p->store, statement, 2, number(second), p->err))
	    && sqlite_step(p->store, statement, &has_row, p->err);
	sqlite3_finalize(statement);
	return ok;
}

int64_t
pruner_day(int64_t time)
{
	return time == STORE_KEEP ? INT64_MIN : datetime_day(time);
}

#define COUNT_RAW                                                              \
	"SELECT count(*), coalesce(sum(length(w.deflated)), 0)"                \
	" FROM raw w JOIN message m ON m.id = w.message WHERE "

/* Of readable messages, those that do not go as what is old. */
static bool
plan_raw(struct store *store, const struct store_retention *retention,
    struct store_pruned *out, struct error *err)
{
	int64_t raw, bytes, both, both_bytes;

	if (!pruner_count(store, retention, COUNT_RAW OLD_RAW, retention->raw,
		&out->raw, &out->raw_bytes, err))
		return false;
	if (retention->readable_raw <= retention->raw)
		return true;
	if (!pruner_count(store, retention, COUNT_RAW OLD_READABLE_RAW,
		retention->readable_raw, &raw, &bytes, err)
	    || !pruner_count(store, retention, COUNT_RAW OLD_READABLE_RAW,
		retention->raw, &both, &both_bytes, err))
		return false;
	out->raw += raw - both;
	out->raw_bytes += bytes - both_bytes;
	return true;
}

static bool
plan(struct store *store, const struct store_retention *retention,
    struct store_pruned *out, struct error *err)
{
	int64_t rows = pruner_day(retention->rows);

	return pruner_count(store, retention,
		   "SELECT count(*), coalesce(sum(r.records), 0)"
		   " FROM report r WHERE " OLD_REPORTS,
		   rows, &out->reports, &out->records, err)
	    && pruner_count(store, retention,
		"SELECT count(*) FROM message m"
		" WHERE NOT EXISTS (SELECT 1 FROM report r"
		" WHERE r.message = m.id AND NOT (" OLD_BY_TIME "))"
		" AND ((m.received < ?1 AND ?2 = 0)"
		" OR (EXISTS (SELECT 1 FROM report r"
		" WHERE r.message = m.id AND " OLD_BY_TIME ")"
		" AND NOT EXISTS (SELECT 1 FROM quarantine q"
		" WHERE q.message = m.id)"
		" AND NOT EXISTS (SELECT 1 FROM failure f"
		" WHERE f.message = m.id)))",
		retention->rows, &out->messages, NULL, err)
	    && pruner_count(store, retention,
		"SELECT count(*) FROM (SELECT DISTINCT t.domain, t.day"
		" FROM total_report t WHERE " OLD_DAYS ")",
		pruner_day(retention->rollups), &out->days, NULL, err)
	    && pruner_count(store, retention,
		"SELECT count(*) FROM report r WHERE " OLD_RECIPIENTS,
		pruner_day(retention->recipients), &out->recipients, NULL, err)
	    && plan_raw(store, retention, out, err);
}

bool
store_prune_plan(struct store *store, const struct store_retention *retention,
    struct store_pruned *out, struct error *err)
{
	*out = (struct store_pruned) { 0 };
	return pruner_set_domains(store, retention, err)
	    && plan(store, retention, out, err);
}
