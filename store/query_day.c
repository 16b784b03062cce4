/* What changes from day to day. */

#include "store/totals.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

struct day_rows {
	bool (*row)(
	    void *context, const struct store_day *day, struct error *err);
	void *context;
};

static bool
read_day(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct day_rows *to = context;
	const struct store_day day = {
		.domain = question_text(row, 0),
		.day = question_day(row, 1),
		.messages = sqlite3_column_int64(row, 2),
		.passed = sqlite3_column_int64(row, 3),
		.delivered = sqlite3_column_int64(row, 4),
		.quarantined = sqlite3_column_int64(row, 5),
		.rejected = sqlite3_column_int64(row, 6),
		.records = sqlite3_column_int64(row, 7),
	};

	return to->row(to->context, &day, err);
}

bool
store_days(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_day *day, struct error *err),
    void *context, struct error *err)
{
	struct day_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT string.text, r.day, capped_sum(r.messages),"
		   " capped_sum(r.passed), capped_sum(r.delivered),"
		   " capped_sum(r.quarantined), capped_sum(r.rejected),"
		   " sum(r.records)"
		   " FROM total_report r"
		   " JOIN string ON string.id = r.domain"
		   " WHERE r.kind = 1 AND",
		   "GROUP BY r.domain, r.day ORDER BY string.text, r.day",
		   filter, &statement, err)
	    && question_answer(store, statement, read_day, &to, err);
}

struct tls_day_rows {
	bool (*row)(
	    void *context, const struct store_tls_day *day, struct error *err);
	void *context;
};

static bool
read_tls_day(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct tls_day_rows *to = context;
	const struct store_tls_day day = {
		.domain = question_text(row, 0),
		.policy_type = question_text(row, 1),
		.day = question_day(row, 2),
		.successful = sqlite3_column_int64(row, 3),
		.failed = sqlite3_column_int64(row, 4),
	};

	return to->row(to->context, &day, err);
}

bool
store_tls_days(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_day *day, struct error *err),
    void *context, struct error *err)
{
	struct tls_day_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT string.text, coalesce(type.text, ''), r.day,"
		   " capped_sum(r.successful), capped_sum(r.failed)"
		   " FROM total_tls r JOIN string ON string.id = r.domain"
		   " LEFT JOIN string type ON type.id = r.policy_type WHERE",
		   "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", filter, &statement, err)
	    && question_answer(store, statement, read_tls_day, &to, err);
}
