/* What 'reports listen' tells 'reports status': a line for each number, in
 * the words of docs/output.md. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "cli/listener.h"
#include "store/store.h"

static void PRINTF_LIKE(2, 3) tell(struct buffer *out, const char *fmt, ...)
{
	char line[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	/* Room for all of them is in MAX_STATUS. */
	if (!buffer_add(out, bytes_of(line)))
		return;
}

static void
tell_outcomes(struct buffer *out, const struct intake_counts *counts)
{
	size_t i;

	for (i = 1; i <= STORE_OUTCOME_COUNT; i++)
		tell(out, "messages_total outcome %s %zu\n",
		    store_outcome_name((enum store_outcome)i),
		    counts->outcomes[i]);
	tell(out, "reports_total result new %zu\n", counts->stored);
	tell(out, "reports_total result known %zu\n", counts->duplicates);
	tell(out, "reports_total result conflict %zu\n", counts->conflicts);
	tell(out, "reports_total result unreadable %zu\n", counts->quarantined);
}

static void
tell_deferred(struct buffer *out, const struct listener *listener,
    const struct server_counts *counts)
{
	static const char *const names[TROUBLE_COUNT] = { NULL, "full", "busy",
		"readonly", "io", "worker", "other" };
	size_t i;

	for (i = 1; i < TROUBLE_COUNT; i++)
		tell(out, "deferred_total reason %s %zu\n", names[i],
		    listener->deferred[i]);
	tell(out, "deferred_total reason memory %zu\n", counts->no_memory);
	tell(out, "deferring - - %d\n", listener->trouble != TROUBLE_NONE);
}

static void
tell_commits(struct buffer *out, const struct listener *listener)
{
	size_t i, sum = 0;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		sum += listener->latency[i];
		tell(out, "commit_seconds_bucket le %g %zu\n",
		    listener_bounds[i], sum);
	}
	tell(out, "commit_seconds_bucket le +Inf %zu\n", listener->commits);
	tell(out, "commit_seconds_sum - - %.6f\n", listener->commit_seconds);
	tell(out, "commit_seconds_count - - %zu\n", listener->commits);
}

void
listener_status(
    void *context, const struct server_counts *counts, struct buffer *out)
{
	const struct listener *listener = context;

	tell(out, "start_time_seconds - - %" PRId64 "\n", listener->started);
	tell(out, "accepted_total - - %zu\n", listener->counts.inputs);
	tell_outcomes(out, &listener->counts);
	tell_deferred(out, listener, counts);
	tell(out, "sessions - - %zu\n", counts->sessions);
	tell(out, "sessions_total - - %zu\n", counts->sessions_begun);
	tell(out, "sessions_refused_total - - %zu\n", counts->sessions_refused);
	tell(out, "waiting_messages - - %zu\n", counts->waiting);
	tell(out, "held_bytes - - %zu\n", counts->bytes);
	tell(out, "workers - - %zu\n", counts->workers);
	tell(out, "workers_replaced_total - - %zu\n", counts->workers_replaced);
	tell(out, "workers_broken_by_messages_total - - %zu\n",
	    listener->broken_workers);
	tell_commits(out, listener);
}
