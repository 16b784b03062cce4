#include "ingest/server.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "base/error.h"
#include "base/limits.h"
#include "ingest/listen.h"
#include "ingest/sessions.h"

/* After accept() found no free file descriptor. */
#define ACCEPT_PAUSE_SECONDS 1
/* For the last replies to get away. */
#define FAREWELL_SECONDS 1

struct server {
	const struct server_config *config;
	struct event_base *base;
	struct sessions *sessions;
	struct evconnlistener *listeners[2 + MAX_ACTIVATED];
	struct event *sigterm, *sigint;
	struct event *accept_again;
	struct event *deadline; /* of the shutdown */
	bool has_socket;        /* to be removed */
	bool stopping;
	bool accept_trouble; /* and it was logged */
};

static void say(const struct server *server, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static void
say(const struct server *server, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	server->config->log(server->config->context, text);
}

static void
start_timer(struct event *event, unsigned seconds)
{
	struct timeval delay = { .tv_sec = seconds };

	if (event_add(event, &delay) != 0)
		errx(1, "cannot start a timer");
}

/* --- connections --- */

static void
refuse(struct server *server, int fd, const char *peer)
{
	static const char text[] = "421 4.3.2 Too many sessions\r\n";

	if (!server->accept_trouble)
		say(server, "%s: refused, there are %d sessions", peer,
		    MAX_SESSIONS);
	server->accept_trouble = true;
	/* A new connection has room for a line; one that is gone needs none. */
	(void)send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *context)
{
	struct server *server = context;
	char peer[LISTEN_NAME_SIZE];

	(void)listener;
	listen_name(address, (socklen_t)len, peer);
	if (sessions_count(server->sessions) == MAX_SESSIONS) {
		refuse(server, fd, peer);
		return;
	}
	server->accept_trouble = false;
	sessions_start(server->sessions, fd, peer);
}

/* The connection stays in the queue, so that trying on would be a busy loop. */
static void
on_accept_error(struct evconnlistener *listener, void *context)
{
	struct server *server = context;

	if (!server->accept_trouble)
		say(server, "cannot accept a connection: %s", strerror(errno));
	server->accept_trouble = true;
	evconnlistener_disable(listener);
	start_timer(server->accept_again, ACCEPT_PAUSE_SECONDS);
}

static void
on_accept_again(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	size_t i;

	(void)fd, (void)what;
	for (i = 0; i < COUNT_OF(server->listeners); i++)
		if (server->listeners[i] != NULL)
			evconnlistener_enable(server->listeners[i]);
}

static bool
listen_with(struct server *server, size_t i, int fd, struct error *err)
{
	server->listeners[i] = evconnlistener_new(server->base, on_accept,
	    server, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (server->listeners[i] == NULL) {
		close(fd);
		return error_set(err, ERROR_SYSTEM, "cannot watch a socket");
	}
	evconnlistener_set_error_cb(server->listeners[i], on_accept_error);
	return true;
}

static bool
start_listening(struct server *server, struct error *err)
{
	const struct server_config *config = server->config;
	size_t i;
	int fd;

	if (config->socket_path == NULL && config->inet == NULL
	    && config->activation.count == 0)
		return error_set(err, ERROR_CONFIG, "no socket to listen on");
	if (config->socket_path != NULL) {
		if (!listen_unix(
			config->socket_path, config->socket_mode, &fd, err))
			return false;
		server->has_socket = true;
		if (!listen_with(server, 0, fd, err))
			return false;
	}
	for (i = 0; i < config->activation.count; i++)
		if (!listen_with(server, 2 + i, config->activation.fds[i], err))
			return false;
	return config->inet == NULL
	    || (listen_inet(config->inet, &fd, err)
		&& listen_with(server, 1, fd, err));
}

static void
say_where(const struct server *server)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char name[LISTEN_NAME_SIZE];

	if (server->listeners[0] != NULL)
		say(server, "listening on %s", server->config->socket_path);
	if (server->config->activation.count > 0)
		say(server, "listening on %zu of systemd's sockets",
		    server->config->activation.count);
	if (server->listeners[1] == NULL)
		return;
	getsockname(evconnlistener_get_fd(server->listeners[1]),
	    (struct sockaddr *)&address, &len);
	listen_name((struct sockaddr *)&address, len, name);
	say(server, "listening on %s", name);
}

static void
stop_listening(struct server *server)
{
	size_t i;

	/* Before it closes: once it refuses connections, the path may be a
	 * new server's. */
	if (server->has_socket)
		unlink(server->config->socket_path);
	server->has_socket = false;
	for (i = 0; i < COUNT_OF(server->listeners); i++) {
		if (server->listeners[i] != NULL)
			evconnlistener_free(server->listeners[i]);
		server->listeners[i] = NULL;
	}
}

/* --- the server --- */

static void
on_stop_signal(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	unsigned seconds = server->config->shutdown_seconds;

	(void)fd, (void)what;
	if (server->stopping)
		return;
	server->stopping = true;
	stop_listening(server);
	start_timer(server->deadline, seconds > 0 ? seconds : SHUTDOWN_SECONDS);
	sessions_finish(server->sessions);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct timeval farewell = { .tv_sec = FAREWELL_SECONDS };
	struct server *server = context;

	(void)fd, (void)what;
	sessions_dismiss(server->sessions);
	event_base_loopexit(server->base, &farewell);
}

static struct server *
new_server(const struct server_config *config, struct error *err)
{
	struct server *server = calloc(1, sizeof(*server));
	struct event_base *base = event_base_new();

	if (server == NULL || base == NULL) {
		free(server);
		error_set(err, ERROR_SYSTEM, "cannot start an event loop");
		return NULL;
	}
	server->config = config;
	server->base = base;
	server->sessions = sessions_new(base, config);
	server->sigterm = evsignal_new(base, SIGTERM, on_stop_signal, server);
	server->sigint = evsignal_new(base, SIGINT, on_stop_signal, server);
	server->accept_again = evtimer_new(base, on_accept_again, server);
	server->deadline = evtimer_new(base, on_deadline, server);
	if (server->sigterm == NULL || server->sigint == NULL
	    || server->accept_again == NULL || server->deadline == NULL)
		errx(1, "cannot make events");
	return server;
}

static void
free_server(struct server *server)
{
	stop_listening(server);
	sessions_free(server->sessions);
	event_free(server->sigterm);
	event_free(server->sigint);
	event_free(server->accept_again);
	event_free(server->deadline);
	event_base_free(server->base);
	free(server);
}

bool
server_run(const struct server_config *config, struct error *err)
{
	struct server *server = new_server(config, err);
	bool ok;

	if (server == NULL)
		return false;
	signal(SIGPIPE, SIG_IGN);
	ok = start_listening(server, err);
	if (ok
	    && (event_add(server->sigterm, NULL) != 0
		|| event_add(server->sigint, NULL) != 0))
		ok = error_set(err, ERROR_SYSTEM, "cannot watch for signals");
	if (ok) {
		say_where(server);
		if (event_base_dispatch(server->base) < 0)
			ok = error_set(err, ERROR_SYSTEM, "event loop failed");
	}
	free_server(server);
	return ok;
}
