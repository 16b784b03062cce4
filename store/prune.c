#include "store/pruner.h"

#include <time.h>

#include "base/error.h"
#include "store/sweep.h"
#include "store/tombstone.h"

/* Rows in a transaction, so that it takes no longer than a commit or two. */
#define BATCH 2000
/* Pages that are given back in one. */
#define PAGES 2000

/* --- one thing that goes --- */

/* The message goes when nothing is left of it. */
static bool
drop_empty_message(struct pruner *p, int64_t message)
{
	if (!pruner_run(p,
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
	    || !pruner_run(p, "DELETE FROM report WHERE id = ?1", id, 0))
		return false;
	p->out->reports++;
	p->out->records += sqlite3_column_int64(row, 3);
	return drop_empty_message(p, message);
}

static bool
drop_message(struct pruner *p, sqlite3_stmt *row)
{
	if (!pruner_run(p, "DELETE FROM message WHERE id = ?1",
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
	return pruner_run(p, "DELETE FROM raw WHERE message = ?1",
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
		if (!pruner_run(p, statements[i], domain, day))
			return false;
	p->out->days++;
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
	pruner_forget_recipients,
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
	if (!pruner_start(
		p->store, p->retention, phase->sql, before, &rows, p->err))
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
	return pruner_run(p,
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
		    || !pruner_count(p->store, p->retention,
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
	struct pruner p = { store, retention, out, err, false };

	*out = (struct store_pruned) { 0 };
	return pruner_set_domains(store, retention, err)
	    && run_phase(&p, &drop_raws, retention->raw)
	    && run_phase(&p, &drop_readable_raws, retention->readable_raw)
	    && run_phase(
		&p, &drop_recipients, pruner_day(retention->recipients))
	    && round_failures(&p)
	    && run_phase(&p, &drop_reports, pruner_day(retention->rows))
	    && run_phase(&p, &drop_days, pruner_day(retention->rollups))
	    && run_phase(&p, &drop_messages, retention->rows)
	    && sweep(store, err) && give_back(&p);
}
