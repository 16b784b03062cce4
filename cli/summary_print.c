#include "cli/summary_print.h"

#include <err.h>
#include <inttypes.h>
#include <string.h>

#include "cli/command.h"
#include "cli/findings.h"
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
	{ .key = "messages_before", .type = OUTPUT_COUNT },
	{ .key = "passed_before", .type = OUTPUT_COUNT },
	{ .key = "policy" },
	{ .key = "policy_since", .type = OUTPUT_DAY },
};

static struct output_value
value_of(enum ownership own)
{
	return own == OWN_UNKNOWN ? OUTPUT_ABSENT : output_flag(own == OWN_YES);
}

static struct output_value
count_or_absent(bool is_known, int64_t count)
{
	return is_known ? output_count(count) : OUTPUT_ABSENT;
}

static void
print_csv_domain(struct output *output, const struct summary *summary,
    const struct summary_domain *domain)
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
		OUTPUT_ABSENT, OUTPUT_ABSENT,
		count_or_absent(summary->has_before, domain->messages_before),
		count_or_absent(summary->has_before, domain->passed_before),
		output_text(domain->policy),
		domain->policy_since == 0
		    ? OUTPUT_ABSENT
		    : output_time(domain->policy_since) });
}

static void
print_csv_tls(struct output *output, const struct summary_tls *tls)
{
	const struct store_tls_total *total = &tls->total;
	struct output_value values[COUNT_OF(columns)] = { output_text("tlsrpt"),
		output_text(total->domain), value_of(tls->own),
		output_text(total->policy_type), output_count(total->reports),
		output_count(total->reporters) };
	size_t i;

	for (i = 6; i < COUNT_OF(columns); i++)
		values[i] = OUTPUT_ABSENT;
	values[12] = output_count(total->successful_sessions);
	values[13] = output_count(total->failed_sessions);
	output_row(output, values);
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
		if (domain->total.reports > 0)
			print_csv_domain(output, summary, domain);
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

static void
put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		errx(1, "json: out of memory");
}

static void
add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		errx(1, "json: out of memory");
}

static json_t *
make_day(int64_t time)
{
	char text[DATETIME_TEXT];

	return time == 0 ? json_null()
			 : json_string(datetime_format_date(time, text));
}

static json_t *
make_senders(const struct summary_domain *domain)
{
	json_t *senders = json_array();
	char address[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < SUMMARY_SENDERS; i++) {
		const struct summary_sender *sender = &domain->senders[i];

		if (sender->messages == 0)
			break;
		add(senders,
		    json_pack("{s:o, s:I}", "source_ip",
			sender->source_ip.len == 0
			    ? json_null()
			    : json_string(
				address_format(&sender->source_ip, address)),
			"messages", (json_int_t)sender->messages));
	}
	return senders;
}

static json_t *
make_domain(const struct summary *summary, const struct summary_domain *domain)
{
	const struct store_dmarc_total *total = &domain->total;
	json_t *object =
	    json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"domain", output_json_text(total->domain), "own",
		json_of(domain->own), "reports", (json_int_t)total->reports,
		"reporters", (json_int_t)total->reporters, "messages",
		(json_int_t)total->messages, "passed",
		(json_int_t)total->passed, "failed", (json_int_t)total->failed,
		"delivered", (json_int_t)total->delivered, "quarantined",
		(json_int_t)total->quarantined, "rejected",
		(json_int_t)total->rejected);
	bool has_before = summary->has_before;

	put(object, "messages_before",
	    has_before ? json_integer(domain->messages_before) : json_null());
	put(object, "passed_before",
	    has_before ? json_integer(domain->passed_before) : json_null());
	put(object, "policy", output_json_text(domain->policy));
	put(object, "policy_since", make_day(domain->policy_since));
	put(object, "failing_sources", make_senders(domain));
	return object;
}

static json_t *
make_silent(const struct summary *summary)
{
	const struct summary_silent *row;
	json_t *silent = json_array();

	for (row = summary->silent; row != NULL; row = row->next)
		add(silent,
		    json_pack("{s:o, s:o, s:o, s:I}", "org_name",
			output_json_text(row->org_name), "email_domain",
			output_json_text(row->email_domain), "last",
			make_day(row->last), "interval",
			(json_int_t)row->interval));
	return silent;
}

static json_t *
make_findings(const struct summary *summary, const struct question *question,
    const struct context *context)
{
	struct finding_line *lines;
	size_t i, count = findings_make(summary, question, context, &lines);
	json_t *findings = json_array();

	for (i = 0; i < count; i++)
		add(findings,
		    json_pack("{s:s, s:o, s:o}", "kind", lines[i].kind, "text",
			output_json_text(lines[i].text), "command",
			output_json_text(lines[i].command)));
	return findings;
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
    const struct question *question, const struct context *context)
{
	bool on_one_line = context->options->style.format == OUTPUT_JSONL;
	json_t *domains = json_array(), *tls = json_array(),
	       *reasons = json_array(), *all;
	const struct summary_domain *domain;
	const struct summary_tls *row;
	const struct summary_reason *reason;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		if (domain->total.reports > 0)
			add(domains, make_domain(summary, domain));
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
	put(all, "silent", make_silent(summary));
	put(all, "findings", make_findings(summary, question, context));
	json_dumpf(all, stdout,
	    JSON_ENSURE_ASCII | (on_one_line ? 0 : JSON_INDENT(2)));
	putchar('\n');
	json_decref(all);
}
