/*
 * The LMTP listener: sockets, time limits and signals by libevent around
 * conversations that know nothing of them (ingest/lmtp.h).
 *
 * Messages that become whole in one round of the event loop, from whichever
 * session, are handed out together, so that they can share a transaction.
 * Their replies are sent when the handler returns.
 */
#ifndef INGEST_SERVER_H
#define INGEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "ingest/activation.h"
#include "ingest/lmtp.h"

struct error;

struct server_message {
	const struct lmtp_envelope *envelope;
	struct bytes message;
	const char *peer;          /* "unix" or the client's address and port */
	enum lmtp_verdict verdict; /* for the handler to set */
};

struct server_config {
	const char *socket_path;      /* a unix socket to listen on, or NULL */
	unsigned socket_mode;         /* its permissions, such as 0666 */
	const char *inet;             /* ADDR:PORT or [ADDR]:PORT, or NULL */
	struct activation activation; /* sockets that listen already */
	unsigned idle_seconds;        /* 0 for IDLE_SECONDS */
	unsigned shutdown_seconds;    /* 0 for SHUTDOWN_SECONDS */
	struct lmtp_config lmtp;
	/* Called with one round's messages; their verdict is LMTP_TRY_LATER
	 * unless set. */
	void (*deliver)(
	    void *context, struct server_message *messages, size_t count);
	/* Called once when connections can be made, and for trouble with
	 * single connections; text is one line without its end. */
	void (*log)(void *context, const char *text);
	void *context;
};

/*
 * Listens until SIGTERM or SIGINT; then takes no new connections, lets
 * messages on their way finish for SHUTDOWN_SECONDS, and returns true.
 * SIGPIPE is ignored from then on.
 *
 * A socket path that nobody listens on any more is replaced, one in use is
 * ERROR_UNAVAILABLE, one that is no socket is left alone and an error.  The
 * socket is removed at the end.
 */
MUST_CHECK bool server_run(
    const struct server_config *config, struct error *err);

#endif
