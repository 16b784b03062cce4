/* How 'reports listen' stores messages: many in one transaction. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/listener.h"
#include "store/store.h"

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
fail_message(struct listener *listener, struct server_message *message,
    size_t i, const struct error *err)
{
	struct listener_round *round = &listener->round;
	enum listener_trouble trouble = trouble_of(err);

	message->verdict =
	    trouble == TROUBLE_FULL ? LMTP_NO_ROOM : LMTP_TRY_LATER;
	round->results[i].outcome = 0;
	round->troubles[i] = trouble;
	round->why = *err;
	round->lines[i] = listener_describe_failed(&round->arena, message, err);
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
store_message(struct listener *listener, const struct server_message *message,
    struct reading *reading, struct store_result *result, struct arena *arena,
    struct error *err)
{
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
	    && store_add(listener->store, &delivery, result, err);
}

/* The i-th of the round. */
static bool
add_message(struct listener *listener, struct server_message *message, size_t i,
    struct error *err)
{
	struct listener_round *round = &listener->round;
	struct store_result *result = &round->results[i];
	struct arena arena = { 0 };
	struct reading reading;
	bool ok;

	*result = (struct store_result) { 0 };
	ok = store_message(listener, message, &reading, result, &arena, err);
	if (ok)
		round->lines[i] =
		    listener_describe(&round->arena, message, &reading, result);
	arena_release(&arena);
	return ok;
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
begin(struct listener *listener, struct error *err)
{
	listener->round.is_open = store_begin(listener->store, err);
	return listener->round.is_open;
}

static bool
commit(struct listener *listener, struct error *err)
{
	struct timespec from;

	listener->round.is_open = false;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (!store_commit(listener->store, err))
		return false;
	note_commit(listener, &from);
	return true;
}

/* What failed is tried again at the end, without the others. */
static void
give_up(struct listener *listener, const struct error *err)
{
	struct listener_round *round = &listener->round;

	if (round->is_open)
		store_rollback(listener->store);
	round->is_open = false;
	round->is_failed = true;
	round->failure = *err;
}

/* A message without a reading is no fault of the database. */
static bool
is_read(const struct server_message *message)
{
	return message->job->result != POOL_FAILED;
}

bool
listener_add(void *context, struct server_message *message, bool may_wait)
{
	struct listener *listener = context;
	struct listener_round *round = &listener->round;
	size_t i = round->count;
	struct error err;

	if (!is_read(message)) {
		err = message->job->error;
		fail_message(listener, message, i, &err);
	} else if (!round->is_failed) {
		if (!round->is_open && !begin(listener, &err)) {
			if (trouble_of(&err) == TROUBLE_BUSY && may_wait)
				return false;
			give_up(listener, &err);
		} else if (!add_message(listener, message, i, &err)) {
			give_up(listener, &err);
		}
	}
	round->count++;
	return true;
}

static void
count_stored(
    struct listener *listener, struct server_message *message, size_t i)
{
	message->verdict = LMTP_STORED;
	intake_count(&listener->counts, &listener->round.results[i]);
	if (message->job->result == POOL_BROKEN)
		listener->broken_workers++;
}

/* Those from the i-th on that were committed, or not, together.  What is wrong
 * with the database is wrong with all of them, and one line is enough. */
static void
settle(struct listener *listener, struct server_message *const *messages,
    size_t from, size_t end)
{
	struct listener_round *round = &listener->round;
	bool stored = false;
	size_t i;

	for (i = from; i < end; i++)
		if (round->results[i].outcome != 0) {
			count_stored(listener, messages[i], i);
			stored = true;
		} else {
			listener->deferred[round->troubles[i]]++;
		}
	note_trouble(listener, stored ? NULL : &round->why);
	for (i = from; i < end; i++)
		if (stored || round->troubles[i] == TROUBLE_OTHER)
			listener_log(listener, round->lines[i]);
}

static bool
store_alone(struct listener *listener, struct server_message *message, size_t i,
    struct error *err)
{
	if (!begin(listener, err))
		return false;
	if (add_message(listener, message, i, err) && commit(listener, err))
		return true;
	store_rollback(listener->store);
	listener->round.is_open = false;
	return false;
}

/* One of them may be too much for the disk that takes the others, or be
 * refused by the database. */
static void
store_each(struct listener *listener, struct server_message *const *messages,
    size_t count)
{
	struct error err;
	size_t i;

	store_isolate(listener->store, true);
	for (i = 0; i < count; i++) {
		if (is_read(messages[i])
		    && !store_alone(listener, messages[i], i, &err))
			fail_message(listener, messages[i], i, &err);
		settle(listener, messages, i, i + 1);
	}
	store_isolate(listener->store, false);
}

static void
fail_all(struct listener *listener, struct server_message *const *messages,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_read(messages[i]))
			fail_message(
			    listener, messages[i], i, &listener->round.failure);
}

/* Whether it may be of one of them alone. */
static bool
is_worth_trying(const struct listener_round *round)
{
	enum listener_trouble trouble = trouble_of(&round->failure);

	return trouble != TROUBLE_BUSY
	    && (round->count > 1 || trouble == TROUBLE_OTHER);
}

void
listener_commit(
    void *context, struct server_message *const *messages, size_t count)
{
	struct listener *listener = context;
	struct listener_round *round = &listener->round;
	struct error err;

	if (round->is_open && !commit(listener, &err))
		give_up(listener, &err);
	if (round->is_failed && is_worth_trying(round)) {
		store_each(listener, messages, count);
	} else {
		if (round->is_failed)
			fail_all(listener, messages, count);
		settle(listener, messages, 0, count);
	}
	arena_release(&round->arena);
	round->count = 0;
	round->is_failed = false;
}
