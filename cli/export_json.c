#include <err.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "cli/export.h"
#include "cli/geo.h"
#include "cli/output.h"
#include "cli/show_print.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"

/*
 * parsedmarc's keys.  A report is written as its records come: it may be
 * larger than memory.
 */
struct json {
	struct export export;
	FILE *out;
	struct geo *geo;
	bool is_document; /* else a report a line */
	enum report_kind kind;
	int64_t reports;
	int64_t records; /* of the report under way */
	bool is_open;    /* its list of records is */
	char begin[EXPORT_TIME], end[EXPORT_TIME];
};

static void
put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		errx(1, "json: out of memory");
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	put(object, key, output_json_text(text));
}

static void
put_word(json_t *object, const char *key, const struct choice *choice,
    const char *(*name)(int value))
{
	put_text(object, key, show_word(choice, name));
}

static void
add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		errx(1, "json: out of memory");
}

static void
write_value(struct json *json, json_t *value)
{
	json_dumpf(value, json->out, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	json_decref(value);
}

/* --- DMARC --- */

static json_t *
make_texts(const struct dmarc_text *text)
{
	json_t *texts = json_array();

	for (; text != NULL; text = text->next)
		add(texts, output_json_text(text->text));
	return texts;
}

/* Of several, the first: parsedmarc has one text there. */
static json_t *
make_metadata(const struct json *json, const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;
	json_t *object = json_object();

	put_text(object, "org_name", report->org_name);
	put_text(object, "org_email", report->email);
	put_text(object, "org_extra_contact_info",
	    dmarc->extra_contact_info == NULL
		? NULL
		: dmarc->extra_contact_info->text);
	put_text(object, "report_id", report->report_id);
	put_text(object, "begin_date", json->begin);
	put_text(object, "end_date", json->end);
	put(object, "timespan_requires_normalization", json_false());
	put(object, "original_timespan_seconds",
	    json_integer(report->end - report->begin));
	put(object, "errors", make_texts(dmarc->errors));
	put_text(object, "generator", dmarc->generator);
	return object;
}

static json_t *
make_policy(const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;
	json_t *object = json_object();

	put_text(object, "domain", report->domain);
	put_word(object, "adkim", &dmarc->adkim, dmarc_alignment_name);
	put_word(object, "aspf", &dmarc->aspf, dmarc_alignment_name);
	put_word(object, "p", &dmarc->p, dmarc_policy_name);
	put_word(object, "sp", &dmarc->sp, dmarc_policy_name);
	put_text(object, "pct", dmarc->pct);
	put_text(object, "fo", dmarc->fo);
	put_word(object, "np", &dmarc->np, dmarc_policy_name);
	put_text(object, "testing", dmarc->testing);
	put_text(object, "discovery_method", dmarc->discovery_method);
	return object;
}

static json_t *
make_source(const struct json *json, const struct dmarc_record *record)
{
	static const char *const unknown[] = { "country", "reverse_dns",
		"base_domain", "name", "type", "asn", "as_name", "as_domain" };
	struct output_value known[GEO_COUNT];
	char address[ADDRESS_TEXT];
	json_t *object = json_object();
	size_t i;

	put_text(object, "ip_address",
	    record->source_ip.len == 0
		? record->source_ip_raw
		: address_format(&record->source_ip, address));
	for (i = 0; i < COUNT_OF(unknown); i++)
		put(object, unknown[i], json_null());
	/* As far as files of the operator's say. */
	geo_put(json->geo, &record->source_ip, known);
	if (!known[0].is_absent)
		put_text(object, "country", known[0].text);
	if (!known[1].is_absent)
		put(object, "asn", json_integer(known[1].number));
	if (!known[2].is_absent)
		put_text(object, "as_name", known[2].text);
	return object;
}

static json_t *
make_alignment(const struct dmarc_record *record)
{
	json_t *object = json_object();

	put(object, "spf", json_boolean(record->spf.value == DMARC_PASS));
	put(object, "dkim", json_boolean(record->dkim.value == DMARC_PASS));
	put(object, "dmarc", json_boolean(dmarc_record_passes(record)));
	return object;
}

static json_t *
make_evaluated(const struct dmarc_record *record)
{
	const struct dmarc_reason *reason;
	json_t *object = json_object(), *reasons = json_array(), *one;

	put_word(object, "disposition", &record->disposition,
	    dmarc_disposition_name);
	put_word(object, "dkim", &record->dkim, dmarc_evaluated_name);
	put_word(object, "spf", &record->spf, dmarc_evaluated_name);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		one = json_object();
		put_text(one, "type", reason->type);
		put_text(one, "comment",
		    reason->comment == NULL ? NULL : reason->comment->text);
		add(reasons, one);
	}
	put(object, "policy_override_reasons", reasons);
	return object;
}

static json_t *
make_identifiers(const struct dmarc_record *record)
{
	json_t *object = json_object();

	put_text(object, "header_from", record->header_from);
	put_text(object, "envelope_from", record->envelope_from);
	put_text(object, "envelope_to", record->envelope_to);
	return object;
}

static json_t *
make_results(const struct dmarc_record *record)
{
	json_t *object = json_object(), *dkim = json_array(),
	       *spf = json_array(), *one;
	const struct dmarc_dkim *signature;
	const struct dmarc_spf *check;

	for (signature = record->dkim_results; signature != NULL;
	     signature = signature->next) {
		one = json_object();
		put_text(one, "domain", signature->domain);
		put_text(one, "selector", signature->selector);
		put_word(
		    one, "result", &signature->result, dmarc_auth_result_name);
		put_text(one, "human_result", signature->human_result);
		add(dkim, one);
	}
	for (check = record->spf_results; check != NULL; check = check->next) {
		one = json_object();
		put_text(one, "domain", check->domain);
		put_text(one, "scope", check->scope);
		put_word(one, "result", &check->result, dmarc_auth_result_name);
		put_text(one, "human_result", check->human_result);
		add(spf, one);
	}
	put(object, "dkim", dkim);
	put(object, "spf", spf);
	return object;
}

static json_t *
make_record(const struct json *json, const struct dmarc_record *record)
{
	json_t *object = json_object();

	put(object, "source", make_source(json, record));
	put(object, "count", json_integer(record->count));
	put(object, "alignment", make_alignment(record));
	put(object, "policy_evaluated", make_evaluated(record));
	put(object, "identifiers", make_identifiers(record));
	put(object, "auth_results", make_results(record));
	put(object, "normalized_timespan", json_false());
	put_text(object, "interval_begin", json->begin);
	put_text(object, "interval_end", json->end);
	put(object, "record", json_integer((json_int_t)record->number));
	return object;
}

static void
write_head(struct json *json, const struct stored_report *stored)
{
	const struct dmarc_report *dmarc = stored->report.dmarc;

	fprintf(json->out, "{\"id\": %lld, \"verdict\": \"%s\", ",
	    (long long)stored->id, verdict_name(stored->verdict));
	fputs("\"xml_schema\": ", json->out);
	write_value(json,
	    output_json_text(
		dmarc->version == NULL ? "draft" : dmarc->version));
	fputs(", \"xml_namespace\": ", json->out);
	write_value(json, output_json_text(dmarc->xml_namespace));
	fputs(", \"report_metadata\": ", json->out);
	write_value(json, make_metadata(json, &stored->report));
	fputs(", \"policy_published\": ", json->out);
	write_value(json, make_policy(&stored->report));
	fputs(", \"records\": [", json->out);
	json->is_open = true;
}

/* --- TLS --- */

static json_t *
make_list(const struct text_list *text)
{
	json_t *list = json_array();

	for (; text != NULL; text = text->next)
		add(list, output_json_text(text->text));
	return list;
}

static json_t *
make_failure(const struct tlsrpt_failure *failure)
{
	json_t *object = json_object();

	put_text(object, "result_type", failure->result_type);
	put(object, "failed_session_count",
	    json_integer(failure->failed_session_count));
	put_text(object, "sending_mta_ip", failure->sending_mta_ip);
	put_text(object, "receiving_ip", failure->receiving_ip);
	put_text(
	    object, "receiving_mx_hostname", failure->receiving_mx_hostname);
	put_text(object, "receiving_mx_helo", failure->receiving_mx_helo);
	put_text(
	    object, "additional_info_uri", failure->additional_information);
	put_text(object, "failure_reason_code", failure->failure_reason_code);
	return object;
}

static json_t *
make_tls_policy(const struct tlsrpt_policy *policy)
{
	const struct tlsrpt_failure *failure;
	json_t *object = json_object(), *details = json_array();

	put_text(object, "policy_domain", policy->policy_domain);
	put_text(object, "policy_type", policy->policy_type);
	put(object, "policy_strings", make_list(policy->policy_string));
	put(object, "mx_host_patterns", make_list(policy->mx_host));
	put(object, "successful_session_count",
	    json_integer(policy->total_successful_session_count));
	put(object, "failed_session_count",
	    json_integer(policy->total_failure_session_count));
	for (failure = policy->failure_details; failure != NULL;
	     failure = failure->next)
		add(details, make_failure(failure));
	put(object, "failure_details", details);
	return object;
}

static void
write_tls(struct json *json, const struct stored_report *stored)
{
	const struct report *report = &stored->report;
	const struct tlsrpt_policy *policy;
	char begin[DATETIME_TEXT], end[DATETIME_TEXT];
	json_t *object = json_object(), *policies = json_array();

	put(object, "id", json_integer(stored->id));
	put_text(object, "verdict", verdict_name(stored->verdict));
	put_text(object, "organization_name", report->org_name);
	put_text(object, "begin_date", datetime_format(report->begin, begin));
	put_text(object, "end_date", datetime_format(report->end, end));
	put_text(object, "contact_info", report->email);
	put_text(object, "report_id", report->report_id);
	for (policy = report->tlsrpt->policies; policy != NULL;
	     policy = policy->next) {
		add(policies, make_tls_policy(policy));
		json->export.rows++;
	}
	put(object, "policies", policies);
	write_value(json, object);
}

/* --- both --- */

static void
close_report(struct json *json)
{
	if (json->is_open)
		fputs("]}", json->out);
	json->is_open = false;
	if (!json->is_document && json->reports > 0)
		putc('\n', json->out);
}

static bool
on_report(void *context, const struct stored_report *report, struct error *err)
{
	struct json *json = context;

	(void)err;
	close_report(json);
	if (json->is_document)
		fputs(json->reports == 0 ? "\n" : ",\n", json->out);
	json->reports++;
	json->records = 0;
	export_time(report->report.begin, json->begin);
	export_time(report->report.end, json->end);
	if (json->kind == REPORT_DMARC)
		write_head(json, report);
	else
		write_tls(json, report);
	return true;
}

static bool
on_record(void *context, const struct dmarc_record *record, struct error *err)
{
	struct json *json = context;

	(void)err;
	if (json->records++ > 0)
		fputs(", ", json->out);
	write_value(json, make_record(json, record));
	json->export.rows++;
	return true;
}

static void
end(struct export *export)
{
	struct json *json = export->visitor.context;

	close_report(json);
	if (json->is_document)
		fprintf(json->out, "%s]%s}\n", json->reports == 0 ? "" : "\n",
		    json->kind == REPORT_DMARC ? ", \"failure_reports\": [],"
						 " \"smtp_tls_reports\": []"
					       : "");
	free(json);
}

struct export *
export_json_new(FILE *out, const struct output_style *style,
    enum report_kind kind, struct geo *geo)
{
	struct json *json = calloc(1, sizeof(*json));

	if (json == NULL)
		err(1, "export");
	json->export =
	    (struct export) { { on_report, on_record, json }, end, 0 };
	json->out = out;
	json->geo = geo;
	json->kind = kind;
	json->is_document = style->format == OUTPUT_JSON;
	if (json->is_document)
		fputs(kind == REPORT_DMARC
			? "{\"aggregate_reports\": ["
			: "{\"aggregate_reports\": [], \"failure_reports\": [],"
			  " \"smtp_tls_reports\": [",
		    out);
	return &json->export;
}
