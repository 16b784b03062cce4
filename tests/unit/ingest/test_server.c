#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <criterion/criterion.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/server.h"
#include "tests/unit/ingest/transcripts.h"

/* Nothing here takes that long, unless it never comes. */
#define PATIENCE_MS 20000

#define GREETING "220 host LMTP reports ready\r\n"
#define STORED   S
#define AWAY     "421 4.3.2 Shutting down\r\n"

/* A server in a thread, and what its handlers saw. */
struct host {
	struct server_config config;
	char folder[64], path[96];
	pthread_t thread;
	bool ok;
	struct error err;

	int log[2]; /* pipes: read, write */
	bool blocking;
	int entered[2], released[2];
	enum lmtp_verdict verdict;
	size_t busy; /* messages to put off */
	size_t calls, counts[8];
	char peer[80];
	struct buffer messages;
};

static void
make_pipe(int ends[2])
{
	cr_assert_eq(pipe(ends), 0);
}

/* True when it is readable; false after ms without. */
static bool
wait_readable(int fd, int ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int status;

	do
		status = poll(&ready, 1, ms);
	while (status < 0 && errno == EINTR);
	return status == 1;
}

static void
take_octet(int fd)
{
	char octet;

	cr_assert(wait_readable(fd, PATIENCE_MS));
	cr_assert_eq(read(fd, &octet, 1), 1);
}

static bool
add(void *context, struct server_message *message, bool may_wait)
{
	struct host *host = context;

	(void)may_wait;
	if (host->busy > 0) {
		host->busy--;
		return false;
	}
	if (!buffer_add(&host->messages, message->message))
		abort();
	return true;
}

static void
commit(void *context, struct server_message *const *messages, size_t count)
{
	struct host *host = context;
	char octet = '.';
	size_t i;

	if (host->calls < 8)
		host->counts[host->calls] = count;
	host->calls++;
	for (i = 0; i < count; i++) {
		snprintf(
		    host->peer, sizeof(host->peer), "%s", messages[i]->peer);
		if (host->verdict != LMTP_TRY_LATER) /* as it is unless set */
			messages[i]->verdict = host->verdict;
	}
	if (host->blocking
	    && (write(host->entered[1], &octet, 1) != 1
		|| read(host->released[0], &octet, 1) != 1))
		abort();
}

static void
note(void *context, const char *text)
{
	struct host *host = context;
	char line[600];

	snprintf(line, sizeof(line), "%s\n", text);
	cr_assert_eq(
	    write(host->log[1], line, strlen(line)), (ssize_t)strlen(line));
}

static void
expect_log(struct host *host, const char *expected)
{
	char line[600];
	size_t len = 0;

	do {
		cr_assert(wait_readable(host->log[0], PATIENCE_MS),
		    "no log line '%s'", expected);
		cr_assert_eq(read(host->log[0], line + len, 1), 1);
	} while (line[len] != '\n' && ++len < sizeof(line) - 1);
	line[len] = '\0';
	cr_expect_str_eq(line, expected);
}

static void
prepare(struct host *host)
{
	*host = (struct host) { .messages = { .max = 100UL << 20 } };
	strcpy(host->folder, "/tmp/test_server_XXXXXX");
	cr_assert_not_null(mkdtemp(host->folder));
	snprintf(host->path, sizeof(host->path), "%s/lmtp", host->folder);
	make_pipe(host->log);
	make_pipe(host->entered);
	make_pipe(host->released);
	host->config = (struct server_config) { .socket_path = host->path,
		.socket_mode = 0660,
		.lmtp = { .hostname = "host", .max_message = MAX_MESSAGE },
		.add = add,
		.commit = commit,
		.log = note,
		.context = host };
}

static void
clean_up(struct host *host)
{
	int i;

	buffer_release(&host->messages);
	cr_expect_eq(rmdir(host->folder), 0, "something is left");
	for (i = 0; i < 2; i++) {
		close(host->log[i]);
		close(host->entered[i]);
		close(host->released[i]);
	}
}

static void *
run(void *context)
{
	struct host *host = context;

	host->ok = server_run(&host->config, &host->err);
	return NULL;
}

static void
start(struct host *host)
{
	char line[200];

	cr_assert_eq(pthread_create(&host->thread, NULL, run, host), 0);
	snprintf(line, sizeof(line), "listening on %s", host->path);
	if (host->config.socket_path != NULL)
		expect_log(host, line);
}

static void
join(struct host *host)
{
	cr_assert_eq(pthread_join(host->thread, NULL), 0);
	cr_expect(host->ok, "%s", host->err.text);
	clean_up(host);
}

static void
stop(struct host *host)
{
	pthread_kill(host->thread, SIGTERM);
	join(host);
}

/* A failure to start, with its kind and text. */
static void
expect_failure(
    struct host *host, enum error_kind kind, const char *fmt, const char *name)
{
	char text[300];
	struct error err;

	snprintf(text, sizeof(text), fmt, name);
	cr_assert_not(server_run(&host->config, &err));
	cr_expect_str_eq(err.text, text);
	cr_expect_eq(err.kind, kind);
}

/* --- clients --- */

static struct sockaddr_un
name_of(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	return name;
}

static int
open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert_geq(fd, 0);
	return fd;
}

static void
connect_socket(int fd, const struct host *host)
{
	struct sockaddr_un name = name_of(host->path);

	cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
}

static void
say(int fd, const char *text)
{
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text), "%s", strerror(errno));
}

static void
hear(int fd, const char *text)
{
	char heard[2000] = "";
	size_t len = 0, want = strlen(text);
	ssize_t got = 1;

	while (len < want && got > 0 && wait_readable(fd, PATIENCE_MS)) {
		got = read(fd, heard + len, want - len);
		len += got > 0 ? (size_t)got : 0;
	}
	cr_assert_str_eq(heard, text);
}

static void
hear_end(int fd)
{
	char octet;

	cr_assert(wait_readable(fd, PATIENCE_MS));
	cr_expect_leq(read(fd, &octet, 1), 0);
	close(fd);
}

/* A client that has said LHLO. */
static int
meet(struct host *host)
{
	int fd = open_socket();

	connect_socket(fd, host);
	hear(fd, GREETING);
	say(fd, "LHLO client\r\n");
	hear(fd,
	    "250-host\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n"
	    "250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 52428800\r\n");
	return fd;
}

/* A client inside DATA. */
static int
begin(struct host *host)
{
	int fd = meet(host);

	say(fd, BEGIN);
	hear(fd, BEGUN);
	return fd;
}

static void
expect_messages(struct host *host, const char *text)
{
	cr_expect_eq(host->messages.len, strlen(text));
	cr_expect(bytes_start(buffer_bytes(&host->messages), bytes_of(text)));
}

/* --- the protocol, over a socket --- */

static bool
add_transcript(void *context, struct server_message *message, bool may_wait)
{
	struct host *host = context;
	const struct lmtp_envelope *envelope = message->envelope;
	size_t i;

	(void)may_wait;
	if (!buffer_add(&host->messages, bytes_of(envelope->mail_from)))
		abort();
	for (i = 0; i < envelope->rcpt_count; i++)
		if (!buffer_add(&host->messages, bytes_of(i == 0 ? ">" : ","))
		    || !buffer_add(
			&host->messages, bytes_of(envelope->rcpt_to[i])))
			abort();
	if (!buffer_add(&host->messages, bytes_of("|"))
	    || !buffer_add(&host->messages, message->message)
	    || !buffer_add(&host->messages, bytes_of("\n")))
		abort();
	message->verdict = transcript_verdict(envelope);
	return true;
}

static void
leave_verdicts(
    void *context, struct server_message *const *messages, size_t count)
{
	(void)context, (void)messages, (void)count;
}

/* All that comes until the server hangs up. */
static void
hear_all(int fd, struct buffer *heard)
{
	char data[4096];
	ssize_t len;

	while (wait_readable(fd, PATIENCE_MS)
	    && (len = read(fd, data, sizeof(data))) > 0)
		if (!buffer_add(heard, (struct bytes) { data, (size_t)len }))
			abort();
	close(fd);
}

static void
say_bytes(int fd, struct bytes text, size_t step)
{
	size_t len;

	for (; text.len > 0; text = bytes_skip(text, len)) {
		len = step < text.len ? step : text.len;
		/* A server that has hung up needs to hear no more. */
		if (send(fd, text.data, len, MSG_NOSIGNAL) < 0)
			return;
	}
}

static bool
is_same(const struct buffer *got, struct bytes expected)
{
	struct bytes bytes = buffer_bytes(got);

	return bytes.len == expected.len
	    && memcmp(bytes.data, expected.data, bytes.len) == 0;
}

static void
check_over_socket(
    struct host *host, const struct transcript *row, bool greeted, size_t step)
{
	struct buffer expected = { .max = 1 << 20 }, heard = expected;
	int fd = open_socket();

	buffer_clear(&host->messages);
	connect_socket(fd, host);
	if (!buffer_add(&expected, bytes_of(GREETING))
	    || (greeted && !buffer_add(&expected, bytes_of(FULL)))
	    || !buffer_add(&expected, row->hears))
		abort();
	if (greeted)
		say_bytes(fd, bytes_of(LHLO), step);
	say_bytes(fd, row->says, step);
	shutdown(fd, SHUT_WR);
	hear_all(fd, &heard);
	cr_expect(is_same(&heard, buffer_bytes(&expected)),
	    "%s, %zu at a time: heard '%.*s'", row->name, step, (int)heard.len,
	    heard.data);
	cr_expect(is_same(&host->messages, row->handed_out),
	    "%s, %zu at a time: messages '%.*s'", row->name, step,
	    (int)host->messages.len, buffer_bytes(&host->messages).data);
	buffer_release(&expected);
	buffer_release(&heard);
}

static void
ignore(void *context, const char *text)
{
	(void)context;
	(void)text;
}

Test(server, keeps_to_the_protocol)
{
	static const size_t steps[] = { SIZE_MAX, 1 };
	struct host host;
	size_t i, j;

	prepare(&host);
	host.config.lmtp = (struct lmtp_config) { .hostname = "host",
		.max_message = 100,
		.accepts = transcript_accepts };
	host.config.add = add_transcript;
	host.config.commit = leave_verdicts;
	start(&host);
	host.config.log = ignore; /* some break off, as they should */
	for (i = 0; i < COUNT_OF(steps); i++) {
		for (j = 0; j < COUNT_OF(first_words); j++)
			check_over_socket(
			    &host, &first_words[j], false, steps[i]);
		for (j = 0; j < COUNT_OF(transcripts); j++)
			check_over_socket(
			    &host, &transcripts[j], true, steps[i]);
	}
	stop(&host);
}

/* --- deliveries --- */

Test(server, delivers)
{
	struct host host;
	int fd;

	prepare(&host);
	start(&host);
	fd = meet(&host);
	say(fd, BEGIN "x\r\n..\r\n.\r\nQUIT\r\n");
	hear(fd, BEGUN STORED "221 2.0.0 Bye\r\n");
	hear_end(fd);
	expect_messages(&host, "x\r\n.\r\n");
	cr_expect_str_eq(host.peer, "unix");
	stop(&host);
}

Test(server, delivers_messages_of_one_session_one_by_one)
{
	struct host host;
	int fd;

	prepare(&host);
	start(&host);
	fd = meet(&host);
	say(fd, BEGIN "x\r\n.\r\n" BEGIN "y\r\n.\r\nQUIT\r\n");
	hear(fd, BEGUN STORED BEGUN STORED "221 2.0.0 Bye\r\n");
	hear_end(fd);
	expect_messages(&host, "x\r\ny\r\n");
	cr_expect_eq(host.calls, 2);
	stop(&host);
}

Test(server, delivers_messages_of_one_round_together)
{
	struct host host;
	int first, second, third;

	prepare(&host);
	host.blocking = true;
	start(&host);
	first = begin(&host);
	second = begin(&host);
	third = begin(&host);
	say(first, ".\r\n");
	take_octet(host.entered[0]);
	/* Both are there when the server looks at its sockets again. */
	say(second, "x\r\n.\r\n");
	say(third, "x\r\n.\r\n");
	cr_assert_eq(write(host.released[1], "..", 2), 2);
	hear(first, STORED);
	hear(second, STORED);
	hear(third, STORED);
	cr_expect_eq(host.calls, 2);
	cr_expect_eq(host.counts[0], 1);
	cr_expect_eq(host.counts[1], 2);
	close(first);
	close(second);
	close(third);
	stop(&host);
}

Test(server, hands_out_again_what_was_put_off)
{
	struct host host;
	int first, second;

	prepare(&host);
	host.busy = 3;
	start(&host);
	first = begin(&host);
	second = begin(&host);
	say(first, "x\r\n.\r\n");
	hear(first, STORED);
	say(second, "y\r\n.\r\n");
	hear(second, STORED);
	expect_messages(&host, "x\r\ny\r\n");
	cr_expect_eq(host.busy, 0);
	close(first);
	close(second);
	stop(&host);
}

Test(server, replies_when_the_handler_returns_and_not_before)
{
	struct host host;
	int fd;

	prepare(&host);
	host.blocking = true;
	start(&host);
	fd = begin(&host);
	say(fd, "x\r\n.\r\n");
	take_octet(host.entered[0]);
	cr_expect_not(wait_readable(fd, 100));
	cr_assert_eq(write(host.released[1], ".", 1), 1);
	hear(fd, STORED);
	close(fd);
	stop(&host);
}

Test(server, passes_the_verdict_on)
{
	struct host host;
	int fd;

	prepare(&host);
	host.verdict = LMTP_TRY_LATER;
	start(&host);
	fd = begin(&host);
	say(fd, "x\r\n.\r\n");
	hear(fd, "451 4.3.0 Not stored, try again later\r\n");
	host.verdict = LMTP_NO_ROOM;
	say(fd, BEGIN ".\r\n");
	hear(fd, BEGUN "452 4.3.1 No room, try again later\r\n");
	close(fd);
	stop(&host);
}

Test(server, delivers_large_messages)
{
	size_t len = 5000000, i;
	char *text = malloc(len + 6);
	struct host host;
	int fd;

	for (i = 0; i < len; i++)
		text[i] = (char)('a' + i % 23);
	strcpy(text + len, "\r\n.\r\n");
	prepare(&host);
	start(&host);
	fd = begin(&host);
	say(fd, text);
	hear(fd, STORED);
	text[len + 2] = '\0';
	expect_messages(&host, text);
	close(fd);
	stop(&host);
	free(text);
}

Test(server, replies_to_a_client_that_has_said_all)
{
	struct host host;
	int fd;

	prepare(&host);
	start(&host);
	fd = meet(&host);
	say(fd, BEGIN "x\r\n.\r\nNOOP\r\n");
	shutdown(fd, SHUT_WR);
	hear(fd, BEGUN STORED "250 2.0.0 Still here\r\n");
	hear_end(fd);
	stop(&host);
}

/* --- clients that go or stay --- */

Test(server, drops_a_message_that_breaks_off)
{
	struct host host;
	int fd;

	prepare(&host);
	start(&host);
	fd = begin(&host);
	say(fd, "x\r\n.");
	close(fd);
	expect_log(&host, "unix: connection lost inside a message");
	fd = begin(&host);
	say(fd, ".\r\n");
	hear(fd, STORED);
	close(fd);
	cr_expect_eq(host.calls, 1);
	stop(&host);
}

Test(server, delivers_for_a_client_that_is_gone)
{
	struct host host;
	int first, second;

	prepare(&host);
	host.blocking = true;
	start(&host);
	first = begin(&host);
	second = meet(&host);
	say(first, "x\r\n.\r\n" BEGIN);
	take_octet(host.entered[0]);
	/* The replies to this fail while its message waits. */
	say(second, BEGIN "y\r\n.\r\n");
	close(first);
	close(second);
	cr_assert_eq(write(host.released[1], "...", 3), 3);
	take_octet(host.entered[0]);
	first = begin(&host);
	say(first, "z\r\n.\r\n");
	hear(first, STORED);
	expect_messages(&host, "x\r\ny\r\nz\r\n");
	close(first);
	stop(&host);
}

Test(server, hangs_up_on_the_silent)
{
	struct host host;
	int idle, inside;

	prepare(&host);
	host.config.idle_seconds = 1;
	start(&host);
	idle = meet(&host);
	inside = begin(&host);
	hear(idle, "421 4.4.2 Silent for too long\r\n");
	hear_end(idle);
	hear(inside, "421 4.4.2 Silent for too long\r\n");
	hear_end(inside);
	expect_log(&host, "unix: silent for too long inside a message");
	stop(&host);
}

/* Says NOOP until the server reads no more; returns how often. */
static size_t
say_without_hearing(int fd)
{
	static const char text[] = "NOOP\r\n";
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	size_t sent = 0, len = sizeof(text) - 1;
	ssize_t got;

	while (sent < 20000000) {
		got = send(fd, text + sent % len, len - sent % len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (got > 0)
			sent += (size_t)got;
		else if (poll(&ready, 1, 500) == 0)
			break;
	}
	cr_assert_lt(sent, 20000000, "it takes commands without end");
	return sent / len;
}

Test(server, stops_reading_from_a_client_that_does_not)
{
	static const char reply[] = "250 2.0.0 Still here\r\n";
	struct host host;
	size_t count;
	int fd;

	prepare(&host);
	start(&host);
	fd = meet(&host);
	count = say_without_hearing(fd);
	while (count-- > 0)
		hear(fd, reply);
	close(fd);
	stop(&host);
}

Test(server, drops_a_client_that_never_reads)
{
	struct pollfd gone = { .events = 0 }; /* POLLHUP is always looked for */
	struct host host;

	prepare(&host);
	host.config.idle_seconds = 1;
	start(&host);
	gone.fd = meet(&host);
	say_without_hearing(gone.fd);
	cr_expect_eq(poll(&gone, 1, PATIENCE_MS), 1);
	close(gone.fd);
	stop(&host);
}

Test(server, refuses_more_sessions_than_it_may_have)
{
	struct rlimit limit;
	struct host host;
	int fds[MAX_SESSIONS], more;
	size_t i;

	/* Both ends are in this process. */
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < 2 * MAX_SESSIONS + 100)
		cr_skip_test("too few file descriptors");
	prepare(&host);
	start(&host);
	for (i = 0; i < MAX_SESSIONS; i++) {
		fds[i] = open_socket();
		connect_socket(fds[i], &host);
		hear(fds[i], GREETING);
	}
	for (i = 0; i < 2; i++) {
		more = open_socket();
		connect_socket(more, &host);
		hear(more, "421 4.3.2 Too many sessions\r\n");
		hear_end(more);
	}
	expect_log(&host, "unix: refused, there are 1000 sessions");
	say(fds[0], "QUIT\r\n");
	hear(fds[0], "221 2.0.0 Bye\r\n");
	hear_end(fds[0]);
	fds[0] = meet(&host);
	for (i = 0; i < MAX_SESSIONS; i++)
		close(fds[i]);
	cr_expect_not(wait_readable(host.log[0], 0), "it was logged twice");
	stop(&host);
}

Test(server, waits_for_free_file_descriptors)
{
	int fillers[2000], fd, late;
	size_t count = 0;
	struct rlimit limit;
	struct host host;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 200;
	setrlimit(RLIMIT_NOFILE, &limit);
	prepare(&host);
	start(&host);
	fd = meet(&host);
	late = open_socket();
	while ((fillers[count] = dup(fd)) >= 0)
		count++;
	connect_socket(late, &host);
	expect_log(&host, "cannot accept a connection: Too many open files");
	say(fd, "NOOP\r\n");
	hear(fd, "250 2.0.0 Still here\r\n");
	while (count > 0)
		close(fillers[--count]);
	hear(late, GREETING);
	close(late);
	close(fd);
	stop(&host);
}

/* --- the end --- */

Test(server, ends_at_sigterm_and_removes_its_socket)
{
	struct host host;
	int idle;

	prepare(&host);
	start(&host);
	idle = meet(&host);
	pthread_kill(host.thread, SIGTERM);
	hear(idle, AWAY);
	hear_end(idle);
	join(&host); /* the folder must be empty */
}

Test(server, ends_at_sigint_without_sessions)
{
	struct host host;

	prepare(&host);
	start(&host);
	pthread_kill(host.thread, SIGINT);
	join(&host);
}

Test(server, finishes_messages_before_it_ends)
{
	struct host host;
	int idle, inside;

	prepare(&host);
	start(&host);
	idle = meet(&host);
	inside = begin(&host);
	pthread_kill(host.thread, SIGTERM);
	hear(idle, AWAY);
	hear_end(idle);
	cr_expect_neq(access(host.path, F_OK), 0);
	say(inside, "x\r\n.\r\n");
	hear(inside, STORED AWAY);
	hear_end(inside);
	expect_messages(&host, "x\r\n");
	join(&host);
}

Test(server, does_not_wait_for_messages_forever)
{
	struct host host;
	int inside;

	prepare(&host);
	host.config.shutdown_seconds = 1;
	start(&host);
	inside = begin(&host);
	pthread_kill(host.thread, SIGTERM);
	hear(inside, AWAY);
	hear_end(inside);
	cr_expect_eq(host.calls, 0);
	join(&host);
}

/* --- sockets --- */

Test(server, sets_the_permissions_of_its_socket)
{
	struct stat status;
	struct host host;

	prepare(&host);
	start(&host);
	cr_assert_eq(stat(host.path, &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0660);
	stop(&host);
}

Test(server, leaves_a_path_in_use_alone)
{
	struct host host;
	int fd;

	prepare(&host);
	start(&host);
	expect_failure(&host, ERROR_UNAVAILABLE,
	    "cannot listen on '%s': another server listens there", host.path);
	fd = meet(&host);
	close(fd);
	stop(&host);
}

Test(server, replaces_a_stale_socket)
{
	struct sockaddr_un name;
	struct host host;
	int stale, fd;

	prepare(&host);
	name = name_of(host.path);
	stale = open_socket();
	cr_assert_eq(bind(stale, (struct sockaddr *)&name, sizeof(name)), 0);
	cr_assert_eq(listen(stale, 1), 0);
	close(stale);
	start(&host);
	fd = meet(&host);
	close(fd);
	stop(&host);
}

Test(server, leaves_a_file_alone)
{
	struct stat status;
	struct host host;
	int fd;

	prepare(&host);
	fd = open(host.path, O_CREAT | O_WRONLY, 0600);
	cr_assert_eq(write(fd, "mine", 4), 4);
	close(fd);
	expect_failure(&host, ERROR_CONFIG,
	    "cannot listen on '%s': it exists and is not a socket", host.path);
	cr_assert_eq(stat(host.path, &status), 0);
	cr_expect_eq(status.st_size, 4);
	unlink(host.path);
	clean_up(&host);
}

Test(server, names_a_path_it_cannot_use)
{
	char path[200];
	struct host host;

	prepare(&host);
	snprintf(path, sizeof(path), "%s/none/lmtp", host.folder);
	host.config.socket_path = path;
	expect_failure(&host, ERROR_NO_INPUT,
	    "cannot listen on '%s': its folder does not exist", path);
	snprintf(path, sizeof(path), "%s/%0100d", host.folder, 0);
	expect_failure(&host, ERROR_CONFIG,
	    "cannot listen on '%s': longer than 107 bytes", path);
	clean_up(&host);
}

Test(server, wants_somewhere_to_listen)
{
	struct host host;

	prepare(&host);
	host.config.socket_path = NULL;
	expect_failure(&host, ERROR_CONFIG, "%s", "no socket to listen on");
	clean_up(&host);
}

/* The port in the line that says where it listens. */
static unsigned
read_port(struct host *host)
{
	char line[100] = "";
	unsigned port = 0;

	cr_assert(wait_readable(host->log[0], PATIENCE_MS));
	cr_assert_gt(read(host->log[0], line, sizeof(line) - 1), 0);
	cr_assert_eq(
	    sscanf(line, "listening on 127.0.0.1:%u\n", &port), 1, "%s", line);
	return port;
}

Test(server, listens_on_tcp)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct host host;
	char rest[100];
	int fd;

	prepare(&host);
	host.config.socket_path = NULL;
	host.config.inet = "127.0.0.1:0";
	start(&host);
	name.sin_port = htons((uint16_t)read_port(&host));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	hear(fd, GREETING);
	say(fd, "LHLO c\r\n" BEGIN "x\r\n.\r\nQUIT\r\n");
	hear(fd, "250-host\r\n");
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	close(fd);
	cr_expect_eq(strncmp(host.peer, "127.0.0.1:", 10), 0);
	expect_messages(&host, "x\r\n");
	stop(&host);
}

Test(server, removes_its_socket_when_tcp_fails)
{
	struct host host;

	prepare(&host);
	host.config.inet = "127.0.0.1:25";
	expect_failure(&host, ERROR_CONFIG,
	    "cannot listen on '%s': port 25 is not for LMTP (RFC 2033)",
	    "127.0.0.1:25");
	clean_up(&host); /* the folder must be empty */
}

Test(server, refuses_what_is_no_address_and_port)
{
	static const char *const texts[] = { "", "127.0.0.1",
		"127.0.0.1:", ":24", "localhost:24", "::1:24", "[::1]",
		"[::1]24", "[::1:24", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0.1:lmtp", "127.0.0.1:2 4", "256.0.0.1:24" };
	struct host host;
	size_t i;

	prepare(&host);
	host.config.socket_path = NULL;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		host.config.inet = texts[i];
		expect_failure(&host, ERROR_CONFIG,
		    "'%s' is not ADDR:PORT or [ADDR]:PORT", texts[i]);
	}
	clean_up(&host);
}
