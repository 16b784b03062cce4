#include "store/sqlite.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "store/scan.h"

static bool
set_system(struct error *err, const char *reason, const char *text)
{
	error_set(err, ERROR_SYSTEM, "%s", text);
	err->reason = reason;
	return false;
}

/* Files that are open already give these when their file system becomes one
 * that can only be read, as ext4 does after an error, or they immutable. */
static bool
is_forbidden(int cause)
{
	return cause == EROFS || cause == EACCES || cause == EPERM;
}

/* What the system said when SQLite could not open, or not use, a file.  Of the
 * log it has to be asked for: sqlite3_system_errno() knows of no commit. */
static int
find_cause(struct store *store)
{
	int cause = sqlite3_system_errno(store->db);
	sqlite3_file *log = NULL;

	if ((sqlite3_errcode(store->db) & 0xff) == SQLITE_IOERR
	    && sqlite3_file_control(
		   store->db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log)
		== SQLITE_OK
	    && log != NULL && log->pMethods != NULL)
		log->pMethods->xFileControl(
		    log, SQLITE_FCNTL_LAST_ERRNO, &cause);
	return cause;
}

bool
sqlite_error(struct store *store, struct error *err)
{
	int code = sqlite3_extended_errcode(store->db);
	int cause = find_cause(store);
	const char *reason = "database";

	switch (code & 0xff) {
	case SQLITE_IOERR:
		/* EFBIG: a limit on the size of files. */
		if (cause != ENOSPC && cause != EDQUOT && cause != EFBIG) {
			reason = is_forbidden(cause) ? "readonly" : "io";
			break;
		}
		/* FALLTHROUGH */
	case SQLITE_FULL:
		return set_system(err, "full", "the disk is full");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return set_system(
		    err, "busy", "another process is writing to the database");
	case SQLITE_READONLY:
		reason = "readonly";
		break;
	case SQLITE_CANTOPEN: /* its log or index: no files left, or no right */
		reason = is_forbidden(cause) ? "readonly" : "io";
		break;
	case SQLITE_CONSTRAINT: /* it is what was to be stored */
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		reason = "refused";
		break;
	default:
		break;
	}
	error_set(err, ERROR_SYSTEM, "the database %s: %s (%d)",
	    strcmp(reason, "refused") == 0 ? "refuses it" : "fails",
	    sqlite3_errmsg(store->db), code);
	err->reason = reason;
	return false;
}

bool
sqlite_bind(struct store *store, sqlite3_stmt *statement, int index,
    struct value value, struct error *err)
{
	const char *data = value.bytes.data == NULL ? "" : value.bytes.data;
	int rc = SQLITE_OK;

	switch (value.type) {
	case VALUE_NULL:
		rc = sqlite3_bind_null(statement, index);
		break;
	case VALUE_NUMBER:
		rc = sqlite3_bind_int64(statement, index, value.number);
		break;
	case VALUE_TEXT:
		rc = sqlite3_bind_text64(statement, index, data,
		    value.bytes.len, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case VALUE_BLOB:
		rc = sqlite3_bind_blob64(
		    statement, index, data, value.bytes.len, SQLITE_STATIC);
		break;
	}
	return rc == SQLITE_OK || sqlite_error(store, err);
}

bool
sqlite_prepare(
    struct store *store, const char *sql, sqlite3_stmt **out, struct error *err)
{
	return sqlite3_prepare_v2(store->db, sql, -1, out, NULL) == SQLITE_OK
	    || sqlite_error(store, err);
}

bool
sqlite_step(struct store *store, sqlite3_stmt *statement, bool *has_row,
    struct error *err)
{
	int rc = sqlite3_step(statement);

	*has_row = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE
	    || sqlite_error(store, err);
}

bool
sqlite_exec(struct store *store, const char *sql, struct error *err)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
	    || sqlite_error(store, err);
}

struct address
sqlite_column_address(sqlite3_stmt *row, int column)
{
	return sqlite_value_address(sqlite3_column_value(row, column));
}

struct address
sqlite_value_address(sqlite3_value *value)
{
	struct address address = { .len = 0 };
	const void *data = sqlite3_value_blob(value);
	int len = sqlite3_value_bytes(value);

	if (data != NULL && len <= ADDRESS_MAX) {
		memcpy(address.data, data, (size_t)len);
		address.len = (uint8_t)len;
	}
	return address;
}

bool
sqlite_check_unchanged(struct store *store, struct error *err)
{
	struct stat now;

	if (!store->is_immutable)
		return true;
	if (stat(store->path, &now) == 0 && now.st_size == store->seen.st_size
	    && now.st_mtim.tv_sec == store->seen.st_mtim.tv_sec
	    && now.st_mtim.tv_nsec == store->seen.st_mtim.tv_nsec)
		return true;
	return set_system(err, "busy",
	    "the database was changed while it was read; ask again");
}

static void
add_capped(sqlite3_context *context, int count, sqlite3_value **values)
{
	sqlite3_int64 *sum = sqlite3_aggregate_context(context, sizeof(*sum));

	(void)count;
	if (sum == NULL)
		sqlite3_result_error_nomem(context);
	else if (__builtin_add_overflow(
		     *sum, sqlite3_value_int64(values[0]), sum))
		*sum = INT64_MAX;
}

static void
finish_capped(sqlite3_context *context)
{
	const sqlite3_int64 *sum = sqlite3_aggregate_context(context, 0);

	sqlite3_result_int64(context, sum == NULL ? 0 : *sum);
}

bool
sqlite_add_functions(struct store *store, struct error *err)
{
	return (sqlite3_create_function_v2(store->db, "capped_sum", 1,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
		    NULL, add_capped, finish_capped, NULL)
		       == SQLITE_OK
		   || sqlite_error(store, err))
	    && scan_add_function(store, err);
}
