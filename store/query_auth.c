#include "store/auth.h"

#include "base/error.h"
#include "parse/dmarc.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"

struct auth_rows {
	bool is_dkim;
	bool (*row)(
	    void *context, const struct store_auth *auth, struct error *err);
	void *context;
};

static bool
read_auth(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct auth_rows *to = context;
	const struct store_auth auth = {
		.is_dkim = to->is_dkim,
		.domain = question_text(row, 0),
		.selector = question_text(row, 1),
		.result = sqlite3_column_int(row, 2),
		.messages = sqlite3_column_int64(row, 3),
	};

	return to->row(to->context, &auth, err);
}

#define FROM(table, selector)                                                  \
	"SELECT (SELECT text FROM string WHERE id = a.domain),"                \
	" (SELECT text FROM string WHERE id = a." selector "), a.result,"      \
	" capped_sum(c.count) FROM report r"                                   \
	" JOIN record c ON c.report = r.id JOIN shape s ON s.id = c.shape"     \
	" JOIN " table " a ON a.auth = s.auth"                                 \
	" WHERE r.kind = 1 AND r.is_conflict = 0 AND"
#define GROUPED(selector)                                                      \
	"GROUP BY a.domain, a." selector ", a.result"                          \
	" ORDER BY 4 DESC, 1, 2, 3 LIMIT 100"

bool
store_auth(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_auth *auth, struct error *err),
    void *context, struct error *err)
{
	struct auth_rows to = { true, row, context };
	sqlite3_stmt *statement;

	if (!filter_prepare_records(store, FROM("auth_dkim", "selector"),
		GROUPED("selector"), filter, &statement, err)
	    || !question_answer(store, statement, read_auth, &to, err))
		return false;
	to.is_dkim = false;
	return filter_prepare_records(store, FROM("auth_spf", "scope"),
		   GROUPED("scope"), filter, &statement, err)
	    && question_answer(store, statement, read_auth, &to, err);
}
