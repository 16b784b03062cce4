/*
 * What systemd and a service tell each other, by environment and datagram
 * (sd_notify(3), sd_listen_fds(3)); nothing happens where it is not there.
 */
#ifndef INGEST_NOTIFY_H
#define INGEST_NOTIFY_H

#include <stddef.h>

/* Tells the service manager: "READY=1" and the like, one to a line. */
void notify_send(const char *state);

/* "RELOADING=1" with the time that goes with it. */
void notify_reloading(void);

/* How often the watchdog wants to hear "WATCHDOG=1", in milliseconds; 0 when
 * it does not. */
unsigned notify_watchdog_ms(void);

/* The first of the sockets we were started with is this one; how many there
 * are is returned, once. */
#define NOTIFY_FIRST_FD 3
size_t notify_take_fds(void);

#endif
