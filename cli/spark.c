#include "cli/spark.h"

#include "base/arena.h"
#include "base/compiler.h"
#include "cli/text.h"

/* From nothing to full. */
static const char *const blocks[] = { " ", "\u2581", "\u2582", "\u2583",
	"\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
static const char *const letters[] = { " ", ".", ".", ":", ":", "-", "=", "+",
	"#" };
#define STEPS 8

static size_t
choose_step(int64_t value, int64_t highest)
{
	if (value <= 0)
		return 0;
	/* What is there can be seen. */
	return 1
	    + (size_t)((double)value / (double)highest * (STEPS - 1) + 0.5);
}

const char *
spark_line(
    struct arena *arena, const int64_t *values, size_t count, size_t columns)
{
	const char *const *steps =
	    text_charset() == TEXT_UTF8 ? blocks : letters;
	int64_t sums[SPARK_MAX] = { 0 }, highest = 0;
	const char *line = "";
	size_t i, at;

	if (columns > SPARK_MAX)
		columns = SPARK_MAX;
	if (columns > count)
		columns = count;
	for (i = 0; i < count; i++) {
		at = i * columns / count;
		sums[at] = values[i] > INT64_MAX - sums[at]
		    ? INT64_MAX
		    : sums[at] + values[i];
		if (sums[at] > highest)
			highest = sums[at];
	}
	for (i = 0; i < columns; i++)
		line = arena_printf(
		    arena, "%s%s", line, steps[choose_step(sums[i], highest)]);
	return line;
}
