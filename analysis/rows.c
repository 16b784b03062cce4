/* Rows, as they come. */

#include "analysis/rows.h"

#include <stdlib.h>

#include "analysis/world.h"
#include "base/arena.h"
#include "base/room.h"

#define DAY_SECONDS 86400

/* Not every period is a day of UTC; its middle is near enough. */
static int32_t
day_of(const struct flow_row *row)
{
	int64_t middle = row->begin / 2 + row->end / 2;
	int64_t day = middle / DAY_SECONDS;

	if (day < 0)
		return 0;
	return day > INT32_MAX / 2 ? INT32_MAX / 2 : (int32_t)day;
}

/* Numbers are kept as pointers, one up. */
static uint32_t
number_source(struct analysis *analysis, const struct flow_source *source)
{
	const void **place = memo_place(&analysis->sources, source);

	if (*place == NULL)
		*place = (const void *)(uintptr_t)analysis->sources.count;
	return (uint32_t)((uintptr_t)*place - 1);
}

static void
add_report(struct analysis *analysis, const struct flow_row *row)
{
	int64_t window = row->end - row->begin;

	analysis->reports =
	    index_grow(analysis->reports, analysis->report_count,
		&analysis->report_room, sizeof(*analysis->reports));
	analysis->reports[analysis->report_count++] = (struct flow_report) {
		.id = row->report,
		.source = row->source,
		.source_number = number_source(analysis, row->source),
		.day = day_of(row),
		.window = window >= 0 && window < UINT32_MAX ? (uint32_t)window
							     : UINT32_MAX,
		.party = INDEX_NONE,
		.p = (uint8_t)row->p,
	};
}

static uint32_t
find_reasons(struct analysis *analysis, const struct dmarc_reason *reasons)
{
	const void **place = memo_place(&analysis->reason_memo, reasons);
	struct reason_facts *made;

	if (*place == NULL) {
		made = arena_alloc(analysis->arena, 1, sizeof(*made));
		*made = facts_of_reasons(reasons);
		analysis->reasons =
		    index_grow(analysis->reasons, analysis->reason_count,
			&analysis->reason_room, sizeof(*analysis->reasons));
		analysis->reasons[analysis->reason_count++] = made;
		*place = (const void *)(uintptr_t)analysis->reason_count;
	}
	return (uint32_t)((uintptr_t)*place - 1);
}

static void
put_reasons(struct analysis *analysis, struct row *out,
    const struct dmarc_reason *reasons)
{
	struct rows *rows = &analysis->rows;

	if (rows->count == 1 || reasons != rows->last_reasons) {
		rows->reasons = find_reasons(analysis, reasons);
		rows->last_reasons = reasons;
	}
	out->reasons = rows->reasons & 0x7fffffff;
}

static void
put_address(
    struct analysis *analysis, struct row *out, const struct address *address)
{
	const uint8_t *d = address->data + 1;

	if (address->len == 5) {
		out->address = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16
		    | (uint32_t)d[2] << 8 | d[3];
		return;
	}
	analysis->addresses =
	    index_grow(analysis->addresses, analysis->address_count,
		&analysis->address_room, sizeof(*analysis->addresses));
	analysis->addresses[analysis->address_count] = *address;
	out->address = (uint32_t)analysis->address_count++;
	out->is_long = true;
}

static void
add_piece(struct rows *rows)
{
	size_t piece = rows->count / ROWS_PIECE;

	rows->pieces =
	    index_grow(rows->pieces, piece, &rows->room, sizeof(struct row *));
	rows->pieces[piece] = room_new(ROWS_PIECE, sizeof(struct row));
}

void
analysis_add(struct analysis *analysis, const struct flow_row *row)
{
	struct rows *rows = &analysis->rows;
	struct row *out;

	if (analysis->report_count == 0
	    || analysis->reports[analysis->report_count - 1].id != row->report)
		add_report(analysis, row);
	if (rows->count % ROWS_PIECE == 0)
		add_piece(rows);
	out = rows_at(rows, rows->count++);
	*out = (struct row) {
		.count = row->count,
		.report = (uint32_t)analysis->report_count - 1,
		.record = (uint32_t)row->record,
		.shape = row->shape,
	};
	put_reasons(analysis, out, row->reasons);
	put_address(analysis, out, &row->source_ip);
}

void
rows_release(struct rows *rows)
{
	size_t i;

	for (i = 0; i * ROWS_PIECE < rows->count; i++)
		free(rows->pieces[i]);
	free(rows->pieces);
	*rows = (struct rows) { 0 };
}
