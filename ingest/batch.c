#include "ingest/batch.h"

#include <err.h>
#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

#include "base/error.h"
#include "ingest/spool.h"

/* The first message of a transaction waits so long for others. */
#define GATHER_MS 3
/* Together they are as large as this, or one; they are in memory then. */
#define MAX_BATCH_BYTES (16UL * 1024 * 1024)
/* Until a database that is locked is tried again, */
#define RETRY_MS 20
/* and until that is given up; a client waits for minutes. */
#define MAX_RETRY_MS 5000

TAILQ_HEAD(batch_list, batch_item);

struct batch {
	const struct server_config *config;
	struct event *work; /* pending while there is any */
	bool is_busy;       /* the database is locked */
	bool hurries;
	size_t reading_count;
	struct batch_list ready; /* that are to be stored */
	size_t ready_count;
	/* That are stored, but not on disk. */
	struct batch_item *items[SERVER_MAX_BATCH];
	struct server_message *messages[SERVER_MAX_BATCH];
	size_t count, bytes;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* At once is behind the sockets that are ready then. */
static void
work_in(struct batch *batch, int64_t ms)
{
	struct timeval delay = { .tv_usec = (suseconds_t)ms * 1000 };

	if (event_add(batch->work, &delay) != 0)
		errx(1, "cannot start a timer");
}

static void
accept_item(struct batch *batch, struct batch_item *item)
{
	batch->items[batch->count] = item;
	batch->messages[batch->count++] = &item->message;
	batch->bytes += item->message.message.len;
}

/* Stores a message; false when the database is locked. */
static bool
add(struct batch *batch, struct batch_item *item)
{
	const struct server_config *config = batch->config;
	bool may_wait =
	    !batch->hurries && now_ms() - item->since < MAX_RETRY_MS;

	if (config->add(config->context, &item->message, may_wait))
		return true;
	spool_unmap(item->spool);
	return false;
}

/* Stores the first that is ready; false when the database is locked. */
static bool
add_first(struct batch *batch)
{
	struct batch_item *item = TAILQ_FIRST(&batch->ready);
	bool is_there;
	struct error err;

	item->message.verdict = LMTP_TRY_LATER;
	is_there = spool_bytes(item->spool, &item->message.message, &err);
	if (is_there && !add(batch, item))
		return false;
	TAILQ_REMOVE(&batch->ready, item, link);
	batch->ready_count--;
	if (is_there)
		accept_item(batch, item);
	else /* memory or files are short */
		item->decided(item);
	return true;
}

static void
commit(struct batch *batch)
{
	const struct server_config *config = batch->config;
	size_t i, count = batch->count;

	if (count == 0)
		return;
	config->commit(config->context, batch->messages, count);
	/* Who is told may put the next one. */
	batch->count = batch->bytes = 0;
	for (i = 0; i < count; i++)
		batch->items[i]->decided(batch->items[i]);
}

/* How long the transaction stays open.  What is ready joins it in any case:
 * that is its own session's next message at the earliest. */
static int64_t
time_left(const struct batch *batch)
{
	if (batch->count == SERVER_MAX_BATCH || batch->bytes >= MAX_BATCH_BYTES)
		return 0;
	if (batch->ready_count > 0)
		return 1;
	if (batch->reading_count == 0)
		return 0;
	return batch->items[0]->since + GATHER_MS - now_ms();
}

/* One message a turn: between two of them sockets and workers are served. */
static void
on_work(evutil_socket_t fd, short what, void *context)
{
	struct batch *batch = context;
	int64_t left = 0;

	(void)fd, (void)what;
	batch->is_busy = batch->ready_count > 0 && !add_first(batch);
	if (!batch->is_busy && batch->count > 0)
		left = time_left(batch);
	if (left <= 0)
		commit(batch);
	if (batch->is_busy)
		work_in(batch, RETRY_MS);
	else if (batch->ready_count > 0)
		work_in(batch, 0);
	else if (batch->count > 0)
		work_in(batch, left);
}

struct batch *
batch_new(struct event_base *base, const struct server_config *config)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL)
		err(1, "batch");
	batch->config = config;
	TAILQ_INIT(&batch->ready);
	batch->work = evtimer_new(base, on_work, batch);
	if (batch->work == NULL)
		errx(1, "cannot make a timer");
	return batch;
}

void
batch_free(struct batch *batch)
{
	event_free(batch->work);
	free(batch);
}

void
batch_expect(struct batch *batch)
{
	batch->reading_count++;
}

void
batch_put(struct batch *batch, struct batch_item *item, bool is_expected)
{
	batch->reading_count -= is_expected;
	item->since = now_ms();
	TAILQ_INSERT_TAIL(&batch->ready, item, link);
	batch->ready_count++;
	if (!batch->is_busy)
		work_in(batch, 0);
}

size_t
batch_count(const struct batch *batch)
{
	return batch->reading_count + batch->ready_count + batch->count;
}

void
batch_hurry(struct batch *batch)
{
	batch->hurries = true;
}
