/*
 * The roll-ups: sums over the reports that are counted, by day and domain and
 * what else questions ask for (the tables total_* of store/schema.sql).
 *
 * They follow from the rows alone, and whatever changes which rows count
 * calls this in its transaction: rollup_remove(), the change, rollup_add().
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct dmarc_report;
struct error;
struct store;

/* Adds what a report holds, or takes it away; nothing for a conflict. */
MUST_CHECK bool rollup_add(
    struct store *store, int64_t report, struct error *err);
MUST_CHECK bool rollup_remove(
    struct store *store, int64_t report, struct error *err);

/* The same as rollup_add() for a report that is at hand; dmarc is NULL for a
 * TLS report. */
MUST_CHECK bool rollup_add_new(struct store *store, int64_t report,
    const struct dmarc_report *dmarc, struct error *err);

/* Adds every report there is to roll-ups that are empty. */
MUST_CHECK bool rollup_add_all(struct store *store, struct error *err);

#endif
