/*
 * How SQLite writes its log (WAL): a transaction at a time.
 *
 * SQLite writes each page of a transaction by two calls.  This layer between
 * it and the system keeps them until the frame that ends the transaction, or
 * until somebody wants to read them.  What SQLite has been told is written is
 * so from the moment at which another process could look for it, and what it
 * has synced is on disk, as before.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

struct sqlite3;

/* The name under which it is known to sqlite3_open_v2(); NULL when there is no
 * memory for it. */
const char *log_layer(void);

/*
 * For each connection that was opened through it, at once: what is kept of a
 * transaction is forgotten when that is rolled back.  Its place in the log may
 * be another process's then.
 */
void log_watch(struct sqlite3 *db);

#endif
