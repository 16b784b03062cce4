/*
 * Rows as they come, packed, until all are there; then the channels and flows
 * that they are.
 *
 * There may be millions, so what counts is in which order memory is gone
 * through: each look at something far away costs more than all else that is
 * done for a row.
 */
#ifndef ANALYSIS_ROWS_H
#define ANALYSIS_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "parse/flow.h"

struct analysis;

struct row {
	int64_t count;
	uint32_t report, record;
	uint32_t shape, channel;
	uint32_t address;
	uint32_t reasons : 31,
	    is_long : 1; /* the address is in analysis->addresses */
};

/* Rows of a piece: 32 MB, so that what is freed goes back to the system, which
 * can use it for the flows. */
#define ROWS_PIECE ((size_t)1 << 20)

struct rows {
	struct row **pieces;
	size_t count, room;
	/* Of the last one. */
	const struct dmarc_reason *last_reasons;
	uint32_t reasons;
};

static inline struct row *
rows_at(const struct rows *rows, size_t i)
{
	return &rows->pieces[i / ROWS_PIECE][i % ROWS_PIECE];
}

/* Makes channels and flows of the rows, finds their parties and selectors,
 * and counts the records of own days.  The rows are gone after that. */
void rows_settle(struct analysis *analysis, const struct flow_shapes *shapes);

void rows_release(struct rows *rows);

#endif
