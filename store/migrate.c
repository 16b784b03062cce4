#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/sqlite.h"

/* What each step does, by the schema it starts from. */
static bool (*const steps[])(struct store *store, struct error *err) = {
	[1] = migrate_1,
};
_Static_assert(COUNT_OF(steps) == STORE_VERSION, "a step for each schema");

/* An empty file of the same mode, which VACUUM INTO takes as a new one. */
static bool
make_file(const char *path, const struct stat *like, struct error *err)
{
	int fd;

	/* Of somebody who died over it. */
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return error_errno(err, "create", path);
	if (fchmod(fd, like->st_mode & 0777) == -1) {
		close(fd);
		return error_errno(err, "create", path);
	}
	return close(fd) == 0 || error_errno(err, "create", path);
}

static bool
sync_path(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd != -1 && fsync(fd) == 0;

	if (!ok)
		error_errno(err, "write", path);
	if (fd != -1)
		close(fd);
	return ok;
}

static bool
vacuum_into(struct store *store, const char *path, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row, ok;

	if (!sqlite_prepare(store, "VACUUM INTO ?", &statement, err))
		return false;
	ok = sqlite_bind(store, statement, 1, text(path), err)
	    && sqlite_step(store, statement, &has_row, err);
	sqlite3_finalize(statement);
	return ok;
}

/* Page by page, all of one moment. */
static bool
copy_pages(struct store *store, const char *path, struct error *err)
{
	struct store copy = { .path = NULL };
	sqlite3_backup *backup = NULL;
	int rc = sqlite3_open_v2(path, &copy.db, SQLITE_OPEN_READWRITE, NULL);

	if (rc == SQLITE_OK)
		backup =
		    sqlite3_backup_init(copy.db, "main", store->db, "main");
	if (backup != NULL) {
		sqlite3_backup_step(backup, -1);
		rc = sqlite3_backup_finish(backup);
	}
	if (backup == NULL || rc != SQLITE_OK)
		sqlite_error(&copy, err);
	sqlite3_close(copy.db);
	return backup != NULL && rc == SQLITE_OK;
}

bool
sqlite_copy(struct store *store, const char *path, struct error *err)
{
	struct arena arena = { 0 };
	const char *part = arena_printf(&arena, "%s.part", path);
	struct stat like;
	bool ok = stat(store->path, &like) == 0
	    || error_errno(err, "open", store->path);

	/* SQLite 3.40 cannot VACUUM INTO from a connection that only reads when
	 * a table has a generated column. */
	ok = ok && make_file(part, &like, err)
	    && (sqlite3_db_readonly(store->db, "main") == 1
		    ? copy_pages(store, part, err)
		    : vacuum_into(store, part, err))
	    && sqlite_check_unchanged(store, err) && sync_path(part, err)
	    && (rename(part, path) == 0 || error_errno(err, "write", path));
	if (!ok)
		unlink(part);
	arena_release(&arena);
	return ok;
}

static bool
read_version(struct store *store, int64_t *out, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row, ok;

	if (!sqlite_prepare(store, "PRAGMA user_version", &statement, err))
		return false;
	ok = sqlite_step(store, statement, &has_row, err);
	*out = ok ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return ok;
}

static bool
check_references(struct store *store, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row, ok;

	if (!sqlite_prepare(store, "PRAGMA foreign_key_check", &statement, err))
		return false;
	ok = sqlite_step(store, statement, &has_row, err);
	sqlite3_finalize(statement);
	return ok
	    && (!has_row
		|| error_set(err, ERROR_INPUT,
		    "'%.200s' is damaged: rows are missing in it; restore it "
		    "from a backup",
		    store->path));
}

/* The next step, unless somebody else has just done it. */
static bool
take_step(struct store *store, int64_t *version, struct error *err)
{
	int64_t from;
	bool ok;

	if (!sqlite_exec(store, "BEGIN IMMEDIATE", err))
		return false;
	ok = read_version(store, &from, err);
	if (ok && from == *version && from < STORE_VERSION)
		ok = steps[from](store, err) && views_create(store, err)
		    && check_references(store, err);
	ok = ok && read_version(store, version, err)
	    && sqlite_exec(store, "COMMIT", err);
	if (!ok)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

static bool
migrate_from(struct store *store, int64_t version, struct error *err)
{
	struct arena arena = { 0 };
	const char *copy = arena_printf(
	    &arena, "%s.schema-%lld", store->path, (long long)version);
	bool ok = sqlite_copy(store, copy, err);

	arena_release(&arena);
	while (ok && version < STORE_VERSION)
		ok = take_step(store, &version, err);
	return ok;
}

bool
migrate(struct store *store, struct error *err)
{
	int64_t version;
	bool ok;

	if (!read_version(store, &version, err))
		return false;
	if (version == STORE_VERSION)
		return true;
	/* Tables are renamed and dropped, which must not reach into others;
	 * what refers to what is checked at the end. */
	ok = sqlite_exec(store,
		 "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON",
		 err)
	    && migrate_from(store, version, err);
	if (ok) {
		store->migrated_from = (int)version;
		/* Gives back the room of the old tables.  It can wait. */
		sqlite3_exec(store->db,
		    "PRAGMA temp_store = FILE;"
		    "PRAGMA auto_vacuum = INCREMENTAL; VACUUM;"
		    "PRAGMA temp_store = MEMORY",
		    NULL, NULL, NULL);
		ok = sqlite_exec(store,
		    "PRAGMA legacy_alter_table = OFF;"
		    "PRAGMA foreign_keys = ON",
		    err);
	}
	return ok
	    || error_at(err, "bringing '%.200s' to schema %d", store->path,
		STORE_VERSION);
}
