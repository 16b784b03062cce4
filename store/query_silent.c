#include "store/silent.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

struct rhythm_rows {
	bool (*row)(void *context, const struct store_rhythm *rhythm,
	    struct error *err);
	void *context;
};

static bool
read_rhythm(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct rhythm_rows *to = context;
	const struct store_rhythm rhythm = {
		.org_name = question_text(row, 0),
		.email_domain = question_text(row, 1),
		.days = sqlite3_column_int64(row, 2),
		.first = question_day(row, 3),
		.last = question_day(row, 4),
		.reports = sqlite3_column_int64(row, 5),
	};

	return to->row(to->context, &rhythm, err);
}

bool
store_rhythms(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_rhythm *rhythm, struct error *err),
    void *context, struct error *err)
{
	struct rhythm_rows to = { row, context };
	struct store_filter all = *filter;
	sqlite3_stmt *statement;

	/* Who reports does not depend on what is in the reports. */
	all.source_count = 0;
	all.dispositions = all.results = 0;
	return filter_prepare_days(store,
		   "SELECT reporter.org_name, reporter.email_domain,"
		   " count(DISTINCT r.day), min(r.day), max(r.day),"
		   " sum(r.reports)"
		   " FROM total_report r"
		   " JOIN reporter ON reporter.id = r.reporter WHERE",
		   "GROUP BY r.reporter ORDER BY r.reporter", &all, &statement,
		   err)
	    && question_answer(store, statement, read_rhythm, &to, err);
}
