#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/intern.h"
#include "store/log.h"
#include "store/migrate.h"
#include "store/sqlite.h"

/* How long a writer waits for another, in milliseconds. */
#define BUSY_MS 5000

/* For each connection; sizes in KiB where negative. */
static const char settings[] = "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cache_size = -32768;";

/* 250 means on disk: FULL waits for it at each commit, NORMAL would not. */
static const char settings_to_write[] = "PRAGMA synchronous = FULL;"
					/* A savepoint's journal. */
					"PRAGMA temp_store = MEMORY;"
					"PRAGMA journal_size_limit = 67108864;";

/*
 * New files get their mode here: SQLite would let everybody read, and gives
 * the files it makes beside it the mode of this one.
 */
static bool
create(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd != -1)
		close(fd);
	else if (errno == ENOENT || errno == ENOTDIR)
		return error_set(err, ERROR_NO_INPUT,
		    "cannot create '%.200s': its folder does not exist", path);
	else if (errno != EEXIST) /* somebody was faster */
		return error_errno(err, "create", path);
	return true;
}

static bool
look(const char *path, enum store_mode mode, struct stat *seen,
    struct error *err)
{
	if (stat(path, seen) == -1) {
		if (errno != ENOENT && errno != ENOTDIR)
			return error_errno(err, "open", path);
		if (mode == STORE_WRITE)
			return create(path, err);
		return error_set(err, ERROR_NO_INPUT,
		    "cannot open '%.200s': no such database; 'reports import' "
		    "or 'reports listen' makes one",
		    path);
	}
	if (S_ISDIR(seen->st_mode))
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is a folder; name a database file in it", path);
	if (!S_ISREG(seen->st_mode))
		return error_set(
		    err, ERROR_INPUT, "'%.200s' is not a file", path);
	if (seen->st_size == 0 && mode != STORE_WRITE)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is empty, not yet a database; 'reports import' "
		    "or 'reports listen' makes one of it",
		    path);
	return true;
}

/*
 * Without a write-ahead log the file has nobody who changes it.  SQLite would
 * still make one beside it to read; told that the file is immutable, it makes
 * nothing, and can read where it may not write.
 */
static bool
has_log(const char *path)
{
	struct arena arena = { 0 };
	struct stat log;
	bool found = stat(arena_printf(&arena, "%s-wal", path), &log) == 0
	    && log.st_size > 0;

	arena_release(&arena);
	return found;
}

/* The path as a URI, in which nothing in its name means anything. */
static const char *
uri_of(struct arena *arena, const char *path, const char *query)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._/";
	char *escaped = arena_alloc(arena, strlen(path) + 1, 3), *at = escaped;

	for (; *path != '\0'; path++) {
		if (strchr(plain, *path) != NULL)
			*at++ = *path;
		else
			at += snprintf(at, 4, "%%%02X", (unsigned char)*path);
	}
	return arena_printf(arena, "file:%s%s?%s",
	    *escaped == '/' ? "//" : "./", escaped, query);
}

static bool
refuse(struct store *store, struct error *err)
{
	int cause = sqlite3_system_errno(store->db);

	switch (sqlite3_errcode(store->db) & 0xff) {
	case SQLITE_NOTADB:
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is not a database; name another file",
		    store->path);
	case SQLITE_CORRUPT:
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is damaged; restore it from a backup",
		    store->path);
	case SQLITE_READONLY:
		return error_set(err, ERROR_NO_PERM,
		    "cannot write '%.200s': its folder may not be written",
		    store->path);
	case SQLITE_CANTOPEN:
		if (cause == EACCES || cause == EPERM || cause == EROFS) {
			errno = cause;
			return error_errno(err, "open", store->path);
		}
		return error_set(err, ERROR_NO_PERM,
		    "cannot open '%.200s': there is a log beside it, which "
		    "takes a user who may write its folder",
		    store->path);
	default:
		break;
	}
	return sqlite_error(store, err)
	    || error_at(err, "'%.200s'", store->path);
}

static bool
ask(struct store *store, const char *sql, int64_t *out, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row, ok;

	if (!sqlite_prepare(store, sql, &statement, err))
		return false;
	ok = sqlite_step(store, statement, &has_row, err);
	*out = ok && has_row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return ok;
}

/* What the file says of itself. */
struct identity {
	int64_t application, version, objects;
};

/* All at one moment: another process may be creating the database. */
static bool
read_identity(struct store *store, struct identity *out, struct error *err)
{
	bool ok;

	if (!sqlite_exec(store, "SAVEPOINT identity", err))
		return false;
	ok = ask(store, "PRAGMA application_id", &out->application, err)
	    && ask(store, "PRAGMA user_version", &out->version, err)
	    && ask(store, "SELECT count(*) FROM sqlite_schema", &out->objects,
		err);
	return ok && sqlite_exec(store, "RELEASE identity", err);
}

/* Whose database it is; *is_new when nothing was ever put in it, *is_old when
 * it is of an older schema. */
static bool
identify(struct store *store, bool *is_new, bool *is_old, struct error *err)
{
	struct identity is;

	if (!read_identity(store, &is, err))
		return refuse(store, err);
	*is_old = false;
	*is_new = is.application == 0 && is.version == 0 && is.objects == 0;
	if (*is_new)
		return true;
	if (is.application != STORE_APPLICATION_ID)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is the database of another program; name "
		    "another file",
		    store->path);
	if (is.version > STORE_VERSION)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is of a newer version of reports (schema %lld, "
		    "this one knows %d); upgrade reports",
		    store->path, (long long)is.version, STORE_VERSION);
	*is_old = is.version > 0 && is.version < STORE_VERSION;
	if (is.version < 1)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is damaged: it has no schema %lld; restore it "
		    "from a backup",
		    store->path, (long long)is.version);
	return true;
}

/* SQLite waits for others, but not at every step of this change. */
static bool
use_log(struct store *store, struct error *err)
{
	int waited;

	for (waited = 0; waited < BUSY_MS; waited += 10) {
		if (sqlite_exec(store, "PRAGMA journal_mode = WAL", err))
			return true;
		if ((sqlite3_errcode(store->db) & 0xff) != SQLITE_BUSY)
			break;
		sqlite3_sleep(10);
	}
	return refuse(store, err);
}

/* Somebody else may do the same; the lock decides who does it. */
static bool
create_schema(struct store *store, struct error *err)
{
	bool is_new, is_old;

	if (!sqlite_exec(store, "BEGIN IMMEDIATE", err))
		return refuse(store, err);
	if (!identify(store, &is_new, &is_old, err))
		return false;
	if (is_new
	    && !(sqlite_exec(store, store_schema, err)
		&& views_create(store, err)))
		return refuse(store, err);
	return sqlite_exec(store, "COMMIT", err) || refuse(store, err);
}

static bool
prepare_to_write(struct store *store, bool is_new, struct error *err)
{
	if (!sqlite_exec(store, settings_to_write, err))
		return refuse(store, err);
	/* So that 'prune' can give back what it has emptied. */
	if (is_new
	    && !sqlite_exec(store, "PRAGMA auto_vacuum = INCREMENTAL", err))
		return refuse(store, err);
	return use_log(store, err) && (!is_new || create_schema(store, err))
	    && migrate(store, err);
}

static bool
connect_to(struct store *store, enum store_mode mode, struct error *err)
{
	struct arena arena = { 0 };
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
	    | (mode == STORE_WRITE ? SQLITE_OPEN_READWRITE
				   : SQLITE_OPEN_READONLY);
	const char *query = store->is_immutable ? "immutable=1" : "";
	int rc = sqlite3_open_v2(
	    uri_of(&arena, store->path, query), &store->db, flags, log_layer());

	arena_release(&arena);
	if (store->db == NULL)
		errx(1, "store: out of memory");
	if (rc != SQLITE_OK)
		return refuse(store, err);
	/* SQLite opens to read what it cannot open to write. */
	if (mode == STORE_WRITE && sqlite3_db_readonly(store->db, "main") == 1
	    && access(store->path, W_OK) != 0)
		return error_errno(err, "write", store->path);
	log_watch(store->db);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return (sqlite_exec(store, settings, err)
		   && sqlite_add_functions(store, err))
	    || refuse(store, err);
}

static bool
open_at(struct store *store, enum store_mode mode, struct error *err)
{
	bool is_new, is_old;

	if (!look(store->path, mode, &store->seen, err))
		return false;
	store->is_immutable = mode != STORE_WRITE && !has_log(store->path);
	if (!connect_to(store, mode, err)
	    || !identify(store, &is_new, &is_old, err))
		return false;
	if (mode == STORE_WRITE)
		return prepare_to_write(store, is_new, err);
	if (is_new)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is empty; 'reports import' or 'reports listen' "
		    "makes it a database of reports",
		    store->path);
	if (is_old && mode == STORE_READ)
		return error_set(err, ERROR_INPUT,
		    "'%.200s' is of an older version of reports; 'reports "
		    "migrate' brings it up to this one",
		    store->path);
	return true;
}

/* One thread has it all: no locks, and nobody to count memory for.  Later than
 * at the first call this does nothing. */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool
store_open(struct store **out, const char *path, enum store_mode mode,
    struct error *err)
{
	struct store *store = calloc(1, sizeof(*store));

	*out = NULL;
	configure();
	if (store == NULL || (store->path = strdup(path)) == NULL)
		errx(1, "store: out of memory");
	if (!open_at(store, mode, err)) {
		store_close(store);
		return false;
	}
	*out = store;
	return true;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	statement_release(store);
	if (store->db != NULL)
		store_rollback(store);
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}
