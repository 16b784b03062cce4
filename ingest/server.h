/*
 * The LMTP listener: sockets, time limits and signals by libevent around
 * conversations that know nothing of them (ingest/lmtp.h).
 *
 * Whole messages, from whichever session, are read by workers
 * (ingest/pool.h), handed out one by one, and then told to be put on disk
 * together (ingest/batch.h).  The replies are sent when that has returned.
 *
 * Under systemd it says when it is ready, takes the sockets it is passed and
 * feeds the watchdog (ingest/notify.h).
 */
#ifndef INGEST_SERVER_H
#define INGEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "ingest/activation.h"
#include "ingest/lmtp.h"
#include "ingest/pool.h"

struct error;

/* Messages that are committed together, at most; tests/bench/lmtp has a build
 * with one. */
#ifndef SERVER_MAX_BATCH
#define SERVER_MAX_BATCH 256
#endif

struct server_message {
	const struct lmtp_envelope *envelope;
	struct bytes message;
	const struct pool_job *job; /* for pool_reading(); NULL without pool */
	const char *peer;          /* "unix" or the client's address and port */
	enum lmtp_verdict verdict; /* for the handler to set */
};

/* What the server itself knows of its state. */
struct server_counts {
	size_t sessions;       /* that are open */
	size_t sessions_begun; /* since the start */
	size_t sessions_refused;
	size_t waiting;   /* messages that are read or wait for a commit */
	size_t bytes;     /* of messages on their way */
	size_t no_memory; /* messages there was no room for */
	size_t workers, workers_replaced;
};

struct server_config {
	const char *socket_path;      /* a unix socket to listen on, or NULL */
	unsigned socket_mode;         /* its permissions, such as 0666 */
	const char *socket_group;     /* whose it is, or NULL */
	const char *inet;             /* ADDR:PORT or [ADDR]:PORT, or NULL */
	struct activation activation; /* sockets that listen already */
	const char *control_path;     /* a socket that tells status, or NULL */
	unsigned idle_seconds;        /* 0 for IDLE_SECONDS */
	unsigned shutdown_seconds;    /* 0 for SHUTDOWN_SECONDS */
	struct lmtp_config lmtp;      /* its room is the server's own */
	/* Who reads; NULL hands messages out as they came. */
	const struct pool_config *pool;
	/*
	 * Called with each message that is read, which stays where it is until
	 * it is committed.  False leaves it out: it is handed out again a
	 * little later, unless may_wait is false.
	 */
	bool (*add)(
	    void *context, struct server_message *message, bool may_wait);
	/* Called with all that were added since, in their order; their verdict
	 * is LMTP_TRY_LATER unless set. */
	void (*commit)(void *context, struct server_message *const *messages,
	    size_t count);
	/* At SIGHUP: reads the configuration anew, and may change what lmtp
	 * and pool point to; or NULL. */
	void (*reload)(void *context);
	/* What control_path tells; or NULL. */
	void (*status)(void *context, const struct server_counts *counts,
	    struct buffer *out);
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
MUST_CHECK bool server_run(struct server_config *config, struct error *err);

#endif
