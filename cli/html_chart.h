/*
 * Charts as SVG in HTML, drawn from numbers alone.
 *
 * The drawing stretches to the width of the page and has no text in it, so that
 * labels stay readable on any screen: they stand around it as HTML.  Each
 * column has a title for the pointer; for everybody else, the caller puts the
 * same numbers into a table under the chart.
 */
#ifndef CLI_HTML_CHART_H
#define CLI_HTML_CHART_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CHART_MAX_SERIES 4

struct chart_series {
	const char *name; /* in the legend */
	const char *css;  /* its class */
};

struct chart {
	const char *id; /* unique on the page, a plain word */
	const char *title;
	const struct chart_series *series;
	size_t series_count;
	size_t count;          /* columns */
	const int64_t *times;  /* of each column: its first day */
	const char *per;       /* what a column is: "day", "week" */
	const int64_t *values; /* values[column * series_count + series] */
};

/* Stacked columns.  The figure is left open for the table: call chart_end(). */
void chart_columns(FILE *out, const struct chart *chart);

/*
 * A line of the share that the first series has in all, from 0 to 100 %, with
 * gaps where there is nothing.  To be closed as well.
 */
void chart_share(FILE *out, const struct chart *chart);

void chart_end(FILE *out);

/* The end of an axis for values up to max: 1, 2, 4, 6, 8 or 10 times a power
 * of ten, at least 2, so that half of it is a whole number as well. */
int64_t chart_ceiling(int64_t max);

/* A bar for a table's cell, of two parts of a whole. */
void chart_bar(FILE *out, int64_t good, int64_t bad, int64_t whole);

#endif
