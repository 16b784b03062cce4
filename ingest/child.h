/*
 * One worker process as its parent sees it: started, given messages, listened
 * to, ended.  Only ingest/pool.c has to do with these.
 */
#ifndef INGEST_CHILD_H
#define INGEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"
#include "ingest/pool.h"
#include "ingest/worker.h"

struct event;
struct event_base;

TAILQ_HEAD(job_list, pool_job);

enum child_state {
	CHILD_NONE,     /* no process */
	CHILD_STARTING, /* it has not said yet that its sandbox is shut */
	CHILD_READY,
	CHILD_RETIRING, /* it gets no more and will end */
};

/* What a child tells its owner. */
struct child_events {
	void (*ready)(void *context); /* it has started */
	void (*free)(void *context);  /* it can be sent something again */
	/* The job it had longest is done, and is no longer among its jobs. */
	void (*done)(void *context, struct pool_job *job);
	/* It has ended: state is CHILD_NONE, jobs are what it leaves undone,
	 * the first of them the one it had in hand. */
	void (*ended)(void *context, const struct error *why);
};

/* For one message, on the processor and on the clock; 0 for
 * MAX_WORKER_CPU_SECONDS and MAX_WORKER_SECONDS. */
struct child_limits {
	unsigned cpu_seconds, seconds;
};

struct child {
	const struct child_events *events;
	void *context;
	struct child_limits limits;
	enum child_state state;
	enum child_state last; /* what it was before it ended */
	pid_t pid;
	int fd;
	struct event *readable, *writable, *deadline;

	struct job_list jobs; /* sent or being sent, in order */
	size_t job_count;
	size_t done_count;

	clockid_t clock; /* of its processor time, unless it has none */
	bool has_clock;
	rlim_t cpu_limit; /* that it was given last */

	/* what is being sent */
	struct worker_request request;
	struct bytes bytes;
	int file; /* that goes along, or -1 */
	size_t sent, to_send;

	/* what is coming */
	struct worker_answer answer;
	size_t answer_len, part_left;
	bool is_late, is_large;
	struct error refusal; /* why it has no sandbox */
};

/* Makes its events; a child is used for one process after another. */
void child_init(struct child *child, struct event_base *base,
    const struct child_events *events, void *context,
    struct child_limits limits);
/* Ends its process, if there is one, at once. */
void child_release(struct child *child);

/* Starts a process; argv is its program and arguments. */
MUST_CHECK bool child_start(
    struct child *child, const char *const *argv, struct error *err);

/* Whether it can be sent something. */
bool child_is_free(const struct child *child);

/* Sends how to read, before the first job. */
void child_configure(struct child *child, struct bytes config);
void child_give(struct child *child, struct pool_job *job);

/* It ends when it has done what it has. */
void child_retire(struct child *child);

#endif
