/* How 'reports listen' stores messages: many in one transaction. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/listener.h"
#include "store/store.h"

struct round {
	struct listener *listener;
	struct arena arena; /* for the lines, which wait for the commit */
	struct server_message *messages;
	const char **lines;
	struct store_result *results; /* their outcome is 0 when not stored */
	enum listener_trouble *troubles; /* and then this is why */
	struct error why;                /* of the last of those, in words */
	size_t count;
};

/* --- trouble --- */

static enum listener_trouble
trouble_of(const struct error *err)
{
	static const char *const reasons[TROUBLE_COUNT] = {
		[TROUBLE_NONE] = "-",
		[TROUBLE_FULL] = "full",
		[TROUBLE_BUSY] = "busy",
		[TROUBLE_READONLY] = "readonly",
		[TROUBLE_IO] = "io",
		[TROUBLE_WORKER] = "worker",
		[TROUBLE_OTHER] = "",
	};
	int i;

	for (i = TROUBLE_FULL; i < TROUBLE_OTHER; i++)
		if (strcmp(err->reason, reasons[i]) == 0)
			break;
	return (enum listener_trouble)i;
}

/* Said once when it begins, and once when it is over. */
static void
note_trouble(struct listener *listener, const struct error *err)
{
	enum listener_trouble trouble =
	    err == NULL ? TROUBLE_NONE : trouble_of(err);
	struct arena arena = { 0 };

	if (trouble == listener->trouble)
		return;
	listener->trouble = trouble;
	listener_say(NULL,
	    trouble == TROUBLE_NONE
		? "mail is taken again"
		: arena_printf(&arena, "mail is deferred: %s", err->text));
	arena_release(&arena);
}

static void
fail_message(struct round *round, size_t i, const struct error *err)
{
	enum listener_trouble trouble = trouble_of(err);

	round->messages[i].verdict =
	    trouble == TROUBLE_FULL ? LMTP_NO_ROOM : LMTP_TRY_LATER;
	round->results[i].outcome = 0;
	round->troubles[i] = trouble;
	round->why = *err;
	round->lines[i] =
	    listener_describe_failed(&round->arena, &round->messages[i], err);
}

static void
fail_all(struct round *round, const struct error *err)
{
	size_t i;

	for (i = 0; i < round->count; i++)
		fail_message(round, i, err);
}

/* --- one message --- */

static const char *
join_recipients(struct arena *arena, const struct lmtp_envelope *envelope)
{
	size_t i, size = 1;
	char *joined, *at;

	for (i = 0; i < envelope->rcpt_count; i++)
		size += strlen(envelope->rcpt_to[i]) + 1;
	joined = at = arena_alloc(arena, size, 1);
	for (i = 0; i < envelope->rcpt_count; i++)
		at += sprintf(
		    at, "%s%s", i == 0 ? "" : ",", envelope->rcpt_to[i]);
	return joined;
}

static bool
store_message(struct round *round, size_t i, struct arena *arena,
    struct reading *reading, struct error *err)
{
	const struct server_message *message = &round->messages[i];
	const struct lmtp_envelope *envelope = message->envelope;
	const struct delivery delivery = {
		.reading = reading,
		.raw = message->message,
		.received = (int64_t)time(NULL),
		.is_lmtp = true,
		.source = message->peer,
		.mail_from = envelope->mail_from,
		.rcpt_to = join_recipients(arena, envelope),
	};

	return pool_reading(message->job, message->message, arena, reading, err)
	    && store_add(
		round->listener->store, &delivery, &round->results[i], err);
}

static void
add_message(struct round *round, size_t i)
{
	struct arena arena = { 0 };
	struct reading reading;
	struct error err;

	round->results[i] = (struct store_result) { 0 };
	if (store_message(round, i, &arena, &reading, &err)) {
		round->messages[i].verdict = LMTP_STORED;
		round->lines[i] = listener_describe(&round->arena,
		    &round->messages[i], &reading, &round->results[i]);
	} else {
		fail_message(round, i, &err);
	}
	arena_release(&arena);
}

/* --- a transaction --- */

const double listener_bounds[LATENCY_BUCKETS] = { 0.0005, 0.001, 0.002, 0.005,
	0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5 };

static void
note_commit(struct listener *listener, const struct timespec *from)
{
	struct timespec now;
	double seconds;
	size_t i;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - from->tv_sec)
	    + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
	for (i = 0; i < LATENCY_BUCKETS && seconds > listener_bounds[i]; i++)
		;
	listener->latency[i]++;
	listener->commits++;
	listener->commit_seconds += seconds;
}

static bool
commit(struct round *round, struct error *err)
{
	struct listener *listener = round->listener;
	struct timespec from;

	clock_gettime(CLOCK_MONOTONIC, &from);
	if (!store_commit(listener->store, err)) {
		store_rollback(listener->store);
		return false;
	}
	note_commit(listener, &from);
	return true;
}

static bool
store_all(struct round *round, struct error *err)
{
	size_t i;

	if (!store_begin(round->listener->store, err))
		return false;
	for (i = 0; i < round->count; i++)
		add_message(round, i);
	return commit(round, err);
}

static void
count_stored(struct round *round, size_t i)
{
	struct listener *listener = round->listener;

	intake_count(&listener->counts, &round->results[i]);
	if (round->messages[i].job->result == POOL_BROKEN)
		listener->broken_workers++;
}

/* What is wrong with the database is wrong with all of them, and one line is
 * enough. */
static void
finish(struct round *round)
{
	struct listener *listener = round->listener;
	bool stored = false;
	size_t i;

	for (i = 0; i < round->count; i++)
		if (round->results[i].outcome != 0) {
			count_stored(round, i);
			stored = true;
		} else {
			listener->deferred[round->troubles[i]]++;
		}
	note_trouble(listener, stored ? NULL : &round->why);
	for (i = 0; i < round->count; i++)
		if (stored || round->troubles[i] == TROUBLE_OTHER)
			listener_log(listener, round->lines[i]);
}

/* One of them may be too much for the disk that takes the others. */
static void
store_each(const struct round *all)
{
	struct round one;
	struct error err;
	size_t i;

	for (i = 0; i < all->count; i++) {
		one = *all;
		one.messages += i;
		one.lines += i;
		one.results += i;
		one.troubles += i;
		one.count = 1;
		one.arena = (struct arena) { 0 };
		if (!store_all(&one, &err))
			fail_all(&one, &err);
		finish(&one);
		arena_release(&one.arena);
	}
}

/* False when they are to be handed out again. */
static bool
store_round(struct round *round, bool may_wait)
{
	struct error err;

	if (!store_all(round, &err)) {
		if (trouble_of(&err) == TROUBLE_BUSY && may_wait)
			return false;
		if (trouble_of(&err) != TROUBLE_BUSY && round->count > 1) {
			store_each(round);
			return true;
		}
		fail_all(round, &err);
	}
	finish(round);
	return true;
}

bool
listener_deliver(
    void *context, struct server_message *messages, size_t count, bool may_wait)
{
	struct round round = {
		.listener = context, .messages = messages, .count = count
	};
	bool is_decided;

	round.lines = arena_alloc(&round.arena, count, sizeof(*round.lines));
	round.results =
	    arena_alloc(&round.arena, count, sizeof(*round.results));
	round.troubles =
	    arena_alloc(&round.arena, count, sizeof(*round.troubles));
	is_decided = store_round(&round, may_wait);
	arena_release(&round.arena);
	return is_decided;
}
