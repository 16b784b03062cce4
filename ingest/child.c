#define _GNU_SOURCE /* prlimit */
#include "ingest/child.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <event2/event.h>

#include "base/limits.h"
#include "ingest/spawn.h"

/* Messages a worker has at a time: it goes on with the next one while we wait
 * for the disk. */
#define MAX_GIVEN 8
/* Read at a time. */
#define READ_SIZE ((size_t)64 * 1024)

/* --- its process --- */

static void watch(struct child *child, struct event *event, int fd, short what);
static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_writable(evutil_socket_t fd, short what, void *context);

bool
child_start(struct child *child, const char *const *argv, struct error *err)
{
	int ends[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_errno(err, "make", "a socket for a worker");
	rc = spawn_worker(&child->pid, argv, ends[1]);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		errno = rc;
		return error_errno(err, "start", argv[0]);
	}
	child->fd = ends[0];
	child->state = CHILD_STARTING;
	child->has_clock = clock_getcpuclockid(child->pid, &child->clock) == 0;
	child->cpu_limit = 0;
	child->done_count = child->answer_len = child->part_left = 0;
	child->sent = child->to_send = 0;
	child->is_late = child->is_large = false;
	child->refusal = (struct error) { 0 };
	watch(child, child->readable, child->fd, EV_READ | EV_PERSIST);
	event_add(child->readable, NULL);
	watch(child, child->writable, child->fd, EV_WRITE);
	return true;
}

static void
set_reason(
    struct error *why, const char *reason, const char *fmt, const char *what)
{
	error_set(why, ERROR_INPUT, fmt, what);
	why->reason = reason;
}

/* How it ended, as a reason for the message it had in hand. */
static void
explain(const struct child *child, int status, struct error *why)
{
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (child->refusal.text[0] != '\0')
		*why = child->refusal;
	else if (child->is_late || number == SIGXCPU)
		set_reason(why, "worker-timeout",
		    "reading it took too much time%s", "");
	else if (child->is_large)
		set_reason(why, "worker-memory",
		    "what was found in it takes too much memory%s", "");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_NO_MEMORY)
		set_reason(why, "worker-memory",
		    "reading it took too much memory%s", "");
	else if (number == SIGSYS)
		set_reason(why, "worker-crashed",
		    "its reader made a forbidden system call%s", "");
	else if (number != 0)
		set_reason(why, "worker-crashed", "its reader ended by: %s",
		    strsignal(number));
	else
		set_reason(why, "worker-crashed", "its reader went away%s", "");
}

static int
reap(struct child *child)
{
	int status = 0;

	/* Dead already, or it let go of the socket and has no use. */
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	event_del(child->readable);
	event_del(child->writable);
	evtimer_del(child->deadline);
	close(child->fd);
	child->state = CHILD_NONE;
	return status;
}

static void
end(struct child *child)
{
	struct error why;
	int status;

	child->last = child->state;
	status = reap(child);
	explain(child, status, &why);
	child->events->ended(child->context, &why);
}

/* --- time --- */

/* Its limit is moved from outside: inside it could be moved by anybody. */
static void
allow_cpu_time(struct child *child)
{
	struct timespec used;
	struct rlimit limit = { .rlim_max = RLIM_INFINITY };

	if (!child->has_clock || clock_gettime(child->clock, &used) != 0)
		return;
	/* Rounded down by us, and up by the kernel. */
	limit.rlim_cur = (rlim_t)used.tv_sec + child->limits.cpu_seconds + 1;
	if (limit.rlim_cur != child->cpu_limit
	    && prlimit(child->pid, RLIMIT_CPU, &limit, NULL) == 0)
		child->cpu_limit = limit.rlim_cur;
}

/* The message at the head of its jobs is in hand from now on. */
static void
start_clock(struct child *child)
{
	struct timeval delay = { .tv_sec = child->limits.seconds };

	if (TAILQ_EMPTY(&child->jobs)) {
		evtimer_del(child->deadline);
		return;
	}
	allow_cpu_time(child);
	evtimer_add(child->deadline, &delay);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;

	(void)fd, (void)what;
	child->is_late = true;
	end(child);
}

/* --- to it --- */

static ssize_t
send_some(struct child *child)
{
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	size_t head = sizeof(child->request), at = child->sent;
	struct iovec iov[2] = {
		{ (char *)&child->request + (at < head ? at : head),
		    at < head ? head - at : 0 },
		{ (char *)(uintptr_t)child->bytes.data
			+ (at > head ? at - head : 0),
		    child->to_send - (at > head ? at : head) },
	};
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *header;

	if (child->file != -1 && at == 0) {
		message.msg_control = control.data;
		message.msg_controllen = sizeof(control.data);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &child->file, sizeof(int));
	}
	return sendmsg(child->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A socket that is full is waited for; one that is broken is noticed by who
 * reads it. */
static void
go_on_sending(struct child *child)
{
	ssize_t len;

	while (child->sent < child->to_send) {
		len = send_some(child);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			if (errno == EAGAIN)
				event_add(child->writable, NULL);
			return;
		}
		child->sent += (size_t)len;
	}
}

static void
send_request(struct child *child, enum worker_request_kind kind,
    struct bytes bytes, int file, size_t len)
{
	child->request = (struct worker_request) {
		.kind = kind, .here = (uint32_t)bytes.len, .len = len
	};
	child->bytes = bytes;
	child->file = file;
	child->sent = 0;
	child->to_send = sizeof(child->request) + bytes.len;
	go_on_sending(child);
}

bool
child_is_free(const struct child *child)
{
	return child->state == CHILD_READY && child->sent == child->to_send
	    && child->job_count < MAX_GIVEN
	    && child->done_count + child->job_count < MAX_WORKER_MESSAGES;
}

void
child_configure(struct child *child, struct bytes config)
{
	send_request(child, WORKER_CONFIGURE, config, -1, 0);
}

void
child_give(struct child *child, struct pool_job *job)
{
	const struct spool *spool = job->message;

	TAILQ_INSERT_TAIL(&child->jobs, job, link);
	child->job_count++;
	if (child->job_count == 1)
		start_clock(child);
	if (spool->has_file)
		send_request(
		    child, WORKER_READ, bytes_of(""), spool->fd, spool->len);
	else
		send_request(child, WORKER_READ, buffer_bytes(&spool->small),
		    -1, spool->len);
}

static void
retire_when_done(struct child *child)
{
	if (child->state == CHILD_RETIRING && child->job_count == 0)
		shutdown(child->fd, SHUT_WR); /* and it goes */
}

void
child_retire(struct child *child)
{
	if (child->state == CHILD_NONE)
		return;
	child->state = CHILD_RETIRING;
	retire_when_done(child);
}

/* --- from it --- */

static void
finish_job(struct child *child)
{
	struct pool_job *job = TAILQ_FIRST(&child->jobs);

	TAILQ_REMOVE(&child->jobs, job, link);
	child->job_count--;
	child->done_count++;
	start_clock(child);
	if (child->done_count == MAX_WORKER_MESSAGES)
		child->state = CHILD_RETIRING;
	job->result = POOL_READ;
	child->events->done(child->context, job);
	retire_when_done(child);
}

/* A whole head has come; false for one that makes no sense. */
static bool
take_head(struct child *child)
{
	const struct worker_answer *answer = &child->answer;
	/* One that is answered before all of it was sent would be freed, and
	 * its file closed, with the rest of it still to send. */
	bool has_job = child->job_count > 1
	    || (child->job_count == 1 && child->sent == child->to_send);

	switch (answer->kind) {
	case WORKER_READY:
		if (child->state != CHILD_STARTING || answer->len != 0)
			return false;
		child->state = CHILD_READY;
		child->events->ready(child->context);
		break;
	case WORKER_REFUSES:
		if (child->state != CHILD_STARTING)
			return false;
		child->refusal.kind = ERROR_UNAVAILABLE;
		child->refusal.reason = "";
		break;
	case WORKER_PART:
		if (!has_job || answer->len > WORKER_MAX_PART)
			return false;
		break;
	case WORKER_END:
		if (!has_job || answer->len != 0)
			return false;
		finish_job(child);
		break;
	default:
		return false;
	}
	child->part_left = answer->len;
	child->answer_len = 0;
	return true;
}

static bool
take_part(struct child *child, struct bytes bytes)
{
	char *text = child->refusal.text;
	size_t len = strlen(text), room = sizeof(child->refusal.text) - len - 1;

	if (child->answer.kind == WORKER_PART) {
		child->is_large =
		    !buffer_add(&TAILQ_FIRST(&child->jobs)->answer, bytes);
		return !child->is_large;
	}
	memcpy(text + len, bytes.data, bytes.len < room ? bytes.len : room);
	return true;
}

static bool
take(struct child *child, struct bytes bytes)
{
	size_t len;
	bool ok = true;

	while (bytes.len > 0 && ok) {
		if (child->part_left > 0) {
			len = bytes.len < child->part_left ? bytes.len
							   : child->part_left;
			child->part_left -= len;
			ok = take_part(
			    child, (struct bytes) { bytes.data, len });
		} else {
			len = sizeof(child->answer) - child->answer_len;
			if (len > bytes.len)
				len = bytes.len;
			memcpy((char *)&child->answer + child->answer_len,
			    bytes.data, len);
			child->answer_len += len;
			if (child->answer_len == sizeof(child->answer))
				ok = take_head(child);
		}
		bytes = bytes_skip(bytes, len);
	}
	return ok;
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;
	char data[READ_SIZE];
	ssize_t len = recv(fd, data, sizeof(data), MSG_DONTWAIT);

	(void)what;
	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (len <= 0 || !take(child, (struct bytes) { data, (size_t)len }))
		end(child);
}

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;

	(void)fd, (void)what;
	go_on_sending(child);
	/* It may be free for more. */
	if (child->sent == child->to_send)
		child->events->free(child->context);
}

/* --- all of it --- */

static void
watch(struct child *child, struct event *event, int fd, short what)
{
	struct event_base *base = event_get_base(event);

	event_assign(event, base, fd, what,
	    (what & EV_READ) != 0 ? on_readable : on_writable, child);
}

void
child_init(struct child *child, struct event_base *base,
    const struct child_events *events, void *context,
    struct child_limits limits)
{
	if (limits.cpu_seconds == 0)
		limits.cpu_seconds = MAX_WORKER_CPU_SECONDS;
	if (limits.seconds == 0)
		limits.seconds = MAX_WORKER_SECONDS;
	*child = (struct child) {
		.events = events, .context = context, .limits = limits
	};
	TAILQ_INIT(&child->jobs);
	child->readable = event_new(base, -1, EV_READ, on_readable, child);
	child->writable = event_new(base, -1, EV_WRITE, on_writable, child);
	child->deadline = evtimer_new(base, on_deadline, child);
	if (child->readable == NULL || child->writable == NULL
	    || child->deadline == NULL)
		errx(1, "cannot make events");
}

void
child_release(struct child *child)
{
	if (child->state != CHILD_NONE)
		reap(child);
	event_free(child->readable);
	event_free(child->writable);
	event_free(child->deadline);
}
