/*
 * Sockets that systemd made and listens on, and hands over at the start: see
 * sd_listen_fds(3). It needs no library.
 */
#ifndef INGEST_ACTIVATION_H
#define INGEST_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct error;

/* What a unit may list; ours has one or two. */
#define MAX_ACTIVATED 8

struct activation {
	int fds[MAX_ACTIVATED];
	size_t count; /* 0 when started otherwise */
};

/* Whether there are any. */
bool activation_is_offered(void);

/*
 * Takes them: child processes get neither the sockets nor the variables. Fails
 * with ERROR_CONFIG when there are too many, or one is no listening socket.
 */
MUST_CHECK bool activation_take(struct activation *out, struct error *err);

#endif
