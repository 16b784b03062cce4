/*
 * Retention: what is old goes, in transactions so small that a listener can
 * go on beside them.
 */
#ifndef STORE_PRUNE_H
#define STORE_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct store;

#define STORE_KEEP INT64_MIN

/* What goes: of reports that begin, and of other messages that came, before
 * these times (the first second of a day); STORE_KEEP for nothing. */
struct store_retention {
	int64_t rows;       /* reports with all that is in them, and messages of
			  * which nothing else is left */
	int64_t rollups;    /* the sums by day; not later than rows */
	int64_t recipients; /* what tells who received mail: envelope_to, the
			     * comments of override reasons, the hour in a
			     * failure report, and the bytes of all these */
	int64_t raw;        /* the bytes as they came */
	int64_t readable_raw; /* those of messages that could be read */
	/* Only reports about these and their subdomains; 0 for all, and for
	 * what is about no domain. */
	const char *const *domains;
	size_t domain_count;
};

struct store_pruned {
	int64_t reports, records; /* with their rows */
	int64_t messages;
	int64_t days;       /* of one domain each, whose sums went */
	int64_t recipients; /* reports that named some */
	int64_t raw, raw_bytes;
};

/* What would go now. */
MUST_CHECK bool store_prune_plan(struct store *store,
    const struct store_retention *retention, struct store_pruned *out,
    struct error *err);

/* Does it; no transaction may be open.  After a failure, out says what has
 * gone before it, and all that is there is right. */
MUST_CHECK bool store_prune(struct store *store,
    const struct store_retention *retention, struct store_pruned *out,
    struct error *err);

#endif
