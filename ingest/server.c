#include "ingest/server.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/un.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "base/error.h"
#include "base/limits.h"
#include "ingest/control.h"
#include "ingest/listen.h"
#include "ingest/notify.h"
#include "ingest/sessions.h"
#include "ingest/spool.h"

/* After accept() found no free file descriptor. */
#define ACCEPT_PAUSE_SECONDS 1
/* For the last replies to get away. */
#define FAREWELL_SECONDS 1
/* Whoever may read the database may know how its listener is. */
#define CONTROL_MODE 0660

struct server {
	struct server_config *config;
	struct event_base *base;
	struct pool *pool; /* NULL when messages are not to be read */
	struct spool_room room;
	struct sessions *sessions;
	struct evconnlistener *listeners[2 + MAX_ACTIVATED];
	size_t listener_count;
	struct control *control;
	struct event *sigterm, *sigint, *sighup;
	struct event *accept_again;
	struct event *watchdog;
	struct event *deadline;       /* of the shutdown */
	bool has_socket, has_control; /* to be removed */
	size_t begun, refused;
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
	server->refused++;
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
	server->begun++;
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
	for (i = 0; i < server->listener_count; i++)
		evconnlistener_enable(server->listeners[i]);
}

static bool
listen_with(struct server *server, int fd, struct error *err)
{
	struct evconnlistener *listener =
	    evconnlistener_new(server->base, on_accept, server,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

	if (listener == NULL) {
		close(fd);
		return error_set(err, ERROR_SYSTEM, "cannot watch a socket");
	}
	evconnlistener_set_error_cb(listener, on_accept_error);
	server->listeners[server->listener_count++] = listener;
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
		if (!listen_unix(config->socket_path, config->socket_mode,
			config->socket_group, &fd, err))
			return false;
		server->has_socket = true;
		if (!listen_with(server, fd, err))
			return false;
	}
	for (i = 0; i < config->activation.count; i++)
		if (!listen_with(server, config->activation.fds[i], err))
			return false;
	return config->inet == NULL
	    || (listen_inet(config->inet, &fd, err)
		&& listen_with(server, fd, err));
}

static void
say_where(const struct server *server)
{
	struct sockaddr_storage address;
	char name[LISTEN_NAME_SIZE];
	socklen_t len;
	size_t i;

	for (i = 0; i < server->listener_count; i++) {
		len = sizeof(address);
		getsockname(evconnlistener_get_fd(server->listeners[i]),
		    (struct sockaddr *)&address, &len);
		if (address.ss_family == AF_UNIX) {
			say(server, "listening on %.108s",
			    ((struct sockaddr_un *)&address)->sun_path);
			continue;
		}
		listen_name((struct sockaddr *)&address, len, name);
		say(server, "listening on %s", name);
	}
}

/* --- status --- */

static void
tell_status(void *context, struct buffer *out)
{
	const struct server *server = context;
	struct server_counts counts = {
		.sessions = sessions_count(server->sessions),
		.sessions_begun = server->begun,
		.sessions_refused = server->refused,
		.waiting = sessions_waiting(server->sessions),
		.bytes = server->room.used,
		.no_memory = server->room.refused,
	};
	struct pool_counts pool;

	if (server->pool != NULL) {
		pool = pool_counts(server->pool);
		counts.workers = pool.alive;
		counts.workers_replaced = pool.replaced;
	}
	server->config->status(server->config->context, &counts, out);
}

/* Without it mail is taken all the same. */
static void
start_control(struct server *server)
{
	const struct server_config *config = server->config;
	struct error err;
	int fd;

	if (config->control_path == NULL || config->status == NULL)
		return;
	if (!listen_unix(config->control_path, CONTROL_MODE,
		config->socket_group, &fd, &err)) {
		say(server, "no status: %s", err.text);
		return;
	}
	server->has_control = true;
	server->control = control_new(server->base, fd, tell_status, server);
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
	for (i = 0; i < server->listener_count; i++)
		evconnlistener_free(server->listeners[i]);
	server->listener_count = 0;
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
	notify_send("STOPPING=1");
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

static void
on_reload(evutil_socket_t fd, short what, void *context)
{
	struct server *server = context;
	const struct server_config *config = server->config;

	(void)fd, (void)what;
	if (config->reload == NULL || server->stopping)
		return;
	notify_reloading();
	config->reload(config->context);
	if (server->pool != NULL)
		pool_configure(server->pool, config->pool->read);
	notify_send("READY=1");
}

static void
on_watchdog(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what, (void)context;
	notify_send("WATCHDOG=1");
}

static bool
start_watchdog(struct server *server)
{
	unsigned ms = notify_watchdog_ms();
	struct timeval every = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	return ms == 0 || event_add(server->watchdog, &every) == 0;
}

static void
make_events(struct server *server)
{
	struct event_base *base = server->base;

	server->sigterm = evsignal_new(base, SIGTERM, on_stop_signal, server);
	server->sigint = evsignal_new(base, SIGINT, on_stop_signal, server);
	server->sighup = evsignal_new(base, SIGHUP, on_reload, server);
	server->accept_again = evtimer_new(base, on_accept_again, server);
	server->watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, server);
	server->deadline = evtimer_new(base, on_deadline, server);
	if (server->sigterm == NULL || server->sigint == NULL
	    || server->sighup == NULL || server->accept_again == NULL
	    || server->watchdog == NULL || server->deadline == NULL)
		errx(1, "cannot make events");
}

static struct server *
new_server(struct server_config *config)
{
	struct server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		errx(1, "server: out of memory");
	server->config = config;
	server->room.max = MAX_SPOOLED;
	server->base = event_base_new();
	if (server->base == NULL)
		errx(1, "cannot start an event loop");
	make_events(server);
	return server;
}

static void
free_server(struct server *server)
{
	stop_listening(server);
	if (server->has_control)
		unlink(server->config->control_path);
	control_free(server->control);
	/* First who may still speak of sessions. */
	pool_free(server->pool);
	if (server->sessions != NULL)
		sessions_free(server->sessions);
	event_free(server->sigterm);
	event_free(server->sigint);
	event_free(server->sighup);
	event_free(server->accept_again);
	event_free(server->watchdog);
	event_free(server->deadline);
	event_base_free(server->base);
	free(server);
}

static bool
start(struct server *server, struct error *err)
{
	const struct server_config *config = server->config;

	if (config->pool != NULL
	    && !pool_new(&server->pool, server->base, config->pool, err))
		return false;
	server->sessions =
	    sessions_new(server->base, config, server->pool, &server->room);
	if (!start_listening(server, err))
		return false;
	start_control(server);
	if (event_add(server->sigterm, NULL) != 0
	    || event_add(server->sigint, NULL) != 0
	    || (config->reload != NULL && event_add(server->sighup, NULL) != 0)
	    || !start_watchdog(server))
		return error_set(err, ERROR_SYSTEM, "cannot watch for signals");
	return true;
}

bool
server_run(struct server_config *config, struct error *err)
{
	struct server *server = new_server(config);
	bool ok;

	signal(SIGPIPE, SIG_IGN);
	ok = start(server, err);
	if (ok) {
		say_where(server);
		notify_send("READY=1");
		if (event_base_dispatch(server->base) < 0)
			ok = error_set(err, ERROR_SYSTEM, "event loop failed");
	}
	free_server(server);
	return ok;
}
