#include "analysis/posts.h"

#include <stdlib.h>

#include "base/room.h"

#define ROUNDS 4

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static int64_t
quantile(int64_t *values, size_t count, size_t numerator, size_t denominator)
{
	qsort(values, count, sizeof(*values), compare);
	return values[(count - 1) * numerator / denominator];
}

static int64_t
divide(int64_t a, int64_t b)
{
	int64_t result = (a + b / 2) / b;

	return result < 1 ? 1 : result;
}

/* Cells stand by day; this is where each day's begin, and one more. */
static size_t *
find_days(const struct grid *grid)
{
	size_t *first = room_new(grid->day_count + 1, sizeof(*first));
	size_t i, day = 0;

	for (i = 0; i < grid->cell_count; i++)
		while (day < grid->day_count
		    && grid->days[day] <= grid->cells[i].day)
			first[day++] = i;
	first[grid->day_count] = grid->cell_count;
	return first;
}

/* The least that anybody got. */
static void
guess_posts(const struct grid *grid, const size_t *first, struct posts *out)
{
	size_t day, i;
	int64_t least;

	for (day = 0; day < grid->day_count; day++) {
		least = INT64_MAX;
		for (i = first[day]; i < first[day + 1]; i++)
			if (grid->cells[i].count < least)
				least = grid->cells[i].count;
		out->by_day[day] = least < 1 ? 1 : least;
	}
}

static void
fit_subscribers(const struct grid *grid, const size_t *first, struct posts *out)
{
	int64_t *values = room_new(grid->day_count, sizeof(*values));
	size_t *next = room_new(grid->party_count + 1, sizeof(*next));
	int64_t *sorted = room_new(grid->cell_count, sizeof(*sorted));
	size_t i, day, party, start;

	for (i = 0; i < grid->cell_count; i++)
		next[grid->cells[i].party + 1]++;
	for (party = 1; party <= grid->party_count; party++)
		next[party] += next[party - 1];
	for (day = 0; day < grid->day_count; day++)
		for (i = first[day]; i < first[day + 1]; i++)
			sorted[next[grid->cells[i].party]++] =
			    divide(grid->cells[i].count, out->by_day[day]);
	for (party = 0, start = 0; party < grid->party_count; party++) {
		out->subscribers[party] =
		    quantile(sorted + start, next[party] - start, 1, 2);
		start = next[party];
	}
	free(sorted);
	free(next);
	free(values);
}

static void
fit_posts(const struct grid *grid, const size_t *first, struct posts *out)
{
	int64_t *values = room_new(grid->party_count, sizeof(*values));
	size_t day, i, n;

	for (day = 0; day < grid->day_count; day++) {
		n = 0;
		for (i = first[day]; i < first[day + 1]; i++)
			values[n++] = divide(grid->cells[i].count,
			    out->subscribers[grid->cells[i].party]);
		out->by_day[day] = quantile(values, n, 1, 2);
	}
	free(values);
}

/*
 * If nobody has one subscriber, all posts come out as multiples: of two, if
 * the smallest party has two.  Days with an even number of posts only are not
 * likely to be the reason.
 */
static void
reduce(const struct grid *grid, struct posts *out)
{
	size_t day, party, fits;
	int64_t factor;

	if (grid->day_count < 4)
		return;
	for (factor = 6; factor > 1; factor--) {
		for (day = 0, fits = 0; day < grid->day_count; day++)
			fits += out->by_day[day] % factor == 0;
		if (fits * 10 >= grid->day_count * 9)
			break;
	}
	if (factor == 1)
		return;
	for (day = 0; day < grid->day_count; day++)
		out->by_day[day] = divide(out->by_day[day], factor);
	for (party = 0; party < grid->party_count; party++)
		out->subscribers[party] *= factor;
}

static void
measure(const struct grid *grid, struct posts *out)
{
	const struct grid_cell *cell;
	size_t i, day = 0, fits = 0;

	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		while (grid->days[day] != cell->day)
			day++;
		fits += cell->count
		    == out->by_day[day] * out->subscribers[cell->party];
	}
	out->fit =
	    grid->cell_count == 0 ? 1 : (double)fits / (double)grid->cell_count;
}

/*
 * Several lists on one host don't add up to a product.  What a party gets on
 * its quiet days comes from one of them, and is less than all it has.
 */
static void
lower(const struct grid *grid, struct posts *out)
{
	int64_t *values = room_new(grid->cell_count, sizeof(*values));
	size_t party, i, n;
	int64_t low;

	for (party = 0; party < grid->party_count; party++) {
		for (i = 0, n = 0; i < grid->cell_count; i++)
			if (grid->cells[i].party == party)
				values[n++] = grid->cells[i].count;
		low = quantile(values, n, 1, 5);
		if (low < out->subscribers[party])
			out->subscribers[party] = low < 1 ? 1 : low;
	}
	free(values);
}

void
posts_fit(const struct grid *grid, struct posts *out)
{
	size_t *first = find_days(grid), i;

	*out = (struct posts) { 0 };
	out->by_day = room_new(grid->day_count, sizeof(*out->by_day));
	out->subscribers =
	    room_new(grid->party_count, sizeof(*out->subscribers));
	guess_posts(grid, first, out);
	fit_subscribers(grid, first, out);
	for (i = 0; i < ROUNDS; i++) {
		fit_posts(grid, first, out);
		fit_subscribers(grid, first, out);
	}
	reduce(grid, out);
	measure(grid, out);
	if (out->fit < 0.75)
		lower(grid, out);
	for (i = 0; i < grid->day_count; i++)
		out->total += out->by_day[i];
	free(first);
}

void
posts_free(struct posts *posts)
{
	free(posts->by_day);
	free(posts->subscribers);
}
