/* What a grid shows: whether its parties move together. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/grid.h"
#include "base/room.h"

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
	size_t *sorted = room_new(grid->party_count, sizeof(*sorted));
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
	double *rows = room_new(grid->party_count, sizeof(*rows));
	double *columns = room_new(grid->day_count, sizeof(*columns));
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
	bool *seen = room_new(grid->party_count, sizeof(*seen));
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
	int32_t *sends = room_new(grid->day_count, sizeof(*sends));
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
	party_days = room_new(grid->party_count, sizeof(*party_days));
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
	int32_t *days = room_new(grid->day_count, sizeof(*days));
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
