#include "analysis/grid.h"

#include <stdlib.h>

#include "analysis/learn.h"
#include "base/room.h"

static int
compare_cells(const void *a, const void *b)
{
	const struct grid_cell *left = a, *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return left->party < right->party ? -1 : left->party > right->party;
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static int64_t
capped(int64_t count)
{
	return count > CELL_MAX ? CELL_MAX : count;
}

/* Parties get rows in the order of their numbers. */
static void
number_parties(const struct analysis *analysis, struct grid *grid)
{
	uint32_t *rows = analysis->party_rows;
	size_t i, n = 0;

	grid->parties = room_new(grid->cell_count < analysis->party_count
		? grid->cell_count
		: analysis->party_count,
	    sizeof(*grid->parties));
	for (i = 0; i < grid->cell_count; i++)
		if (rows[grid->cells[i].party]++ == 0)
			grid->parties[n++] = grid->cells[i].party;
	qsort(grid->parties, n, sizeof(*grid->parties), compare_numbers);
	grid->party_count = n;
	for (i = 0; i < n; i++)
		rows[grid->parties[i]] = (uint32_t)i;
	for (i = 0; i < grid->cell_count; i++)
		grid->cells[i].party = rows[grid->cells[i].party];
	for (i = 0; i < n; i++)
		rows[grid->parties[i]] = 0;
}

static void
sort_cells(struct grid *grid)
{
	struct grid_cell *cells = grid->cells;
	size_t i, n = 0;

	qsort(cells, grid->cell_count, sizeof(*cells), compare_cells);
	for (i = 0; i < grid->cell_count; i++) {
		if (n > 0 && compare_cells(&cells[n - 1], &cells[i]) == 0)
			cells[n - 1].count =
			    capped(cells[n - 1].count + cells[i].count);
		else
			cells[n++] = cells[i];
	}
	grid->cell_count = n;
}

/* The same without sorting, where most days have cells of most parties: a
 * field for each, which has one more than its messages if there are any. */
static void
fill_fields(struct grid *grid, int32_t first, size_t days)
{
	int64_t *fields = room_new(days * grid->party_count, sizeof(*fields));
	const struct grid_cell *cell;
	int64_t *field;
	size_t i, party, n = 0;

	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		field = &fields[(size_t)(cell->day - first) * grid->party_count
		    + cell->party];
		*field += cell->count + (*field == 0);
	}
	for (i = 0, field = fields; i < days; i++)
		for (party = 0; party < grid->party_count; party++, field++)
			if (*field > 0)
				grid->cells[n++] =
				    (struct grid_cell) { (uint32_t)party,
					    first + (int32_t)i,
					    capped(*field - 1) };
	grid->cell_count = n;
	free(fields);
}

/* One cell for each party and day. */
static void
merge(struct grid *grid)
{
	int32_t first = INT32_MAX, last = 0;
	size_t i, days;

	for (i = 0; i < grid->cell_count; i++) {
		if (grid->cells[i].day < first)
			first = grid->cells[i].day;
		if (grid->cells[i].day > last)
			last = grid->cells[i].day;
	}
	days = (size_t)(last - first) + 1;
	if (grid->cell_count > 0
	    && days <= 4 * grid->cell_count / grid->party_count)
		fill_fields(grid, first, days);
	else
		sort_cells(grid);
}

static void
list_days(struct grid *grid)
{
	size_t i;

	grid->days = room_new(grid->cell_count, sizeof(*grid->days));
	for (i = 0; i < grid->cell_count; i++)
		if (grid->day_count == 0
		    || grid->days[grid->day_count - 1] != grid->cells[i].day)
			grid->days[grid->day_count++] = grid->cells[i].day;
}

struct grid *
grid_new(const struct analysis *analysis, const struct channel *channel,
    bool (*wanted)(const struct analysis *analysis, const void *context,
	const struct flow *flow),
    const void *context)
{
	const struct flow *flows = learn_flows(analysis, channel), *flow;
	struct grid *grid = room_new(1, sizeof(*grid));
	size_t i;

	grid->cells = room_new(channel->followed, sizeof(*grid->cells));
	for (i = 0; i < channel->flow_count; i++) {
		flow = &flows[i];
		if (!(flow->says & SAYS_FOLLOWED)
		    || (wanted != NULL && !wanted(analysis, context, flow)))
			continue;
		grid->cells[grid->cell_count++] = (struct grid_cell) {
			flow->party,
			flow_report(analysis, flow)->day,
			capped(flow->messages),
		};
	}
	number_parties(analysis, grid);
	merge(grid);
	list_days(grid);
	return grid;
}

void
grid_free(struct grid *grid)
{
	if (grid == NULL)
		return;
	free(grid->cells);
	free(grid->parties);
	free(grid->days);
	free(grid);
}

void
grid_drop_days(struct grid *grid, const int32_t *days, size_t count)
{
	size_t i, at = 0, n = 0;

	for (i = 0; i < grid->cell_count; i++) {
		while (at < count && days[at] < grid->cells[i].day)
			at++;
		if (at == count || days[at] != grid->cells[i].day)
			grid->cells[n++] = grid->cells[i];
	}
	grid->cell_count = n;
	for (i = 0, at = 0, n = 0; i < grid->day_count; i++) {
		while (at < count && days[at] < grid->days[i])
			at++;
		if (at == count || days[at] != grid->days[i])
			grid->days[n++] = grid->days[i];
	}
	grid->day_count = n;
}
