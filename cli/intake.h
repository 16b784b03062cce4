/*
 * What import, check, listen and the quarantine share: from the bytes that
 * arrived to what is in them, read by workers in the sandbox
 * (ingest/pool.h), and counts of how that went.
 */
#ifndef CLI_INTAKE_H
#define CLI_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "ingest/pool.h"
#include "parse/reading.h"
#include "store/store.h"

struct arena;
struct context;
struct error;
struct intake;

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

/* The workers that the options of a command ask for; warns when they are to
 * have no sandbox. */
struct pool_config intake_pool_config(const struct context *context);
/* Why workers could not be started, and what can be done. */
bool intake_pool_failed(struct error *err);

/* One input, read; what it lends is gone after the call. */
struct intake_input {
	const char *name;
	struct bytes bytes;
	struct arena *arena;
	const struct reading *reading;
};

struct intake_handler {
	/* In the order they were given; false ends it all. */
	bool (*input)(
	    void *context, const struct intake_input *input, struct error *err);
	/* While nothing has come for a while; or NULL. */
	bool (*idle)(void *context, struct error *err);
	void *context;
};

/*
 * Reads inputs by workers, several at a time, and hands them on one by one in
 * the order they came in.
 */
MUST_CHECK bool intake_new(struct intake **out, const struct context *context,
    const struct intake_handler *handler, struct error *err);
void intake_free(struct intake *intake);

/* Takes one more, and handles those that are read.  bytes may go then. */
MUST_CHECK bool intake_add(struct intake *intake, const char *name,
    struct bytes bytes, struct error *err);

/* Waits for the rest and handles it. */
MUST_CHECK bool intake_finish(struct intake *intake, struct error *err);

#endif
