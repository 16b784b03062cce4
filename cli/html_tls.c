/* What became of sessions with a domain's servers: TLS. */

#include <string.h>

#include "base/arena.h"
#include "cli/html_part.h"
#include "cli/html_table.h"
#include "cli/html_text.h"

static const struct chart_series series[] = {
	{ "as the policy asks", "pass" },
	{ "failed", "rejected" },
};
#define SERIES (sizeof(series) / sizeof(*series))

static const char *
describe_type(const char *type)
{
	if (strcmp(type, "sts") == 0)
		return "MTA-STS";
	if (strcmp(type, "tlsa") == 0)
		return "DANE";
	if (strcmp(type, "no-policy-found") == 0)
		return "no policy found";
	return *type == '\0' ? "policy not said" : type;
}

static void
print_days(FILE *out, const struct chart *chart, const char *caption)
{
	static const struct html_column columns[] = {
		{ .heading = "From" },
		{ .heading = "Sessions", .is_number = true },
		{ .heading = "Failed", .is_number = true },
		{ .heading = "Success", .is_number = true },
	};
	int64_t sum;
	size_t i;

	fputs("<details><summary>The numbers as a table</summary>\n", out);
	html_table_begin(
	    out, caption, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; i < chart->count; i++) {
		sum = chart->values[i * SERIES];
		html_add(&sum, chart->values[i * SERIES + 1]);
		html_row_begin(out);
		html_cell_day(out, chart->times[i]);
		html_cell_count(out, sum);
		html_cell_count(out, chart->values[i * SERIES + 1]);
		html_cell_share(out, chart->values[i * SERIES], sum);
		html_row_end(out);
	}
	html_table_end(out);
	fputs("</details>\n", out);
}

static void
print_type(FILE *out, const struct html_data *data,
    const struct html_domain *domain, const struct html_tls *tls, size_t number)
{
	struct arena arena = { 0 };
	struct html_steps steps;
	struct chart chart = { .series = series, .series_count = SERIES };
	const struct html_day *day;
	int64_t *values;

	html_steps_make(&steps, data, &arena);
	values = html_zeros(&arena, steps.count * SERIES);
	for (day = tls->days.first; day != NULL; day = day->next) {
		if (day->day < data->first || day->day > data->last)
			continue;
		html_add(
		    &values[html_step(&steps, day->day) * SERIES], day->passed);
		html_add(&values[html_step(&steps, day->day) * SERIES + 1],
		    day->messages - day->passed);
	}
	chart.count = steps.count;
	chart.times = steps.times;
	chart.values = values;
	chart.id = arena_printf(&arena, "%s-tls%zu", domain->id, number);
	chart.title = arena_printf(&arena, "Sessions by %s: %s", steps.per,
	    describe_type(tls->policy_type));
	chart_columns(out, &chart);
	print_days(out, &chart, chart.title);
	chart_end(out);
	arena_release(&arena);
}

void
html_tls_days(
    FILE *out, const struct html_data *data, const struct html_domain *domain)
{
	const struct html_tls *tls;
	size_t number = 0;

	for (tls = domain->tls; tls != NULL; tls = tls->next)
		print_type(out, data, domain, tls, number++);
}

void
html_tls_failures(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "Result" },
		{ .heading = "Policy" },
		{ .heading = "MX" },
		{ .heading = "Sessions", .is_number = true },
		{ .heading = "Reporters", .is_number = true },
		{ .heading = "Last seen", .is_number = true },
	};
	const struct html_row *row = domain->lists[HTML_TLS_FAILURES].first;
	const struct store_tls_failure *failure;

	if (row == NULL) {
		fputs("<p>No reason of a failure was reported.</p>\n", out);
		return;
	}
	html_table_begin(out,
	    "Why sessions failed; one session can have several reasons",
	    columns, sizeof(columns) / sizeof(*columns));
	for (; row != NULL; row = row->next) {
		failure = row->row;
		html_row_begin(out);
		html_cell_name(out, failure->result_type);
		html_cell_text(out, describe_type(failure->policy_type));
		html_cell_text(out, failure->mx);
		html_cell_count(out, failure->sessions);
		html_cell_count(out, failure->reporters);
		html_cell_day(out, failure->last_begin);
		html_row_end(out);
	}
	html_table_end(out);
}
