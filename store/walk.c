#include "store/walk.h"

#include "base/arena.h"
#include "base/error.h"
#include "store/filter.h"
#include "store/loader.h"
#include "store/question.h"
#include "store/sqlite.h"

struct walk {
	struct store *store;
	const struct store_filter *filter;
	const struct store_visitor *visitor;
	const struct stored_report *report; /* under way */
};

static bool
is_from(const struct store_filter *filter, const struct address *source_ip)
{
	size_t i;

	for (i = 0; i < filter->source_count; i++)
		if (network_contains(&filter->sources[i], source_ip))
			return true;
	return filter->source_count == 0;
}

/* As the statements of store/filter.c say it. */
static bool
is_asked_for(
    const struct store_filter *filter, const struct dmarc_record *record)
{
	unsigned result = STORE_RESULT(
	    record->dkim.value == DMARC_PASS, record->spf.value == DMARC_PASS);
	unsigned disposition = STORE_DISPOSITION(record->disposition.value);

	return is_from(filter, &record->source_ip)
	    && (filter->results == 0 || (filter->results & result) != 0)
	    && (filter->dispositions == 0
		|| (filter->dispositions & disposition) != 0);
}

static bool
on_head(void *context, struct error *err)
{
	const struct walk *walk = context;

	return walk->visitor->report(walk->visitor->context, walk->report, err);
}

static bool
on_record(void *context, const struct dmarc_record *record, struct error *err)
{
	const struct walk *walk = context;

	return !is_asked_for(walk->filter, record)
	    || walk->visitor->record(walk->visitor->context, record, err);
}

static bool
visit(void *context, sqlite3_stmt *row, struct error *err)
{
	struct walk *walk = context;
	const struct loader_sink sink = { on_head, on_record, walk };
	struct stored_report report;
	struct arena arena = { 0 };
	bool ok;

	walk->report = &report;
	ok = loader_report(walk->store, sqlite3_column_int64(row, 0), &arena,
		 &sink, &report, err)
	    && (report.report.kind == REPORT_DMARC || on_head(walk, err));
	arena_release(&arena);
	return ok;
}

bool
store_walk(struct store *store, const struct store_filter *filter,
    enum report_kind kind, int64_t after, const struct store_visitor *visitor,
    struct error *err)
{
	struct walk walk = { store, filter, visitor, NULL };
	sqlite3_stmt *statement;

	if (!filter_prepare(store,
		"SELECT r.id FROM report r"
		" WHERE r.kind = :kind AND r.is_conflict = 0"
		" AND r.id > :after AND",
		"ORDER BY r.id", filter, &statement, err))
		return false;
	if (!filter_bind(store, statement, ":kind", kind, err)
	    || !filter_bind(store, statement, ":after", after, err)) {
		sqlite3_finalize(statement);
		return false;
	}
	return question_answer(store, statement, visit, &walk, err);
}
