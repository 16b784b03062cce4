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

#define TOTALS(reports)                                                        \
	"SELECT string.text, " reports ", count(DISTINCT r.reporter),"         \
	" capped_sum(r.messages) AS messages, capped_sum(r.passed),"           \
	" capped_sum(r.messages - r.passed), capped_sum(delivered),"           \
	" capped_sum(quarantined), capped_sum(rejected)"
#define TOTALS_ORDER "GROUP BY r.domain ORDER BY messages DESC, string.text"

/* Roll-ups do not know which reports have some record. */
static bool
prepare_totals(struct store *store, const struct store_filter *filter,
    sqlite3_stmt **out, struct error *err)
{
	if (store_filter_has_records(filter))
		return filter_prepare(store,
		    TOTALS("count(*)") " FROM report r"
				       " JOIN dmarc_report d ON d.report = r.id"
				       " JOIN string ON string.id = r.domain"
				       " WHERE r.kind = 1 AND r.is_conflict = "
				       "0 AND",
		    TOTALS_ORDER, filter, out, err);
	return filter_prepare_days(store,
	    TOTALS("sum(r.reports)") " FROM total_report r"
				     " JOIN string ON string.id = r.domain "
				     "WHERE r.kind = 1 AND",
	    TOTALS_ORDER, filter, out, err);
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

struct source_rows {
	bool (*row)(void *context, const struct store_failing_source *source,
	    struct error *err);
	void *context;
};

static bool
read_failing_source(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct source_rows *to = context;
	const struct store_failing_source source = {
		.domain = question_text(row, 0),
		.source_ip = question_address(row, 1),
		.messages = sqlite3_column_int64(row, 2),
	};

	return to->row(to->context, &source, err);
}

#define SOURCES_ORDER                                                          \
	"GROUP BY r.domain, source_ip"                                         \
	" ORDER BY messages DESC, string.text, source_ip"

/* Roll-ups of sources do not tell reporters apart. */
static bool
prepare_sources(struct store *store, const struct store_filter *filter,
    sqlite3_stmt **out, struct error *err)
{
	if (store_filter_has_records(filter) || filter->reporter_count > 0)
		return filter_prepare(store,
		    "SELECT string.text, c.source_ip,"
		    " capped_sum(c.count) AS messages"
		    " FROM report r"
		    " JOIN record c ON c.report = r.id"
		    " JOIN shape s ON s.id = c.shape"
		    " JOIN string ON string.id = r.domain"
		    " WHERE r.kind = 1 AND r.is_conflict = 0"
		    " AND s.dkim <> 1 AND s.spf <> 1 AND",
		    SOURCES_ORDER, filter, out, err);
	return filter_prepare_days(store,
	    "SELECT string.text, r.source_ip,"
	    " capped_sum(r.messages) AS messages"
	    " FROM total_source r JOIN string ON string.id = r.domain"
	    " WHERE r.passes = 0 AND",
	    SOURCES_ORDER, filter, out, err);
}

bool
store_failing_sources(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_failing_source *source,
	struct error *err),
    void *context, struct error *err)
{
	struct source_rows to = { row, context };
	sqlite3_stmt *statement;

	return prepare_sources(store, filter, &statement, err)
	    && question_answer(store, statement, read_failing_source, &to, err);
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
