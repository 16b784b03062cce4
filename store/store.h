/*
 * The database: one SQLite file, opened, checked, written.  Questions to it
 * are in store/query.h.  Nothing outside store/ knows that it is SQLite.  All
 * of store/ is for one thread of a process.
 *
 *	store_open(&store, path, STORE_WRITE, &err)
 *	store_begin(store, &err)
 *	store_add(store, &delivery, &result, &err)   any number of times
 *	store_commit(store, &err)                    now it is on disk
 *	store_close(store)
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "parse/reading.h"

struct error;
struct store;

enum store_mode {
	STORE_READ,  /* never creates, never changes anything */
	STORE_WRITE, /* creates the file when it is not there, and brings one
		      * of an older schema up to this program's */
	STORE_COPY,  /* reads any schema: for copies alone */
};

/*
 * Opens a database.  Fails with ERROR_NO_INPUT when it is not there (or, to
 * write, its folder is not), ERROR_NO_PERM, ERROR_INPUT when it belongs to
 * another program, to a newer version of this one or is damaged, and
 * ERROR_SYSTEM.
 */
MUST_CHECK bool store_open(struct store **out, const char *path,
    enum store_mode mode, struct error *err);
void store_close(struct store *store);

/* For a process that serves others all day: it fails at once, with "busy",
 * when somebody else writes, and keeps fewer pages in memory.  Fails with
 * ERROR_SYSTEM. */
MUST_CHECK bool store_serve(struct store *store, struct error *err);

/* The schema that opening it found and has brought up to this program's; 0
 * when it was of this one. */
int store_migrated_from(const struct store *store);

/* Whether the bytes of messages that could be read are kept too; they are not
 * at first. */
void store_keep_raw(struct store *store, bool keeps);

/*
 * Whether a message that fails takes nothing else of its transaction with it,
 * as is so at first.  Without that the failure ends the transaction, and
 * store_commit() fails too; but SQLite need not copy each page that a message
 * changes, in memory, before it does.
 */
void store_isolate(struct store *store, bool isolates);

/* What arrived, how, and what was found in it. */
struct delivery {
	const struct reading *reading;
	struct bytes raw;      /* the bytes as delivered */
	int64_t received;      /* seconds since the epoch, UTC */
	bool is_lmtp;          /* else it was imported from a file */
	const char *source;    /* the file's name, or the client's */
	const char *mail_from; /* NULL for a file */
	const char *rcpt_to;   /* recipients, joined by ","; NULL for a file */
};

/* What becomes of a message as a whole. */
enum store_outcome {
	STORE_STORED = 1,   /* at least one report was new */
	STORE_CONFLICT,     /* one had the key of another, with other content */
	STORE_QUARANTINED,  /* something in it could not be read; kept aside */
	STORE_DUPLICATE,    /* all of its reports were known */
	STORE_FAILURE,      /* a failure report: its facts are counted */
	STORE_ABUSE,        /* a complaint about spam: counted */
	STORE_ERROR_REPORT, /* a report could not be sent to us: counted */
	STORE_BOUNCE,       /* a delivery status notification: counted */
	STORE_NO_REPORT,    /* nothing in it for us */
	STORE_KNOWN,        /* the same bytes were delivered before */
};
#define STORE_OUTCOME_COUNT 10

/* "stored", "conflict", "quarantined", "duplicate", "failure-report",
 * "abuse-report", "error-report", "bounce", "no-report", "known". */
const char *store_outcome_name(enum store_outcome outcome);

struct store_result {
	enum store_outcome outcome; /* the first of the list that applies */
	int64_t message;            /* its id */
	size_t stored, conflicts, duplicates, quarantined; /* findings */
	char refused[200]; /* why the database did not take it; or "" */
};

/* The reason of a message in quarantine that could be read, and that the
 * database would not take. */
#define STORE_REFUSED "database-refused"

MUST_CHECK bool store_begin(struct store *store, struct error *err);

/*
 * Adds one message with all it holds, all or nothing; unless store_isolate()
 * says otherwise, a failure takes nothing else of the transaction with it.
 *
 * A report is known by its reporter, domain, report_id, begin and end, and
 * the digest of its content: the same key and content is a duplicate and
 * counted once, the same key with other content is kept as a conflict, out of
 * all sums.  One whose verdict is VERDICT_FAILED is neither to one that is
 * not, nor the other way round.  Among the others a verified report comes
 * first: it takes the place of one that is counted and not verified, which
 * becomes the conflict, and a verified copy makes what is known verified.  A message whose bytes are known leaves one more arrival when it
 * came by LMTP, and nothing when it was imported.  The raw bytes are kept,
 * compressed, when something in the message could not be read, and never of
 * a failure report or complaint.
 *
 * A message that the database itself refuses (a constraint, a text that is too
 * large) is quarantined as a whole for STORE_REFUSED, and nothing else is
 * stored of it; where messages are not isolated it fails as "refused".
 *
 * Fails with ERROR_SYSTEM and the reason "full" for a full disk, "busy" when
 * another process writes, "readonly" when the database may not be written any
 * more, "io" when the disk fails, or "database".  A full disk can end the whole
 * transaction: then store_commit() fails too, and nothing of it is stored.
 */
MUST_CHECK bool store_add(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err);

/*
 * Adds what was found in a message of the quarantine when it was read once
 * more: what is readable now is stored as by store_add(), what is not takes
 * the place of what was said of it before.  The raw bytes go when nothing is
 * left in quarantine.  In a transaction, all or nothing.  Fails with
 * ERROR_NO_INPUT when nothing of that message is in quarantine.
 */
MUST_CHECK bool store_retry(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err);

/* Takes a message out of quarantine, its raw bytes with it; the message's row
 * and its outcome stay.  Fails as store_retry(). */
MUST_CHECK bool store_drop(
    struct store *store, int64_t message, struct error *err);

/* After true, everything since store_begin() has reached the disk; after
 * false, nothing has been stored, and store_begin() may be tried again. */
MUST_CHECK bool store_commit(struct store *store, struct error *err);

/* Forgets everything since store_begin(). */
void store_rollback(struct store *store);

#endif
