#include "store/query.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

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

	/* No record of a DMARC report is in a TLS report. */
	if (store_filter_has_records(filter))
		return true;
	return filter_prepare_days(store,
		   "SELECT domain.text, coalesce(type.text, ''),"
		   " sum(r.reports), count(DISTINCT r.reporter),"
		   " capped_sum(r.successful), capped_sum(r.failed)"
		   " FROM total_tls r"
		   " JOIN string domain ON domain.id = r.policy_domain"
		   " LEFT JOIN string type ON type.id = r.policy_type WHERE",
		   "GROUP BY 1, 2 ORDER BY 1, 2", filter, &statement, err)
	    && question_answer(store, statement, read_tls_total, &to, err);
}
