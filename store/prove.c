/*
 * Whether the sums that are kept are those of the rows.  What is right is
 * said here once more, in other words than where they are kept.
 */

#include "base/error.h"
#include "store/query.h"
#include "store/sqlite.h"

#define PASSES_BY_ROW "(s.dkim = 1 OR s.spf = 1)"

/* Of days whose rows were pruned nothing can be said. */
#define NOT_PRUNED                                                             \
	" NOT EXISTS (SELECT 1 FROM pruned p"                                  \
	" WHERE p.domain = t.domain AND p.day = t.day)"

/* Each selects what the rows say, in the columns of its table. */
static const struct {
	const char *name, *rows;
} rollups[] = {
	{ "total_report",
	    "SELECT r.domain, r.day, r.kind, r.reporter, r.verdict, count(*),"
	    " sum(r.records), capped_sum(r.messages), capped_sum(r.passed),"
	    " capped_sum(coalesce(d.delivered, 0)),"
	    " capped_sum(coalesce(d.quarantined, 0)),"
	    " capped_sum(coalesce(d.rejected, 0))"
	    " FROM report r LEFT JOIN dmarc_report d ON d.report = r.id"
	    " WHERE r.is_conflict = 0 GROUP BY 1, 2, 3, 4, 5" },
	{ "total_outcome",
	    "SELECT r.domain, r.day, r.reporter, r.verdict, s.outcome,"
	    " count(*), capped_sum(c.count)"
	    " FROM report r JOIN record c ON c.report = r.id"
	    " JOIN shape s ON s.id = c.shape"
	    " WHERE r.is_conflict = 0 GROUP BY 1, 2, 3, 4, 5" },
	{ "total_source",
	    "SELECT r.domain, " PASSES_BY_ROW ", r.day,"
	    " coalesce(c.source_ip, x''), s.outcome, r.verdict, count(*),"
	    " capped_sum(c.count)"
	    " FROM report r JOIN record c ON c.report = r.id"
	    " JOIN shape s ON s.id = c.shape"
	    " WHERE r.is_conflict = 0 GROUP BY 1, 2, 3, 4, 5, 6" },
	{ "total_tls",
	    "SELECT r.domain, r.day, coalesce(p.policy_domain, r.domain),"
	    " coalesce(p.policy_type, 0), r.reporter, r.verdict,"
	    " count(DISTINCT r.id), count(*), capped_sum(p.successful),"
	    " capped_sum(p.failed)"
	    " FROM report r JOIN tls_policy p ON p.report = r.id"
	    " WHERE r.is_conflict = 0 GROUP BY 1, 2, 3, 4, 5, 6" },
};

/* Both ways: rows that no sum has, sums that no rows have. */
static const char rollup_question[] =
    "WITH rows AS MATERIALIZED (%s)"
    " SELECT DISTINCT (SELECT text FROM string WHERE id = t.domain), t.day"
    " FROM (SELECT domain, day FROM (SELECT * FROM rows"
    " EXCEPT SELECT * FROM %s) UNION SELECT domain, day FROM"
    " (SELECT * FROM %s EXCEPT SELECT * FROM rows)) t"
    " WHERE" NOT_PRUNED " ORDER BY 1, 2";

/* The heads of DMARC reports, conflicts too. */
static const char head_question[] =
    "SELECT (SELECT text FROM string WHERE id = r.domain), r.day"
    " FROM report r JOIN dmarc_report d ON d.report = r.id"
    " LEFT JOIN (SELECT c.report, count(*) AS records,"
    " capped_sum(c.count) AS messages, capped_sum(iif(" PASSES_BY_ROW
    ", c.count, 0)) AS passed, capped_sum(iif(NOT " PASSES_BY_ROW
    " AND s.disposition IN (1, 2), c.count, 0)) AS delivered,"
    " capped_sum(iif(NOT " PASSES_BY_ROW
    " AND s.disposition = 3, c.count, 0)) AS quarantined,"
    " capped_sum(iif(NOT " PASSES_BY_ROW
    " AND s.disposition = 4, c.count, 0)) AS rejected"
    " FROM record c JOIN shape s ON s.id = c.shape GROUP BY c.report) t"
    " ON t.report = r.id"
    " WHERE (r.records, r.messages, r.passed, d.delivered, d.quarantined,"
    " d.rejected) IS NOT (coalesce(t.records, 0), coalesce(t.messages, 0),"
    " coalesce(t.passed, 0), coalesce(t.delivered, 0),"
    " coalesce(t.quarantined, 0), coalesce(t.rejected, 0)) ORDER BY 1, 2";

struct proof {
	struct store *store;
	bool (*row)(void *context, const struct store_difference *difference,
	    struct error *err);
	void *context;
};

static bool
run(const struct proof *proof, const char *what, const char *sql,
    struct error *err)
{
	struct store_difference difference = { .what = what };
	sqlite3_stmt *rows;
	bool has_row, ok;

	if (!sqlite_prepare(proof->store, sql, &rows, err))
		return false;
	do {
		ok = sqlite_step(proof->store, rows, &has_row, err);
		if (!ok || !has_row)
			break;
		difference.domain = (const char *)sqlite3_column_text(rows, 0);
		difference.day = sqlite3_column_int64(rows, 1);
		if (difference.domain == NULL)
			difference.domain = "";
		ok = proof->row(proof->context, &difference, err);
	} while (ok);
	sqlite3_finalize(rows);
	return ok;
}

static bool
run_all(const struct proof *proof, struct error *err)
{
	bool ok = run(proof, "report", head_question, err);
	size_t i;
	char *sql;

	for (i = 0; ok && i < COUNT_OF(rollups); i++) {
		sql = sqlite3_mprintf(rollup_question, rollups[i].rows,
		    rollups[i].name, rollups[i].name);
		ok = sql != NULL && run(proof, rollups[i].name, sql, err);
		sqlite3_free(sql);
	}
	return ok;
}

bool
store_prove(struct store *store,
    bool (*row)(void *context, const struct store_difference *difference,
	struct error *err),
    void *context, struct error *err)
{
	const struct proof proof = { store, row, context };
	bool ok;

	/* So that all statements see the same moment. */
	if (!sqlite_exec(store, "SAVEPOINT proof", err))
		return false;
	ok = run_all(&proof, err);
	sqlite3_exec(store->db, "RELEASE proof", NULL, NULL, NULL);
	return ok && sqlite_check_unchanged(store, err);
}
