#include "store/scan.h"

#include "base/arena.h"
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
scan_open(struct scan *scan, struct store *store, const char *columns,
    struct error *err)
{
	struct arena arena = { 0 };
	bool ok;

	scan->store = store;
	/* By the primary key, whose order is that of the records. */
	ok = sqlite_prepare(store,
	    arena_printf(&arena,
		"SELECT hand_out(?1, %s) FROM record WHERE report = ?2",
		columns),
	    &scan->statement, err);
	arena_release(&arena);
	if (!ok)
		return false;
	return sqlite3_bind_pointer(scan->statement, 1, scan, SCAN, NULL)
	    == SQLITE_OK
	    || sqlite_error(store, err);
}

bool
scan_report(struct scan *scan, int64_t report, struct error *err)
{
	struct error lost;
	bool has_row, ok;

	scan->err = err;
	if (!sqlite_bind(scan->store, scan->statement, 2, number(report), err))
		return false;
	ok = sqlite_step(scan->store, scan->statement, &has_row, &lost);
	sqlite3_reset(scan->statement);
	if (!ok && !scan->has_failed)
		*err = lost;
	return ok;
}

void
scan_close(struct scan *scan)
{
	sqlite3_finalize(scan->statement);
	scan->statement = NULL;
}
