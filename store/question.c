#include "store/question.h"

#include "base/error.h"
#include "store/query.h"
#include "store/sqlite.h"

_Static_assert(STORE_FUTURE_SECONDS == 86400, "BEGINS_IN_FUTURE says so");

bool
question_answer(struct store *store, sqlite3_stmt *statement,
    bool (*read)(void *to, sqlite3_stmt *row, struct error *err), void *to,
    struct error *err)
{
	bool ok, has_row;

	do
		ok = sqlite_step(store, statement, &has_row, err)
		    && (!has_row || read(to, statement, err));
	while (ok && has_row);
	sqlite3_finalize(statement);
	return ok && sqlite_check_unchanged(store, err);
}

const char *
question_text(sqlite3_stmt *row, int column)
{
	const char *text = question_text_or_null(row, column);

	return text == NULL ? "" : text;
}

const char *
question_text_or_null(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

int64_t
question_day(sqlite3_stmt *row, int column)
{
	int64_t day = sqlite3_column_int64(row, column);

	/* The program writes no day that is not a date; others might. */
	if (day < INT64_MIN / 86400)
		return INT64_MIN;
	return day > INT64_MAX / 86400 ? INT64_MAX : day * 86400;
}

struct address
question_address(sqlite3_stmt *row, int column)
{
	return sqlite_column_address(row, column);
}
