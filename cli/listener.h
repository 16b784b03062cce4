/*
 * What the parts of 'reports listen' share: the settings, and counts of what
 * has happened since it started.
 */
#ifndef CLI_LISTENER_H
#define CLI_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/intake.h"
#include "ingest/server.h"
#include "store/store.h"

struct context;
struct store;

/* Why mail is deferred; the index of listener.deferred. */
enum listener_trouble {
	TROUBLE_NONE,
	TROUBLE_FULL,     /* no room on the disk, or in memory */
	TROUBLE_BUSY,     /* somebody else writes to the database */
	TROUBLE_READONLY, /* it may not be written */
	TROUBLE_IO,       /* the disk fails */
	TROUBLE_WORKER,   /* there is nobody to read */
	TROUBLE_OTHER,
};
#define TROUBLE_COUNT 7

/* Commits that took so long or less, and one more for all the others. */
#define LATENCY_BUCKETS 12

/* So many lines a second; more are only counted. */
struct listener_log {
	int64_t second;
	size_t lines, dropped;
};

/* The messages of a transaction, in the order in which they were added. */
struct listener_round {
	struct arena arena; /* for the lines, which wait for the commit */
	const char *lines[SERVER_MAX_BATCH];
	/* Their outcome is 0 when not stored, and then there is a trouble. */
	struct store_result results[SERVER_MAX_BATCH];
	enum listener_trouble troubles[SERVER_MAX_BATCH];
	struct error why; /* of the last of those, in words */
	size_t count;
	bool is_open;   /* the transaction */
	bool is_failed; /* it was given up */
	struct error failure;
};

struct listener {
	struct context *context;
	struct store *store;
	struct server_config server;
	struct pool_config pool;
	struct listener_log log;
	struct listener_round round;

	enum listener_trouble trouble; /* that was logged */
	int64_t started;
	struct intake_counts counts; /* of what is on disk */
	size_t deferred[TROUBLE_COUNT];
	size_t broken_workers; /* messages that broke theirs */
	size_t commits;
	double commit_seconds;
	size_t latency[LATENCY_BUCKETS + 1];
};

/* Where the listener of this database tells how it is. */
const char *listener_control(const struct context *context);

/* --- cli/listen_log.c --- */

/* One line to standard error; escaped. */
void listener_say(void *context, const char *text);
/* The same, of a message: there may be too many of them. */
void listener_log(struct listener *listener, const char *text);

/* A message that was stored, and one that was not. */
const char *listener_describe(struct arena *arena,
    const struct server_message *message, const struct reading *reading,
    const struct store_result *result);
const char *listener_describe_failed(struct arena *arena,
    const struct server_message *message, const struct error *why);

/* --- cli/listen_deliver.c --- */

/* As add and commit of struct server_config; context is a struct listener. */
bool listener_add(void *context, struct server_message *message, bool may_wait);
void listener_commit(
    void *context, struct server_message *const *messages, size_t count);

/* --- cli/listen_status.c --- */

/* As server_config.status. */
void listener_status(
    void *context, const struct server_counts *counts, struct buffer *out);

/* The upper bounds of latency, in seconds. */
extern const double listener_bounds[LATENCY_BUCKETS];

#endif
