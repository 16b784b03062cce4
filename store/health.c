#include "store/health.h"

#include "base/arena.h"
#include "base/error.h"
#include "store/sqlite.h"

#define RECENT INT64_C(2592000) /* thirty days */

static bool
ask(struct store *store, const char *sql, int64_t parameter, int64_t *out,
    struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!sqlite_prepare(store, sql, &row, err))
		return false;
	ok = (sqlite3_bind_parameter_count(row) == 0
		 || sqlite_bind(store, row, 1, number(parameter), err))
	    && sqlite_step(store, row, &has_row, err);
	*out = ok && has_row ? sqlite3_column_int64(row, 0) : 0;
	sqlite3_finalize(row);
	return ok;
}

static int64_t
size_of_log(const struct store *store)
{
	struct arena arena = { 0 };
	struct stat log = { .st_size = 0 };

	if (stat(arena_printf(&arena, "%s-wal", store->path), &log) == -1)
		log.st_size = 0;
	arena_release(&arena);
	return log.st_size;
}

bool
store_health(struct store *store, int64_t now, struct store_health *out,
    struct error *err)
{
	int64_t schema, page, pages, unused, vacuum, tls;

	*out = (struct store_health) { .log = size_of_log(store) };
	if (!ask(store, "PRAGMA user_version", 0, &schema, err)
	    || !ask(store, "PRAGMA page_size", 0, &page, err)
	    || !ask(store, "PRAGMA page_count", 0, &pages, err)
	    || !ask(store, "PRAGMA freelist_count", 0, &unused, err)
	    || !ask(store, "PRAGMA auto_vacuum", 0, &vacuum, err)
	    || !ask(
		store, "SELECT count(*) FROM message", 0, &out->messages, err)
	    || !ask(store, "SELECT count(*) FROM report", 0, &out->reports, err)
	    || !ask(store,
		"SELECT received FROM message ORDER BY id DESC LIMIT 1", 0,
		&out->last_received, err)
	    || !ask(store,
		"SELECT m.received FROM report r"
		" JOIN message m ON m.id = r.message"
		" ORDER BY r.id DESC LIMIT 1",
		0, &out->last_reported, err)
	    || !ask(store,
		"SELECT count(*) FROM report r"
		" JOIN message m ON m.id = r.message WHERE m.received >= ?",
		now - RECENT, &out->recent_reports, err)
	    || !ask(store,
		"SELECT EXISTS (SELECT 1 FROM total_report WHERE kind = 2)", 0,
		&tls, err)
	    || !ask(store, "SELECT count(DISTINCT message) FROM quarantine", 0,
		&out->quarantined, err))
		return false;
	out->has_tls = tls != 0;
	out->schema = (int)schema;
	out->size = page * pages;
	out->unused = page * unused;
	out->gives_back = vacuum != 0;
	return true;
}

struct check {
	struct store *store;
	bool (*fault)(void *context, const char *text, struct error *err);
	void *context;
};

/* Each row is a fault; "ok" is none. */
static bool
run(const struct check *check, const char *sql, const char *text,
    struct error *err)
{
	const char *found;
	sqlite3_stmt *rows;
	bool has_row, ok;

	if (!sqlite_prepare(check->store, sql, &rows, err))
		return false;
	while (
	    (ok = sqlite_step(check->store, rows, &has_row, err)) && has_row) {
		found = (const char *)sqlite3_column_text(rows, 0);
		if (found == NULL || strcmp(found, "ok") == 0)
			continue;
		ok = check->fault(
		    check->context, text == NULL ? found : text, err);
		if (!ok || text != NULL)
			break;
	}
	sqlite3_finalize(rows);
	return ok;
}

bool
store_check(struct store *store, bool is_deep,
    bool (*fault)(void *context, const char *text, struct error *err),
    void *context, struct error *err)
{
	const struct check check = { store, fault, context };

	return run(&check,
		   is_deep ? "PRAGMA integrity_check(10)"
			   : "PRAGMA quick_check(10)",
		   NULL, err)
	    && run(&check, "PRAGMA foreign_key_check",
		"rows refer to rows that are missing", err);
}
