#include "ingest/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/codec.h"
#include "ingest/read.h"
#include "ingest/sandbox.h"

struct worker {
	worker_read *read;
	struct read_config config;
	struct arena arena; /* of the config */
	struct buffer here; /* what came with a request */
	struct buffer out;  /* of an answer, to be written together */
};

/* --- the socket --- */

static bool
write_all(const void *data, size_t len)
{
	struct bytes rest = { data, len };
	ssize_t done;

	while (rest.len > 0) {
		done = write(STDIN_FILENO, rest.data, rest.len);
		if (done < 0 && errno != EINTR)
			return false;
		rest = bytes_skip(rest, done < 0 ? 0 : (size_t)done);
	}
	return true;
}

static bool
read_all(void *data, size_t len)
{
	char *at = data;
	ssize_t done;

	while (len > 0) {
		done = read(STDIN_FILENO, at, len);
		if (done == 0 || (done < 0 && errno != EINTR))
			return false;
		at += done < 0 ? 0 : done;
		len -= done < 0 ? 0 : (size_t)done;
	}
	return true;
}

static bool
flush(struct worker *worker)
{
	bool ok = write_all(worker->out.data, worker->out.len);

	buffer_clear(&worker->out);
	return ok;
}

/* An answer is mostly small: its parts and its end are written at once, which
 * wakes our parent once. */
static bool
answer(struct worker *worker, enum worker_answer_kind kind, struct bytes bytes)
{
	struct worker_answer head = { kind, (uint32_t)bytes.len };
	const struct bytes first = { (const char *)&head, sizeof(head) };

	if (first.len + bytes.len > worker->out.max - worker->out.len
	    && !flush(worker))
		return false;
	return buffer_add(&worker->out, first)
	    && buffer_add(&worker->out, bytes)
	    && (kind == WORKER_PART || flush(worker));
}

/* A request, and the file that comes along, or -1. */
static bool
take_request(struct worker_request *request, int *fd)
{
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { request, sizeof(*request) };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.data,
		.msg_controllen = sizeof(control.data) };
	struct cmsghdr *header;
	ssize_t len;

	*fd = -1;
	do
		len = recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len <= 0)
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	return read_all((char *)request + len, sizeof(*request) - (size_t)len);
}

/* --- messages --- */

static bool
send_part(void *context, struct bytes bytes)
{
	struct worker *worker = context;
	size_t len;

	for (; bytes.len > 0; bytes = bytes_skip(bytes, len)) {
		len = bytes.len < WORKER_MAX_PART ? bytes.len : WORKER_MAX_PART;
		if (!answer(worker, WORKER_PART,
			(struct bytes) { bytes.data, len }))
			return false;
	}
	return true;
}

static bool
read_bytes(struct worker *worker, struct bytes input)
{
	const struct codec_sink sink = { send_part, worker };
	struct arena arena = { 0 };
	struct reading reading;
	bool ok;

	worker->read(input, &worker->config, &arena, &reading);
	ok = codec_encode(&reading, &sink)
	    && answer(worker, WORKER_END, bytes_of(""));
	arena_release(&arena);
	return ok;
}

static bool
read_file(struct worker *worker, int fd, size_t len)
{
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	bool ok;

	close(fd);
	if (map == MAP_FAILED)
		exit(EX_OSERR);
	ok = read_bytes(worker, (struct bytes) { map, len });
	munmap(map, len);
	return ok;
}

/* Three numbers, the digest if the last says so, and the names, each with its
 * terminator. */
static bool
configure(struct worker *worker, struct bytes text)
{
	struct read_config *config = &worker->config;
	const char **ids;
	const struct digest *original = NULL;
	uint32_t numbers[3];
	size_t i;

	if (text.len < sizeof(numbers))
		return false;
	memcpy(numbers, text.data, sizeof(numbers));
	text = bytes_skip(text, sizeof(numbers));
	arena_release(&worker->arena);
	if (numbers[2] != 0) {
		if (text.len < sizeof(*original))
			return false;
		original = (const void *)arena_copy(&worker->arena,
		    (struct bytes) { text.data, sizeof(*original) });
		text = bytes_skip(text, sizeof(*original));
	}
	ids = arena_alloc(&worker->arena, numbers[0] + 1, sizeof(*ids));
	for (i = 0; i < numbers[0] && text.len > 0; i++) {
		ids[i] = arena_copy(&worker->arena,
		    (struct bytes) { text.data, strnlen(text.data, text.len) });
		text = bytes_skip(text, strlen(ids[i]) + 1);
	}
	*config = (struct read_config) { ids, i, numbers[1], original };
	return true;
}

static bool
serve(struct worker *worker, const struct worker_request *request, int fd)
{
	static char here[MAX_SPOOL_MEMORY];
	struct bytes bytes = { here, request->here };

	if (fd != -1)
		return request->kind == WORKER_READ && request->here == 0
		    && read_file(worker, fd, request->len);
	if (request->here > sizeof(here) || !read_all(here, request->here))
		return false;
	if (request->kind == WORKER_CONFIGURE)
		return configure(worker, bytes);
	return request->kind == WORKER_READ && read_bytes(worker, bytes);
}

/* --- the process --- */

/* Whatever calls exit() in here has no memory left. */
static void
leave(void)
{
	_exit(WORKER_NO_MEMORY);
}

static void
ignore_signals(void)
{
	/* Sent to everyone at a terminal; our parent decides when we end. */
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	size_t i;

	for (i = 0; i < COUNT_OF(signals); i++)
		signal(signals[i], SIG_IGN);
	/* Not to be an orphan that waits for its parent's messages. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/*
 * What libraries load when they are first used: one of each kind is read
 * outside.  The texts are nobody's.
 */
static void
warm_up(worker_read *read)
{
	static const char *const samples[] = {
		"From: a@example.org\r\nSubject: =?iso-8859-15?Q?=A4?=\r\n"
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: text/xml; charset=windows-1252\r\n\r\n"
		"<?xml version=\"1.0\" encoding=\"windows-1252\"?>\r\n"
		"<feedback></feedback>\r\n--b--\r\n",
		"{\"organization-name\":\"a\",\"policies\":[]}",
		/* The end of an empty zip: to libarchive it is one. */
		"PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
	};
	static const size_t lengths[] = { 0, 0, 22 };
	struct arena arena = { 0 };
	struct reading reading;
	size_t i;

	for (i = 0; i < COUNT_OF(samples); i++)
		read((struct bytes) { samples[i],
			 lengths[i] > 0 ? lengths[i] : strlen(samples[i]) },
		    NULL, &arena, &reading);
	arena_release(&arena);
}

static bool
shut(bool has_sandbox, struct error *err)
{
	if (!has_sandbox)
		return true;
	sandbox_prepare();
	return sandbox_limit(MAX_WORKER_MEMORY, err) && sandbox_enter(err);
}

void
worker_run(bool has_sandbox, worker_read *read)
{
	struct worker worker = { .read = read,
		.out.max = sizeof(struct worker_answer) + WORKER_MAX_PART };
	struct worker_request request;
	struct error err;
	int fd;

	ignore_signals();
	warm_up(read_input);
	if (!shut(has_sandbox, &err)) {
		(void)answer(&worker, WORKER_REFUSES, bytes_of(err.text));
		_exit(EX_UNAVAILABLE);
	}
	atexit(leave);
	if (!answer(&worker, WORKER_READY, bytes_of("")))
		_exit(EX_IOERR);
	while (take_request(&request, &fd))
		if (!serve(&worker, &request, fd))
			_exit(EX_PROTOCOL);
	/* Nobody asks any more. */
	arena_release(&worker.arena);
	_exit(EX_OK);
}
