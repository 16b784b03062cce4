#include "ingest/control.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "base/error.h"
#include "base/limits.h"

/* Until a listener that does not answer is called unresponsive. */
#define PATIENCE_SECONDS 10

struct control {
	struct evconnlistener *listener;
	void (*tell)(void *context, struct buffer *out);
	void *context;
};

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *context)
{
	struct buffer out = { .max = MAX_STATUS };
	struct control *control = context;

	(void)listener, (void)address, (void)len;
	control->tell(control->context, &out);
	/* The text is smaller than the room of a new connection. */
	(void)send(
	    fd, buffer_bytes(&out).data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	buffer_release(&out);
}

struct control *
control_new(struct event_base *base, int fd,
    void (*tell)(void *context, struct buffer *out), void *context)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL)
		errx(1, "control: out of memory");
	control->tell = tell;
	control->context = context;
	control->listener = evconnlistener_new(base, on_accept, control,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (control->listener == NULL)
		errx(1, "cannot watch a socket");
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	evconnlistener_free(control->listener);
	free(control);
}

/* --- who asks --- */

static bool
read_all(int fd, const char *path, struct buffer *out, struct error *err)
{
	char data[4096];
	ssize_t len;

	while ((len = recv(fd, data, sizeof(data), 0)) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return error_set(err, ERROR_UNAVAILABLE,
			    "the listener at '%.200s' does not answer", path);
		if (len < 0)
			return error_errno(err, "read from", path);
		if (!buffer_add(out, (struct bytes) { data, (size_t)len }))
			return error_set(err, ERROR_INPUT,
			    "'%.200s' is not the socket of a listener", path);
	}
	return true;
}

static bool
connect_to(int fd, const char *path, struct error *err)
{
	static const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(name.sun_path))
		return error_set(err, ERROR_CONFIG,
		    "cannot ask '%.200s': longer than %zu bytes", path,
		    sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, path, strlen(path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0)
		return true;
	if (errno == ENOENT || errno == ECONNREFUSED)
		return error_set(err, ERROR_UNAVAILABLE,
		    "no listener is running at '%.200s'; docs/postfix.md has "
		    "how to start one",
		    path);
	return error_errno(err, "ask", path);
}

bool
control_ask(const char *path, struct buffer *out, struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd == -1)
		return error_errno(err, "ask", path);
	ok = connect_to(fd, path, err) && read_all(fd, path, out, err);
	close(fd);
	return ok;
}
