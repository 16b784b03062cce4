/* Who reports, what became of messages and sessions, and which policies were
 * seen. */

#include "base/error.h"
#include "parse/dmarc.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"
#include "store/totals.h"

/* --- reporters --- */

struct reporter_rows {
	bool (*row)(void *context, const struct store_reporter_total *total,
	    struct error *err);
	void *context;
};

static bool
read_reporter(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct reporter_rows *to = context;
	const struct store_reporter_total total = {
		.domain = question_text(row, 0),
		.org_name = question_text(row, 1),
		.dmarc_reports = sqlite3_column_int64(row, 2),
		.tls_reports = sqlite3_column_int64(row, 3),
		.messages = sqlite3_column_int64(row, 4),
		.passed = sqlite3_column_int64(row, 5),
		.sessions = sqlite3_column_int64(row, 6),
		.success = sqlite3_column_int64(row, 7),
		.last_day = question_day(row, 8),
	};

	return to->row(to->context, &total, err);
}

/* The name as it stands in the last report; reports may be pruned. */
#define REPORTERS(domain)                                                      \
	"SELECT " domain ", coalesce((SELECT name.text FROM report"            \
	" JOIN string name ON name.id = report.org_name"                       \
	" WHERE report.reporter = r.reporter AND report.is_conflict = 0"       \
	" LIMIT 1), reporter.org_name),"                                       \
	" sum(CASE r.kind WHEN 1 THEN r.reports ELSE 0 END),"                  \
	" sum(CASE r.kind WHEN 2 THEN r.reports ELSE 0 END),"                  \
	" capped_sum(CASE r.kind WHEN 1 THEN r.messages ELSE 0 END) AS mail,"  \
	" capped_sum(CASE r.kind WHEN 1 THEN r.passed ELSE 0 END),"            \
	" capped_sum(CASE r.kind WHEN 2 THEN r.messages ELSE 0 END) AS tls,"   \
	" capped_sum(CASE r.kind WHEN 2 THEN r.passed ELSE 0 END),"            \
	" max(r.day) FROM total_report r"                                      \
	" JOIN reporter ON reporter.id = r.reporter "

bool
store_reporter_totals(struct store *store, const struct store_filter *filter,
    bool by_domain,
    bool (*row)(void *context, const struct store_reporter_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct reporter_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   by_domain
		       ? REPORTERS("string.text") "JOIN string ON string.id = "
						  "r.domain WHERE"
		       : REPORTERS("''") "WHERE",
		   by_domain
		       ? "GROUP BY r.domain, r.reporter"
			 " ORDER BY string.text, mail DESC, tls DESC, 2"
		       : "GROUP BY r.reporter ORDER BY mail DESC, tls DESC, 2",
		   filter, &statement, err)
	    && question_answer(store, statement, read_reporter, &to, err);
}

/* --- what became of messages --- */

struct outcome_rows {
	bool (*row)(void *context, const struct store_outcome_total *total,
	    struct error *err);
	void *context;
};

static bool
read_outcome(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct outcome_rows *to = context;
	const struct store_outcome_total total = {
		.domain = question_text(row, 0),
		.outcome = (unsigned)sqlite3_column_int64(row, 1),
		.messages = sqlite3_column_int64(row, 2),
	};

	return to->row(to->context, &total, err);
}

bool
store_outcome_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_outcome_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct outcome_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT string.text, r.outcome, capped_sum(r.messages)"
		   " FROM total_outcome r"
		   " JOIN string ON string.id = r.domain WHERE",
		   "GROUP BY r.domain, r.outcome"
		   " ORDER BY string.text, 3 DESC, r.outcome",
		   filter, &statement, err)
	    && question_answer(store, statement, read_outcome, &to, err);
}

/* --- why policies were not followed --- */

struct reason_rows {
	bool (*row)(void *context, const struct store_reason_total *total,
	    struct error *err);
	void *context;
};

static bool
read_reason(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct reason_rows *to = context;
	const struct store_reason_total total = {
		.domain = question_text(row, 0),
		.reasons = question_text(row, 1),
		.disposition =
		    (enum dmarc_disposition)sqlite3_column_int(row, 2),
		.messages = sqlite3_column_int64(row, 3),
	};

	return to->row(to->context, &total, err);
}

_Static_assert(DMARC_PASS == 1, "dkim <> 1 is no pass");

/* Sets of reasons that differ in a comment have the same types. */
#define TYPES                                                                  \
	"coalesce((SELECT group_concat(text) FROM"                             \
	" (SELECT string.text FROM reason"                                     \
	" JOIN string ON string.id = reason.type"                              \
	" WHERE reason.reasons = f.reasons ORDER BY reason.n)), '')"

bool
store_reason_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_reason_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct reason_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT string.text, " TYPES ", f.disposition,"
		   " capped_sum(f.messages)"
		   " FROM (SELECT r.domain AS domain, c.reasons AS reasons,"
		   " s.disposition AS disposition,"
		   " capped_sum(c.count) AS messages"
		   " FROM report r CROSS JOIN record c ON c.report = r.id"
		   " JOIN shape s ON s.id = c.shape"
		   " WHERE r.is_conflict = 0 AND c.reasons IS NOT NULL"
		   " AND s.dkim <> 1 AND s.spf <> 1 AND",
		   "GROUP BY 1, 2, 3) f JOIN string ON string.id = f.domain"
		   " GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3",
		   filter, &statement, err)
	    && question_answer(store, statement, read_reason, &to, err);
}

/* --- policies --- */

struct policy_rows {
	bool (*row)(void *context, const struct store_policy *policy,
	    struct error *err);
	void *context;
};

static bool
read_policy(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct policy_rows *to = context;
	const struct store_policy policy = {
		.domain = question_text(row, 0),
		.p = (enum dmarc_policy)sqlite3_column_int(row, 1),
		.sp = (enum dmarc_policy)sqlite3_column_int(row, 2),
		.np = (enum dmarc_policy)sqlite3_column_int(row, 3),
		.adkim = (enum dmarc_alignment)sqlite3_column_int(row, 4),
		.aspf = (enum dmarc_alignment)sqlite3_column_int(row, 5),
		.pct = question_text(row, 6),
		.testing = question_text(row, 7),
		.first_begin = sqlite3_column_int64(row, 8),
		.last_begin = sqlite3_column_int64(row, 9),
		.reports = sqlite3_column_int64(row, 10),
		.reporters = sqlite3_column_int64(row, 11),
	};

	return to->row(to->context, &policy, err);
}

bool
store_policies(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_policy *policy, struct error *err),
    void *context, struct error *err)
{
	struct policy_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT string.text, d.p, d.sp, d.np, d.adkim, d.aspf,"
		   " coalesce(d.pct, ''), coalesce(d.testing, ''),"
		   " min(r.begin), max(r.begin), count(*),"
		   " count(DISTINCT r.reporter)"
		   " FROM report r JOIN dmarc_report d ON d.report = r.id"
		   " JOIN string ON string.id = r.domain"
		   " WHERE r.is_conflict = 0 AND",
		   "GROUP BY r.domain, 2, 3, 4, 5, 6, 7, 8"
		   " ORDER BY string.text, min(r.begin)",
		   filter, &statement, err)
	    && question_answer(store, statement, read_policy, &to, err);
}

/* --- why sessions failed --- */

struct tls_failure_rows {
	bool (*row)(void *context, const struct store_tls_failure *failure,
	    struct error *err);
	void *context;
};

static bool
read_tls_failure(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct tls_failure_rows *to = context;
	const struct store_tls_failure failure = {
		.domain = question_text(row, 0),
		.policy_type = question_text(row, 1),
		.result_type = question_text(row, 2),
		.mx = question_text(row, 3),
		.sessions = sqlite3_column_int64(row, 4),
		.reporters = sqlite3_column_int64(row, 5),
		.last_begin = sqlite3_column_int64(row, 6),
	};

	return to->row(to->context, &failure, err);
}

bool
store_tls_failures(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_tls_failure *failure,
	struct error *err),
    void *context, struct error *err)
{
	struct tls_failure_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT string.text, coalesce(type.text, ''),"
		   " coalesce(result.text, ''), coalesce(mx.text, ''),"
		   " capped_sum(f.failed_session_count),"
		   " count(DISTINCT r.reporter), max(r.begin)"
		   " FROM report r JOIN tls_failure f ON f.report = r.id"
		   " JOIN tls_policy p ON p.report = f.report AND p.n = "
		   "f.policy"
		   " JOIN string ON string.id = r.domain"
		   " LEFT JOIN string type ON type.id = p.policy_type"
		   " LEFT JOIN string result ON result.id = f.result_type"
		   " LEFT JOIN string mx ON mx.id = f.receiving_mx_hostname"
		   " WHERE r.kind = 2 AND r.is_conflict = 0 AND",
		   "GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 2, 3, 4", filter,
		   &statement, err)
	    && question_answer(store, statement, read_tls_failure, &to, err);
}
