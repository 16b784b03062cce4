/*
 * How the database is: for 'reports doctor'.
 */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct store;

/* Sizes in bytes, times in seconds since the epoch. */
struct store_health {
	int schema;
	int64_t size, unused; /* of the file; and in it, for what comes */
	int64_t log;          /* of the write-ahead log beside it */
	int64_t messages, reports;
	bool has_tls;           /* some of them are TLS reports */
	int64_t last_received;  /* any message; 0 for none */
	int64_t last_reported;  /* one that held a new report */
	int64_t recent_reports; /* that came in the last 30 days */
	int64_t quarantined;    /* messages with something unreadable */
	bool gives_back;        /* room that is freed goes to the system */
};

MUST_CHECK bool store_health(struct store *store, int64_t now,
    struct store_health *out, struct error *err);

/* Looks at every page, and at what refers to what; is_deep compares indexes
 * with tables as well.  A callback for each fault; none is good. */
MUST_CHECK bool store_check(struct store *store, bool is_deep,
    bool (*fault)(void *context, const char *text, struct error *err),
    void *context, struct error *err);

#endif
