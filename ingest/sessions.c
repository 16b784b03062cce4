#include "ingest/sessions.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/batch.h"
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
/* Read at a time, and kept while a message waits; a message comes in as few
 * rounds as that allows. */
#define READ_SIZE ((size_t)64 * 1024)

#define SHUTTING_DOWN "421 4.3.2 Shutting down"

struct session {
	LIST_ENTRY(session) link;
	struct pool_job job;
	struct batch_item item; /* both are of its message */
	struct sessions *sessions;
	struct bufferevent *socket;
	struct lmtp *lmtp;
	enum lmtp_state state;
	bool lost; /* the client went while its message waited */
	char peer[LISTEN_NAME_SIZE];
};

LIST_HEAD(session_list, session);

struct sessions {
	struct event_base *base;
	const struct server_config *config;
	struct pool *pool;
	struct spool_room *room;
	struct batch *batch;
	size_t no_room; /* room->refused, as it was last seen, */
	bool is_full;   /* and it was logged */
	bool finishing;
	struct session_list list;
	size_t count;
	struct buffer out;
};

static size_t
count_unsent(const struct session *session)
{
	return evbuffer_get_length(bufferevent_get_output(session->socket));
}

/* Mostly the client waits for it, and it can go at once: an event that says so
 * costs more than sending it.  A broken connection is noticed later. */
static size_t
send_at_once(const struct session *session, struct bytes bytes)
{
	ssize_t len = count_unsent(session) > 0
	    ? 0
	    : send(bufferevent_getfd(session->socket), bytes.data, bytes.len,
		MSG_DONTWAIT | MSG_NOSIGNAL);

	return len < 0 ? 0 : (size_t)len;
}

static void
send_out(struct session *session)
{
	struct bytes rest = buffer_bytes(&session->sessions->out);

	if (rest.len > 0)
		rest = bytes_skip(rest, send_at_once(session, rest));
	if (rest.len > 0
	    && bufferevent_write(session->socket, rest.data, rest.len) != 0)
		errx(1, "cannot keep replies");
	buffer_clear(&session->sessions->out);
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

static void on_decided(struct batch_item *item);

static void
on_job_done(struct pool_job *job)
{
	struct session *session = job->context;

	batch_put(session->sessions->batch, &session->item, true);
}

static void
wait_for_verdict(struct session *session)
{
	struct sessions *sessions = session->sessions;
	bool is_read = sessions->pool != NULL;

	session->item = (struct batch_item) {
		.message = { .envelope = lmtp_envelope(session->lmtp),
		    .job = is_read ? &session->job : NULL,
		    .peer = session->peer },
		.spool = lmtp_message(session->lmtp),
		.decided = on_decided,
		.context = session,
	};
	if (!is_read) {
		batch_put(sessions->batch, &session->item, false);
		return;
	}
	session->job = (struct pool_job) {
		.message = lmtp_message(session->lmtp),
		.done = on_job_done,
		.context = session,
	};
	batch_expect(sessions->batch);
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
	/* What it says while its message waits is heard afterwards. */
	if (session->state == LMTP_WAITING && (what & BEV_EVENT_READING) != 0
	    && (what & BEV_EVENT_ERROR) == 0)
		return;
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
	bufferevent_setwatermark(session->socket, EV_READ, 0, READ_SIZE);
	lmtp_greet(session->lmtp, &sessions->out);
	send_out(session);
	settle(session);
}

static void
on_decided(struct batch_item *item)
{
	struct session *session = item->context;

	pool_job_release(&session->job);
	lmtp_finish(
	    session->lmtp, item->message.verdict, &session->sessions->out);
	send_out(session);
	session->state = LMTP_READING;
	if (session->lost)
		end_session(session);
	else
		serve(session);
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
	sessions->out.max = MAX_REPLIES;
	LIST_INIT(&sessions->list);
	sessions->batch = batch_new(base, config);
	return sessions;
}

void
sessions_free(struct sessions *sessions)
{
	struct session *session;

	while ((session = LIST_FIRST(&sessions->list)) != NULL)
		end_session(session);
	batch_free(sessions->batch);
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
	return batch_count(sessions->batch);
}

/* Those that are between messages; each may end. */
static void
for_each_reading(struct sessions *sessions, void (*act)(struct session *))
{
	struct session *session, *next;

	for (session = LIST_FIRST(&sessions->list); session != NULL;
	     session = next) {
		next = LIST_NEXT(session, link);
		if (session->state == LMTP_READING)
			act(session);
	}
}

void
sessions_finish(struct sessions *sessions)
{
	sessions->finishing = true;
	batch_hurry(sessions->batch);
	if (sessions->count == 0)
		event_base_loopbreak(sessions->base);
	for_each_reading(sessions, settle);
}

static void
dismiss(struct session *session)
{
	hang_up(session, SHUTTING_DOWN);
	settle(session);
}

void
sessions_dismiss(struct sessions *sessions)
{
	for_each_reading(sessions, dismiss);
}
