#include <err.h>
#include <stdlib.h>

#include "base/arena.h"
#include "cli/output.h"
#include "cli/show_print.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"
#include "store/query.h"

static const struct output_column dmarc_columns[] = {
	{ .key = "id", .type = OUTPUT_COUNT },
	{ .key = "org_name" },
	{ .key = "email" },
	{ .key = "report_id" },
	{ .key = "begin", .type = OUTPUT_TIME },
	{ .key = "end", .type = OUTPUT_TIME },
	{ .key = "domain" },
	{ .key = "p" },
	{ .key = "sp" },
	{ .key = "np" },
	{ .key = "adkim" },
	{ .key = "aspf" },
	{ .key = "pct" },
	{ .key = "fo" },
	{ .key = "testing" },
	{ .key = "discovery_method" },
	{ .key = "record", .type = OUTPUT_COUNT },
	{ .key = "source_ip" },
	{ .key = "count", .type = OUTPUT_COUNT },
	{ .key = "disposition" },
	{ .key = "dkim" },
	{ .key = "spf" },
	{ .key = "passed", .type = OUTPUT_FLAG },
	{ .key = "reason_types" },
	{ .key = "reason_comments" },
	{ .key = "header_from" },
	{ .key = "envelope_from" },
	{ .key = "envelope_to" },
	{ .key = "dkim_domains" },
	{ .key = "dkim_selectors" },
	{ .key = "dkim_results" },
	{ .key = "spf_domains" },
	{ .key = "spf_scopes" },
	{ .key = "spf_results" },
};

static const struct output_column tls_columns[] = {
	{ .key = "id", .type = OUTPUT_COUNT },
	{ .key = "org_name" },
	{ .key = "email" },
	{ .key = "report_id" },
	{ .key = "begin", .type = OUTPUT_TIME },
	{ .key = "end", .type = OUTPUT_TIME },
	{ .key = "policy", .type = OUTPUT_COUNT },
	{ .key = "policy_type" },
	{ .key = "policy_domain" },
	{ .key = "policy_string" },
	{ .key = "mx_host" },
	{ .key = "total_successful_session_count", .type = OUTPUT_COUNT },
	{ .key = "total_failure_session_count", .type = OUTPUT_COUNT },
	{ .key = "result_type" },
	{ .key = "sending_mta_ip" },
	{ .key = "receiving_mx_hostname" },
	{ .key = "receiving_mx_helo" },
	{ .key = "receiving_ip" },
	{ .key = "failed_session_count", .type = OUTPUT_COUNT },
	{ .key = "additional_information" },
	{ .key = "failure_reason_code" },
};

const char *
show_word(const struct choice *choice, const char *(*name)(int value))
{
	const char *word = name(choice->value);

	return word == NULL ? choice->raw : word;
}

/* --- lists in one cell, with a semicolon between their items --- */

struct list {
	FILE *stream;
	char *text;
	size_t len;
	size_t count;
};

static void
begin_list(struct list *list)
{
	*list = (struct list) { 0 };
	list->stream = open_memstream(&list->text, &list->len);
	if (list->stream == NULL)
		err(1, "csv");
}

static void
add_item(struct list *list, const char *text)
{
	fprintf(list->stream, "%s%s", list->count++ == 0 ? "" : ";",
	    text == NULL ? "" : text);
}

static struct output_value
end_list(struct list *list, struct arena *arena)
{
	const char *text;

	if (fclose(list->stream) != 0)
		err(1, "csv");
	text = arena_copy(arena, (struct bytes) { list->text, list->len });
	free(list->text);
	return output_text(text);
}

/* --- DMARC --- */

static void
put_reasons(struct output_value out[2], const struct dmarc_record *record,
    struct arena *arena)
{
	const struct dmarc_reason *reason;
	const struct dmarc_text *comment;
	struct list types, comments;

	begin_list(&types);
	begin_list(&comments);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		add_item(&types, reason->type);
		for (comment = reason->comment; comment != NULL;
		     comment = comment->next)
			add_item(&comments, comment->text);
	}
	out[0] = end_list(&types, arena);
	out[1] = end_list(&comments, arena);
}

static void
put_dkim(struct output_value out[3], const struct dmarc_record *record,
    struct arena *arena)
{
	const struct dmarc_dkim *dkim;
	struct list domains, selectors, results;

	begin_list(&domains);
	begin_list(&selectors);
	begin_list(&results);
	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		add_item(&domains, dkim->domain);
		add_item(&selectors, dkim->selector);
		add_item(
		    &results, show_word(&dkim->result, dmarc_auth_result_name));
	}
	out[0] = end_list(&domains, arena);
	out[1] = end_list(&selectors, arena);
	out[2] = end_list(&results, arena);
}

static void
put_spf(struct output_value out[3], const struct dmarc_record *record,
    struct arena *arena)
{
	const struct dmarc_spf *spf;
	struct list domains, scopes, results;

	begin_list(&domains);
	begin_list(&scopes);
	begin_list(&results);
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		add_item(&domains, spf->domain);
		add_item(&scopes, spf->scope);
		add_item(
		    &results, show_word(&spf->result, dmarc_auth_result_name));
	}
	out[0] = end_list(&domains, arena);
	out[1] = end_list(&scopes, arena);
	out[2] = end_list(&results, arena);
}

static void
put_report(struct output_value out[6], const struct stored_report *stored)
{
	const struct report *report = &stored->report;

	out[0] = output_count(stored->id);
	out[1] = output_text(report->org_name);
	out[2] = output_text(report->email);
	out[3] = output_text(report->report_id);
	out[4] = output_period(report->begin, report->begin, report->end);
	out[5] = output_period(report->end, report->begin, report->end);
}

static void
put_policy(struct output_value out[10], const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;

	out[0] = output_text(report->domain);
	out[1] = output_text(show_word(&dmarc->p, dmarc_policy_name));
	out[2] = output_text(show_word(&dmarc->sp, dmarc_policy_name));
	out[3] = output_text(show_word(&dmarc->np, dmarc_policy_name));
	out[4] = output_text(show_word(&dmarc->adkim, dmarc_alignment_name));
	out[5] = output_text(show_word(&dmarc->aspf, dmarc_alignment_name));
	out[6] = output_text(dmarc->pct);
	out[7] = output_text(dmarc->fo);
	out[8] = output_text(dmarc->testing);
	out[9] = output_text(dmarc->discovery_method);
}

static void
put_row(struct output_value out[7], const struct dmarc_record *record,
    struct arena *arena)
{
	char address[ADDRESS_TEXT];

	out[0] = output_count((int64_t)record->number);
	out[1] = output_text(record->source_ip.len == 0
		? record->source_ip_raw
		: arena_printf(
		    arena, "%s", address_format(&record->source_ip, address)));
	out[2] = output_count(record->count);
	out[3] = output_text(
	    show_word(&record->disposition, dmarc_disposition_name));
	out[4] = output_text(show_word(&record->dkim, dmarc_evaluated_name));
	out[5] = output_text(show_word(&record->spf, dmarc_evaluated_name));
	out[6] = output_flag(dmarc_record_passes(record));
}

static void
print_dmarc(FILE *out, const struct stored_report *stored,
    const struct output_style *style)
{
	struct output *output = output_part(
	    out, OUTPUT_CSV, style, dmarc_columns, COUNT_OF(dmarc_columns));
	struct output_value values[COUNT_OF(dmarc_columns)];
	const struct dmarc_record *record;
	struct arena arena = { 0 };

	put_report(values, stored);
	put_policy(values + 6, &stored->report);
	for (record = stored->report.dmarc->records; record != NULL;
	     record = record->next) {
		put_row(values + 16, record, &arena);
		put_reasons(values + 23, record, &arena);
		values[25] = output_text(record->header_from);
		values[26] = output_text(record->envelope_from);
		values[27] = output_text(record->envelope_to);
		put_dkim(values + 28, record, &arena);
		put_spf(values + 31, record, &arena);
		output_row(output, values);
		arena_release(&arena);
	}
	output_free(output);
}

/* --- TLS: a row for each policy, and one for each of its failures --- */

static struct output_value
join_strings(const struct text_list *strings, struct arena *arena)
{
	struct list list;

	begin_list(&list);
	for (; strings != NULL; strings = strings->next)
		add_item(&list, strings->text);
	return end_list(&list, arena);
}

/* Sums stand in the row of the policy alone, to be added up once. */
static void
put_tls_policy(struct output_value out[15], const struct tlsrpt_policy *policy,
    struct arena *arena)
{
	size_t i;

	out[0] = output_count((int64_t)policy->number);
	out[1] = output_text(policy->policy_type);
	out[2] = output_text(policy->policy_domain);
	out[3] = join_strings(policy->policy_string, arena);
	out[4] = join_strings(policy->mx_host, arena);
	out[5] = output_count(policy->total_successful_session_count);
	out[6] = output_count(policy->total_failure_session_count);
	for (i = 7; i < 15; i++)
		out[i] = OUTPUT_ABSENT;
}

static void
put_failure(struct output_value out[15], const struct tlsrpt_failure *failure)
{
	out[3] = out[4] = out[5] = out[6] = OUTPUT_ABSENT;
	out[7] = output_text(failure->result_type);
	out[8] = output_text(failure->sending_mta_ip);
	out[9] = output_text(failure->receiving_mx_hostname);
	out[10] = output_text(failure->receiving_mx_helo);
	out[11] = output_text(failure->receiving_ip);
	out[12] = output_count(failure->failed_session_count);
	out[13] = output_text(failure->additional_information);
	out[14] = output_text(failure->failure_reason_code);
}

static void
print_tls(FILE *out, const struct stored_report *stored,
    const struct output_style *style)
{
	struct output *output = output_part(
	    out, OUTPUT_CSV, style, tls_columns, COUNT_OF(tls_columns));
	struct output_value values[COUNT_OF(tls_columns)];
	const struct tlsrpt_policy *policy;
	const struct tlsrpt_failure *failure;
	struct arena arena = { 0 };

	put_report(values, stored);
	for (policy = stored->report.tlsrpt->policies; policy != NULL;
	     policy = policy->next) {
		put_tls_policy(values + 6, policy, &arena);
		output_row(output, values);
		for (failure = policy->failure_details; failure != NULL;
		     failure = failure->next) {
			put_failure(values + 6, failure);
			output_row(output, values);
		}
		arena_release(&arena);
	}
	output_free(output);
}

void
show_print_csv(FILE *out, const struct stored_report *stored,
    const struct output_style *style)
{
	if (stored->report.kind == REPORT_DMARC)
		print_dmarc(out, stored, style);
	else
		print_tls(out, stored, style);
}
