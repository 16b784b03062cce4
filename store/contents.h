/*
 * What is in a report, below its row in the table report.
 */
#ifndef STORE_CONTENTS_H
#define STORE_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct dmarc_record;
struct error;
struct report;
struct store;

/* Its sums; all stop at 2^63 - 1. */
struct contents_sums {
	size_t records, skipped;
	int64_t messages, passed; /* or sessions, successful ones */
	int64_t delivered, quarantined, rejected; /* of the failed ones */
	bool names_recipients; /* whether something in it may identify them */
};

struct contents_sums contents_sum(const struct report *report);

/* Adds one record to the report of that id. */
MUST_CHECK bool contents_add_record(struct store *store, int64_t id,
    const struct dmarc_record *record, struct error *err);

/* Adds all of it to the report of that id. */
MUST_CHECK bool contents_add(struct store *store, int64_t id,
    const struct report *report, const struct contents_sums *sums,
    struct error *err);

#endif
