/*
 * What import and listen share: from the bytes that arrived to what is in the
 * database, and how that went.
 */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "parse/reading.h"
#include "store/store.h"

struct arena;
struct error;
struct read_config;

/* What became of messages, counted. */
struct intake_counts {
	size_t inputs;
	size_t outcomes[STORE_OUTCOME_COUNT + 1]; /* by enum store_outcome */
	size_t stored, conflicts, duplicates, quarantined; /* findings */
};

void intake_count(
    struct intake_counts *counts, const struct store_result *result);
void intake_add_counts(
    struct intake_counts *counts, const struct intake_counts *more);

/*
 * Reads delivery->raw, as config says, and adds it to the store, in the transaction that is
 * open; *reading lives in the arena.  The delivery's reading is set here.
 * Fails as store_add().
 */
MUST_CHECK bool intake_add(struct store *store,
    const struct read_config *config, struct delivery *delivery,
    struct arena *arena, struct reading *reading, struct store_result *result,
    struct error *err);

#endif
