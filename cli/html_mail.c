/* What became of a domain's mail: DMARC. */

#include "base/arena.h"
#include "cli/html_part.h"
#include "cli/html_table.h"
#include "cli/html_text.h"
#include "parse/dmarc.h"
#include "parse/outcome.h"

static const struct chart_series series[] = {
	{ "passed", "pass" },
	{ "failed, delivered", "delivered" },
	{ "quarantined", "quarantined" },
	{ "rejected", "rejected" },
};
#define SERIES (sizeof(series) / sizeof(*series))

/* --- by day --- */

static void
fill(const struct html_data *data, const struct html_domain *domain,
    const struct html_steps *steps, int64_t *values)
{
	const struct html_day *day;
	int64_t *value;

	for (day = domain->days.first; day != NULL; day = day->next) {
		if (day->day < data->first || day->day > data->last)
			continue;
		value = &values[html_step(steps, day->day) * SERIES];
		html_add(&value[0], day->passed);
		html_add(&value[1],
		    day->messages - day->passed - day->quarantined
			- day->rejected);
		html_add(&value[2], day->quarantined);
		html_add(&value[3], day->rejected);
	}
}

static void
print_days(FILE *out, const struct chart *chart, const char *caption)
{
	static const struct html_column columns[] = {
		{ .heading = "From" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Passed", .is_number = true },
		{ .heading = "Pass rate", .is_number = true },
		{ .heading = "Failed, delivered", .is_number = true },
		{ .heading = "Quarantined", .is_number = true },
		{ .heading = "Rejected", .is_number = true },
	};
	const int64_t *value;
	int64_t sum;
	size_t i, j;

	fputs("<details><summary>The numbers as a table</summary>\n", out);
	html_table_begin(
	    out, caption, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; i < chart->count; i++) {
		value = &chart->values[i * SERIES];
		for (sum = 0, j = 0; j < SERIES; j++)
			html_add(&sum, value[j]);
		html_row_begin(out);
		html_cell_day(out, chart->times[i]);
		html_cell_count(out, sum);
		html_cell_count(out, value[0]);
		html_cell_share(out, value[0], sum);
		html_cell_count(out, value[1]);
		html_cell_count(out, value[2]);
		html_cell_count(out, value[3]);
		html_row_end(out);
	}
	html_table_end(out);
	fputs("</details>\n", out);
}

static void
print_rates(FILE *out, const struct chart *chart, const char *caption)
{
	static const struct html_column columns[] = {
		{ .heading = "From" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Pass rate", .is_number = true },
	};
	int64_t sum;
	size_t i, j;

	fputs("<details><summary>The numbers as a table</summary>\n", out);
	html_table_begin(
	    out, caption, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; i < chart->count; i++) {
		for (sum = 0, j = 0; j < SERIES; j++)
			html_add(&sum, chart->values[i * SERIES + j]);
		html_row_begin(out);
		html_cell_day(out, chart->times[i]);
		html_cell_count(out, sum);
		html_cell_share(out, chart->values[i * SERIES], sum);
		html_row_end(out);
	}
	html_table_end(out);
	fputs("</details>\n", out);
}

void
html_mail_days(
    FILE *out, const struct html_data *data, const struct html_domain *domain)
{
	struct arena arena = { 0 };
	struct html_steps steps;
	struct chart chart = { .series = series, .series_count = SERIES };
	int64_t *values;

	html_steps_make(&steps, data, &arena);
	values = html_zeros(&arena, steps.count * SERIES);
	fill(data, domain, &steps, values);
	chart.count = steps.count;
	chart.times = steps.times;
	chart.values = values;
	chart.id = arena_printf(&arena, "%s-mail", domain->id);
	chart.title = arena_printf(&arena, "Messages by %s", steps.per);
	chart_columns(out, &chart);
	print_days(out, &chart, chart.title);
	chart_end(out);
	chart.id = arena_printf(&arena, "%s-rate", domain->id);
	chart.title = arena_printf(&arena, "Pass rate by %s", steps.per);
	chart_share(out, &chart);
	print_rates(out, &chart, chart.title);
	chart_end(out);
	arena_release(&arena);
}

/* --- why it fails --- */

static const char *
describe_disposition(enum dmarc_disposition disposition)
{
	switch (disposition) {
	case DMARC_DISPOSITION_NONE:
	case DMARC_DISPOSITION_PASS:
		return "delivered";
	case DMARC_DISPOSITION_QUARANTINE:
		return "quarantined";
	case DMARC_DISPOSITION_REJECT:
		return "rejected";
	default:
		return "not said";
	}
}

static const char *
describe_how(enum outcome_how how, bool is_dkim)
{
	switch (how) {
	case HOW_PASS:
		return "passes";
	case HOW_NONE:
		return is_dkim ? "no signature" : "no result";
	case HOW_UNALIGNED:
		return "passes for another domain";
	case HOW_BROKEN:
		return is_dkim ? "signature is broken"
			       : "address is not listed";
	case HOW_ERROR:
		return "could not be checked";
	}
	return "";
}

static void
print_outcomes(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "DKIM" },
		{ .heading = "SPF" },
		{ .heading = "What became of it" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Of all failed", .is_number = true },
	};
	const struct store_outcome_total *total;
	const struct html_row *row;

	html_table_begin(out, "How messages fail DMARC", columns,
	    sizeof(columns) / sizeof(*columns));
	row = domain->lists[HTML_OUTCOMES].first;
	for (; row != NULL; row = row->next) {
		total = row->row;
		if (outcome_passes(total->outcome))
			continue;
		html_row_begin(out);
		html_cell_name(
		    out, describe_how(outcome_dkim(total->outcome), true));
		html_cell_text(
		    out, describe_how(outcome_spf(total->outcome), false));
		html_cell_text(out,
		    describe_disposition(outcome_disposition(total->outcome)));
		html_cell_count(out, total->messages);
		html_cell_share(out, total->messages, domain->total.failed);
		html_row_end(out);
	}
	html_table_end(out);
}

/* A receiver that makes them up can make up any number. */
#define MAX_REASONS 25

/* The words are those of the standard, or what a receiver made up. */
static void
print_reasons(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "Reason" },
		{ .heading = "What became of it" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Of all failed", .is_number = true },
	};
	const struct html_row *row = domain->lists[HTML_REASONS].first;
	const struct store_reason_total *total;
	size_t shown = 0;

	if (row == NULL)
		return;
	html_table_begin(out,
	    "Reasons that receivers give for not following the policy", columns,
	    sizeof(columns) / sizeof(*columns));
	for (; row != NULL && shown < MAX_REASONS; row = row->next, shown++) {
		total = row->row;
		html_row_begin(out);
		html_cell_name(
		    out, *total->reasons == '\0' ? "not said" : total->reasons);
		html_cell_text(out, describe_disposition(total->disposition));
		html_cell_count(out, total->messages);
		html_cell_share(out, total->messages, domain->total.failed);
		html_row_end(out);
	}
	html_table_end(out);
	if (row != NULL)
		fprintf(out,
		    "<p class=\"soft\">The %d of most messages; <code>reports "
		    "failures --by reason</code> has all.</p>\n",
		    MAX_REASONS);
}

void
html_mail_failures(FILE *out, const struct html_domain *domain)
{
	if (domain->total.failed == 0) {
		fputs("<p>No message failed.</p>\n", out);
		return;
	}
	print_outcomes(out, domain);
	print_reasons(out, domain);
}

/* --- who sends --- */

void
html_mail_sources(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "Address" },
		{ .heading = "Class" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Passed", .is_number = true },
		{ .heading = "Failed", .is_number = true },
		{ .heading = "Quarantined", .is_number = true },
		{ .heading = "Rejected", .is_number = true },
		{ .heading = "Pass rate", .is_plain = true },
		{ .heading = "Last seen", .is_number = true },
	};
	const struct store_source_total *total;
	const struct html_source *source;
	const struct html_row *row = domain->lists[HTML_SOURCES].first;
	char address[ADDRESS_TEXT];

	html_table_begin(out, "Addresses that send with this domain in From",
	    columns, sizeof(columns) / sizeof(*columns));
	for (; row != NULL; row = row->next) {
		source = row->row;
		total = &source->total;
		html_row_begin(out);
		html_cell_name(out,
		    total->source_ip.len == 0
			? "not an address"
			: address_format(&total->source_ip, address));
		html_cell_text(out,
		    source->channel == NULL
			? NULL
			: sender_class_name(source->channel->class));
		html_cell_count(out, total->messages);
		html_cell_count(out, total->passed);
		html_cell_count(out, total->messages - total->passed);
		html_cell_count(out, total->quarantined);
		html_cell_count(out, total->rejected);
		html_cell_bar(out, total->passed,
		    total->messages - total->passed, total->messages);
		html_cell_day(out, total->last_day);
		html_row_end(out);
	}
	html_table_end(out);
	if (domain->source_count > HTML_MAX_SOURCES)
		fprintf(out,
		    "<p class=\"soft\">The %d with most failed and most "
		    "messages, of %zu.</p>\n",
		    HTML_MAX_SOURCES, domain->source_count);
}

/* --- policies --- */

static const char *
describe_policy(enum dmarc_policy policy)
{
	return policy == 0 ? "not said" : dmarc_policy_name(policy);
}

static const char *
describe_alignment(enum dmarc_alignment alignment)
{
	return alignment == DMARC_STRICT ? "strict" : "relaxed";
}

void
html_mail_policies(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "First seen", .is_number = true },
		{ .heading = "Last seen", .is_number = true },
		{ .heading = "Policy" },
		{ .heading = "Subdomains" },
		{ .heading = "DKIM" },
		{ .heading = "SPF" },
		{ .heading = "pct" },
		{ .heading = "Reports", .is_number = true },
		{ .heading = "Reporters", .is_number = true },
	};
	const struct html_row *row = domain->lists[HTML_POLICIES].first;
	const struct store_policy *policy;

	html_table_begin(out, "DMARC policies, as reporters found them",
	    columns, sizeof(columns) / sizeof(*columns));
	for (; row != NULL; row = row->next) {
		policy = row->row;
		html_row_begin(out);
		html_cell_day(out, policy->first_begin);
		html_cell_day(out, policy->last_begin);
		html_cell_text(out, describe_policy(policy->p));
		html_cell_text(out,
		    policy->sp == 0 ? "the same" : describe_policy(policy->sp));
		html_cell_text(out, describe_alignment(policy->adkim));
		html_cell_text(out, describe_alignment(policy->aspf));
		html_cell_text(out, policy->pct);
		html_cell_count(out, policy->reports);
		html_cell_count(out, policy->reporters);
		html_row_end(out);
	}
	html_table_end(out);
}
