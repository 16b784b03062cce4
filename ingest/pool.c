#include "ingest/pool.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/limits.h"
#include "ingest/child.h"
#include "ingest/read.h"

/* After a worker could not be started. */
#define RESTART_SECONDS 1
/* A program, "worker", "--no-sandbox", the end; and those of a test. */
#define MAX_ARGUMENTS 8

struct member {
	struct pool *pool;
	struct child child;
};

struct pool {
	struct event_base *base;
	bool owns_base, is_ending;
	struct pool_config config;
	const char *argv[MAX_ARGUMENTS];
	struct buffer read_config; /* as it is sent */
	size_t max_answer;         /* to a job */
	struct event *restart;     /* pending after one did not start */
	struct event *patience;    /* of pool_wait() */
	struct error trouble;      /* why not */
	struct job_list queue;
	size_t count; /* jobs, queued or given */
	size_t replaced;
	struct member *members;
	size_t member_count;
};

static void
say(const struct pool *pool, const char *what, const char *why)
{
	char text[600];

	if (pool->config.log == NULL)
		return;
	snprintf(text, sizeof(text), "%s: %s", what, why);
	pool->config.log(pool->config.context, text);
}

/* --- jobs --- */

static void
finish(struct pool *pool, struct pool_job *job)
{
	pool->count--;
	job->done(job);
}

static bool
has_process(const struct pool *pool)
{
	size_t i;

	for (i = 0; i < pool->member_count; i++)
		if (pool->members[i].child.state != CHILD_NONE)
			return true;
	return false;
}

/* Nobody will read them soon. */
static void
fail_queue(struct pool *pool)
{
	struct job_list failed = TAILQ_HEAD_INITIALIZER(failed);
	struct pool_job *job;

	TAILQ_CONCAT(&failed, &pool->queue, link);
	while ((job = TAILQ_FIRST(&failed)) != NULL) {
		TAILQ_REMOVE(&failed, job, link);
		job->result = POOL_FAILED;
		job->error = pool->trouble;
		finish(pool, job);
	}
}

static void
note_failed_start(struct pool *pool, const struct error *why)
{
	static const struct timeval delay = { .tv_sec = RESTART_SECONDS };

	if (strcmp(pool->trouble.text, why->text) != 0)
		say(pool, "cannot start a worker", why->text);
	pool->trouble = *why;
	pool->trouble.kind = ERROR_SYSTEM;
	pool->trouble.reason = "worker";
	evtimer_add(pool->restart, &delay);
	if (!has_process(pool))
		fail_queue(pool);
}

static struct member *
find_free(struct pool *pool)
{
	struct member *best = NULL, *member;

	for (member = pool->members;
	     member < pool->members + pool->member_count; member++)
		if (child_is_free(&member->child)
		    && (best == NULL
			|| member->child.job_count < best->child.job_count))
			best = member;
	return best;
}

static bool
start_one(struct pool *pool)
{
	struct error err;
	size_t i;

	if (evtimer_pending(pool->restart, NULL))
		return false;
	for (i = 0; i < pool->member_count; i++) {
		if (pool->members[i].child.state != CHILD_NONE)
			continue;
		if (child_start(&pool->members[i].child, pool->argv, &err))
			return true;
		note_failed_start(pool, &err);
		return false;
	}
	return false;
}

/* One is on its way already. */
static bool
is_starting(const struct pool *pool)
{
	size_t i;

	for (i = 0; i < pool->member_count; i++)
		if (pool->members[i].child.state == CHILD_STARTING)
			return true;
	return false;
}

/* Gives out what waits; an idle worker is better than one more. */
static void
feed(struct pool *pool)
{
	struct pool_job *job;
	struct member *member;

	while ((job = TAILQ_FIRST(&pool->queue)) != NULL && !pool->is_ending) {
		member = find_free(pool);
		if ((member == NULL || member->child.job_count > 0)
		    && !is_starting(pool))
			start_one(pool);
		/* Starting may have failed it all. */
		if (member == NULL || TAILQ_FIRST(&pool->queue) != job)
			return;
		TAILQ_REMOVE(&pool->queue, job, link);
		child_give(&member->child, job);
	}
}

static void
on_restart(evutil_socket_t fd, short what, void *context)
{
	struct pool *pool = context;

	(void)fd, (void)what;
	if (pool->config.starts_all || !TAILQ_EMPTY(&pool->queue))
		start_one(pool);
	feed(pool);
}

static void
on_patience(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what, (void)context;
}

/* --- what workers say --- */

static void
on_ready(void *context)
{
	struct member *member = context;
	struct pool *pool = member->pool;

	pool->trouble.text[0] = '\0';
	child_configure(&member->child, buffer_bytes(&pool->read_config));
	feed(pool);
}

static void
on_free(void *context)
{
	struct member *member = context;

	feed(member->pool);
}

static void
on_done(void *context, struct pool_job *job)
{
	struct member *member = context;

	finish(member->pool, job);
	feed(member->pool);
}

/* The message in hand is to blame; the others go to somebody else. */
static void
on_ended(void *context, const struct error *why)
{
	struct member *member = context;
	struct child *child = &member->child;
	struct pool *pool = member->pool;
	struct pool_job *job = TAILQ_FIRST(&child->jobs), *other;

	if (pool->is_ending)
		return;
	if (job != NULL)
		TAILQ_REMOVE(&child->jobs, job, link);
	while ((other = TAILQ_LAST(&child->jobs, job_list)) != NULL) {
		TAILQ_REMOVE(&child->jobs, other, link);
		pool_job_release(other);
		TAILQ_INSERT_HEAD(&pool->queue, other, link);
	}
	child->job_count = 0;
	if (child->last == CHILD_STARTING) {
		note_failed_start(pool, why);
	} else if (job != NULL || child->last != CHILD_RETIRING) {
		pool->replaced++;
		say(pool, "a worker is replaced", why->text);
	}
	if (job != NULL) {
		pool_job_release(job);
		job->result = POOL_BROKEN;
		job->error = *why;
		finish(pool, job);
	}
	if (pool->config.starts_all)
		start_one(pool);
	feed(pool);
}

static const struct child_events events = { on_ready, on_free, on_done,
	on_ended };

/* --- the pool --- */

static void
set_argv(struct pool *pool)
{
	static const char *const own[] = { "/proc/self/exe", "worker", NULL };
	const char *const *command =
	    pool->config.command == NULL ? own : pool->config.command;
	size_t n = 0;

	while (*command != NULL && n < MAX_ARGUMENTS - 2)
		pool->argv[n++] = *command++;
	if (pool->config.has_no_sandbox)
		pool->argv[n++] = "--no-sandbox";
}

static void
set_read_config(struct pool *pool, const struct read_config *read)
{
	static const struct read_config none = { 0 };
	uint32_t numbers[3];
	size_t i;

	if (read == NULL)
		read = &none;
	buffer_clear(&pool->read_config);
	numbers[0] = (uint32_t)read->authserv_id_count;
	numbers[1] = (uint32_t)read->trusted_ar_count;
	numbers[2] = read->original != NULL;
	pool->max_answer = read->original == NULL ? MAX_ENCODED : MAX_ANSWER;
	/* An operator with more names than fit has none of the last. */
	if (!buffer_add(&pool->read_config,
		(struct bytes) { (const char *)numbers, sizeof(numbers) }))
		return;
	if (read->original != NULL
	    && !buffer_add(&pool->read_config,
		(struct bytes) {
		    (const char *)read->original, sizeof(*read->original) }))
		return;
	for (i = 0; i < read->authserv_id_count; i++)
		if (!buffer_add(&pool->read_config,
			(struct bytes) { read->authserv_ids[i],
			    strlen(read->authserv_ids[i]) + 1 }))
			return;
}

static size_t
choose_count(size_t wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted == 0)
		wanted = processors > 0 ? (size_t)processors : 1;
	return wanted < MAX_WORKERS ? wanted : MAX_WORKERS;
}

static void
make_members(struct pool *pool)
{
	const struct child_limits limits = { pool->config.cpu_seconds,
		pool->config.seconds };
	struct member *member;
	size_t i;

	pool->member_count = choose_count(pool->config.workers);
	pool->members = calloc(pool->member_count, sizeof(*pool->members));
	if (pool->members == NULL)
		err(1, "pool");
	for (i = 0; i < pool->member_count; i++) {
		member = &pool->members[i];
		member->pool = pool;
		child_init(&member->child, pool->base, &events, member, limits);
	}
}

/* The first says whether there is a sandbox to be had. */
static bool
wait_for_first(struct pool *pool, struct error *err)
{
	struct child *first = &pool->members[0].child;

	if (!child_start(first, pool->argv, err))
		return false;
	while (first->state == CHILD_STARTING)
		if (event_base_loop(pool->base, EVLOOP_ONCE) != 0)
			break;
	if (first->state == CHILD_READY)
		return true;
	*err = pool->trouble;
	err->kind = ERROR_UNAVAILABLE;
	return error_at(err, "cannot start a worker");
}

bool
pool_new(struct pool **out, struct event_base *base,
    const struct pool_config *config, struct error *err)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	void (*log)(void *context, const char *text) = config->log;

	*out = NULL;
	if (pool == NULL)
		errx(1, "pool: out of memory");
	pool->config = *config;
	pool->config.log = NULL; /* the caller hears of it as an error */
	pool->owns_base = base == NULL;
	pool->base = base == NULL ? event_base_new() : base;
	if (pool->base == NULL)
		errx(1, "cannot start an event loop");
	TAILQ_INIT(&pool->queue);
	pool->read_config.max = MAX_SPOOL_MEMORY;
	set_argv(pool);
	set_read_config(pool, config->read);
	pool->restart = evtimer_new(pool->base, on_restart, pool);
	pool->patience = evtimer_new(pool->base, on_patience, pool);
	if (pool->restart == NULL || pool->patience == NULL)
		errx(1, "cannot make a timer");
	make_members(pool);
	if (!wait_for_first(pool, err)) {
		pool_free(pool);
		return false;
	}
	pool->config.log = log;
	while (config->starts_all && start_one(pool))
		continue;
	*out = pool;
	return true;
}

void
pool_free(struct pool *pool)
{
	size_t i;

	if (pool == NULL)
		return;
	pool->is_ending = true;
	for (i = 0; i < pool->member_count; i++)
		child_release(&pool->members[i].child);
	free(pool->members);
	event_free(pool->restart);
	event_free(pool->patience);
	buffer_release(&pool->read_config);
	if (pool->owns_base)
		event_base_free(pool->base);
	free(pool);
}

void
pool_submit(struct pool *pool, struct pool_job *job)
{
	job->answer = (struct buffer) { .max = pool->max_answer };
	pool->count++;
	TAILQ_INSERT_TAIL(&pool->queue, job, link);
	feed(pool);
}

size_t
pool_count(const struct pool *pool)
{
	return pool->count;
}

void
pool_wait(struct pool *pool, unsigned ms)
{
	struct timeval delay = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 };
	int rc;

	if (ms > 0)
		evtimer_add(pool->patience, &delay);
	rc =
	    event_base_loop(pool->base, ms > 0 ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
	if (ms > 0)
		evtimer_del(pool->patience);
	if (rc < 0)
		errx(1, "event loop failed");
}

void
pool_configure(struct pool *pool, const struct read_config *read)
{
	size_t i;

	set_read_config(pool, read);
	/* New ones begin with it. */
	for (i = 0; i < pool->member_count; i++)
		child_retire(&pool->members[i].child);
	if (pool->config.starts_all)
		start_one(pool);
}

struct pool_counts
pool_counts(const struct pool *pool)
{
	struct pool_counts counts = { .replaced = pool->replaced };
	size_t i;

	for (i = 0; i < pool->member_count; i++)
		if (pool->members[i].child.state != CHILD_NONE)
			counts.alive++;
	return counts;
}

void
pool_job_release(struct pool_job *job)
{
	buffer_release(&job->answer);
}
