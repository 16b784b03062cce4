#include "store/store.h"

#include "base/error.h"
#include "store/intern.h"
#include "store/sqlite.h"
#include "store/sweep.h"

const char *
store_outcome_name(enum store_outcome outcome)
{
	static const char *const names[STORE_OUTCOME_COUNT + 1] = {
		[STORE_STORED] = "stored",
		[STORE_CONFLICT] = "conflict",
		[STORE_QUARANTINED] = "quarantined",
		[STORE_DUPLICATE] = "duplicate",
		[STORE_FAILURE] = "failure-report",
		[STORE_ABUSE] = "abuse-report",
		[STORE_ERROR_REPORT] = "error-report",
		[STORE_BOUNCE] = "bounce",
		[STORE_NO_REPORT] = "no-report",
		[STORE_KNOWN] = "known",
	};

	return names[outcome];
}

bool
store_serve(struct store *store, struct error *err)
{
	sqlite3_busy_timeout(store->db, 0);
	return sqlite_exec(store, "PRAGMA cache_size = -8192", err);
}

void
store_keep_raw(struct store *store, bool keeps)
{
	store->keeps_raw = keeps;
}

void
store_isolate(struct store *store, bool isolates)
{
	store->is_exposed = !isolates;
}

int
store_migrated_from(const struct store *store)
{
	return store->migrated_from;
}

bool
store_begin(struct store *store, struct error *err)
{
	if (!sqlite_exec(store, "BEGIN IMMEDIATE", err))
		return false;
	store->in_transaction = true;
	if (sweep_look(store, err))
		return true;
	store_rollback(store);
	return false;
}

bool
sqlite_check_transaction(struct store *store, struct error *err)
{
	if (!store->in_transaction)
		return error_set(err, ERROR_SYSTEM, "no transaction was begun");
	if (!sqlite3_get_autocommit(store->db))
		return true;
	*err = store->lost;
	return error_at(err, "the transaction was given up");
}

bool
store_commit(struct store *store, struct error *err)
{
	bool ok = sqlite_check_transaction(store, err)
	    && sqlite_exec(store, "COMMIT", err);

	if (ok)
		store->in_transaction = false;
	else
		store_rollback(store);
	return ok;
}

void
store_rollback(struct store *store)
{
	/* The ids in the caches may be of rows that are gone now. */
	intern_forget(store);
	/* This can only fail when there is nothing left to roll back. */
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->in_transaction = false;
}
