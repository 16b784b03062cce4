/*
 * What a service tells systemd (sd_notify(3)); nothing happens where nobody
 * listens.  It needs no library.
 */
#ifndef INGEST_NOTIFY_H
#define INGEST_NOTIFY_H

/* Tells the service manager: "READY=1" and the like, one to a line. */
void notify_send(const char *state);

/* "RELOADING=1" with the time that goes with it. */
void notify_reloading(void);

/* How often the watchdog wants to hear "WATCHDOG=1", in milliseconds; 0 when
 * it does not. */
unsigned notify_watchdog_ms(void);

#endif
