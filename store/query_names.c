#include "base/error.h"
#include "store/names.h"
#include "store/question.h"
#include "store/sqlite.h"

struct name_rows {
	bool (*row)(void *context, const char *name, struct error *err);
	void *context;
};

static bool
read_name(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct name_rows *to = context;

	return to->row(to->context, question_text(row, 0), err);
}

static bool
ask(struct store *store, const char *sql, struct name_rows *to,
    struct error *err)
{
	sqlite3_stmt *statement;

	return sqlite_prepare(store, sql, &statement, err)
	    && question_answer(store, statement, read_name, to, err);
}

bool
store_domain_names(struct store *store,
    bool (*row)(void *context, const char *name, struct error *err),
    void *context, struct error *err)
{
	struct name_rows to = { row, context };

	/* In jumps from one to the next (store/filter.c). */
	return ask(store,
	    "WITH RECURSIVE reported (id) AS ("
	    " SELECT min(domain) FROM total_report UNION ALL SELECT"
	    " (SELECT min(domain) FROM total_report"
	    " WHERE domain > reported.id)"
	    " FROM reported WHERE reported.id IS NOT NULL)"
	    " SELECT string.text FROM reported"
	    " JOIN string ON string.id = reported.id ORDER BY 1",
	    &to, err);
}

bool
store_reporter_names(struct store *store,
    bool (*row)(void *context, const char *name, struct error *err),
    void *context, struct error *err)
{
	struct name_rows to = { row, context };

	return ask(store,
	    "SELECT email_domain FROM reporter UNION"
	    " SELECT org_name FROM reporter ORDER BY 1",
	    &to, err);
}
