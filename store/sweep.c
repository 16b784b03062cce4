#include "store/sweep.h"

#include <err.h>
#include <stdlib.h>

#include "base/error.h"
#include "store/intern.h"
#include "store/sqlite.h"

/* Rows that are removed in a transaction. */
#define BATCH 5000

enum kind {
	STRINGS,
	AUTHS,
	REASONS,
	SHAPES,
	REPORTERS,
	KIND_COUNT,
};

/* The ids of a kind: those that are used, of up to the highest there was. */
struct marks {
	int64_t highest;
	unsigned char *used; /* a bit each */
};

struct sweeper {
	struct store *store;
	struct error *err;
	int64_t last_report, last_failure; /* that have been looked at */
	struct marks kinds[KIND_COUNT];
	bool is_done;
};

static const char *const tables[KIND_COUNT] = {
	[STRINGS] = "string",
	[AUTHS] = "auth_set",
	[REASONS] = "reason_set",
	[SHAPES] = "shape",
	[REPORTERS] = "reporter",
};

static void
mark(struct marks *marks, int64_t id)
{
	if (id > 0 && id <= marks->highest)
		marks->used[id / 8] |= (unsigned char)(1 << id % 8);
}

static bool
is_used(const struct marks *marks, int64_t id)
{
	return (marks->used[id / 8] >> id % 8 & 1) != 0;
}

/*
 * Where ids stand.  Each statement has the ids that are used in rows it looks
 * at; a row counts when its own id, in the first column, is used (of) or new.
 * ?1 is above what was looked at before, and 0 the first time.
 */
static const struct place {
	const char *sql;
	int since;    /* which ?1: of reports, failures, or rows of a kind */
	int of;       /* the kind of the first column; -1 for none */
	int kinds[7]; /* of the columns after that */
	int count;
} places[] = {
#define SINCE_REPORT  (-1)
#define SINCE_FAILURE (-2)
#define SINCE_EVER    (-3)
	{ "SELECT 0, shape, reasons, source_ip_raw FROM record"
	  " WHERE report > ?1",
	    SINCE_REPORT, -1, { SHAPES, REASONS, STRINGS }, 3 },
	{ "SELECT id, auth FROM shape", SINCE_EVER, SHAPES, { AUTHS }, 1 },
	{ "SELECT id, disposition_raw, dkim_raw, spf_raw, header_from,"
	  " envelope_from, envelope_to FROM shape",
	    SINCE_EVER, SHAPES,
	    { STRINGS, STRINGS, STRINGS, STRINGS, STRINGS, STRINGS }, 6 },
	{ "SELECT auth, domain, selector FROM auth_dkim", SINCE_EVER, AUTHS,
	    { STRINGS, STRINGS }, 2 },
	{ "SELECT auth, domain, scope FROM auth_spf", SINCE_EVER, AUTHS,
	    { STRINGS, STRINGS }, 2 },
	{ "SELECT reasons, type FROM reason", SINCE_EVER, REASONS, { STRINGS },
	    1 },
	{ "SELECT reasons, text, lang FROM reason_comment", SINCE_EVER, REASONS,
	    { STRINGS, STRINGS }, 2 },
	/* A report may get another verdict_reason later. */
	{ "SELECT 0, org_name, email, domain, verdict_reason, reporter"
	  " FROM report",
	    SINCE_EVER, -1, { STRINGS, STRINGS, STRINGS, STRINGS, REPORTERS },
	    5 },
	{ "SELECT 0, reporter, domain, auth_failure, delivery_result"
	  " FROM failure WHERE id > ?1",
	    SINCE_FAILURE, -1, { STRINGS, STRINGS, STRINGS, STRINGS }, 4 },
	{ "SELECT 0, policy_type, policy_domain FROM tls_policy"
	  " WHERE report > ?1",
	    SINCE_REPORT, -1, { STRINGS, STRINGS }, 2 },
	{ "SELECT 0, text FROM tls_policy_string WHERE report > ?1",
	    SINCE_REPORT, -1, { STRINGS }, 1 },
	{ "SELECT 0, text FROM tls_mx_host WHERE report > ?1", SINCE_REPORT, -1,
	    { STRINGS }, 1 },
	{ "SELECT 0, result_type, sending_mta_ip, receiving_mx_hostname,"
	  " receiving_mx_helo, receiving_ip FROM tls_failure"
	  " WHERE report > ?1",
	    SINCE_REPORT, -1, { STRINGS, STRINGS, STRINGS, STRINGS, STRINGS },
	    5 },
	{ "SELECT 0, domain, reporter FROM total_report", SINCE_EVER, -1,
	    { STRINGS, REPORTERS }, 2 },
	{ "SELECT 0, policy_domain, policy_type FROM total_tls", SINCE_EVER, -1,
	    { STRINGS, STRINGS }, 2 },
	{ "SELECT 0, domain FROM pruned", SINCE_EVER, -1, { STRINGS }, 1 },
};

static bool
ask(struct sweeper *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!sqlite_prepare(s->store, sql, &row, s->err))
		return false;
	ok = sqlite_step(s->store, row, &has_row, s->err);
	*out = ok && has_row ? sqlite3_column_int64(row, 0) : 0;
	sqlite3_finalize(row);
	return ok;
}

static void
mark_row(struct sweeper *s, const struct place *place, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0);
	const struct marks *of;
	int i;

	if (place->of >= 0) {
		of = &s->kinds[place->of];
		if (id <= of->highest && !is_used(of, id))
			return;
	}
	for (i = 0; i < place->count; i++)
		mark(&s->kinds[place->kinds[i]],
		    sqlite3_column_int64(row, i + 1));
}

static bool
mark_place(struct sweeper *s, const struct place *place)
{
	int64_t since =
	    place->since == SINCE_REPORT ? s->last_report : s->last_failure;
	sqlite3_stmt *rows;
	bool has_row, ok;

	if (!sqlite_prepare(s->store, place->sql, &rows, s->err))
		return false;
	ok = place->since == SINCE_EVER
	    || sqlite_bind(s->store, rows, 1, number(since), s->err);
	while (ok && (ok = sqlite_step(s->store, rows, &has_row, s->err))
	    && has_row)
		mark_row(s, place, rows);
	sqlite3_finalize(rows);
	return ok;
}

/* What is used now; the first time all of it, then what came since. */
static bool
mark_all(struct sweeper *s)
{
	size_t i;

	for (i = 0; i < COUNT_OF(places); i++)
		if (!mark_place(s, &places[i]))
			return false;
	return ask(s, "SELECT coalesce(max(id), 0) FROM report",
		   &s->last_report)
	    && ask(s, "SELECT coalesce(max(id), 0) FROM failure",
		&s->last_failure);
}

static bool
make_marks(struct sweeper *s)
{
	struct marks *marks;
	char sql[64];
	size_t i;

	for (i = 0; i < KIND_COUNT; i++) {
		marks = &s->kinds[i];
		sqlite3_snprintf(sizeof(sql), sql,
		    "SELECT coalesce(max(id), 0) FROM %s", tables[i]);
		if (!ask(s, sql, &marks->highest))
			return false;
		marks->used = calloc((size_t)marks->highest / 8 + 1, 1);
		if (marks->used == NULL)
			err(1, "sweep");
	}
	return true;
}

/* Removes unused ids of a kind, up to a number of them. */
static bool
remove_some(struct sweeper *s, enum kind kind, int *left)
{
	struct marks *marks = &s->kinds[kind];
	sqlite3_stmt *statement;
	bool ok = true, has_row;
	char sql[64];
	int64_t id;

	sqlite3_snprintf(
	    sizeof(sql), sql, "DELETE FROM %s WHERE id = ?", tables[kind]);
	if (!sqlite_prepare(s->store, sql, &statement, s->err))
		return false;
	for (id = 1; ok && id <= marks->highest && *left > 0; id++) {
		if (is_used(marks, id))
			continue;
		ok = sqlite_bind(s->store, statement, 1, number(id), s->err)
		    && sqlite_step(s->store, statement, &has_row, s->err);
		sqlite3_reset(statement);
		*left -= sqlite3_changes(s->store->db);
		/* Gone, or never there: not to be looked at again. */
		mark(marks, id);
	}
	sqlite3_finalize(statement);
	return ok;
}

static bool
remove_batch(struct sweeper *s)
{
	int left = BATCH, kind;

	if (!mark_all(s))
		return false;
	/* What uses others goes before them. */
	for (kind = KIND_COUNT - 1; kind >= 0; kind--)
		if (!remove_some(s, (enum kind)kind, &left))
			return false;
	s->is_done = left > 0;
	return sqlite_exec(
	    s->store, "UPDATE sweep SET count = count + 1", s->err);
}

static bool
in_transaction(
    struct sweeper *s, const char *begin, bool (*work)(struct sweeper *s))
{
	if (!sqlite_exec(s->store, begin, s->err))
		return false;
	if (work(s) && sqlite_exec(s->store, "COMMIT", s->err))
		return true;
	sqlite3_exec(s->store->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool
mark_first(struct sweeper *s)
{
	return make_marks(s) && mark_all(s);
}

void
sweep_pause(struct store *store, int64_t milliseconds)
{
	(void)store;
	sqlite3_sleep(milliseconds > 1000 ? 1000 : (int)milliseconds);
}

bool
sweep(struct store *store, struct error *err)
{
	struct sweeper s = { .store = store, .err = err };
	bool ok = in_transaction(&s, "BEGIN", mark_first);
	size_t i;

	while (ok && !s.is_done) {
		ok = in_transaction(&s, "BEGIN IMMEDIATE", remove_batch);
		sweep_pause(store, 25);
	}
	for (i = 0; i < KIND_COUNT; i++)
		free(s.kinds[i].used);
	intern_forget(store);
	return ok;
}

bool
sweep_look(struct store *store, struct error *err)
{
	int64_t count;

	if (!statement_run(store, FIND_SWEEPS, NULL, 0, &count, err))
		return false;
	if (count != store->sweeps)
		intern_forget(store);
	store->sweeps = count;
	return true;
}
