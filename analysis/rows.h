/*
 * Rows as they come, packed, until all are there; then the flows and cells
 * that they are.
 *
 * There may be millions, so what counts is in which order memory is gone
 * through: rows by channel, then those of one channel by flow.  Each look at
 * something far away costs more than all else that is done for a row.
 */
#ifndef ANALYSIS_ROWS_H
#define ANALYSIS_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "parse/flow.h"

struct analysis;
struct row;
struct row_report;

struct rows {
	struct row *rows;
	size_t count, room;
	struct row_report *reports;
	size_t report_count, report_room;
	/* Those that are not IPv4, or none. */
	struct address *addresses;
	size_t address_count, address_room;
	const struct reason_facts **reasons;
	size_t reason_count, reason_room;
};

/* Makes flows and cells of the rows, with their channels and parties, and
 * counts the records of own days.  The rows are gone after that.  Returns the
 * channels' numbers in the order in which their flows stand, for free(). */
uint32_t *rows_settle(
    struct analysis *analysis, const struct flow_shapes *shapes);

void rows_release(struct rows *rows);

#endif
