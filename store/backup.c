#include "store/backup.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "store/query.h"
#include "store/sqlite.h"

/* --- a copy --- */

/* Whether something may be replaced by a copy: nothing, or another copy. */
static bool
check_target(const char *path, const char *file, struct error *err)
{
	struct stat database, target;
	struct store *store;

	if (stat(file, &target) == -1)
		return errno == ENOENT || error_errno(err, "create", file);
	if (stat(path, &database) == 0 && database.st_ino == target.st_ino
	    && database.st_dev == target.st_dev)
		return error_set(
		    err, ERROR_USAGE, "'%.200s' is the database itself", file);
	if (!store_open(&store, file, STORE_COPY, err))
		return error_set(err, ERROR_USAGE,
		    "'%.200s' is there, and no copy of a database of reports; "
		    "name another file",
		    file);
	store_close(store);
	return true;
}

bool
store_backup(
    const char *path, const char *file, int64_t *size, struct error *err)
{
	struct store *store;
	struct stat status;
	bool ok;

	if (!check_target(path, file, err)
	    || !store_open(&store, path, STORE_COPY, err))
		return false;
	ok = sqlite_copy(store, file, err);
	store_close(store);
	if (!ok)
		return false;
	if (stat(file, &status) == -1)
		return error_errno(err, "open", file);
	*size = status.st_size;
	return true;
}

/* --- putting it back --- */

/* The first column of the first row, a text; NULL when there is none. */
static bool
ask(struct store *store, const char *sql, struct arena *arena,
    const char **text, int64_t *number, struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!sqlite_prepare(store, sql, &row, err))
		return false;
	ok = sqlite_step(store, row, &has_row, err);
	*text = NULL;
	*number = 0;
	if (ok && has_row && sqlite3_column_text(row, 0) != NULL) {
		*text = arena_copy(
		    arena, bytes_of((const char *)sqlite3_column_text(row, 0)));
		*number = sqlite3_column_int64(row, 0);
	}
	sqlite3_finalize(row);
	return ok;
}

static bool
refuse_difference(
    void *context, const struct store_difference *difference, struct error *err)
{
	(void)context;
	return error_set(err, ERROR_INPUT, "%s of %.200s are not its rows",
	    difference->what, difference->domain);
}

static bool
check_pages(struct store *store, struct arena *arena, struct error *err)
{
	const char *text;
	int64_t number;

	if (!ask(
		store, "PRAGMA integrity_check(1)", arena, &text, &number, err))
		return error_set(err, ERROR_INPUT, "cannot be read");
	if (text == NULL || strcmp(text, "ok") != 0)
		return error_set(
		    err, ERROR_INPUT, "%.200s", text == NULL ? "" : text);
	return ask(store, "PRAGMA foreign_key_check", arena, &text, &number,
		   err)
	    && (text == NULL
		|| error_set(err, ERROR_INPUT, "rows are missing"));
}

static bool
check_copy(struct store *store, struct arena *arena, struct store_restored *out,
    struct error *err)
{
	const char *text;
	int64_t schema;

	if (!check_pages(store, arena, err)
	    || !ask(store, "PRAGMA user_version", arena, &text, &schema, err)
	    || !ask(store, "SELECT count(*) FROM report", arena, &text,
		&out->reports, err))
		return false;
	out->schema = (int)schema;
	/* Schema 1 had no sums. */
	return schema != STORE_VERSION
	    || store_prove(store, refuse_difference, NULL, err);
}

/*
 * Only who is alone can leave the log behind.  A database that cannot be read
 * at all is nobody's.
 */
static bool
check_unused(const char *path, struct error *err)
{
	bool is_busy = false;
	sqlite3 *db;

	if (access(path, F_OK) == -1)
		return true;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL)
	    == SQLITE_OK) {
		sqlite3_exec(
		    db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
		is_busy = (sqlite3_errcode(db) & 0xff) == SQLITE_BUSY;
	}
	sqlite3_close(db);
	if (is_busy)
		error_set(err, ERROR_SYSTEM,
		    "'%.200s' is in use; stop the listener first", path);
	return !is_busy;
}

static bool
rename_if_there(
    const char *from, const char *to, bool *was_there, struct error *err)
{
	*was_there = rename(from, to) == 0;
	return *was_there || errno == ENOENT
	    || error_errno(err, "rename", from);
}

static bool
put_back(struct store *copy, const char *path, struct arena *arena,
    struct store_restored *out, struct error *err)
{
	const char *ready = arena_printf(arena, "%s.restored", path);
	bool was_there;

	if (!file_may_replace(path, err) || !sqlite_copy(copy, ready, err))
		return false;
	if (!check_unused(path, err)
	    /* Of a database that could not be read there may be a log. */
	    || !rename_if_there(arena_printf(arena, "%s-wal", path),
		arena_printf(arena, "%s.before-restore-wal", path), &was_there,
		err)
	    || !rename_if_there(path,
		arena_printf(arena, "%s.before-restore", path), &out->set_aside,
		err)) {
		unlink(ready);
		return false;
	}
	unlink(arena_printf(arena, "%s-shm", path));
	return rename(ready, path) == 0 || error_errno(err, "write", path);
}

bool
store_restore(const char *path, const char *file, struct store_restored *out,
    struct error *err)
{
	struct arena arena = { 0 };
	struct store *copy;
	bool ok;

	*out = (struct store_restored) { 0 };
	if (!store_open(&copy, file, STORE_COPY, err))
		return false;
	ok = (check_copy(copy, &arena, out, err)
		 || error_at(err, "'%.200s' is damaged", file))
	    && put_back(copy, path, &arena, out, err);
	store_close(copy);
	arena_release(&arena);
	return ok;
}
