/*
 * Workers (ingest/worker.h), each a process in the sandbox, and what is given
 * them to read.  One that dies, loops or grows is replaced, and costs the
 * message it had in hand its reading: that one is told "worker-crashed",
 * "worker-timeout" or "worker-memory".
 *
 *	pool_new(&pool, NULL, &config, &err)
 *	pool_submit(pool, &job)      any number of times
 *	while (pool_count(pool) > 0)
 *		pool_wait(pool, 100) calls done() of jobs that are read
 *	pool_free(pool)
 */
#ifndef INGEST_POOL_H
#define INGEST_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/queue.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"
#include "ingest/spool.h"

struct arena;
struct event_base;
struct pool;
struct read_config;
struct reading;

struct pool_config {
	/* A program and its arguments, with a NULL at the end; NULL for this
	 * program as "worker". */
	const char *const *command;
	size_t workers;  /* 0 for one a processor */
	bool starts_all; /* at once, and not when there is work for them */
	bool has_no_sandbox;
	/* For one message; 0 for the limits of base/limits.h. */
	unsigned cpu_seconds, seconds;
	const struct read_config *read; /* how messages are read */
	/* One line, without its end, about a worker in trouble; or NULL. */
	void (*log)(void *context, const char *text);
	void *context;
};

/* A message to be read.  Its owner keeps it until it is done. */
struct pool_job {
	/* to be set */
	struct spool *message;
	void (*done)(struct pool_job *job);
	void *context;

	/* the pool's own */
	TAILQ_ENTRY(pool_job) link;
	struct buffer answer;
	enum pool_result {
		POOL_READ,
		POOL_BROKEN, /* the message broke its worker: error says how */
		POOL_FAILED, /* there is no worker: error says why */
	} result;
	struct error error;
};

/*
 * Starts workers; base is the event loop they are to be in, or NULL for one
 * of the pool's own, which pool_wait() turns.  config's texts must stay.
 * Fails when the first worker cannot be started or has no sandbox.
 */
MUST_CHECK bool pool_new(struct pool **out, struct event_base *base,
    const struct pool_config *config, struct error *err);

/* Jobs that are under way are forgotten: done() is not called for them. */
void pool_free(struct pool *pool);

void pool_submit(struct pool *pool, struct pool_job *job);

/* How many jobs are not done. */
size_t pool_count(const struct pool *pool);

/* Takes care of what has come from workers; waits for that so many
 * milliseconds at most. */
void pool_wait(struct pool *pool, unsigned ms);

/* From now on messages are read like this. */
void pool_configure(struct pool *pool, const struct read_config *read);

struct pool_counts {
	size_t alive;    /* workers */
	size_t replaced; /* that ended on their own */
};
struct pool_counts pool_counts(const struct pool *pool);

/*
 * What was found by a job that is done; message is what it was to read.  A
 * message that broke its worker has one finding, which says so.  Fails with
 * ERROR_SYSTEM when there was no worker to read it.
 */
MUST_CHECK bool pool_reading(const struct pool_job *job, struct bytes message,
    struct arena *arena, struct reading *out, struct error *err);

/* What was found, as a reading or not, takes no more memory then. */
void pool_job_release(struct pool_job *job);

#endif
