#include "store/query.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

_Static_assert(VERDICT_SUSPICIOUS == 3, "verdict = 3 is suspicious");

static bool
read_extent(void *context, sqlite3_stmt *row, struct error *err)
{
	struct store_extent *out = context;

	(void)err;
	*out = (struct store_extent) {
		.report_count = (size_t)sqlite3_column_int64(row, 0),
		.first_day = question_day(row, 1),
		.last_day = question_day(row, 2),
	};
	return true;
}

/* Whether the filter is about days and reports as a whole, so that a roll-up
 * can tell. */
static bool
is_of_days(const struct store_filter *filter)
{
	return !store_filter_has_records(filter)
	    && (filter->since == STORE_SINCE_EVER || filter->since % 86400 == 0)
	    && (filter->until == STORE_UNTIL_EVER
		|| filter->until % 86400 == 0);
}

/* A report that does not say when it begins stands at 0. */
#define FIRST_DAY " coalesce(min(nullif(r.day, 0)), min(r.day))"

bool
store_extent(struct store *store, const struct store_filter *filter,
    struct store_extent *out, struct error *err)
{
	sqlite3_stmt *statement;
	bool ok;

	ok = is_of_days(filter)
	    ? filter_prepare_days(store,
		"SELECT coalesce(sum(r.reports), 0)," FIRST_DAY ", max(r.day)"
		" FROM total_report r WHERE",
		"", filter, &statement, err)
	    : filter_prepare(store,
		"SELECT count(*)," FIRST_DAY ", max(r.day)"
		" FROM report r WHERE r.is_conflict = 0 AND",
		"", filter, &statement, err);
	return ok && question_answer(store, statement, read_extent, out, err);
}

static bool
read_doubts(void *context, sqlite3_stmt *row, struct error *err)
{
	struct store_doubts *out = context;

	(void)err;
	*out = (struct store_doubts) {
		.failed = sqlite3_column_int64(row, 0),
		.suspicious = sqlite3_column_int64(row, 1),
		.future = sqlite3_column_int64(row, 2),
	};
	return true;
}

bool
store_doubts(struct store *store, const struct store_filter *filter,
    struct store_doubts *out, struct error *err)
{
	struct store_filter all = *filter;
	sqlite3_stmt *statement;

	all.verdicts = STORE_ALL_VERDICTS;
	return filter_prepare(store,
		   "SELECT count(*) FILTER (WHERE r.is_failed = 1),"
		   " count(*) FILTER (WHERE r.verdict = 3),"
		   " count(*) FILTER"
		   " (WHERE r.is_failed = 0 AND " BEGINS_IN_FUTURE ")"
		   " FROM report r"
		   " JOIN message m ON m.id = r.message"
		   " WHERE r.is_conflict = 0 AND",
		   "", &all, &statement, err)
	    && question_answer(store, statement, read_doubts, out, err);
}

struct report_rows {
	bool (*row)(void *context, const struct store_report_row *report,
	    struct error *err);
	void *context;
};

static bool
read_report_row(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct report_rows *to = context;
	const struct store_report_row report = {
		.id = sqlite3_column_int64(row, 0),
		.kind = (enum report_kind)sqlite3_column_int(row, 1),
		.is_conflict = sqlite3_column_int(row, 2) != 0,
		.is_future = sqlite3_column_int(row, 14) != 0,
		.verdict = (enum verdict)sqlite3_column_int(row, 15),
		.verdict_reason = question_text(row, 16),
		.org_name = question_text_or_null(row, 3),
		.email = question_text_or_null(row, 4),
		.report_id = question_text(row, 5),
		.domain = question_text(row, 6),
		.begin = sqlite3_column_int64(row, 7),
		.end = sqlite3_column_int64(row, 8),
		.received = sqlite3_column_int64(row, 9),
		.records = sqlite3_column_int64(row, 10),
		.messages = sqlite3_column_int64(row, 11),
		.passed = sqlite3_column_int64(row, 12),
		.note_count = (size_t)sqlite3_column_int64(row, 13),
	};

	return to->row(to->context, &report, err);
}

bool
store_reports(struct store *store, const struct store_filter *filter,
    size_t limit,
    bool (*row)(void *context, const struct store_report_row *report,
	struct error *err),
    void *context, struct error *err)
{
	struct report_rows to = { row, context };
	sqlite3_stmt *statement;

	/* By day first, which is the same order and has an index. */
	if (!filter_prepare(store,
		"SELECT r.id, r.kind, r.is_conflict, org.text, email.text,"
		" r.report_id, domain.text, r.begin, r.\"end\", m.received,"
		" r.records, r.messages, r.passed, r.notes,"
		" " BEGINS_IN_FUTURE ", r.verdict, reason.text"
		" FROM report r"
		" JOIN message m ON m.id = r.message"
		" JOIN string domain ON domain.id = r.domain"
		" LEFT JOIN string org ON org.id = r.org_name"
		" LEFT JOIN string email ON email.id = r.email"
		" LEFT JOIN string reason ON reason.id = r.verdict_reason"
		" WHERE",
		"ORDER BY r.day DESC, r.begin DESC, r.id LIMIT :limit", filter,
		&statement, err))
		return false;
	if (!filter_bind(store, statement, ":limit",
		limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit, err)) {
		sqlite3_finalize(statement);
		return false;
	}
	return question_answer(store, statement, read_report_row, &to, err);
}
