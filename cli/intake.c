#include "cli/intake.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <sys/queue.h>

#include "base/error.h"
#include "cli/command.h"

/* Inputs that are read or wait for it, so that workers need not wait for us. */
#define MAX_WAITING_INPUTS 128
#define MAX_WAITING_BYTES  (16UL * 1024 * 1024)
/* What has not come by then may take long. */
#define PATIENCE_MS 200

/* --- counts --- */

void
intake_count(struct intake_counts *counts, const struct store_result *result)
{
	counts->inputs++;
	counts->outcomes[result->outcome]++;
	counts->stored += result->stored;
	counts->conflicts += result->conflicts;
	counts->duplicates += result->duplicates;
	counts->quarantined += result->quarantined;
}

void
intake_add_counts(
    struct intake_counts *counts, const struct intake_counts *more)
{
	size_t i;

	counts->inputs += more->inputs;
	for (i = 0; i <= STORE_OUTCOME_COUNT; i++)
		counts->outcomes[i] += more->outcomes[i];
	counts->stored += more->stored;
	counts->conflicts += more->conflicts;
	counts->duplicates += more->duplicates;
	counts->quarantined += more->quarantined;
}

/* --- workers --- */

struct pool_config
intake_pool_config(const struct context *context)
{
	const struct options *options = context->options;

	if (options->no_sandbox)
		fputs("reports: warning: without the sandbox, a message that "
		      "takes a reader over has all its rights\n",
		    stderr);
	return (struct pool_config) {
		.workers = options->workers > 0 ? options->workers
						: context->config->workers,
		.has_no_sandbox = options->no_sandbox,
		.read = &context->config->authentication,
	};
}

bool
intake_pool_failed(struct error *err)
{
	char text[sizeof(err->text)];

	memcpy(text, err->text, sizeof(text));
	return error_set(err, err->kind,
	    "%.300s; with --no-sandbox messages are read without", text);
}

/* --- inputs on their way --- */

struct waiting {
	TAILQ_ENTRY(waiting) link;
	struct intake *intake;
	struct pool_job job;
	struct spool spool;
	bool is_done;
	char name[];
};

struct intake {
	struct pool *pool;
	const struct intake_handler *handler;
	TAILQ_HEAD(, waiting) waiting;
	size_t count, bytes;
};

static void
on_done(struct pool_job *job)
{
	struct waiting *waiting = job->context;

	waiting->is_done = true;
	waiting->intake->bytes += job->answer.len;
}

static void
drop_first(struct intake *intake)
{
	struct waiting *first = TAILQ_FIRST(&intake->waiting);

	TAILQ_REMOVE(&intake->waiting, first, link);
	intake->count--;
	intake->bytes -= first->spool.len;
	if (first->is_done)
		intake->bytes -= first->job.answer.len;
	pool_job_release(&first->job);
	spool_release(&first->spool);
	free(first);
}

static bool
handle_first(struct intake *intake, struct error *err)
{
	struct waiting *first = TAILQ_FIRST(&intake->waiting);
	struct arena arena = { 0 };
	struct reading reading;
	struct intake_input input = {
		.name = first->name,
		.arena = &arena,
		.reading = &reading,
	};
	bool ok = spool_bytes(&first->spool, &input.bytes, err)
	    && pool_reading(&first->job, input.bytes, &arena, &reading, err)
	    && intake->handler->input(intake->handler->context, &input, err);

	arena_release(&arena);
	drop_first(intake);
	return ok;
}

static bool
handle_done(struct intake *intake, struct error *err)
{
	while (!TAILQ_EMPTY(&intake->waiting)
	    && TAILQ_FIRST(&intake->waiting)->is_done)
		if (!handle_first(intake, err))
			return false;
	return true;
}

/* Until the first is done. */
static bool
wait_for_first(struct intake *intake, struct error *err)
{
	const struct intake_handler *handler = intake->handler;
	size_t before;

	while (!TAILQ_FIRST(&intake->waiting)->is_done) {
		before = pool_count(intake->pool);
		pool_wait(intake->pool, PATIENCE_MS);
		if (pool_count(intake->pool) == before && handler->idle != NULL
		    && !handler->idle(handler->context, err))
			return false;
	}
	return handle_done(intake, err);
}

bool
intake_new(struct intake **out, const struct context *context,
    const struct intake_handler *handler, struct error *err)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	const struct pool_config config = intake_pool_config(context);

	*out = NULL;
	if (intake == NULL)
		errx(1, "intake: out of memory");
	intake->handler = handler;
	TAILQ_INIT(&intake->waiting);
	if (!pool_new(&intake->pool, NULL, &config, err)) {
		free(intake);
		return intake_pool_failed(err);
	}
	*out = intake;
	return true;
}

void
intake_free(struct intake *intake)
{
	if (intake == NULL)
		return;
	pool_free(intake->pool);
	while (!TAILQ_EMPTY(&intake->waiting))
		drop_first(intake);
	free(intake);
}

bool
intake_add(struct intake *intake, const char *name, struct bytes bytes,
    struct error *err)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + strlen(name) + 1);

	if (waiting == NULL)
		errx(1, "intake: out of memory");
	*waiting = (struct waiting) { .intake = intake,
		.job = { .message = &waiting->spool,
		    .done = on_done,
		    .context = waiting } };
	strcpy(waiting->name, name);
	spool_start(&waiting->spool, NULL);
	if (!spool_add(&waiting->spool, bytes, err)) {
		spool_release(&waiting->spool);
		free(waiting);
		return false;
	}
	TAILQ_INSERT_TAIL(&intake->waiting, waiting, link);
	intake->count++;
	intake->bytes += bytes.len;
	pool_submit(intake->pool, &waiting->job);
	pool_wait(intake->pool, 0);
	while (intake->count > MAX_WAITING_INPUTS
	    || intake->bytes > MAX_WAITING_BYTES)
		if (!wait_for_first(intake, err))
			return false;
	return handle_done(intake, err);
}

bool
intake_finish(struct intake *intake, struct error *err)
{
	while (intake->count > 0)
		if (!wait_for_first(intake, err))
			return false;
	return true;
}
