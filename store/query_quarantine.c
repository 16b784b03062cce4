#include "store/query.h"

#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

static bool
read_outcome(void *context, sqlite3_stmt *row, struct error *err)
{
	struct store_outcome_counts *counts = context;
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
	sqlite3_stmt *statement;

	*out = (struct store_outcome_counts) { 0 };
	/* One statement, so that all is of one moment. */
	if (!sqlite_prepare(store,
		"SELECT outcome, count(*), (SELECT count(*) FROM arrival),"
		" (SELECT count(*) FROM report WHERE is_conflict = 1)"
		" FROM message GROUP BY outcome",
		&statement, err)
	    || !question_answer(store, statement, read_outcome, out, err))
		return false;
	count_known(out);
	return true;
}

struct reason_rows {
	bool (*row)(void *context, const char *reason, int64_t findings,
	    struct error *err);
	void *context;
};

static bool
read_reason(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct reason_rows *to = context;

	return to->row(to->context, question_text(row, 0),
	    sqlite3_column_int64(row, 1), err);
}

bool
store_quarantine_reasons(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const char *reason, int64_t findings, struct error *err),
    void *context, struct error *err)
{
	struct reason_rows to = { row, context };
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
	return question_answer(store, statement, read_reason, &to, err);
}

struct quarantined_rows {
	bool (*row)(void *context, const struct store_quarantined *quarantined,
	    struct error *err);
	void *context;
};

static bool
read_quarantined(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct quarantined_rows *to = context;
	const struct store_quarantined quarantined = {
		.message = sqlite3_column_int64(row, 0),
		.received = sqlite3_column_int64(row, 1),
		.size = sqlite3_column_int64(row, 2),
		.source = question_text_or_null(row, 3),
		.message_id = question_text_or_null(row, 4),
		.from = question_text_or_null(row, 5),
		.part = question_text_or_null(row, 6),
		.reason = question_text(row, 7),
		.detail = question_text_or_null(row, 8),
	};

	return to->row(to->context, &quarantined, err);
}

bool
store_quarantine(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_quarantined *quarantined,
	struct error *err),
    void *context, struct error *err)
{
	struct quarantined_rows to = { row, context };
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
	return question_answer(store, statement, read_quarantined, &to, err);
}
