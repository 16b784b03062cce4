#include "store/wanted.h"

#include <stdlib.h>

#include "store/numbers.h"
#include "store/scan.h"
#include "store/sqlite.h"

struct wanted {
	const struct numbered *list;
	size_t count;
};

struct table {
	sqlite3_vtab base; /* SQLite's, first */
	const struct wanted *wanted;
};

struct cursor {
	sqlite3_vtab_cursor base; /* the same */
	size_t at;
};

static const struct wanted *
wanted_of(const sqlite3_vtab_cursor *cursor)
{
	return ((const struct table *)cursor->pVtab)->wanted;
}

static int
connect_table(sqlite3 *db, void *wanted, int argc, const char *const *argv,
    sqlite3_vtab **out, char **text)
{
	struct table *table = sqlite3_malloc(sizeof(*table));

	(void)argc;
	(void)argv;
	(void)text;
	if (table == NULL)
		return SQLITE_NOMEM;
	*table = (struct table) { .wanted = wanted };
	*out = &table->base;
	return sqlite3_declare_vtab(db, "CREATE TABLE x (id, number)");
}

static int
disconnect_table(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

/* There is one way through it. */
static int
plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = 1e6;
	return SQLITE_OK;
}

static int
open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void)table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	*cursor = (struct cursor) { .at = 0 };
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
close_cursor(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
begin(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
    sqlite3_value **argv)
{
	(void)number;
	(void)text;
	(void)argc;
	(void)argv;
	((struct cursor *)cursor)->at = 0;
	return SQLITE_OK;
}

static int
go_on(sqlite3_vtab_cursor *cursor)
{
	((struct cursor *)cursor)->at++;
	return SQLITE_OK;
}

static int
is_at_end(sqlite3_vtab_cursor *cursor)
{
	return ((struct cursor *)cursor)->at >= wanted_of(cursor)->count;
}

static int
read_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column)
{
	const struct numbered *numbered =
	    &wanted_of(cursor)->list[((struct cursor *)cursor)->at];

	sqlite3_result_int64(
	    out, column == 0 ? numbered->id : (int64_t)numbered->number);
	return SQLITE_OK;
}

static int
read_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)cursor)->at;
	return SQLITE_OK;
}

/* Without xCreate it is there without being created. */
static const sqlite3_module module = {
	.xConnect = connect_table,
	.xBestIndex = plan,
	.xDisconnect = disconnect_table,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = begin,
	.xNext = go_on,
	.xEof = is_at_end,
	.xColumn = read_column,
	.xRowid = read_rowid,
};

bool
wanted_read(struct store *store, const struct numbers *numbers, const char *sql,
    bool (*row)(void *context, sqlite3_value **values, struct error *err),
    void *context, struct error *err)
{
	struct numbered *list = numbers_list(numbers);
	struct wanted wanted = { list, numbers->count };
	struct scan scan = { .row = row, .context = context };
	bool ok, has_row;

	if (sqlite3_create_module(store->db, "wanted", &module, &wanted)
	    != SQLITE_OK)
		ok = sqlite_error(store, err);
	else
		ok = scan_open(&scan, store, sql, err)
		    && scan_step(&scan, &has_row, err)
		    && sqlite_check_unchanged(store, err);
	scan_close(&scan);
	sqlite3_create_module(store->db, "wanted", NULL, NULL);
	free(list);
	return ok;
}
