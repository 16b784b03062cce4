#include "store/scan.h"

#include "base/error.h"
#include "store/sqlite.h"

#define SCAN "scan"

static void
on_row(sqlite3_context *out, int argc, sqlite3_value **argv)
{
	struct scan *scan = sqlite3_value_pointer(argv[0], SCAN);

	(void)argc;
	/* Anyone may call it, in SQL of their own. */
	if (scan == NULL || scan->row(scan->context, argv + 1, scan->err))
		return;
	scan->has_failed = true;
	sqlite3_result_error(out, "", 0);
}

static void
on_end(sqlite3_context *out)
{
	sqlite3_result_null(out);
}

bool
scan_add_function(struct store *store, struct error *err)
{
	return sqlite3_create_function_v2(store->db, "hand_out", -1,
		   SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, NULL, on_row, on_end,
		   NULL)
	    == SQLITE_OK
	    || sqlite_error(store, err);
}

bool
scan_begin(struct scan *scan, struct store *store, sqlite3_stmt *statement,
    struct error *err)
{
	scan->store = store;
	scan->statement = statement;
	return sqlite3_bind_pointer(statement,
		   sqlite3_bind_parameter_index(statement, ":scan"), scan, SCAN,
		   NULL)
	    == SQLITE_OK
	    || sqlite_error(store, err);
}

bool
scan_open(
    struct scan *scan, struct store *store, const char *sql, struct error *err)
{
	sqlite3_stmt *statement;

	return sqlite_prepare(store, sql, &statement, err)
	    && scan_begin(scan, store, statement, err);
}

bool
scan_step(struct scan *scan, bool *has_row, struct error *err)
{
	struct error lost;

	scan->err = err;
	if (sqlite_step(scan->store, scan->statement, has_row, &lost))
		return true;
	if (!scan->has_failed)
		*err = lost;
	return false;
}

bool
scan_report(struct scan *scan, int64_t report, struct error *err)
{
	bool has_row, ok;

	if (!sqlite_bind(scan->store, scan->statement, 2, number(report), err))
		return false;
	ok = scan_step(scan, &has_row, err);
	sqlite3_reset(scan->statement);
	return ok;
}

void
scan_close(struct scan *scan)
{
	sqlite3_finalize(scan->statement);
	scan->statement = NULL;
}
