#include "analysis/grid.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>

static void *
allocate(size_t count, size_t size)
{
	void *made = calloc(count == 0 ? 1 : count, size);

	if (made == NULL)
		err(1, "grid");
	return made;
}

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

/* One cell for each party and day. */
static void
merge(struct grid *grid)
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

/* Parties get rows in the order of their numbers. */
static void
number_parties(struct grid *grid)
{
	size_t i, n = 0;
	uint32_t *parties = allocate(grid->cell_count, sizeof(*parties));
	const uint32_t *found;

	for (i = 0; i < grid->cell_count; i++)
		parties[i] = grid->cells[i].party;
	qsort(parties, grid->cell_count, sizeof(*parties), compare_numbers);
	for (i = 0; i < grid->cell_count; i++)
		if (n == 0 || parties[n - 1] != parties[i])
			parties[n++] = parties[i];
	grid->parties = parties;
	grid->party_count = n;
	for (i = 0; i < grid->cell_count; i++) {
		found = bsearch(&grid->cells[i].party, parties, n,
		    sizeof(*parties), compare_numbers);
		grid->cells[i].party = (uint32_t)(found - parties);
	}
}

static void
list_days(struct grid *grid)
{
	size_t i;

	grid->days = allocate(grid->cell_count, sizeof(*grid->days));
	for (i = 0; i < grid->cell_count; i++)
		if (grid->day_count == 0
		    || grid->days[grid->day_count - 1] != grid->cells[i].day)
			grid->days[grid->day_count++] = grid->cells[i].day;
}

struct grid *
grid_new(const struct analysis *analysis, const struct channel *channel,
    bool (*wanted)(const void *context, const struct flow *flow),
    const void *context)
{
	const struct cell *cells = analysis->cells + channel->first_cell;
	struct grid *grid = allocate(1, sizeof(*grid));
	const struct flow *flow;
	size_t i;

	grid->cells = allocate(channel->cell_count, sizeof(*grid->cells));
	for (i = 0; i < channel->cell_count; i++) {
		flow = &analysis->flows[cells[i].flow];
		if (wanted != NULL && !wanted(context, flow))
			continue;
		grid->cells[grid->cell_count++] =
		    (struct grid_cell) { flow->party, cells[i].day,
			    cells[i].count };
	}
	number_parties(grid);
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

/* --- moving together --- */

static int
compare_sizes(const void *a, const void *b)
{
	const size_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/*
 * Pairs of parties on the same day: as many as there are, as chance would
 * make of the days each has, and as there could be at most.
 */
static void
measure_pairs(
    struct step *step, const struct grid *grid, const size_t *party_days)
{
	double together = 0, chance, most = 0, sum = 0, squares = 0, span, m;
	double all = 0, all_squares = 0;
	size_t *sorted = allocate(grid->party_count, sizeof(*sorted));
	size_t i, j;

	for (i = 0; i < grid->cell_count; i = j) {
		for (j = i; j < grid->cell_count
		     && grid->cells[j].day == grid->cells[i].day;
		     j++)
			;
		m = (double)(j - i);
		together += m * (m - 1) / 2;
		all += m;
		all_squares += m * m;
		if (j - i > step->fan) {
			step->fan = j - i;
			step->fan_day = grid->cells[i].day;
		}
	}
	step->sends = all * all / all_squares;
	memcpy(sorted, party_days, grid->party_count * sizeof(*sorted));
	qsort(sorted, grid->party_count, sizeof(*sorted), compare_sizes);
	for (i = 0; i < grid->party_count; i++) {
		sum += (double)sorted[i];
		squares += (double)sorted[i] * (double)sorted[i];
		most += (double)sorted[i] * (double)(grid->party_count - 1 - i);
	}
	free(sorted);
	span = step->span;
	chance = (sum * sum - squares) / 2 / span;
	if (chance > most)
		chance = most;
	step->index =
	    most - chance < 0.5 ? 0 : (together - chance) / (most - chance);
	step->deviations = (together - chance) / sqrt(chance + 1);
}

/* chi-square over degrees of freedom, of cells where something is expected. */
static double
measure_dispersion(const struct grid *grid)
{
	double *rows = allocate(grid->party_count, sizeof(*rows));
	double *columns = allocate(grid->day_count, sizeof(*columns));
	double total = 0, expected, chi = 0;
	size_t i, day = 0, n = 0;

	for (i = 0; i < grid->cell_count; i++) {
		while (grid->days[day] != grid->cells[i].day)
			day++;
		rows[grid->cells[i].party] += (double)grid->cells[i].count;
		columns[day] += (double)grid->cells[i].count;
		total += (double)grid->cells[i].count;
	}
	for (i = 0, day = 0; i < grid->cell_count; i++) {
		while (grid->days[day] != grid->cells[i].day)
			day++;
		expected = rows[grid->cells[i].party] * columns[day] / total;
		if (expected < 1.5)
			continue;
		chi += ((double)grid->cells[i].count - expected)
		    * ((double)grid->cells[i].count - expected) / expected;
		n++;
	}
	free(rows);
	free(columns);
	return n < 4 || total <= 0 ? -1 : chi / (double)n;
}

/*
 * How many different parties as many messages would reach if each went to
 * somebody at random, as all reported mail does.
 */
static double
measure_diversity(const struct analysis *analysis, const struct grid *grid)
{
	double messages = 0, expected = 0, share;
	size_t i;

	if (analysis->messages == 0 || grid->party_count < 3)
		return 0;
	for (i = 0; i < grid->cell_count; i++)
		messages += (double)grid->cells[i].count;
	for (i = 0; i < analysis->party_count; i++) {
		share = (double)analysis->parties[i].messages
		    / (double)analysis->messages;
		expected += 1 - pow(1 - share, messages);
	}
	return expected < 1 ? 0 : (double)grid->party_count / expected;
}

/* Parties of the day that begins at a cell; *next is where the next does. */
static size_t
count_day(const struct grid *grid, size_t cell, size_t *next)
{
	for (*next = cell; *next < grid->cell_count
	     && grid->cells[*next].day == grid->cells[cell].day;
	     ++*next)
		;
	return *next - cell;
}

size_t
grid_joint_days(const struct grid *grid)
{
	size_t i, next, n = 0;

	for (i = 0; i < grid->cell_count; i = next)
		n += count_day(grid, i, &next) * 2 >= grid->party_count;
	return n;
}

/* Where a day begins that has others next to it, in time and in parties. */
static bool
has_company(const struct grid *grid, size_t cell, size_t next)
{
	size_t before = 0, after = 0, end;

	if (cell > 0 && grid->cells[cell - 1].day >= grid->cells[cell].day - 1)
		before = cell > 1
			&& grid->cells[cell - 2].day
			    == grid->cells[cell - 1].day
		    ? 2
		    : 1;
	if (next < grid->cell_count
	    && grid->cells[next].day <= grid->cells[cell].day + 1)
		after = count_day(grid, next, &end);
	return before > 1 || after > 1;
}

static void
measure_alone(struct step *step, const struct grid *grid)
{
	bool *seen = allocate(grid->party_count, sizeof(*seen));
	size_t i, next;

	for (i = 0; i < grid->cell_count; i = next) {
		if (count_day(grid, i, &next) != 1
		    || has_company(grid, i, next))
			continue;
		step->alone++;
		step->alone_parties += !seen[grid->cells[i].party];
		seen[grid->cells[i].party] = true;
	}
	free(seen);
}

static double
measure_complete(const struct step *step, const struct grid *grid)
{
	size_t i, next, n, days = 0, there = 0;

	for (i = 0; i < grid->cell_count; i = next) {
		n = count_day(grid, i, &next);
		if (n * 2 < step->fan)
			continue;
		days++;
		there += n;
	}
	return (double)there / ((double)step->parties * (double)days);
}

/* The days on which a send begins: a third of the most are there, and the day
 * before was none. */
static size_t
list_sends(const struct grid *grid, size_t fan, int32_t *out)
{
	size_t i, next, n = 0;
	int32_t last = INT32_MIN;

	for (i = 0; i < grid->cell_count; i = next) {
		if (count_day(grid, i, &next) * 3 < fan)
			continue;
		if (n == 0 || grid->cells[i].day > last + 1)
			out[n++] = grid->cells[i].day;
		last = grid->cells[i].day;
	}
	return n;
}

/*
 * The same time between any two sends.  Reporters' days differ, so a day more
 * or less is none; and of many sends a few may have been left out.
 */
static bool
is_regular(const struct grid *grid, size_t fan)
{
	int32_t *sends = allocate(grid->day_count, sizeof(*sends));
	size_t n = list_sends(grid, fan, sends), i, odd = 0, left_out = 0;
	int32_t gap, rest, least = INT32_MAX;

	for (i = 1; i < n; i++) {
		gap = sends[i] - sends[i - 1];
		least = gap < least ? gap : least;
	}
	for (i = 1; i < n; i++) {
		gap = sends[i] - sends[i - 1];
		rest = gap % least;
		rest = rest > least - rest ? least - rest : rest;
		odd += rest * 4 > least || gap > 3 * least;
		left_out += gap * 2 > least * 3;
	}
	free(sends);
	if (n < 4 || (n == 4 && least < 7))
		return false;
	return odd == 0 && (left_out == 0 || left_out * 4 < n - 1);
}

struct step
grid_step(const struct analysis *analysis, const struct grid *grid)
{
	struct step step = { .parties = grid->party_count,
		.days = grid->day_count,
		.dispersion = -1 };
	const struct party *party;
	size_t *party_days, i;

	if (grid->cell_count == 0)
		return step;
	step.span = grid->days[grid->day_count - 1] - grid->days[0] + 1;
	party_days = allocate(grid->party_count, sizeof(*party_days));
	for (i = 0; i < grid->cell_count; i++)
		party_days[grid->cells[i].party]++;
	for (i = 0; i < grid->party_count; i++) {
		party = &analysis->parties[grid->parties[i]];
		if (party_days[i] == 0) {
			step.parties--;
			continue;
		}
		switch (party->class) {
		case PARTY_CROWD:
			step.crowd++;
			break;
		case PARTY_GATE:
			step.gate++;
			break;
		case PARTY_NAMED:
			step.named++;
			step.strangers += party->direct == 0;
			break;
		}
	}
	measure_pairs(&step, grid, party_days);
	step.complete = measure_complete(&step, grid);
	step.regular = is_regular(grid, step.fan);
	measure_alone(&step, grid);
	step.dispersion = measure_dispersion(grid);
	step.diversity = measure_diversity(analysis, grid);
	free(party_days);
	return step;
}

static void
drop_joint_days(struct grid *grid)
{
	int32_t *days = allocate(grid->day_count, sizeof(*days));
	size_t i, next, n = 0;

	for (i = 0; i < grid->cell_count; i = next)
		if (count_day(grid, i, &next) * 2 >= grid->party_count)
			days[n++] = grid->cells[i].day;
	grid_drop_days(grid, days, n);
	free(days);
}

struct step
grid_step_all(const struct analysis *analysis, struct grid *grid)
{
	struct step step = grid_step(analysis, grid), rest;
	size_t all;

	if (step.parties < 3)
		return step;
	all = grid->cell_count;
	drop_joint_days(grid);
	step.rest_share = (double)grid->cell_count / (double)all;
	rest = grid_step(analysis, grid);
	step.rest_days = rest.days;
	step.rest_parties = rest.parties;
	step.rest_index = rest.index;
	return step;
}
