#include "store/query.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

_Static_assert(REPORT_TLSRPT == 2, "kind = 2 is TLS");

struct total_rows {
	bool (*row)(void *context, const struct store_tls_total *total,
	    struct error *err);
	void *context;
};

static bool
read_tls_total(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct total_rows *to = context;
	const struct store_tls_total total = {
		.domain = question_text(row, 0),
		.policy_type = question_text(row, 1),
		.reports = sqlite3_column_int64(row, 2),
		.reporters = sqlite3_column_int64(row, 3),
		.successful_sessions = sqlite3_column_int64(row, 4),
		.failed_sessions = sqlite3_column_int64(row, 5),
	};

	return to->row(to->context, &total, err);
}

bool
store_tls_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_total *total, struct error *err),
    void *context, struct error *err)
{
	struct total_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT domain.text, coalesce(type.text, ''),"
		   " count(DISTINCT r.id),"
		   " count(DISTINCT r.reporter), capped_sum(p.successful),"
		   " capped_sum(p.failed)"
		   " FROM report r"
		   " JOIN tls_policy p ON p.report = r.id"
		   " JOIN string domain"
		   " ON domain.id = coalesce(p.policy_domain, r.domain)"
		   " LEFT JOIN string type ON type.id = p.policy_type"
		   " WHERE r.kind = 2 AND r.is_conflict = 0 AND",
		   "GROUP BY 1, 2 ORDER BY 1, 2", filter, &statement, err)
	    && question_answer(store, statement, read_tls_total, &to, err);
}
