#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/export.h"
#include "cli/geo.h"
#include "cli/output.h"
#include "cli/show_print.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"

/* parsedmarc 10.4's columns, in its order; ours behind them. */
static const struct output_column dmarc_columns[] = {
	{ .key = "xml_schema" },
	{ .key = "org_name" },
	{ .key = "org_email" },
	{ .key = "org_extra_contact_info" },
	{ .key = "report_id" },
	{ .key = "begin_date" },
	{ .key = "end_date" },
	{ .key = "normalized_timespan" },
	{ .key = "errors" },
	{ .key = "domain" },
	{ .key = "adkim" },
	{ .key = "aspf" },
	{ .key = "p" },
	{ .key = "sp" },
	{ .key = "np" },
	{ .key = "pct" },
	{ .key = "fo" },
	{ .key = "testing" },
	{ .key = "discovery_method" },
#define REPORT_COLUMNS 19
	{ .key = "source_ip_address" },
	{ .key = "source_country" },
	{ .key = "source_reverse_dns" },
	{ .key = "source_base_domain" },
	{ .key = "source_name" },
	{ .key = "source_type" },
	{ .key = "source_asn", .type = OUTPUT_COUNT },
	{ .key = "source_as_name" },
	{ .key = "source_as_domain" },
#define SOURCE_COLUMNS 8
	{ .key = "count", .type = OUTPUT_COUNT },
	{ .key = "spf_aligned" },
	{ .key = "dkim_aligned" },
	{ .key = "dmarc_aligned" },
	{ .key = "disposition" },
	{ .key = "policy_override_reasons" },
	{ .key = "policy_override_comments" },
	{ .key = "envelope_from" },
	{ .key = "header_from" },
	{ .key = "envelope_to" },
	{ .key = "dkim_domains" },
	{ .key = "dkim_selectors" },
	{ .key = "dkim_results" },
	{ .key = "spf_domains" },
	{ .key = "spf_scopes" },
	{ .key = "spf_results" },
	{ .key = "id", .type = OUTPUT_COUNT },
	{ .key = "record", .type = OUTPUT_COUNT },
	{ .key = "received", .type = OUTPUT_TIME },
	{ .key = "verdict" },
	{ .key = "dkim" },
	{ .key = "spf" },
};

static const struct output_column tls_columns[] = {
	{ .key = "organization_name" },
	{ .key = "begin_date", .type = OUTPUT_TIME },
	{ .key = "end_date", .type = OUTPUT_TIME },
	{ .key = "report_id" },
	{ .key = "result_type" },
	{ .key = "successful_session_count", .type = OUTPUT_COUNT },
	{ .key = "failed_session_count", .type = OUTPUT_COUNT },
	{ .key = "policy_domain" },
	{ .key = "policy_type" },
	{ .key = "policy_strings" },
	{ .key = "mx_host_patterns" },
	{ .key = "sending_mta_ip" },
	{ .key = "receiving_ip" },
	{ .key = "receiving_mx_hostname" },
	{ .key = "receiving_mx_helo" },
	{ .key = "additional_info_uri" },
	{ .key = "failure_reason_code" },
	{ .key = "detail_failed_session_count", .type = OUTPUT_COUNT },
	{ .key = "id", .type = OUTPUT_COUNT },
	{ .key = "policy", .type = OUTPUT_COUNT },
	{ .key = "received", .type = OUTPUT_TIME },
	{ .key = "verdict" },
};

struct csv {
	struct export export;
	struct output *output;
	struct geo *geo;
	const struct stored_report *report;
	struct arena head; /* of the report's own cells */
	struct arena row;
	struct output_value values[COUNT_OF(dmarc_columns)];
};

/* --- lists in one cell --- */

struct join {
	struct arena *arena;
	const char *between;
	char *text;
	size_t len, size, count;
};

static void
append(struct join *join, const char *text)
{
	size_t len = strlen(text);
	char *more;

	if (join->len + len + 1 > join->size) {
		join->size = (join->len + len + 1) * 2;
		more = arena_alloc(join->arena, join->size, 1);
		if (join->len > 0)
			memcpy(more, join->text, join->len);
		join->text = more;
	}
	memcpy(join->text + join->len, text, len + 1);
	join->len += len;
}

static void
add(struct join *join, const char *item)
{
	if (join->count++ > 0)
		append(join, join->between);
	append(join, item == NULL ? "" : item);
}

/* Nothing in it is an absent list. */
static struct output_value
joined(const struct join *join)
{
	return output_text(join->text);
}

static struct output_value
join_texts(
    struct arena *arena, const char *between, const struct dmarc_text *text)
{
	struct join join = { .arena = arena, .between = between };

	for (; text != NULL; text = text->next)
		add(&join, text->text);
	return joined(&join);
}

static struct output_value
join_list(struct arena *arena, const struct text_list *list)
{
	struct join join = { .arena = arena, .between = "|" };

	for (; list != NULL; list = list->next)
		add(&join, list->text);
	return joined(&join);
}

static struct output_value
truth(bool is_so)
{
	return output_text(is_so ? "True" : "False");
}

static struct output_value
copy_time(struct arena *arena, int64_t time)
{
	char text[EXPORT_TIME];

	return output_text(arena_printf(arena, "%s", export_time(time, text)));
}

/* --- DMARC --- */

static void
put_reasons(struct output_value out[2], struct arena *arena,
    const struct dmarc_reason *reason)
{
	struct join types = { .arena = arena, .between = "," };
	struct join comments = { .arena = arena, .between = "|" };

	for (; reason != NULL; reason = reason->next) {
		add(&types, reason->type == NULL ? "none" : reason->type);
		add(&comments,
		    reason->comment == NULL || reason->comment->text == NULL
			? "none"
			: reason->comment->text);
	}
	out[0] = joined(&types);
	out[1] = joined(&comments);
}

static void
put_dkim(struct output_value out[3], struct arena *arena,
    const struct dmarc_dkim *dkim)
{
	struct join domains = { .arena = arena, .between = "," };
	struct join selectors = { .arena = arena, .between = "," };
	struct join results = { .arena = arena, .between = "," };

	for (; dkim != NULL; dkim = dkim->next) {
		add(&domains, dkim->domain);
		add(&selectors, dkim->selector);
		add(&results, show_word(&dkim->result, dmarc_auth_result_name));
	}
	out[0] = joined(&domains);
	out[1] = joined(&selectors);
	out[2] = joined(&results);
}

static void
put_spf(struct output_value out[3], struct arena *arena,
    const struct dmarc_spf *spf)
{
	struct join domains = { .arena = arena, .between = "," };
	struct join scopes = { .arena = arena, .between = "," };
	struct join results = { .arena = arena, .between = "," };

	for (; spf != NULL; spf = spf->next) {
		add(&domains, spf->domain);
		add(&scopes, spf->scope);
		add(&results, show_word(&spf->result, dmarc_auth_result_name));
	}
	out[0] = joined(&domains);
	out[1] = joined(&scopes);
	out[2] = joined(&results);
}

static void
put_report(struct csv *csv, const struct stored_report *stored)
{
	const struct report *report = &stored->report;
	const struct dmarc_report *dmarc = report->dmarc;
	const struct output_value values[REPORT_COLUMNS] = {
		output_text(dmarc->version == NULL ? "draft" : dmarc->version),
		output_text(report->org_name),
		output_text(report->email),
		join_texts(&csv->head, " ", dmarc->extra_contact_info),
		output_text(report->report_id),
		copy_time(&csv->head, report->begin),
		copy_time(&csv->head, report->end),
		truth(false),
		join_texts(&csv->head, "|", dmarc->errors),
		output_text(report->domain),
		output_text(show_word(&dmarc->adkim, dmarc_alignment_name)),
		output_text(show_word(&dmarc->aspf, dmarc_alignment_name)),
		output_text(show_word(&dmarc->p, dmarc_policy_name)),
		output_text(show_word(&dmarc->sp, dmarc_policy_name)),
		output_text(show_word(&dmarc->np, dmarc_policy_name)),
		output_text(dmarc->pct),
		output_text(dmarc->fo),
		output_text(dmarc->testing),
		output_text(dmarc->discovery_method),
	};

	memcpy(csv->values, values, sizeof(values));
}

/* Where the source is, as far as files of the operator's say. */
static struct output_value *
put_place(
    struct csv *csv, struct output_value *out, const struct address *source_ip)
{
	struct output_value known[GEO_COUNT];
	size_t i;

	geo_put(csv->geo, source_ip, known);
	for (i = 0; i < SOURCE_COLUMNS; i++)
		out[i] = OUTPUT_ABSENT;
	out[0] = known[0];
	out[5] = known[1];
	out[6] = known[2];
	return out + SOURCE_COLUMNS;
}

static void
put_record(struct csv *csv, const struct dmarc_record *record)
{
	struct output_value *out = csv->values + REPORT_COLUMNS;
	char address[ADDRESS_TEXT];

	*out++ = output_text(record->source_ip.len == 0
		? record->source_ip_raw
		: arena_printf(&csv->row, "%s",
		    address_format(&record->source_ip, address)));
	out = put_place(csv, out, &record->source_ip);
	*out++ = output_count(record->count);
	*out++ = truth(record->spf.value == DMARC_PASS);
	*out++ = truth(record->dkim.value == DMARC_PASS);
	*out++ = truth(dmarc_record_passes(record));
	*out++ = output_text(
	    show_word(&record->disposition, dmarc_disposition_name));
	put_reasons(out, &csv->row, record->reasons);
	out += 2;
	*out++ = output_text(record->envelope_from);
	*out++ = output_text(record->header_from);
	*out++ = output_text(record->envelope_to);
	put_dkim(out, &csv->row, record->dkim_results);
	put_spf(out + 3, &csv->row, record->spf_results);
	out += 6;
	*out++ = output_count(csv->report->id);
	*out++ = output_count((int64_t)record->number);
	*out++ = output_time(csv->report->received);
	*out++ = output_text(verdict_name(csv->report->verdict));
	*out++ = output_text(show_word(&record->dkim, dmarc_evaluated_name));
	*out = output_text(show_word(&record->spf, dmarc_evaluated_name));
}

/* --- TLS --- */

static void
put_policy(struct csv *csv, const struct tlsrpt_policy *policy)
{
	const struct stored_report *stored = csv->report;
	const struct output_value values[COUNT_OF(tls_columns)] = {
		output_text(stored->report.org_name),
		output_time(stored->report.begin),
		output_time(stored->report.end),
		output_text(stored->report.report_id),
		OUTPUT_ABSENT,
		output_count(policy->total_successful_session_count),
		output_count(policy->total_failure_session_count),
		output_text(policy->policy_domain),
		output_text(policy->policy_type),
		join_list(&csv->row, policy->policy_string),
		join_list(&csv->row, policy->mx_host),
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		OUTPUT_ABSENT,
		output_count(stored->id),
		output_count((int64_t)policy->number),
		output_time(stored->received),
		output_text(verdict_name(stored->verdict)),
	};

	memcpy(csv->values, values, sizeof(values));
}

/* Sessions of the policy stand in its own row alone, to be added up once. */
static void
put_failure(struct csv *csv, const struct tlsrpt_failure *failure)
{
	struct output_value *out = csv->values;

	out[4] = output_text(failure->result_type);
	out[5] = out[6] = OUTPUT_ABSENT;
	out[11] = output_text(failure->sending_mta_ip);
	out[12] = output_text(failure->receiving_ip);
	out[13] = output_text(failure->receiving_mx_hostname);
	out[14] = output_text(failure->receiving_mx_helo);
	out[15] = output_text(failure->additional_information);
	out[16] = output_text(failure->failure_reason_code);
	out[17] = output_count(failure->failed_session_count);
}

static void
print_row(struct csv *csv)
{
	output_row(csv->output, csv->values);
	csv->export.rows++;
}

static void
print_policies(struct csv *csv, const struct tlsrpt_policy *policy)
{
	const struct tlsrpt_failure *failure;

	for (; policy != NULL; policy = policy->next) {
		put_policy(csv, policy);
		print_row(csv);
		for (failure = policy->failure_details; failure != NULL;
		     failure = failure->next) {
			put_failure(csv, failure);
			print_row(csv);
		}
		arena_release(&csv->row);
	}
}

/* --- both --- */

static bool
on_report(void *context, const struct stored_report *report, struct error *err)
{
	struct csv *csv = context;

	(void)err;
	csv->report = report;
	arena_release(&csv->head);
	if (report->report.kind == REPORT_TLSRPT)
		print_policies(csv, report->report.tlsrpt->policies);
	else
		put_report(csv, report);
	return true;
}

static bool
on_record(void *context, const struct dmarc_record *record, struct error *err)
{
	struct csv *csv = context;

	(void)err;
	put_record(csv, record);
	print_row(csv);
	arena_release(&csv->row);
	return true;
}

static void
end(struct export *export)
{
	struct csv *csv = export->visitor.context;

	output_free(csv->output);
	arena_release(&csv->head);
	free(csv);
}

struct export *
export_csv_new(FILE *out, const struct output_style *style,
    enum report_kind kind, struct geo *geo)
{
	struct csv *csv = calloc(1, sizeof(*csv));

	if (csv == NULL)
		err(1, "export");
	csv->export = (struct export) { { on_report, on_record, csv }, end, 0 };
	csv->geo = geo;
	csv->output = kind == REPORT_DMARC
	    ? output_part(
		out, OUTPUT_CSV, style, dmarc_columns, COUNT_OF(dmarc_columns))
	    : output_part(
		out, OUTPUT_CSV, style, tls_columns, COUNT_OF(tls_columns));
	return &csv->export;
}
