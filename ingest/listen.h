/* The sockets a server listens on, and the names of who connects to them. */
#ifndef INGEST_LISTEN_H
#define INGEST_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/socket.h>

#include "base/compiler.h"

struct error;

/* Room for the longest address with its brackets and port. */
#define LISTEN_NAME_SIZE 80

/*
 * A unix socket with those permissions, of that group unless it is NULL.  One
 * that is there already and that nobody listens on is replaced; one in use is
 * ERROR_UNAVAILABLE; anything but a socket is left alone, and an error.
 */
MUST_CHECK bool listen_unix(const char *path, unsigned mode, const char *group,
    int *fd, struct error *err);

/* ADDR:PORT or [ADDR]:PORT, in numbers; port 0 lets the system choose one. */
MUST_CHECK bool listen_inet(const char *text, int *fd, struct error *err);

/* "unix", or the address and port. */
void listen_name(
    const struct sockaddr *address, socklen_t len, char name[LISTEN_NAME_SIZE]);

#endif
