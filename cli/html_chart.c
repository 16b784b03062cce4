#include "cli/html_chart.h"

#include <inttypes.h>
#include <stdbool.h>

#include "cli/html_text.h"

/* Units of the drawing, which is stretched: nothing is drawn finer. */
#define HEIGHT 1000
#define STEP   10
/* Of a step; the rest is the gap. */
#define COLUMN 8

int64_t
chart_ceiling(int64_t max)
{
	static const int64_t steps[] = { 1, 2, 4, 6, 8, 10 };
	int64_t power = 1;
	size_t i;

	if (max <= 2)
		return 2;
	while (power <= INT64_MAX / 10 && power * 10 < max)
		power *= 10;
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (power <= INT64_MAX / steps[i] && steps[i] * power >= max)
			return steps[i] * power;
	return max;
}

/* Sums of large numbers stop instead of turning around. */
static int64_t
add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static int64_t
sum_column(const struct chart *chart, size_t column)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < chart->series_count; i++)
		sum = add(sum, chart->values[column * chart->series_count + i]);
	return sum;
}

static int64_t
find_ceiling(const struct chart *chart)
{
	int64_t sum, max = 0;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		sum = sum_column(chart, i);
		if (sum > max)
			max = sum;
	}
	return chart_ceiling(max);
}

static void
print_legend(FILE *out, const struct chart *chart)
{
	size_t i;

	fputs("<ul class=\"legend\">", out);
	for (i = 0; i < chart->series_count; i++) {
		fprintf(out, "<li class=\"%s\"><span></span>",
		    chart->series[i].css);
		html_text(out, chart->series[i].name);
		fputs("</li>", out);
	}
	fputs("</ul>\n", out);
}

/* Opens the figure, up to the drawing. */
static void
begin(FILE *out, const struct chart *chart, int64_t ceiling, const char *unit)
{
	fprintf(
	    out, "<figure class=\"chart\">\n<figcaption id=\"%s\">", chart->id);
	html_text(out, chart->title);
	fputs("</figcaption>\n", out);
	if (chart->series_count > 1 && *unit == '\0')
		print_legend(out, chart);
	fputs(
	    "<div class=\"plot\"><div class=\"y\" aria-hidden=\"true\"><span>",
	    out);
	html_short(out, ceiling);
	fprintf(out, "%s</span><span>", unit);
	html_short(out, ceiling / 2);
	fprintf(out, "%s</span><span>0%s</span></div>\n", unit, unit);
	fprintf(out,
	    "<svg role=\"img\" aria-labelledby=\"%s\" viewBox=\"0 0 %zu %d\" "
	    "preserveAspectRatio=\"none\">\n"
	    "<path class=\"grid\" d=\"M0 0H%zuM0 %dH%zuM0 %dH%zu\"/>\n",
	    chart->id, chart->count * STEP, HEIGHT, chart->count * STEP,
	    HEIGHT / 2, chart->count * STEP, HEIGHT, chart->count * STEP);
}

static void
finish(FILE *out, const struct chart *chart)
{
	size_t last = chart->count - 1;

	fputs("</svg>\n<div class=\"x\" aria-hidden=\"true\"><span>", out);
	html_day(out, chart->times[0]);
	fputs("</span>", out);
	if (last > 1) {
		fputs("<span>", out);
		html_day(out, chart->times[last / 2]);
		fputs("</span>", out);
	}
	if (last > 0) {
		fputs("<span>", out);
		html_day(out, chart->times[last]);
		fputs("</span>", out);
	}
	fputs("</div></div>\n", out);
}

static void
print_title(FILE *out, const struct chart *chart, size_t column)
{
	const int64_t *values = &chart->values[column * chart->series_count];
	size_t i;

	fputs("<title>", out);
	html_day(out, chart->times[column]);
	for (i = 0; i < chart->series_count; i++) {
		fputs(i == 0 ? ": " : ", ", out);
		html_count(out, values[i]);
		fputc(' ', out);
		html_text(out, chart->series[i].name);
	}
	fputs("</title>", out);
}

static void
print_column(FILE *out, const struct chart *chart, size_t column, double scale)
{
	const int64_t *values = &chart->values[column * chart->series_count];
	double top, bottom = HEIGHT;
	size_t i;

	fputs("<g>", out);
	print_title(out, chart, column);
	/* What the pointer meets: the whole height. */
	fprintf(out,
	    "<rect class=\"hit\" x=\"%zu\" y=\"0\" width=\"%d\" "
	    "height=\"%d\"/>",
	    column * STEP, STEP, HEIGHT);
	for (i = 0; i < chart->series_count; i++) {
		if (values[i] <= 0)
			continue;
		top = bottom - (double)values[i] * scale;
		if (top < 0)
			top = 0;
		fprintf(out,
		    "<rect class=\"%s\" x=\"%zu\" y=\"%.1f\" width=\"%d\" "
		    "height=\"%.1f\"/>",
		    chart->series[i].css, column * STEP + (STEP - COLUMN) / 2,
		    top, COLUMN, bottom - top);
		bottom = top;
	}
	fputs("</g>\n", out);
}

void
chart_columns(FILE *out, const struct chart *chart)
{
	int64_t ceiling = find_ceiling(chart);
	size_t i;

	begin(out, chart, ceiling, "");
	for (i = 0; i < chart->count; i++)
		print_column(out, chart, i, HEIGHT / (double)ceiling);
	finish(out, chart);
}

void
chart_share(FILE *out, const struct chart *chart)
{
	bool is_open = false;
	int64_t part, whole;
	double y;
	size_t i;

	begin(out, chart, 100, "%");
	fputs("<path class=\"line\" d=\"", out);
	for (i = 0; i < chart->count; i++) {
		part = chart->values[i * chart->series_count];
		whole = sum_column(chart, i);
		if (whole == 0) {
			is_open = false;
			continue;
		}
		y = HEIGHT * (1 - (double)part / (double)whole);
		/* A day alone is a dash as wide as its column. */
		fprintf(out, "%c%zu %.1fH%zu", is_open ? 'L' : 'M',
		    i * STEP + (STEP - COLUMN) / 2, y,
		    i * STEP + (STEP + COLUMN) / 2);
		is_open = true;
	}
	fputs("\"/>\n", out);
	finish(out, chart);
}

void
chart_end(FILE *out)
{
	fputs("</figure>\n", out);
}

void
chart_bar(FILE *out, int64_t good, int64_t bad, int64_t whole)
{
	double scale = whole > 0 ? 100.0 / (double)whole : 0;

	fprintf(out,
	    "<svg class=\"bar\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" "
	    "preserveAspectRatio=\"none\">"
	    "<rect class=\"pass\" width=\"%.2f\" height=\"10\"/>"
	    "<rect class=\"rejected\" x=\"%.2f\" width=\"%.2f\" height=\"10\"/>"
	    "</svg>",
	    (double)good * scale, (double)good * scale, (double)bad * scale);
}
