#include "cli/html_part.h"

#include <string.h>

#include "base/arena.h"

#define DAY 86400

/* More columns cannot be told apart on a small screen. */
#define MAX_STEPS 124

void
html_steps_make(
    struct html_steps *out, const struct html_data *data, struct arena *arena)
{
	static const struct {
		int64_t days;
		const char *per;
	} kinds[] = { { 1, "day" }, { 7, "week" }, { 28, "four weeks" } };
	int64_t days = (data->last - data->first) / DAY + 1;
	int64_t *times;
	size_t i = 0;

	while (i < 2 && days > MAX_STEPS * kinds[i].days)
		i++;
	out->per = kinds[i].per;
	out->seconds = kinds[i].days * DAY;
	out->count = (size_t)((days - 1) / kinds[i].days + 1);
	times = arena_alloc(arena, out->count, sizeof(*times));
	for (i = 0; i < out->count; i++)
		times[i] = data->first + (int64_t)i * out->seconds;
	out->times = times;
}

size_t
html_step(const struct html_steps *steps, int64_t day)
{
	return (size_t)((day - steps->times[0]) / steps->seconds);
}

int64_t *
html_zeros(struct arena *arena, size_t count)
{
	int64_t *zeros = arena_alloc(arena, count, sizeof(*zeros));

	memset(zeros, 0, count * sizeof(*zeros));
	return zeros;
}

void
html_add(int64_t *to, int64_t count)
{
	*to = *to > INT64_MAX - count ? INT64_MAX : *to + count;
}
