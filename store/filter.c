#include "store/filter.h"

#include <assert.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "store/sqlite.h"

/*
 * The domains that have reports are few, and the index on them is walked in
 * jumps from one to the next; each is then held against the filter's.
 */
#define WANTED(table)                                                          \
	"reported (id) AS ("                                                   \
	" SELECT min(domain) FROM " table " UNION ALL SELECT"                  \
	" (SELECT min(domain) FROM " table " WHERE domain > reported.id)"      \
	" FROM reported WHERE reported.id IS NOT NULL"                         \
	"), wanted (id) AS MATERIALIZED ("                                     \
	" SELECT string.id FROM reported"                                      \
	" JOIN string ON string.id = reported.id"                              \
	" WHERE EXISTS (SELECT 1 FROM filter WHERE string.text = name"         \
	" OR substr(string.text, -length(name) - 1) = '.' || name)) "

#define SOME_RESULTS                                                           \
	" ((:results >> ((s.dkim = 1) | ((s.spf = 1) << 1))) & 1) = 1"         \
	" AND ((:dispositions >> s.disposition) & 1) = 1"

_Static_assert(DMARC_PASS == 1, "dkim = 1 is a pass");

/* What a question can be about: a table r, and perhaps its records c with
 * their shapes s. */
struct subject {
	const char *wanted;
	const char *period;                /* and verdict */
	const char *reporters;             /* with a table named (part) */
	const char *source;                /* the column */
	const char *records, *records_end; /* around what is asked of them */
	/* Without domains: a condition on r.domain all the same, where it
	 * leads into an index. */
	const char *every;
	/* Behind records, where there are sources: leads to the reports that
	 * have one. */
	const char *lead;
};

#define REPORT_PERIOD                                                          \
	" r.day BETWEEN :first_day AND :last_day"                              \
	" AND r.begin BETWEEN :first AND :last"                                \
	" AND (:verdicts >> r.verdict) & 1 = 1 "
#define REPORT_REPORTERS                                                       \
	"AND r.reporter IN (SELECT reporter.id FROM reporter"                  \
	" WHERE EXISTS (SELECT 1 FROM named"                                   \
	" WHERE instr(reporter.org_name, part) > 0"                            \
	" OR instr(reporter.email_domain, part) > 0)) "

/* A report that has such a record. */
static const struct subject reports = {
	.wanted = WANTED("report"),
	.period = REPORT_PERIOD,
	.reporters = REPORT_REPORTERS,
	.source = "c.source_ip",
	.records =
	    "AND EXISTS (SELECT 1 FROM record c JOIN shape s ON s.id = c.shape"
	    " WHERE c.report = r.id AND" SOME_RESULTS,
	.records_end = ") ",
};

static const struct subject records = {
	.wanted = WANTED("report"),
	.period = REPORT_PERIOD,
	.reporters = REPORT_REPORTERS,
	.source = "c.source_ip",
	.records = "AND" SOME_RESULTS,
	.records_end = " ",
	.lead = "AND EXISTS (SELECT 1 FROM total_source t"
		" WHERE t.domain = r.domain AND t.passes IN (0, 1)"
		" AND t.day = r.day",
};

#define DAYS                                                                   \
	" r.day BETWEEN :first_day AND :last_day"                              \
	" AND (:verdicts >> r.verdict) & 1 = 1 "

/* Days may have sums, and no reports any more.  All roll-ups have the domains
 * of this one. */
static const struct subject days = {
	.wanted = WANTED("total_report"),
	.period = DAYS,
	.reporters = REPORT_REPORTERS,
};

/* Roll-ups by outcome (parse/outcome.h), and perhaps source.  The domains lead
 * to the days of each. */
static const struct subject mail = {
	.wanted = WANTED("total_report"),
	.period = DAYS,
	.reporters = REPORT_REPORTERS,
	.source = "r.source_ip",
	.records = "AND ((:results >> ((((r.outcome >> 3) & 7) = 0)"
		   " | ((((r.outcome >> 6) & 7) = 0) << 1))) & 1) = 1"
		   " AND ((:dispositions >> (r.outcome & 7)) & 1) = 1",
	.records_end = " ",
	.every = "AND r.domain IN"
		 " (SELECT id FROM reported WHERE id IS NOT NULL) ",
};

/* Failure reports have neither verdict nor disposition. */
static const struct subject failures = {
	.wanted = WANTED("failure"),
	.period =
	    " coalesce(r.arrival_date, r.received) BETWEEN :first AND :last ",
	.reporters = "AND EXISTS (SELECT 1 FROM named JOIN string ON string.id "
		     "= r.reporter"
		     " WHERE instr(string.text, part) > 0) ",
	.source = "r.source_ip",
	.records = "",
	.records_end = " ",
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

/* The lists of the filter, as tables; their values are bound in this order. */
static const char *
build_lists(struct arena *arena, const struct subject *subject,
    const struct store_filter *filter)
{
	const char *domains = "", *reporters = "";

	if (filter->domain_count == 0 && filter->reporter_count == 0
	    && subject->every == NULL)
		return "";
	if (filter->domain_count == 0 && subject->every != NULL)
		domains = arena_printf(
		    arena, "filter (name) AS (SELECT ''), %s", subject->wanted);
	if (filter->domain_count > 0)
		domains = arena_printf(arena,
		    "filter (name) AS (VALUES %s), %s",
		    placeholders(arena, filter->domain_count), subject->wanted);
	if (filter->reporter_count > 0)
		reporters =
		    arena_printf(arena, "%snamed (part) AS (VALUES %s) ",
			*domains == '\0' ? "" : ", ",
			placeholders(arena, filter->reporter_count));
	return arena_printf(arena, "WITH RECURSIVE %s%s", domains, reporters);
}

/* " AND (c.source_ip BETWEEN :from0 AND :to0 OR ...)". */
static const char *
build_sources(
    struct arena *arena, const char *column, const struct store_filter *filter)
{
	const char *sources = "";
	size_t i;

	for (i = 0; i < filter->source_count; i++)
		sources =
		    arena_printf(arena, "%s%s%s BETWEEN :from%zu AND :to%zu",
			sources, i == 0 ? " AND (" : " OR ", column, i, i);
	return i == 0 ? "" : arena_printf(arena, "%s)", sources);
}

static const char *
build(struct arena *arena, const struct subject *subject, const char *start,
    const char *rest, const struct store_filter *filter)
{
	const char *about_records = "", *lead = "";

	if (store_filter_has_records(filter))
		about_records = arena_printf(arena, "%s%s%s", subject->records,
		    build_sources(arena, subject->source, filter),
		    subject->records_end);
	if (filter->source_count > 0 && subject->lead != NULL)
		lead = arena_printf(arena, "%s%s) ", subject->lead,
		    build_sources(arena, "t.source_ip", filter));
	return arena_printf(arena, "%s%s%s%s%s%s%s%s",
	    build_lists(arena, subject, filter), start, subject->period,
	    filter->domain_count > 0
		? "AND r.domain IN (SELECT id FROM wanted) "
		: subject->every == NULL ? ""
					 : subject->every,
	    filter->reporter_count == 0 ? "" : subject->reporters, lead,
	    about_records, rest);
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
bind_lists(struct store *store, sqlite3_stmt *statement,
    const struct store_filter *filter, struct error *err)
{
	int index = 1;
	size_t i;

	for (i = 0; i < filter->domain_count; i++)
		if (!sqlite_bind(store, statement, index++,
			text(filter->domains[i]), err))
			return false;
	for (i = 0; i < filter->reporter_count; i++)
		if (!sqlite_bind(store, statement, index++,
			text(filter->reporters[i]), err))
			return false;
	return true;
}

static bool
bind_address(struct store *store, sqlite3_stmt *statement, const char *name,
    size_t number, const struct address *address, struct error *err)
{
	char parameter[32];
	int index;

	snprintf(parameter, sizeof(parameter), ":%s%zu", name, number);
	index = sqlite3_bind_parameter_index(statement, parameter);
	return sqlite_bind(
	    store, statement, index, blob(address->data, address->len), err);
}

static bool
bind(struct store *store, sqlite3_stmt *statement,
    const struct store_filter *filter, struct error *err)
{
	const unsigned usual =
	    STORE_ALL_VERDICTS & ~STORE_VERDICT(VERDICT_FAILED);
	size_t i;

	for (i = 0; i < filter->source_count; i++)
		if (!bind_address(store, statement, "from", i,
			&filter->sources[i].first, err)
		    || !bind_address(store, statement, "to", i,
			&filter->sources[i].last, err))
			return false;
	return bind_lists(store, statement, filter, err)
	    && filter_bind_period(store, statement, filter, err)
	    && filter_bind(store, statement, ":verdicts",
		filter->verdicts == 0 ? usual : filter->verdicts, err)
	    && filter_bind(store, statement, ":results",
		filter->results == 0 ? STORE_ALL_RESULTS : filter->results, err)
	    && filter_bind(store, statement, ":dispositions",
		filter->dispositions == 0 ? STORE_ALL_DISPOSITIONS
					  : filter->dispositions,
		err);
}

static bool
check(const struct store_filter *filter, struct error *err)
{
	if (filter->domain_count > MAX_FILTER_DOMAINS)
		return error_set(err, ERROR_USAGE, "more than %d domains",
		    MAX_FILTER_DOMAINS);
	if (filter->reporter_count > MAX_FILTER_PARTS
	    || filter->source_count > MAX_FILTER_PARTS)
		return error_set(err, ERROR_USAGE,
		    "more than %d reporters or sources", MAX_FILTER_PARTS);
	return true;
}

static bool
prepare(struct store *store, const struct subject *subject, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err)
{
	struct arena arena = { 0 };
	bool ok;

	*out = NULL;
	if (!check(filter, err))
		return false;
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
filter_prepare_records(struct store *store, const char *start, const char *rest,
    const struct store_filter *filter, sqlite3_stmt **out, struct error *err)
{
	return prepare(store, &records, start, rest, filter, out, err);
}

bool
filter_prepare_days(struct store *store, const char *start, const char *rest,
    const struct store_filter *filter, sqlite3_stmt **out, struct error *err)
{
	assert(!store_filter_has_records(filter));
	return prepare(store, &days, start, rest, filter, out, err);
}

bool
filter_prepare_mail(struct store *store, const char *start, const char *rest,
    const struct store_filter *filter, sqlite3_stmt **out, struct error *err)
{
	return prepare(store, &mail, start, rest, filter, out, err);
}

bool
filter_prepare_failures(struct store *store, const char *start,
    const char *rest, const struct store_filter *filter, sqlite3_stmt **out,
    struct error *err)
{
	return prepare(store, &failures, start, rest, filter, out, err);
}
