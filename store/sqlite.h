/*
 * What the files of this folder share: the connection, statements and their
 * values, and what SQLite's failures become.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"
#include "parse/address.h"
#include "store/cache.h"
#include "store/store.h"

#define STORE_APPLICATION_ID 0x52505254
#define STORE_VERSION        2

extern const char store_schema[], store_views[];

/* The statements that write, each prepared once (store/statement.c). */
enum statement {
	STATEMENT_SAVEPOINT,
	STATEMENT_RELEASE,
	STATEMENT_ROLLBACK_TO,
	FIND_STRING,
	ADD_STRING,
	FIND_AUTH,
	ADD_AUTH,
	ADD_AUTH_DKIM,
	ADD_AUTH_SPF,
	FIND_REPORTER,
	ADD_REPORTER,
	FIND_MESSAGE,
	ADD_MESSAGE,
	SET_CLASS,
	SET_OUTCOME,
	ADD_ARRIVAL,
	ADD_RAW,
	ADD_QUARANTINE,
	ADD_FAILURE,
	FIND_QUARANTINED,
	REMOVE_QUARANTINE,
	REMOVE_RAW,
	FIND_COUNTED,
	FIND_CONTENT,
	FIND_SEATED,
	UNSEAT_REPORT,
	SEAT_REPORT,
	FOLLOW_REPORT,
	FIND_TO_VERIFY,
	VERIFY_REPORT,
	ADD_REPORT,
	ADD_NOTE,
	ADD_DMARC_REPORT,
	ADD_CONTACT,
	ADD_ERROR,
	ADD_RECORD,
	FIND_SHAPE,
	ADD_SHAPE,
	FIND_REASONS,
	ADD_REASONS,
	ADD_REASON,
	ADD_COMMENT,
	ADD_TLS_POLICY,
	ADD_TLS_POLICY_STRING,
	ADD_TLS_MX_HOST,
	ADD_TLS_FAILURE,
	FIND_HEAD,
	LIST_ITEMS,
	TOTAL_REPORT,
	TOTAL_OUTCOME,
	TOTAL_SOURCE,
	TOTAL_TLS,
	SWEEP_TOTAL_REPORT,
	SWEEP_TOTAL_OUTCOME,
	SWEEP_TOTAL_SOURCE,
	SWEEP_TOTAL_TLS,
	CLEAR_TOTAL_REPORT,
	CLEAR_TOTAL_OUTCOME,
	CLEAR_TOTAL_SOURCE,
	CLEAR_TOTAL_TLS,
	FIND_COUNTED_DOMAIN,
	FIND_DAY,
	FIND_NEXT_COUNTED,
	FIND_NEXT_REPORT,
	FIND_STOPPED,
	FIND_SWEEPS,
	FIND_NEXT_RAW,
	FIND_OWN,
	FIND_KEYED,
	FIND_HEIR,
	REMOVE_REPORT,
	CHANGE_REPORT,
	REMOVE_NOTES,
	REMOVE_CONTACTS,
	REMOVE_ERRORS,
	REMOVE_DMARC_REPORT,
	REMOVE_RECORDS,
	REMOVE_POLICIES,
	FIND_KEY,
	FIND_PRUNED,
	ADD_PRUNED,
	STATEMENT_COUNT
};

struct store {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	struct cache strings, auths, shapes, reasons, reporters;
	int migrated_from;
	bool keeps_raw;
	bool is_exposed;     /* a failure ends the transaction */
	int64_t sweeps;      /* when the caches were last looked at */
	bool in_transaction; /* between store_begin() and its end */
	struct error lost;   /* why it was given up, if it was */

	/* SQLite was told that the file does not change, because nobody had
	 * it open; this is how it looked. */
	bool is_immutable;
	struct stat seen;
};

/* A value for a parameter of a statement; it borrows what it points to. */
struct value {
	enum { VALUE_NULL, VALUE_NUMBER, VALUE_TEXT, VALUE_BLOB } type;
	int64_t number;
	struct bytes bytes;
};

static inline struct value
number(int64_t number)
{
	return (struct value) { .type = VALUE_NUMBER, .number = number };
}

/* An id, where 0 stands for NULL. */
static inline struct value
id_or_null(int64_t id)
{
	return id == 0 ? (struct value) { .type = VALUE_NULL } : number(id);
}

static inline struct value
text(const char *text)
{
	if (text == NULL)
		return (struct value) { .type = VALUE_NULL };
	return (struct value) { .type = VALUE_TEXT, .bytes = bytes_of(text) };
}

static inline struct value
blob(const void *data, size_t len)
{
	return (struct value) { .type = VALUE_BLOB, .bytes = { data, len } };
}

/* The values of a statement's parameters, and their number. */
#define VALUES(...)                                                            \
	(const struct value[]) { __VA_ARGS__ },                                \
	    COUNT_OF(((const struct value[]) { __VA_ARGS__ }))

/*
 * Runs a statement.  *id, unless id is NULL, is the number in the first
 * column of the first row, or 0 without a row; of an INSERT, the new row's id,
 * or 0 without one.
 */
MUST_CHECK bool statement_run(struct store *store, enum statement which,
    const struct value *values, size_t count, int64_t *id, struct error *err);
/* The same for one whose rows are wanted: sqlite_step() has them, and
 * sqlite3_reset() ends it. */
MUST_CHECK bool statement_start(struct store *store, enum statement which,
    const struct value *values, size_t count, sqlite3_stmt **out,
    struct error *err);
/* A statement without parameters. */
MUST_CHECK bool statement_do(
    struct store *store, enum statement which, struct error *err);
void statement_release(struct store *store);

/* For reading: a statement of its own; sqlite3_finalize() ends it. */
MUST_CHECK bool sqlite_prepare(struct store *store, const char *sql,
    sqlite3_stmt **out, struct error *err);
MUST_CHECK bool sqlite_bind(struct store *store, sqlite3_stmt *statement,
    int index, struct value value, struct error *err);
/* The next row: *has_row is false after the last. */
MUST_CHECK bool sqlite_step(struct store *store, sqlite3_stmt *statement,
    bool *has_row, struct error *err);
/* The address in a column; none where it is NULL. */
struct address sqlite_column_address(sqlite3_stmt *row, int column);
struct address sqlite_value_address(sqlite3_value *value);
MUST_CHECK bool sqlite_exec(
    struct store *store, const char *sql, struct error *err);

/* The connection's last failure as an error; always false. */
bool sqlite_error(struct store *store, struct error *err);

/* Fails when no transaction was begun, or SQLite has given it up. */
MUST_CHECK bool sqlite_check_transaction(
    struct store *store, struct error *err);

/*
 * After reading, when SQLite was told that the file does not change: fails
 * when it did, and what was read may be wrong.
 */
MUST_CHECK bool sqlite_check_unchanged(struct store *store, struct error *err);

/* A copy of the whole database as it is now, at path, where it replaces what
 * is there; with the mode of the database, and on disk. */
MUST_CHECK bool sqlite_copy(
    struct store *store, const char *path, struct error *err);

/* Adds sums that never fail: capped_sum(x) stops at 2^63 - 1. */
MUST_CHECK bool sqlite_add_functions(struct store *store, struct error *err);

#endif
