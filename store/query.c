#include "store/query.h"

#include "base/error.h"
#include "parse/dmarc.h"
#include "store/filter.h"
#include "store/sqlite.h"

/* Statements below say 1 for these. */
_Static_assert(DMARC_PASS == 1, "dkim = 1 is a pass");
_Static_assert(REPORT_DMARC == 1 && REPORT_TLSRPT == 2, "the kinds of report");

_Static_assert(VERDICT_SUSPICIOUS == 3, "verdict = 3 is suspicious");
_Static_assert(STORE_FUTURE_SECONDS == 86400, "as it stands below");

/* Of a report r in a message m. */
#define BEGINS_IN_FUTURE "r.begin > m.received + 86400"

/* A text that is never NULL: '' stands for absent. */
static const char *
column_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *words = sqlite3_column_text(statement, column);

	return words == NULL ? "" : (const char *)words;
}

static const char *
column_text_or_null(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

/* None where it is NULL. */
static struct address
column_address(sqlite3_stmt *statement, int column)
{
	struct address address = { .len = 0 };
	const void *data = sqlite3_column_blob(statement, column);
	int len = sqlite3_column_bytes(statement, column);

	if (data != NULL && len <= ADDRESS_MAX) {
		memcpy(address.data, data, (size_t)len);
		address.len = (uint8_t)len;
	}
	return address;
}

/* A question under way: its rows go through read to the caller's row. */
struct question {
	bool (*read)(
	    struct question *question, sqlite3_stmt *row, struct error *err);
	union {
		struct store_extent *extent;
		struct store_outcome_counts *counts;
		struct store_doubts *doubts;
		bool (*dmarc_total)(void *context,
		    const struct store_dmarc_total *total, struct error *err);
		bool (*tls_total)(void *context,
		    const struct store_tls_total *total, struct error *err);
		bool (*failing_source)(void *context,
		    const struct store_failing_source *source,
		    struct error *err);
		bool (*failure)(void *context,
		    const struct store_failure_total *total, struct error *err);
		bool (*reason)(void *context, const char *reason,
		    int64_t findings, struct error *err);
		bool (*quarantined)(void *context,
		    const struct store_quarantined *quarantined,
		    struct error *err);
		bool (*report)(void *context,
		    const struct store_report_row *report, struct error *err);
	};
	void *context;
};

/* Reads all rows, and ends the statement. */
static bool
answer(struct store *store, struct question *question, sqlite3_stmt *statement,
    struct error *err)
{
	bool ok, has_row;

	do
		ok = sqlite_step(store, statement, &has_row, err)
		    && (!has_row || question->read(question, statement, err));
	while (ok && has_row);
	sqlite3_finalize(statement);
	return ok && sqlite_check_unchanged(store, err);
}

static bool
read_extent(struct question *question, sqlite3_stmt *row, struct error *err)
{
	(void)err;
	*question->extent = (struct store_extent) {
		.report_count = (size_t)sqlite3_column_int64(row, 0),
		.first_begin = sqlite3_column_int64(row, 1),
		.last_begin = sqlite3_column_int64(row, 2),
	};
	return true;
}

bool
store_extent(struct store *store, const struct store_filter *filter,
    struct store_extent *out, struct error *err)
{
	struct question question = { read_extent, .extent = out };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT count(*), min(r.begin), max(r.begin)"
		   " FROM report r WHERE r.is_conflict = 0 AND",
		   "", filter, &statement, err)
	    && answer(store, &question, statement, err);
}

static bool
read_dmarc_total(
    struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_dmarc_total total = {
		.domain = column_text(row, 0),
		.reports = sqlite3_column_int64(row, 1),
		.reporters = sqlite3_column_int64(row, 2),
		.messages = sqlite3_column_int64(row, 3),
		.passed = sqlite3_column_int64(row, 4),
		.failed = sqlite3_column_int64(row, 5),
		.delivered = sqlite3_column_int64(row, 6),
		.quarantined = sqlite3_column_int64(row, 7),
		.rejected = sqlite3_column_int64(row, 8),
	};

	return question->dmarc_total(question->context, &total, err);
}

bool
store_dmarc_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_dmarc_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_dmarc_total, .dmarc_total = row,
		.context = context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT string.text, sum(r.reports),"
		   " count(DISTINCT r.reporter),"
		   " capped_sum(r.messages) AS messages,"
		   " capped_sum(r.passed), capped_sum(r.messages - r.passed),"
		   " capped_sum(r.delivered), capped_sum(r.quarantined),"
		   " capped_sum(r.rejected)"
		   " FROM total_report r JOIN string ON string.id = r.domain"
		   " WHERE r.kind = 1 AND",
		   "GROUP BY r.domain ORDER BY messages DESC, string.text",
		   filter, &statement, err)
	    && answer(store, &question, statement, err);
}

static bool
read_tls_total(struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_tls_total total = {
		.domain = column_text(row, 0),
		.policy_type = column_text(row, 1),
		.reports = sqlite3_column_int64(row, 2),
		.reporters = sqlite3_column_int64(row, 3),
		.successful_sessions = sqlite3_column_int64(row, 4),
		.failed_sessions = sqlite3_column_int64(row, 5),
	};

	return question->tls_total(question->context, &total, err);
}

bool
store_tls_totals(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_total *total, struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_tls_total, .tls_total = row,
		.context = context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT domain.text, coalesce(type.text, ''),"
		   " sum(r.reports), count(DISTINCT r.reporter),"
		   " capped_sum(r.successful), capped_sum(r.failed)"
		   " FROM total_tls r"
		   " JOIN string domain ON domain.id = r.policy_domain"
		   " LEFT JOIN string type ON type.id = r.policy_type"
		   " WHERE",
		   "GROUP BY 1, 2 ORDER BY 1, 2", filter, &statement, err)
	    && answer(store, &question, statement, err);
}

static bool
read_failing_source(
    struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_failing_source source = {
		.domain = column_text(row, 0),
		.source_ip = column_address(row, 1),
		.messages = sqlite3_column_int64(row, 2),
	};

	return question->failing_source(question->context, &source, err);
}

bool
store_failing_sources(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_failing_source *source,
	struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_failing_source, .failing_source = row,
		.context = context };
	sqlite3_stmt *statement;

	return filter_prepare_days(store,
		   "SELECT string.text, r.source_ip,"
		   " capped_sum(r.messages) AS messages"
		   " FROM total_source r"
		   " JOIN string ON string.id = r.domain"
		   " WHERE r.passes = 0 AND",
		   "GROUP BY r.domain, r.source_ip"
		   " ORDER BY messages DESC, string.text, r.source_ip",
		   filter, &statement, err)
	    && answer(store, &question, statement, err);
}

static bool
read_failure(struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_failure_total total = {
		.domain = column_text(row, 0),
		.source_ip = column_address(row, 1),
		.auth_failure = column_text(row, 2),
		.reports = sqlite3_column_int64(row, 3),
		.incidents = sqlite3_column_int64(row, 4),
	};

	return question->failure(question->context, &total, err);
}

bool
store_failures(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_failure_total *total,
	struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_failure, .failure = row,
		.context = context };
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
	    && answer(store, &question, statement, err);
}

static bool
read_outcome(struct question *question, sqlite3_stmt *row, struct error *err)
{
	struct store_outcome_counts *counts = question->counts;
	int64_t outcome = sqlite3_column_int64(row, 0);
	int64_t messages = sqlite3_column_int64(row, 1);

	(void)err;
	if (outcome > 0 && outcome < STORE_KNOWN)
		counts->messages[outcome] = messages;
	counts->arrivals = sqlite3_column_int64(row, 2);
	counts->conflicts = sqlite3_column_int64(row, 3);
	return true;
}

/* A message that arrives again is known, and leaves no other trace. */
static void
count_known(struct store_outcome_counts *counts)
{
	int64_t known = counts->arrivals;
	size_t i;

	for (i = STORE_STORED; i < STORE_KNOWN; i++)
		known -= counts->messages[i];
	counts->messages[STORE_KNOWN] = known;
}

bool
store_outcomes(
    struct store *store, struct store_outcome_counts *out, struct error *err)
{
	struct question question = { read_outcome, .counts = out };
	sqlite3_stmt *statement;

	*out = (struct store_outcome_counts) { 0 };
	/* One statement, so that all is of one moment. */
	if (!sqlite_prepare(store,
		"SELECT outcome, count(*), (SELECT count(*) FROM arrival),"
		" (SELECT count(*) FROM report WHERE is_conflict = 1)"
		" FROM message GROUP BY outcome",
		&statement, err)
	    || !answer(store, &question, statement, err))
		return false;
	count_known(out);
	return true;
}

static bool
read_reason(struct question *question, sqlite3_stmt *row, struct error *err)
{
	return question->reason(question->context, column_text(row, 0),
	    sqlite3_column_int64(row, 1), err);
}

bool
store_quarantine_reasons(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const char *reason, int64_t findings, struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_reason, .reason = row,
		.context = context };
	sqlite3_stmt *statement;

	if (!sqlite_prepare(store,
		"SELECT q.reason, count(*) AS findings"
		" FROM quarantine q JOIN message m ON m.id = q.message"
		" WHERE m.received BETWEEN :first AND :last"
		" GROUP BY q.reason ORDER BY findings DESC, q.reason",
		&statement, err))
		return false;
	if (!filter_bind_period(store, statement, filter, err)) {
		sqlite3_finalize(statement);
		return false;
	}
	return answer(store, &question, statement, err);
}

static bool
read_quarantined(
    struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_quarantined quarantined = {
		.message = sqlite3_column_int64(row, 0),
		.received = sqlite3_column_int64(row, 1),
		.size = sqlite3_column_int64(row, 2),
		.source = column_text_or_null(row, 3),
		.message_id = column_text_or_null(row, 4),
		.from = column_text_or_null(row, 5),
		.part = column_text_or_null(row, 6),
		.reason = column_text(row, 7),
		.detail = column_text_or_null(row, 8),
	};

	return question->quarantined(question->context, &quarantined, err);
}

bool
store_quarantine(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_quarantined *quarantined,
	struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_quarantined, .quarantined = row,
		.context = context };
	sqlite3_stmt *statement;

	if (!sqlite_prepare(store,
		"SELECT m.id, m.received, m.size, m.source, m.message_id,"
		" m.header_from, q.part, q.reason, q.detail"
		" FROM quarantine q JOIN message m ON m.id = q.message"
		" WHERE m.received BETWEEN :first AND :last"
		" ORDER BY m.received DESC, m.id DESC, q.id",
		&statement, err))
		return false;
	if (!filter_bind_period(store, statement, filter, err)) {
		sqlite3_finalize(statement);
		return false;
	}
	return answer(store, &question, statement, err);
}

static bool
read_doubts(struct question *question, sqlite3_stmt *row, struct error *err)
{
	(void)err;
	*question->doubts = (struct store_doubts) {
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
	struct question question = { read_doubts, .doubts = out };
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
	    && answer(store, &question, statement, err);
}

static bool
read_report_row(struct question *question, sqlite3_stmt *row, struct error *err)
{
	const struct store_report_row report = {
		.id = sqlite3_column_int64(row, 0),
		.kind = (enum report_kind)sqlite3_column_int(row, 1),
		.is_conflict = sqlite3_column_int(row, 2) != 0,
		.is_future = sqlite3_column_int(row, 14) != 0,
		.verdict = (enum verdict)sqlite3_column_int(row, 15),
		.verdict_reason = column_text(row, 16),
		.org_name = column_text_or_null(row, 3),
		.email = column_text_or_null(row, 4),
		.report_id = column_text(row, 5),
		.domain = column_text(row, 6),
		.begin = sqlite3_column_int64(row, 7),
		.end = sqlite3_column_int64(row, 8),
		.received = sqlite3_column_int64(row, 9),
		.records = sqlite3_column_int64(row, 10),
		.messages = sqlite3_column_int64(row, 11),
		.passed = sqlite3_column_int64(row, 12),
		.note_count = (size_t)sqlite3_column_int64(row, 13),
	};

	return question->report(question->context, &report, err);
}

bool
store_reports(struct store *store, const struct store_filter *filter,
    size_t limit,
    bool (*row)(void *context, const struct store_report_row *report,
	struct error *err),
    void *context, struct error *err)
{
	struct question question = { read_report_row, .report = row,
		.context = context };
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
	return answer(store, &question, statement, err);
}
