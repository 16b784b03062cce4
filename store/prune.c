#include "store/prune.h"

#include <time.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "store/intern.h"
#include "store/sqlite.h"
#include "store/sweep.h"
#include "store/tombstone.h"

/* Rows in a transaction, so that it takes no longer than a commit or two. */
#define BATCH 2000
/* Pages that are given back in one. */
#define PAGES 2000

struct pruner {
	struct store *store;
	const struct store_retention *retention;
	struct store_pruned *out;
	struct error *err;
	int64_t id; /* of the row last looked at */
	bool is_done;
};

/* The domains of the filter, as a condition; a table of names that is ours
 * alone holds them. */
static const char create_domains[] =
    "CREATE TEMP TABLE IF NOT EXISTS pruned_domain (name TEXT PRIMARY KEY);"
    "DELETE FROM pruned_domain";
#define OF_DOMAINS(domain)                                                     \
	"(?2 = 0 OR EXISTS (SELECT 1 FROM temp.pruned_domain p"                \
	" JOIN string s ON s.id = " domain " WHERE s.text = p.name"            \
	" OR substr(s.text, -length(p.name) - 1) = '.' || p.name))"

static bool
set_domains(struct store *store, const struct store_retention *retention,
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
static bool
start(struct store *store, const struct store_retention *retention,
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

/* --- what would go --- */

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

static bool
count(struct store *store, const struct store_retention *retention,
    const char *sql, int64_t before, int64_t *first, int64_t *second,
    struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!start(store, retention, sql, before, &row, err))
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

static int64_t
day_of(int64_t time)
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

	if (!count(store, retention, COUNT_RAW OLD_RAW, retention->raw,
		&out->raw, &out->raw_bytes, err))
		return false;
	if (retention->readable_raw <= retention->raw)
		return true;
	if (!count(store, retention, COUNT_RAW OLD_READABLE_RAW,
		retention->readable_raw, &raw, &bytes, err)
	    || !count(store, retention, COUNT_RAW OLD_READABLE_RAW,
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
	int64_t rows = day_of(retention->rows);

	return count(store, retention,
		   "SELECT count(*), coalesce(sum(r.records), 0)"
		   " FROM report r WHERE " OLD_REPORTS,
		   rows, &out->reports, &out->records, err)
	    && count(store, retention,
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
	    && count(store, retention,
		"SELECT count(*) FROM (SELECT DISTINCT t.domain, t.day"
		" FROM total_report t WHERE " OLD_DAYS ")",
		day_of(retention->rollups), &out->days, NULL, err)
	    && count(store, retention,
		"SELECT count(*) FROM report r WHERE " OLD_RECIPIENTS,
		day_of(retention->recipients), &out->recipients, NULL, err)
	    && plan_raw(store, retention, out, err);
}

bool
store_prune_plan(struct store *store, const struct store_retention *retention,
    struct store_pruned *out, struct error *err)
{
	*out = (struct store_pruned) { 0 };
	return set_domains(store, retention, err)
	    && plan(store, retention, out, err);
}

/* --- one thing that goes --- */

static bool
run_sql(struct pruner *p, const char *sql, int64_t first, int64_t second)
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

/* The message goes when nothing is left of it. */
static bool
drop_empty_message(struct pruner *p, int64_t message)
{
	if (!run_sql(p,
		"DELETE FROM message WHERE id = ?1"
		" AND NOT EXISTS (SELECT 1 FROM report WHERE message = ?1)"
		" AND NOT EXISTS (SELECT 1 FROM quarantine WHERE message = ?1)"
		" AND NOT EXISTS (SELECT 1 FROM failure WHERE message = ?1)",
		message, 0))
		return false;
	p->out->messages += sqlite3_changes(p->store->db);
	return true;
}

/* Its sums stay for now, so it is remembered. */
static bool
drop_report(struct pruner *p, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0);
	int64_t message = sqlite3_column_int64(row, 1);

	if (!tombstone_add(p->store, id, p->err)
	    || !run_sql(p, "DELETE FROM report WHERE id = ?1", id, 0))
		return false;
	p->out->reports++;
	p->out->records += sqlite3_column_int64(row, 3);
	return drop_empty_message(p, message);
}

static bool
drop_message(struct pruner *p, sqlite3_stmt *row)
{
	if (!run_sql(p, "DELETE FROM message WHERE id = ?1",
		sqlite3_column_int64(row, 0), 0))
		return false;
	p->out->messages++;
	return true;
}

static bool
drop_raw(struct pruner *p, sqlite3_stmt *row)
{
	p->out->raw++;
	p->out->raw_bytes += sqlite3_column_int64(row, 2);
	return run_sql(p, "DELETE FROM raw WHERE message = ?1",
	    sqlite3_column_int64(row, 0), 0);
}

/* A report of that day may have come since its rows went. */
static bool
drop_day(struct pruner *p, sqlite3_stmt *row)
{
	static const char *const statements[] = {
		"DELETE FROM total_report WHERE domain = ?1 AND day = ?2",
		"DELETE FROM total_outcome WHERE domain = ?1 AND day = ?2",
		"DELETE FROM total_source"
		" WHERE domain = ?1 AND passes IN (0, 1) AND day = ?2",
		"DELETE FROM total_tls WHERE domain = ?1 AND day = ?2",
		"DELETE FROM pruned WHERE domain = ?1 AND day = ?2",
	};
	int64_t domain = sqlite3_column_int64(row, 1);
	int64_t day = sqlite3_column_int64(row, 2);
	size_t i;

	for (i = 0; i < COUNT_OF(statements); i++)
		if (!run_sql(p, statements[i], domain, day))
			return false;
	p->out->days++;
	return true;
}

/* --- who received it --- */

static bool
forget_envelope_to(struct pruner *p, int64_t report)
{
	/* The same without it, made where it is not there. */
	static const char add[] =
	    "INSERT OR IGNORE INTO shape (outcome, disposition,"
	    " disposition_raw, dkim, dkim_raw, spf, spf_raw, header_from,"
	    " envelope_from, envelope_to, auth)"
	    " SELECT DISTINCT s.outcome, s.disposition, s.disposition_raw,"
	    " s.dkim, s.dkim_raw, s.spf, s.spf_raw, s.header_from,"
	    " s.envelope_from, 0, s.auth"
	    " FROM record c JOIN shape s ON s.id = c.shape"
	    " WHERE c.report = ?1 AND s.envelope_to <> 0";
	static const char use[] =
	    "UPDATE record SET shape = (SELECT o.id FROM shape s, shape o"
	    " WHERE s.id = record.shape AND o.auth = s.auth"
	    " AND o.header_from = s.header_from"
	    " AND o.envelope_from = s.envelope_from AND o.envelope_to = 0"
	    " AND o.disposition = s.disposition AND o.dkim = s.dkim"
	    " AND o.spf = s.spf AND o.disposition_raw = s.disposition_raw"
	    " AND o.dkim_raw = s.dkim_raw AND o.spf_raw = s.spf_raw)"
	    " WHERE report = ?1 AND shape IN"
	    " (SELECT id FROM shape WHERE envelope_to <> 0)";

	return run_sql(p, add, report, 0) && run_sql(p, use, report, 0);
}

/* The types of a set of reasons, without their comments. */
static bool
load_types(struct pruner *p, int64_t reasons, struct arena *arena,
    const struct dmarc_reason **next)
{
	struct dmarc_reason *reason;
	sqlite3_stmt *rows;
	bool has_row, ok;

	if (!start(p->store, p->retention,
		"SELECT s.text FROM reason r"
		" LEFT JOIN string s ON s.id = r.type"
		" WHERE r.reasons = ?1 ORDER BY r.n",
		reasons, &rows, p->err))
		return false;
	while (
	    (ok = sqlite_step(p->store, rows, &has_row, p->err)) && has_row) {
		reason = arena_alloc(arena, 1, sizeof(*reason));
		if (sqlite3_column_text(rows, 0) != NULL)
			reason->type = arena_copy(arena,
			    bytes_of(
				(const char *)sqlite3_column_text(rows, 0)));
		*next = reason;
		next = &reason->next;
	}
	sqlite3_finalize(rows);
	return ok;
}

static bool
forget_comments_of(struct pruner *p, int64_t report, int64_t reasons)
{
	const struct dmarc_reason *types = NULL;
	struct arena arena = { 0 };
	sqlite3_stmt *update = NULL;
	int64_t id;
	bool has_row, ok;

	ok = load_types(p, reasons, &arena, &types)
	    && intern_reasons(p->store, types, &id, p->err)
	    && sqlite_prepare(p->store,
		"UPDATE record SET reasons = ?1"
		" WHERE report = ?2 AND reasons = ?3",
		&update, p->err)
	    && sqlite_bind(p->store, update, 1, number(id), p->err)
	    && sqlite_bind(p->store, update, 2, number(report), p->err)
	    && sqlite_bind(p->store, update, 3, number(reasons), p->err)
	    && sqlite_step(p->store, update, &has_row, p->err);
	sqlite3_finalize(update);
	arena_release(&arena);
	return ok;
}

static bool
forget_comments(struct pruner *p, int64_t report)
{
	int64_t reasons = 0;

	do
		if (!count(p->store, p->retention,
			"SELECT coalesce(min(c.reasons), 0) FROM record c"
			" WHERE c.report = ?1 AND EXISTS (SELECT 1"
			" FROM reason_comment t WHERE t.reasons = c.reasons)",
			report, &reasons, NULL, p->err)
		    || (reasons != 0
			&& !forget_comments_of(p, report, reasons)))
			return false;
	while (reasons != 0);
	return true;
}

static bool
forget_recipients(struct pruner *p, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0);

	if (!forget_envelope_to(p, id) || !forget_comments(p, id)
	    || !run_sql(p, "DELETE FROM raw WHERE message = ?1",
		sqlite3_column_int64(row, 1), 0)
	    || !run_sql(p,
		"UPDATE report SET names_recipients = 0 WHERE id = ?1", id, 0))
		return false;
	p->out->recipients++;
	return true;
}

/* --- all of it --- */

/* Things that go, each in its order: the id of the row in the first column,
 * how many rows it takes away in the fourth. */
struct phase {
	const char *sql;
	bool (*drop)(struct pruner *p, sqlite3_stmt *row);
};

static const struct phase drop_recipients = {
	"SELECT r.id, r.message, 0, r.records FROM report r"
	" WHERE " OLD_RECIPIENTS " LIMIT 100",
	forget_recipients,
};
static const struct phase drop_reports = {
	"SELECT r.id, r.message, r.day, r.records FROM report r"
	" WHERE " OLD_REPORTS " ORDER BY r.day LIMIT 500",
	drop_report,
};
static const struct phase drop_days = {
	"SELECT 0, t.domain, t.day, sum(t.records) FROM total_report t"
	" WHERE " OLD_DAYS " AND NOT EXISTS (SELECT 1 FROM report r"
	" WHERE r.domain = t.domain AND r.day = t.day)"
	" GROUP BY t.domain, t.day LIMIT 200",
	drop_day,
};
static const struct phase drop_raws = {
	"SELECT w.message, 0, length(w.deflated), 10 FROM raw w"
	" JOIN message m ON m.id = w.message WHERE " OLD_RAW " LIMIT 200",
	drop_raw,
};
static const struct phase drop_readable_raws = {
	"SELECT w.message, 0, length(w.deflated), 10 FROM raw w"
	" JOIN message m ON m.id = w.message"
	" WHERE " OLD_READABLE_RAW " LIMIT 200",
	drop_raw,
};
static const struct phase drop_messages = {
	"SELECT m.id, 0, 0, 1 FROM message m WHERE " OLD_MESSAGES " LIMIT 500",
	drop_message,
};

static bool
run_batch(struct pruner *p, const struct phase *phase, int64_t before)
{
	sqlite3_stmt *rows;
	int64_t left = BATCH;
	bool has_row, ok;

	p->is_done = true;
	if (!start(p->store, p->retention, phase->sql, before, &rows, p->err))
		return false;
	while (left > 0 && (ok = sqlite_step(p->store, rows, &has_row, p->err))
	    && has_row) {
		left -= 1 + sqlite3_column_int64(rows, 3);
		p->is_done = false;
		if (!(ok = phase->drop(p, rows)))
			break;
	}
	sqlite3_finalize(rows);
	return ok;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Batch by batch until nothing is left; in between, others have as much time
 * as a batch took. */
static bool
run_phase(struct pruner *p, const struct phase *phase, int64_t before)
{
	int64_t begun;

	p->is_done = before == INT64_MIN;
	while (!p->is_done) {
		begun = now_ms();
		if (!store_begin(p->store, p->err))
			return false;
		if (!run_batch(p, phase, before)) {
			store_rollback(p->store);
			return false;
		}
		if (!store_commit(p->store, p->err))
			return false;
		sweep_pause(p->store, now_ms() - begun);
	}
	return true;
}

/* The hour a mail came says whose it was. */
static bool
round_failures(struct pruner *p)
{
	if (p->retention->recipients == STORE_KEEP
	    || p->retention->domain_count > 0)
		return true;
	return run_sql(p,
	    "UPDATE failure SET arrival_date = arrival_date / 86400 * 86400"
	    " WHERE received < ?1 AND arrival_date % 86400 <> 0",
	    p->retention->recipients, 0);
}

static bool
give_back(struct pruner *p)
{
	int64_t pages = 1;
	char sql[64];

	sqlite3_snprintf(
	    sizeof(sql), sql, "PRAGMA incremental_vacuum(%d)", PAGES);
	while (pages > 0) {
		int64_t before = pages;

		if (!sqlite_exec(p->store, sql, p->err)
		    || !count(p->store, p->retention,
			"SELECT freelist_count FROM pragma_freelist_count"
			" WHERE ?1 = ?1",
			0, &pages, NULL, p->err))
			return false;
		if (pages == before)
			break; /* of a file that cannot give back */
		sweep_pause(p->store, 25);
	}
	return sqlite_exec(p->store, "PRAGMA wal_checkpoint(PASSIVE)", p->err);
}

bool
store_prune(struct store *store, const struct store_retention *retention,
    struct store_pruned *out, struct error *err)
{
	struct pruner p = { store, retention, out, err, 0, false };

	*out = (struct store_pruned) { 0 };
	return set_domains(store, retention, err)
	    && run_phase(&p, &drop_raws, retention->raw)
	    && run_phase(&p, &drop_readable_raws, retention->readable_raw)
	    && run_phase(&p, &drop_recipients, day_of(retention->recipients))
	    && round_failures(&p)
	    && run_phase(&p, &drop_reports, day_of(retention->rows))
	    && run_phase(&p, &drop_days, day_of(retention->rollups))
	    && run_phase(&p, &drop_messages, retention->rows)
	    && sweep(store, err) && give_back(&p);
}
