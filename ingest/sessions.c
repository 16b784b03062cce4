#include "ingest/sessions.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/listen.h"
#include "ingest/pool.h"
#include "ingest/server.h"
#include "ingest/spool.h"

/* Replies a client has not taken; no more commands are read above it. */
#define MAX_UNSENT ((size_t)64 * 1024)
/* Fed at a time, so that MAX_UNSENT is not passed by much. */
#define MAX_PIECE ((size_t)4096)
/* Replies to one piece or one message: LHLO without end is 200 kB. */
#define MAX_REPLIES ((size_t)1024 * 1024)
/* Read at a time; a message comes in as few rounds as that allows. */
#define READ_SIZE ((size_t)64 * 1024)

/* A message that is read waits so long for others to be read, */
#define GATHER_MS 3
/* which are as many as this at most. */
#define MAX_BATCH ((size_t)256)
/* Together they are as large as this, or one; they are in memory then. */
#define MAX_BATCH_BYTES (16UL * 1024 * 1024)
/* Until a database that is locked is tried again, */
#define RETRY_MS 20
/* and until that is given up; a client waits for minutes. */
#define MAX_RETRY_MS 5000

#define SHUTTING_DOWN "421 4.3.2 Shutting down"

struct session {
	LIST_ENTRY(session) link;
	TAILQ_ENTRY(session) ready; /* while its message is read and waits */
	struct pool_job job;
	int64_t read_at; /* ms */
	struct sessions *sessions;
	struct bufferevent *socket;
	struct lmtp *lmtp;
	enum lmtp_state state;
	bool lost; /* the client went while its message waited */
	char peer[LISTEN_NAME_SIZE];
};

LIST_HEAD(session_list, session);
TAILQ_HEAD(ready_list, session);

struct sessions {
	struct event_base *base;
	const struct server_config *config;
	struct pool *pool;
	struct spool_room *room;
	struct event *deliver; /* pending while messages wait */
	bool is_busy;          /* the handler had to put them off */
	size_t no_room;        /* room->refused, as it was last seen, */
	bool is_full;          /* and it was logged */
	bool finishing;
	struct session_list list;
	size_t count;
	struct ready_list ready;
	size_t ready_count, reading_count;
	struct server_message messages[MAX_BATCH];
	struct session *batch[MAX_BATCH];
	struct buffer out;
};

static size_t
count_unsent(const struct session *session)
{
	return evbuffer_get_length(bufferevent_get_output(session->socket));
}

static void
send_out(struct session *session)
{
	struct buffer *out = &session->sessions->out;

	if (out->len > 0
	    && bufferevent_write(session->socket, out->data, out->len) != 0)
		errx(1, "cannot keep replies");
	buffer_clear(out);
}

static void
end_session(struct session *session)
{
	struct sessions *sessions = session->sessions;

	LIST_REMOVE(session, link);
	sessions->count--;
	bufferevent_free(session->socket);
	pool_job_release(&session->job);
	lmtp_free(session->lmtp);
	free(session);
	if (sessions->finishing && sessions->count == 0)
		event_base_loopbreak(sessions->base);
}

static void
hang_up(struct session *session, const char *code_and_text)
{
	lmtp_hang_up(session->lmtp, code_and_text, &session->sessions->out);
	send_out(session);
	session->state = LMTP_CLOSING;
}

/* --- messages that wait --- */

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
deliver_in(struct sessions *sessions, unsigned ms)
{
	struct timeval delay = { .tv_usec = (suseconds_t)ms * 1000 };

	if (event_add(sessions->deliver, &delay) != 0)
		errx(1, "cannot start a timer");
}

/* Nothing is to be gained by waiting for more. */
static bool
is_batch_full(const struct sessions *sessions)
{
	return sessions->reading_count == 0
	    || sessions->ready_count >= MAX_BATCH;
}

static void
make_ready(struct session *session)
{
	struct sessions *sessions = session->sessions;

	session->read_at = now_ms();
	TAILQ_INSERT_TAIL(&sessions->ready, session, ready);
	sessions->ready_count++;
	if (sessions->is_busy)
		return;
	/* At once is behind the sockets that are ready then. */
	if (is_batch_full(sessions))
		deliver_in(sessions, 0);
	else if (sessions->ready_count == 1)
		deliver_in(sessions, GATHER_MS);
}

static void
on_job_done(struct pool_job *job)
{
	struct session *session = job->context;

	session->sessions->reading_count--;
	make_ready(session);
}

static void
wait_for_verdict(struct session *session)
{
	struct sessions *sessions = session->sessions;

	bufferevent_disable(session->socket, EV_READ);
	if (sessions->pool == NULL) {
		make_ready(session);
		return;
	}
	session->job = (struct pool_job) {
		.message = lmtp_message(session->lmtp),
		.done = on_job_done,
		.context = session,
	};
	sessions->reading_count++;
	pool_submit(sessions->pool, &session->job);
}

/* --- what a client says --- */

/* Does what the session's new state asks for; it may end the session. */
static void
settle(struct session *session)
{
	if (session->state == LMTP_READING && session->sessions->finishing
	    && !lmtp_is_busy(session->lmtp))
		hang_up(session, SHUTTING_DOWN);
	if (session->state == LMTP_WAITING)
		wait_for_verdict(session);
	else if (session->state == LMTP_CLOSING && count_unsent(session) == 0)
		end_session(session);
	else if (session->state == LMTP_CLOSING
	    || count_unsent(session) > MAX_UNSENT)
		bufferevent_disable(session->socket, EV_READ);
	else
		bufferevent_enable(session->socket, EV_READ);
}

/* Said once when messages do not fit any more, and once when they do. */
static void
note_room(struct sessions *sessions)
{
	const struct server_config *config = sessions->config;
	const struct spool_room *room = sessions->room;
	bool was_full = sessions->is_full;

	if (room->refused != sessions->no_room)
		sessions->is_full = true;
	else if (room->used <= room->max / 2)
		sessions->is_full = false;
	sessions->no_room = room->refused;
	if (sessions->is_full && !was_full)
		config->log(config->context,
		    "mail is deferred: messages on their way take all the "
		    "memory they may");
	if (was_full && !sessions->is_full)
		config->log(config->context, "there is room for mail again");
}

static void
feed_piece(struct session *session, struct evbuffer *input)
{
	struct evbuffer_iovec first = { NULL, 0 };
	struct bytes piece = bytes_of("");
	size_t used;

	if (evbuffer_peek(input, -1, NULL, &first, 1) > 0)
		piece = (struct bytes) { first.iov_base, first.iov_len };
	if (piece.len > MAX_PIECE)
		piece.len = MAX_PIECE;
	session->state =
	    lmtp_feed(session->lmtp, piece, &used, &session->sessions->out);
	evbuffer_drain(input, used);
	send_out(session);
	note_room(session->sessions);
}

/* Feeds what has come, even if that is nothing: the state may have changed. */
static void
serve(struct session *session)
{
	struct evbuffer *input = bufferevent_get_input(session->socket);

	do
		feed_piece(session, input);
	while (session->state == LMTP_READING && evbuffer_get_length(input) > 0
	    && count_unsent(session) <= MAX_UNSENT);
	settle(session);
}

static void
on_read(struct bufferevent *socket, void *context)
{
	struct session *session = context;

	(void)socket;
	if (session->state == LMTP_READING)
		serve(session);
}

/* All that was to be sent is away. */
static void
on_written(struct bufferevent *socket, void *context)
{
	struct session *session = context;

	(void)socket;
	if (session->state == LMTP_READING)
		serve(session);
	else if (session->state == LMTP_CLOSING)
		settle(session);
}

static void
lose(struct session *session)
{
	/* Its message is delivered all the same: it is whole. */
	session->lost = true;
	bufferevent_disable(session->socket, EV_READ | EV_WRITE);
	if (session->state != LMTP_WAITING)
		end_session(session);
}

static void
log_trouble(const struct session *session, const char *what)
{
	const struct server_config *config = session->sessions->config;
	char text[200];

	snprintf(
	    text, sizeof(text), "%s: %s inside a message", session->peer, what);
	config->log(config->context, text);
}

static void
on_event(struct bufferevent *socket, short what, void *context)
{
	struct session *session = context;
	bool timeout = (what & BEV_EVENT_TIMEOUT) != 0;

	(void)socket;
	if (session->state == LMTP_READING && lmtp_is_busy(session->lmtp))
		log_trouble(session,
		    timeout ? "silent for too long" : "connection lost");
	if ((what & BEV_EVENT_READING) == 0 || (what & BEV_EVENT_ERROR) != 0
	    || session->state != LMTP_READING) {
		lose(session);
		return;
	}
	if (timeout)
		hang_up(session, "421 4.4.2 Silent for too long");
	/* At its end of file the client may still wait for our replies. */
	session->state = LMTP_CLOSING;
	settle(session);
}

void
sessions_start(struct sessions *sessions, int fd, const char *peer)
{
	struct session *session = calloc(1, sizeof(*session));
	unsigned idle = sessions->config->idle_seconds;
	struct lmtp_config config;
	struct timeval limit = { .tv_sec = idle > 0 ? idle : IDLE_SECONDS };

	if (session == NULL)
		err(1, "session");
	session->sessions = sessions;
	config = sessions->config->lmtp;
	config.room = sessions->room;
	session->lmtp = lmtp_new(&config);
	session->socket =
	    bufferevent_socket_new(sessions->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (session->socket == NULL)
		errx(1, "cannot serve a connection");
	snprintf(session->peer, sizeof(session->peer), "%s", peer);
	LIST_INSERT_HEAD(&sessions->list, session, link);
	sessions->count++;

	bufferevent_setcb(
	    session->socket, on_read, on_written, on_event, session);
	bufferevent_set_timeouts(session->socket, &limit, &limit);
	bufferevent_set_max_single_read(session->socket, READ_SIZE);
	lmtp_greet(session->lmtp, &sessions->out);
	send_out(session);
	settle(session);
}

static void
take_verdict(struct session *session, enum lmtp_verdict verdict)
{
	pool_job_release(&session->job);
	lmtp_finish(session->lmtp, verdict, &session->sessions->out);
	send_out(session);
	session->state = LMTP_READING;
	if (session->lost)
		end_session(session);
	else
		serve(session);
}

/* The message as it came; false when memory or files are short. */
static bool
make_message(struct session *session, struct server_message *message)
{
	struct error err;

	*message = (struct server_message) {
		.envelope = lmtp_envelope(session->lmtp),
		.job = session->sessions->pool == NULL ? NULL : &session->job,
		.peer = session->peer,
		.verdict = LMTP_TRY_LATER,
	};
	return spool_bytes(
	    lmtp_message(session->lmtp), &message->message, &err);
}

/* Takes the first of those that wait, out of the list. */
static size_t
take_batch(struct sessions *sessions)
{
	struct session *session;
	size_t count = 0, bytes = 0;

	while (count < MAX_BATCH
	    && (session = TAILQ_FIRST(&sessions->ready)) != NULL) {
		bytes += lmtp_message(session->lmtp)->len;
		if (count > 0 && bytes > MAX_BATCH_BYTES)
			break;
		TAILQ_REMOVE(&sessions->ready, session, ready);
		sessions->ready_count--;
		sessions->batch[count] = session;
		if (make_message(session, &sessions->messages[count]))
			count++;
		else
			take_verdict(session, LMTP_TRY_LATER);
	}
	return count;
}

static void
put_back(struct sessions *sessions, size_t count)
{
	while (count-- > 0) {
		spool_unmap(lmtp_message(sessions->batch[count]->lmtp));
		TAILQ_INSERT_HEAD(
		    &sessions->ready, sessions->batch[count], ready);
		sessions->ready_count++;
	}
}

static bool
deliver_batch(struct sessions *sessions, size_t count)
{
	const struct server_config *config = sessions->config;
	bool may_wait = !sessions->finishing
	    && now_ms() - sessions->batch[0]->read_at < MAX_RETRY_MS;

	return config->deliver(
		   config->context, sessions->messages, count, may_wait)
	    || !may_wait;
}

static void
on_deliver(evutil_socket_t fd, short what, void *context)
{
	struct sessions *sessions = context;
	size_t count, i;

	(void)fd, (void)what;
	count = take_batch(sessions);
	sessions->is_busy = count > 0 && !deliver_batch(sessions, count);
	if (sessions->is_busy) {
		put_back(sessions, count);
		deliver_in(sessions, RETRY_MS);
		return;
	}
	for (i = 0; i < count; i++)
		take_verdict(sessions->batch[i], sessions->messages[i].verdict);
	if (sessions->ready_count > 0)
		deliver_in(sessions, is_batch_full(sessions) ? 0 : GATHER_MS);
}

/* --- all of them --- */

struct sessions *
sessions_new(struct event_base *base, const struct server_config *config,
    struct pool *pool, struct spool_room *room)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions == NULL)
		err(1, "sessions");
	sessions->base = base;
	sessions->config = config;
	sessions->pool = pool;
	sessions->room = room;
	TAILQ_INIT(&sessions->ready);
	sessions->out.max = MAX_REPLIES;
	LIST_INIT(&sessions->list);
	sessions->deliver = evtimer_new(base, on_deliver, sessions);
	if (sessions->deliver == NULL)
		errx(1, "cannot make a timer");
	return sessions;
}

void
sessions_free(struct sessions *sessions)
{
	struct session *session;

	while ((session = LIST_FIRST(&sessions->list)) != NULL)
		end_session(session);
	event_free(sessions->deliver);
	buffer_release(&sessions->out);
	free(sessions);
}

size_t
sessions_count(const struct sessions *sessions)
{
	return sessions->count;
}

size_t
sessions_waiting(const struct sessions *sessions)
{
	return sessions->ready_count + sessions->reading_count;
}

void
sessions_finish(struct sessions *sessions)
{
	struct session *session, *next;

	sessions->finishing = true;
	if (sessions->count == 0)
		event_base_loopbreak(sessions->base);
	for (session = LIST_FIRST(&sessions->list); session != NULL;
	     session = next) {
		next = LIST_NEXT(session, link);
		if (session->state == LMTP_READING)
			settle(session);
	}
}

void
sessions_dismiss(struct sessions *sessions)
{
	struct session *session;

	LIST_FOREACH(session, &sessions->list, link)
	if (session->state == LMTP_READING)
		hang_up(session, SHUTTING_DOWN);
}
