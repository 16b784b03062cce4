#include "store/query.h"

#include "base/error.h"
#include "parse/dmarc.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

/* Statements below say 1 for these. */
_Static_assert(DMARC_PASS == 1, "dkim = 1 is a pass");
_Static_assert(REPORT_DMARC == 1, "kind = 1 is DMARC");

struct total_rows {
	bool (*row)(void *context, const struct store_dmarc_total *total,
	    struct error *err);
	void *context;
};

static bool
read_dmarc_total(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct total_rows *to = context;
	const struct store_dmarc_total total = {
		.domain = question_text(row, 0),
		.reports = sqlite3_column_int64(row, 1),
		.reporters = sqlite3_column_int64(row, 2),
		.messages = sqlite3_column_int64(row, 3),
		.passed = sqlite3_column_int64(row, 4),
		.failed = sqlite3_column_int64(row, 5),
		.delivered = sqlite3_column_int64(row, 6),
		.quarantined = sqlite3_column_int64(row, 7),
		.rejected = sqlite3_column_int64(row, 8),
	};

	return to->row(to->context, &total, err);
}

#define FROM_RECORDS                                                           \
	"SELECT string.text, count(DISTINCT r.id), count(DISTINCT "            \
	"r.reporter),"                                                         \
	" capped_sum(c.count) AS messages,"                                    \
	" capped_sum(iif(s.dkim = 1 OR s.spf = 1, c.count, 0)),"               \
	" capped_sum(iif(s.dkim = 1 OR s.spf = 1, 0, c.count)),"               \
	" capped_sum(iif(s.dkim = 1 OR s.spf = 1 OR"                           \
	" s.disposition NOT IN (1, 2), 0, c.count)),"                          \
	" capped_sum(iif(s.dkim = 1 OR s.spf = 1 OR"                           \
	" s.disposition <> 3, 0, c.count)),"                                   \
	" capped_sum(iif(s.dkim = 1 OR s.spf = 1 OR"                           \
	" s.disposition <> 4, 0, c.count))"                                    \
	" FROM report r JOIN record c ON c.report = r.id"                      \
	" JOIN shape s ON s.id = c.shape"                                      \
	" JOIN string ON string.id = r.domain"                                 \
	" WHERE r.kind = 1 AND r.is_conflict = 0 AND"
#define FROM_DAYS                                                              \
	"SELECT string.text, sum(r.reports), count(DISTINCT r.reporter),"      \
	" capped_sum(r.messages) AS messages, capped_sum(r.passed),"           \
	" capped_sum(r.messages - r.passed), capped_sum(r.delivered),"         \
	" capped_sum(r.quarantined), capped_sum(r.rejected)"                   \
	" FROM total_report r JOIN string ON string.id = r.domain"             \
	" WHERE r.kind = 1 AND"
#define TOTALS_ORDER "GROUP BY r.domain ORDER BY messages DESC, string.text"

_Static_assert(DMARC_DISPOSITION_NONE == 1 && DMARC_DISPOSITION_PASS == 2
	&& DMARC_DISPOSITION_QUARANTINE == 3 && DMARC_DISPOSITION_REJECT == 4,
    "dispositions");

/* Roll-ups do not know how many reports have some record. */
static bool
prepare_totals(struct store *store, const struct store_filter *filter,
    sqlite3_stmt **out, struct error *err)
{
	if (store_filter_has_records(filter))
		return filter_prepare_records(
		    store, FROM_RECORDS, TOTALS_ORDER, filter, out, err);
	return filter_prepare_days(
	    store, FROM_DAYS, TOTALS_ORDER, filter, out, err);
}

bool
store_dmarc_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_dmarc_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct total_rows to = { row, context };
	sqlite3_stmt *statement;

	return prepare_totals(store, filter, &statement, err)
	    && question_answer(store, statement, read_dmarc_total, &to, err);
}

struct failure_rows {
	bool (*row)(void *context, const struct store_failure_total *total,
	    struct error *err);
	void *context;
};

static bool
read_failure(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct failure_rows *to = context;
	const struct store_failure_total total = {
		.domain = question_text(row, 0),
		.source_ip = question_address(row, 1),
		.auth_failure = question_text(row, 2),
		.reports = sqlite3_column_int64(row, 3),
		.incidents = sqlite3_column_int64(row, 4),
	};

	return to->row(to->context, &total, err);
}

bool
store_failures(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_failure_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct failure_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare_failures(store,
		   "SELECT coalesce(domain.text, ''), r.source_ip,"
		   " coalesce(result.text, ''), count(*),"
		   " capped_sum(r.incidents)"
		   " FROM failure r"
		   " LEFT JOIN string domain ON domain.id = r.domain"
		   " LEFT JOIN string result ON result.id = r.auth_failure"
		   " WHERE",
		   "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", filter, &statement, err)
	    && question_answer(store, statement, read_failure, &to, err);
}
