/* What pages are made of: escaped text, numbers, charts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "cli/html_chart.h"
#include "cli/html_text.h"

static char *written;
static size_t written_len;

static FILE *
open_page(void)
{
	return open_memstream(&written, &written_len);
}

static void
expect_page(FILE *out, const char *expected)
{
	fclose(out);
	cr_expect(eq(str, written, (char *)expected));
	free(written);
}

Test(html, escapes_text)
{
	static const struct {
		const char *text, *html;
	} cases[] = {
		{ "Bigmail Inc.", "Bigmail Inc." },
		{ "<script>alert(1)</script>",
		    "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\" onload=\"x", "&quot; onload=&quot;x" },
		{ "' onload='x", "&#39; onload=&#39;x" },
		{ "a&amp;b", "a&amp;amp;b" },
		{ "a\x1b[31m\n", "a\\x1b[31m\\n" },
		{ "\xe2\x80\xae"
		  "abc",
		    "\\u202eabc" },
		{ "\xff<", "\\xff&lt;" },
		{ "\xc3\xa4", "\xc3\xa4" },
	};
	FILE *out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = open_page();
		html_text(out, cases[i].text);
		expect_page(out, cases[i].html);
	}
}

Test(html, groups_digits)
{
	static const struct {
		int64_t count;
		const char *html;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 1234567, "1,234,567" },
		{ -1000, "-1,000" },
		{ INT64_MAX, "9,223,372,036,854,775,807" },
		{ INT64_MIN, "-9,223,372,036,854,775,808" },
	};
	FILE *out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = open_page();
		html_count(out, cases[i].count);
		expect_page(out, cases[i].html);
	}
}

Test(html, rounds_no_share_to_all_or_nothing)
{
	static const struct {
		int64_t part, whole;
		const char *html;
	} cases[] = {
		{ 0, 0, "\xe2\x80\x93" },
		{ 0, 7, "0%" },
		{ 7, 7, "100%" },
		{ 1, 1000000, "0.1%" },
		{ 999999, 1000000, "99.9%" },
		{ 1, 3, "33.3%" },
	};
	FILE *out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = open_page();
		html_share(out, cases[i].part, cases[i].whole);
		expect_page(out, cases[i].html);
	}
}

Test(html, shortens_numbers_of_axes)
{
	static const struct {
		int64_t count;
		const char *html;
	} cases[] = {
		{ 0, "0" },
		{ 500, "500" },
		{ 1000, "1k" },
		{ 1500, "1.5k" },
		{ 20000000, "20M" },
	};
	FILE *out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = open_page();
		html_short(out, cases[i].count);
		expect_page(out, cases[i].html);
	}
}

Test(chart, has_axes_with_whole_numbers)
{
	static const int64_t cases[][2] = {
		{ 0, 2 },
		{ 1, 2 },
		{ 3, 4 },
		{ 5, 6 },
		{ 10, 10 },
		{ 11, 20 },
		{ 801, 1000 },
		{ 20001, 40000 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect(eq(i64, chart_ceiling(cases[i][0]), cases[i][1]));
	cr_expect(chart_ceiling(INT64_MAX) == INT64_MAX);
}

static const struct chart_series series[] = {
	{ "good", "pass" },
	{ "<bad>", "rejected" },
};
static const int64_t times[] = { 0, 86400, 172800 };

static struct chart
make_chart(const int64_t *values)
{
	return (struct chart) { .id = "c",
		.title = "A & B",
		.series = series,
		.series_count = 2,
		.count = 3,
		.times = times,
		.per = "day",
		.values = values };
}

/* How often something stands in what was drawn. */
static int
count_of(const char *what)
{
	const char *at = written;
	int count = 0;

	while ((at = strstr(at, what)) != NULL) {
		count++;
		at += strlen(what);
	}
	return count;
}

Test(chart, stacks_columns)
{
	static const int64_t values[] = { 10, 10, 0, 0, 5, 0 };
	const struct chart chart = make_chart(values);
	FILE *out = open_page();

	chart_columns(out, &chart);
	chart_end(out);
	fclose(out);
	cr_expect(count_of("class=\"pass\" x=\"1\" y=\"500.0\" width=\"8\" "
			   "height=\"500.0\"")
	    == 1);
	cr_expect(count_of("class=\"rejected\" x=\"1\" y=\"0.0\" width=\"8\" "
			   "height=\"500.0\"")
	    == 1);
	cr_expect(count_of("<rect class=\"pass\" x=\"21\" y=\"750.0\"") == 1);
	/* Nothing on the second day, but for the pointer. */
	cr_expect(count_of("x=\"11\"") == 0);
	cr_expect(count_of("<title>1970-01-01: 10 good, 10 &lt;bad&gt;</title>")
	    == 1);
	cr_expect(count_of("A &amp; B") == 1);
	cr_expect(count_of("<bad>") == 0);
	cr_expect(count_of("<figure") == count_of("</figure>"));
	free(written);
}

Test(chart, leaves_a_gap_where_there_is_nothing)
{
	static const int64_t values[] = { 10, 10, 0, 0, 5, 0 };
	const struct chart chart = make_chart(values);
	FILE *out = open_page();

	chart_share(out, &chart);
	chart_end(out);
	fclose(out);
	cr_expect(count_of("d=\"M1 500.0H9M21 0.0H29\"") == 1);
	free(written);
}

/* Sums that would be too large stop; nothing is drawn outside. */
Test(chart, draws_the_largest_numbers)
{
	static const int64_t values[] = { INT64_MAX, INT64_MAX, 0, INT64_MAX, 1,
		0 };
	const struct chart chart = make_chart(values);
	FILE *out = open_page();

	chart_columns(out, &chart);
	chart_end(out);
	fclose(out);
	cr_expect(count_of("y=\"-") == 0);
	cr_expect(count_of("nan") == 0);
	free(written);
}
