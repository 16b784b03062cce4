/* reports import: files, folders, Maildirs, mboxes, standard input. */

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "cli/text.h"
#include "ingest/source.h"

/* A commit waits for the disk, so that many inputs share one. */
#define BATCH_INPUTS 256
#define BATCH_BYTES  (8UL * 1024 * 1024)

/* More lines of trouble than this are only counted. */
#define MAX_TOLD 20

struct import {
	struct store *store;
	struct intake *intake;
	struct intake_counts committed, batch;
	size_t batch_bytes;
	bool is_open;        /* a transaction */
	bool is_interrupted; /* the walk was ended by a signal, */
	bool is_broken;      /* or by the database */
	size_t unreadable;
	struct error first_unreadable;
	size_t told;

	bool shows_progress;
	size_t file_count; /* to expect */
	struct timespec drawn;
};

/* --- progress and trouble on standard error --- */

static void
clear_progress(const struct import *import)
{
	if (import->shows_progress)
		fputs("\r\033[K", stderr);
}

/* Ten times a second is often enough. */
static void
draw_progress(struct import *import)
{
	static const char full[] = "########################################";
	size_t done = import->committed.inputs + import->batch.inputs;
	size_t all = import->file_count > done ? import->file_count : done;
	struct timespec now;

	if (!import->shows_progress || all == 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - import->drawn.tv_sec) * 10
		+ (now.tv_nsec - import->drawn.tv_nsec) / 100000000
	    < 1)
		return;
	import->drawn = now;
	fprintf(stderr, "\r[%-40.*s] %zu of %zu", (int)(done * 40 / all), full,
	    done, all);
}

static void
tell(struct import *import, const char *text)
{
	struct arena arena = { 0 };

	if (import->told++ < MAX_TOLD) {
		clear_progress(import);
		fprintf(stderr, "reports import: %s\n",
		    text_escape(&arena, text_charset(), text));
	}
	arena_release(&arena);
}

static void
tell_quarantined(
    struct import *import, const char *name, const struct reading *reading)
{
	struct arena arena = { 0 };
	const struct finding *finding;
	const char *part;

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		if (finding->report != NULL)
			continue;
		part = finding->part == NULL ? "" : finding->part;
		tell(import,
		    arena_printf(&arena, "%s: %s%skept aside (%s): %s", name,
			part, *part == '\0' ? "" : ": ", finding->reason,
			finding->detail == NULL ? "" : finding->detail));
	}
	arena_release(&arena);
}

static void
tell_refused(struct import *import, const char *name, const char *why)
{
	struct arena arena = { 0 };

	tell(import,
	    arena_printf(
		&arena, "%s: kept aside (%s): %s", name, STORE_REFUSED, why));
	arena_release(&arena);
}

static void
note_unreadable(void *context, const struct error *err)
{
	struct import *import = context;

	if (import->unreadable++ == 0)
		import->first_unreadable = *err;
	tell(import, err->text);
}

/* --- batches --- */

static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP };

/*
 * From the first input on, signals wait until what was read is committed.
 * Before it there is nothing to lose, and somebody who waits for standard
 * input can leave.  One that is ignored, as by nohup(1), stays ignored: held
 * back it would be kept.
 */
static void
hold_signals(void)
{
	struct sigaction action;
	sigset_t signals;
	size_t i;

	sigemptyset(&signals);
	for (i = 0; i < COUNT_OF(end_signals); i++)
		if (sigaction(end_signals[i], NULL, &action) == 0
		    && action.sa_handler != SIG_IGN)
			sigaddset(&signals, end_signals[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

static bool
has_signal(void)
{
	sigset_t pending;
	size_t i;

	if (sigpending(&pending) != 0)
		return false;
	for (i = 0; i < COUNT_OF(end_signals); i++)
		if (sigismember(&pending, end_signals[i]) == 1)
			return true;
	return false;
}

static bool
commit(struct import *import, struct error *err)
{
	if (!import->is_open)
		return true;
	import->is_open = false;
	if (!store_commit(import->store, err)) {
		store_rollback(import->store);
		import->is_broken = true;
		return false;
	}
	intake_add_counts(&import->committed, &import->batch);
	import->batch = (struct intake_counts) { 0 };
	import->batch_bytes = 0;
	return true;
}

static bool
begin(struct import *import, struct error *err)
{
	if (import->is_open)
		return true;
	import->is_broken = !store_begin(import->store, err);
	import->is_open = !import->is_broken;
	return import->is_open;
}

static bool
add(struct import *import, const struct intake_input *input, struct error *err)
{
	const struct delivery delivery = {
		.reading = input->reading,
		.raw = input->bytes,
		.received = (int64_t)time(NULL),
		.source = input->name,
	};
	struct store_result result;

	import->is_broken = !store_add(import->store, &delivery, &result, err);
	if (import->is_broken)
		return false;
	intake_count(&import->batch, &result);
	import->batch_bytes += input->bytes.len;
	if (result.refused[0] != '\0')
		tell_refused(import, input->name, result.refused);
	else if (result.outcome != STORE_KNOWN)
		tell_quarantined(import, input->name, input->reading);
	return true;
}

static bool
on_read(void *context, const struct intake_input *input, struct error *err)
{
	struct import *import = context;

	if (!begin(import, err))
		return false;
	if (!add(import, input, err))
		return error_at(err, "%s", input->name);
	draw_progress(import);
	return (import->batch.inputs < BATCH_INPUTS
		   && import->batch_bytes < BATCH_BYTES)
	    || commit(import, err);
}

/* Something takes long to read; others are not to wait for the database. */
static bool
on_idle(void *context, struct error *err)
{
	return commit(context, err);
}

static bool
on_input(void *context, const char *name, struct bytes bytes, struct error *err)
{
	struct import *import = context;

	hold_signals();
	if (!intake_add(import->intake, name, bytes, err)) {
		import->is_broken = true;
		return false;
	}
	import->is_interrupted = has_signal();
	return !import->is_interrupted;
}

/* --- the end --- */

static void
print_counts(const struct import *import)
{
	const struct intake_counts *counts = &import->committed;
	const char *comma = ": ";
	size_t i;

	printf("read %zu %s", counts->inputs,
	    counts->inputs == 1 ? "input" : "inputs");
	for (i = 1; i <= STORE_OUTCOME_COUNT; i++) {
		if (counts->outcomes[i] == 0)
			continue;
		printf("%s%zu %s", comma, counts->outcomes[i],
		    store_outcome_name((enum store_outcome)i));
		comma = ", ";
	}
	if (import->unreadable > 0)
		printf("; %zu unreadable", import->unreadable);
	printf("\nreports: %zu new, %zu known, %zu in conflict, %zu "
	       "unreadable\n",
	    counts->stored, counts->duplicates, counts->conflicts,
	    counts->quarantined);
}

/* The paths in order; one that cannot be read does not stop the others. */
static bool
walk_all(struct import *import, int argc, char **argv, struct error *err)
{
	const struct source_visitor visitor = { on_input, note_unreadable,
		import };
	int i;

	for (i = 0; i < argc; i++) {
		if (source_walk(argv[i], &visitor, err))
			continue;
		if (import->is_interrupted)
			return true;
		if (import->is_broken)
			return false;
		note_unreadable(import, err);
	}
	return true;
}

static bool
finish(struct import *import, bool ok, struct error *err)
{
	struct error again;

	if (ok)
		ok = intake_finish(import->intake, err);
	/* What was added before the trouble is good. */
	if (!commit(import, ok ? err : &again))
		ok = false;
	clear_progress(import);
	if (import->told > MAX_TOLD)
		fprintf(stderr, "reports import: and %zu more like this\n",
		    import->told - MAX_TOLD);
	print_counts(import);
	if (import->is_interrupted)
		fputs("reports import: interrupted; what was read is stored, "
		      "run it again for the rest\n",
		    stderr);
	if (!ok || import->unreadable == 0)
		return ok;
	return error_set(err, import->first_unreadable.kind,
	    "%zu of what was to be read could not be", import->unreadable);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct import import = { .store = context->store,
		.shows_progress = isatty(STDERR_FILENO) == 1 };
	const struct intake_handler handler = { on_read, on_idle, &import };
	sigset_t mask;
	bool ok;
	int i;

	if (!intake_new(&import.intake, context, &handler, err))
		return false;

	/* Standard input can be read but once. */
	for (i = 0; i < argc && import.shows_progress; i++)
		if (strcmp(argv[i], "-") != 0)
			import.file_count += source_count(argv[i]);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	ok = walk_all(&import, argc, argv, err);
	ok = finish(&import, ok, err) && output_flush(stdout, err);
	fflush(stdout);
	intake_free(import.intake);
	sigprocmask(SIG_SETMASK, &mask, NULL); /* a signal ends us here */
	return ok;
}

const struct command command_import = {
	.name = "import",
	.usage = "PATH ...",
	.summary = "read files, folders, Maildirs, mboxes, or - for standard "
		   "input",
	.takes = TAKES(OPTION_WORKERS) | TAKES(OPTION_NO_SANDBOX),
	.min_arguments = 1,
	.max_arguments = INT_MAX,
	.store = COMMAND_WRITE,
	.run = run,
};
