#include "store/filter.h"

#include "base/arena.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "store/sqlite.h"

/*
 * The domains that have reports are few, and the index on them is walked in
 * jumps from one to the next; each is then held against the filter's.
 */
static const char wanted_start[] = "WITH RECURSIVE filter (name) AS (VALUES ";
#define WANTED_REST(table)                                                     \
	"), reported (id) AS ("                                                \
	" SELECT min(domain) FROM " table " UNION ALL SELECT"                  \
	" (SELECT min(domain) FROM " table " WHERE domain > reported.id)"      \
	" FROM reported WHERE reported.id IS NOT NULL"                         \
	"), wanted (id) AS MATERIALIZED ("                                     \
	" SELECT string.id FROM reported"                                      \
	" JOIN string ON string.id = reported.id"                              \
	" WHERE EXISTS (SELECT 1 FROM filter WHERE string.text = name"         \
	" OR substr(string.text, -length(name) - 1) = '.' || name)) "

/* What a question can be about, and the condition on its time. */
struct subject {
	const char *wanted_rest, *period;
};

static const struct subject reports = {
	WANTED_REST("report"),
	" r.day BETWEEN :first_day AND :last_day"
	" AND r.begin BETWEEN :first AND :last"
	" AND (:verdicts >> r.verdict) & 1 = 1 ",
};

/* The domains of roll-ups whose reports were pruned have no report. */
static const struct subject days = {
	WANTED_REST("total_report"),
	" r.day BETWEEN :first_day AND :last_day"
	" AND (:verdicts >> r.verdict) & 1 = 1 ",
};

static const struct subject failures = {
	WANTED_REST("failure"),
	" coalesce(r.arrival_date, r.received) BETWEEN :first AND :last ",
};

/* "(?),(?),(?)". */
static const char *
placeholders(struct arena *arena, size_t count)
{
	char *out = arena_alloc(arena, count, 4), *at = out;
	size_t i;

	for (i = 0; i < count; i++, at += 4)
		memcpy(at, "(?),", 4);
	at[-1] = '\0';
	return out;
}

static const char *
build(struct arena *arena, const struct subject *subject, const char *start,
    const char *rest, const struct store_filter *filter)
{
	if (filter->domain_count == 0)
		return arena_printf(
		    arena, "%s%s%s", start, subject->period, rest);
	return arena_printf(arena,
	    "%s%s%s%s%sAND r.domain IN (SELECT id FROM wanted) %s",
	    wanted_start, placeholders(arena, filter->domain_count),
	    subject->wanted_rest, start, subject->period, rest);
}

bool
filter_bind(struct store *store, sqlite3_stmt *statement, const char *name,
    int64_t value, struct error *err)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	return index == 0
	    || sqlite_bind(store, statement, index, number(value), err);
}

bool
filter_bind_period(struct store *store, sqlite3_stmt *statement,
    const struct store_filter *filter, struct error *err)
{
	int64_t first = filter->since, last = filter->until;

	/* The last second is before until, and there may be none. */
	if (last == INT64_MIN)
		first = INT64_MAX;
	else if (last != STORE_UNTIL_EVER)
		last--;
	return filter_bind(store, statement, ":first", first, err)
	    && filter_bind(store, statement, ":last", last, err)
	    && filter_bind(
		store, statement, ":first_day", datetime_day(first), err)
	    && filter_bind(
		store, statement, ":last_day", datetime_day(last), err);
}

static bool
bind(struct store *store, sqlite3_stmt *statement,
    const struct store_filter *filter, struct error *err)
{
	const unsigned usual =
	    STORE_ALL_VERDICTS & ~STORE_VERDICT(VERDICT_FAILED);
	size_t i;

	for (i = 0; i < filter->domain_count; i++)
		if (!sqlite_bind(store, statement, (int)i + 1,
			text(filter->domains[i]), err))
			return false;
	return filter_bind_period(store, statement, filter, err)
	    && filter_bind(store, statement, ":verdicts",
		filter->verdicts == 0 ? usual : filter->verdicts, err);
}

static bool
prepare(struct store *store, const struct subject *subject, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err)
{
	struct arena arena = { 0 };
	bool ok;

	*out = NULL;
	if (filter->domain_count > MAX_FILTER_DOMAINS)
		return error_set(err, ERROR_USAGE, "more than %d domains",
		    MAX_FILTER_DOMAINS);
	ok = sqlite_prepare(
	    store, build(&arena, subject, start, rest, filter), out, err);
	arena_release(&arena);
	if (ok && bind(store, *out, filter, err))
		return true;
	sqlite3_finalize(*out);
	*out = NULL;
	return false;
}

bool
filter_prepare(struct store *store, const char *start, const char *rest,
    const struct store_filter *filter, sqlite3_stmt **out, struct error *err)
{
	return prepare(store, &reports, start, rest, filter, out, err);
}

bool
filter_prepare_days(struct store *store, const char *start, const char *rest,
    const struct store_filter *filter, sqlite3_stmt **out, struct error *err)
{
	return prepare(store, &days, start, rest, filter, out, err);
}

bool
filter_prepare_failures(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err)
{
	return prepare(store, &failures, start, rest, filter, out, err);
}
