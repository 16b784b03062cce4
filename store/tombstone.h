/*
 * Reports whose rows were pruned while their sums are kept: they are known,
 * should they come again.
 */
#ifndef STORE_TOMBSTONE_H
#define STORE_TOMBSTONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct report;
struct store;

/* Remembers the report of that id. */
MUST_CHECK bool tombstone_add(
    struct store *store, int64_t report, struct error *err);

/* Whether a report is remembered.  reporter and domain are ids. */
MUST_CHECK bool tombstone_find(struct store *store, const struct report *report,
    int64_t reporter, int64_t domain, bool is_failed, bool *found,
    struct error *err);

#endif
