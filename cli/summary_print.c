#include "cli/summary_print.h"

#include <inttypes.h>
#include <string.h>

#include "cli/command.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "parse/datetime.h"

#define VERSION 1 /* of the JSON, in docs/output.md */

/* --- CSV: a row for each domain, then one for each of TLS --- */

static const struct output_column columns[] = {
	{ .key = "kind" },
	{ .key = "domain" },
	{ .key = "own", .type = OUTPUT_FLAG },
	{ .key = "policy_type" },
	{ .key = "reports", .type = OUTPUT_COUNT },
	{ .key = "reporters", .type = OUTPUT_COUNT },
	{ .key = "messages", .type = OUTPUT_COUNT },
	{ .key = "passed", .type = OUTPUT_COUNT },
	{ .key = "failed", .type = OUTPUT_COUNT },
	{ .key = "delivered", .type = OUTPUT_COUNT },
	{ .key = "quarantined", .type = OUTPUT_COUNT },
	{ .key = "rejected", .type = OUTPUT_COUNT },
	{ .key = "successful_sessions", .type = OUTPUT_COUNT },
	{ .key = "failed_sessions", .type = OUTPUT_COUNT },
};

static struct output_value
value_of(enum ownership own)
{
	return own == OWN_UNKNOWN ? OUTPUT_ABSENT : output_flag(own == OWN_YES);
}

static void
print_csv_domain(struct output *output, const struct summary_domain *domain)
{
	const struct store_dmarc_total *total = &domain->total;

	output_row(output,
	    (struct output_value[]) { output_text("dmarc"),
		output_text(total->domain), value_of(domain->own),
		OUTPUT_ABSENT, output_count(total->reports),
		output_count(total->reporters), output_count(total->messages),
		output_count(total->passed), output_count(total->failed),
		output_count(total->delivered),
		output_count(total->quarantined), output_count(total->rejected),
		OUTPUT_ABSENT, OUTPUT_ABSENT });
}

static void
print_csv_tls(struct output *output, const struct summary_tls *tls)
{
	const struct store_tls_total *total = &tls->total;

	output_row(output,
	    (struct output_value[]) { output_text("tlsrpt"),
		output_text(total->domain), value_of(tls->own),
		output_text(total->policy_type), output_count(total->reports),
		output_count(total->reporters), OUTPUT_ABSENT, OUTPUT_ABSENT,
		OUTPUT_ABSENT, OUTPUT_ABSENT, OUTPUT_ABSENT, OUTPUT_ABSENT,
		output_count(total->successful_sessions),
		output_count(total->failed_sessions) });
}

void
summary_print_csv(
    const struct summary *summary, const struct output_style *style)
{
	struct output *output =
	    output_part(stdout, OUTPUT_CSV, style, columns, COUNT_OF(columns));
	const struct summary_domain *domain;
	const struct summary_tls *tls;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		print_csv_domain(output, domain);
	for (tls = summary->tls; tls != NULL; tls = tls->next)
		print_csv_tls(output, tls);
	output_free(output);
}

/* --- JSON --- */

static json_t *
json_of(enum ownership own)
{
	return own == OWN_UNKNOWN ? json_null() : json_boolean(own == OWN_YES);
}

static json_t *
make_tls(const struct summary_tls *tls)
{
	const struct store_tls_total *total = &tls->total;

	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "domain",
	    output_json_text(total->domain), "policy_type",
	    output_json_text(total->policy_type), "own", json_of(tls->own),
	    "reports", (json_int_t)total->reports, "reporters",
	    (json_int_t)total->reporters, "successful_sessions",
	    (json_int_t)total->successful_sessions, "failed_sessions",
	    (json_int_t)total->failed_sessions);
}

static json_t *
make_domain(const struct summary_domain *domain)
{
	const struct store_dmarc_total *total = &domain->total;

	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "domain", output_json_text(total->domain), "own",
	    json_of(domain->own), "reports", (json_int_t)total->reports,
	    "reporters", (json_int_t)total->reporters, "messages",
	    (json_int_t)total->messages, "passed", (json_int_t)total->passed,
	    "failed", (json_int_t)total->failed, "delivered",
	    (json_int_t)total->delivered, "quarantined",
	    (json_int_t)total->quarantined, "rejected",
	    (json_int_t)total->rejected);
}

static json_t *
make_failures(const struct summary *summary)
{
	const struct summary_failures *row;
	json_t *failures = json_array();

	for (row = summary->failures; row != NULL; row = row->next)
		json_array_append_new(failures,
		    json_pack("{s:o, s:I, s:I, s:I}", "domain",
			*row->domain == '\0' ? json_null()
					     : output_json_text(row->domain),
			"reports", (json_int_t)row->reports, "messages",
			(json_int_t)row->incidents, "sources",
			(json_int_t)row->sources));
	return failures;
}

static json_t *
make_time(int64_t time)
{
	char text[DATETIME_TEXT];

	if (time == STORE_SINCE_EVER || time == STORE_UNTIL_EVER)
		return json_null();
	return json_string(datetime_format(time, text));
}

void
summary_print_json(const struct summary *summary,
    const struct question *question, bool on_one_line)
{
	json_t *domains = json_array(), *tls = json_array(),
	       *reasons = json_array(), *all;
	const struct summary_domain *domain;
	const struct summary_tls *row;
	const struct summary_reason *reason;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		json_array_append_new(domains, make_domain(domain));
	for (row = summary->tls; row != NULL; row = row->next)
		json_array_append_new(tls, make_tls(row));
	for (reason = summary->reasons; reason != NULL; reason = reason->next)
		json_array_append_new(reasons,
		    json_pack("{s:o, s:I}", "reason",
			output_json_text(reason->reason), "count",
			(json_int_t)reason->count));
	all = json_pack("{s:i, s:o, s:o, s:I, s:o, s:o, s:o, s:I, s:o, s:o,"
			" s:I, s:I, s:I}",
	    "version", VERSION, "since", make_time(question->filter.since),
	    "until", make_time(question->filter.until), "reports",
	    (json_int_t)question->report_count, "domains", domains, "tls", tls,
	    "quarantine", reasons, "conflicts", (json_int_t)summary->conflicts,
	    "failed_from_own_networks",
	    summary->has_networks ? json_integer(summary->own_failed)
				  : json_null(),
	    "failure_reports", make_failures(summary), "left_out",
	    (json_int_t)summary->failed, "suspicious",
	    (json_int_t)summary->suspicious, "future",
	    (json_int_t)summary->future);
	json_dumpf(all, stdout,
	    JSON_ENSURE_ASCII | (on_one_line ? 0 : JSON_INDENT(2)));
	putchar('\n');
	json_decref(all);
}
