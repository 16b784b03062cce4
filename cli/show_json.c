#include <err.h>

#include "base/compiler.h"
#include "cli/output.h"
#include "cli/show_print.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"
#include "store/query.h"

#define VERSION 1 /* of the JSON, in docs/output.md */

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
put_count(json_t *object, const char *key, int64_t count)
{
	put(object, key, json_integer(count));
}

static void
put_time(json_t *object, const char *key, int64_t time)
{
	char text[DATETIME_TEXT];

	put(object, key, json_string(datetime_format(time, text)));
}

/* The word, and what the sender wrote for it where that is another. */
static void
put_choice(json_t *object, const char *key, const char *raw_key,
    const struct choice *choice, const char *(*name)(int value))
{
	put_text(object, key, show_word(choice, name));
	if (choice->raw != NULL)
		put_text(object, raw_key, choice->raw);
}

/* What is written out now instead of held in memory, item by item. */
static void
write_object(FILE *out, json_t *object, size_t flags)
{
	json_dumpf(object, out, JSON_ENSURE_ASCII | flags);
	json_decref(object);
}

static void
write_item(FILE *out, json_t *object, size_t *count)
{
	if ((*count)++ > 0)
		fputs(", ", out);
	write_object(out, object, 0);
}

/* --- what both kinds have --- */

static json_t *
make_notes(const struct report *report)
{
	json_t *notes = json_array(), *object;
	const struct note *note;

	for (note = report->notes; note != NULL; note = note->next) {
		object = json_object();
		put_text(object, "code", note->code);
		put_text(object, "detail", note->detail);
		json_array_append_new(notes, object);
	}
	return notes;
}

static json_t *
make_head(const struct stored_report *stored)
{
	const struct report *report = &stored->report;
	json_t *head = json_object();

	put_count(head, "version", VERSION);
	put_count(head, "id", stored->id);
	put_text(head, "kind", report_kind_name(report->kind));
	put(head, "conflict", json_boolean(stored->is_conflict));
	put(head, "conflicts_with",
	    stored->conflicts_with == 0 ? json_null()
					: json_integer(stored->conflicts_with));
	put_text(head, "verdict", verdict_name(stored->verdict));
	put_text(head, "verdict_reason", stored->verdict_reason);
	put_time(head, "received", stored->received);
	put(head, "future", json_boolean(stored->is_future));
	put_text(head, "source", stored->source);
	put_text(head, "mail_from", stored->mail_from);
	put_text(head, "message_id", stored->message_id);
	put_text(head, "from", stored->from);
	put_text(head, "subject", stored->subject);
	put_text(head, "part", stored->part);
	put_text(head, "org_name", report->org_name);
	put_text(head, "email", report->email);
	put_text(head, "report_id", report->report_id);
	put_text(head, "domain", report->domain);
	if (report->begin == 0 && report->end == 0) {
		put(head, "begin", json_null());
		put(head, "end", json_null());
	} else {
		put_time(head, "begin", report->begin);
		put_time(head, "end", report->end);
	}
	put(head, "notes", make_notes(report));
	put_count(head, "note_count", (int64_t)report->note_count);
	return head;
}

/* --- DMARC --- */

static json_t *
make_texts(const struct dmarc_text *text)
{
	json_t *texts = json_array(), *object;

	for (; text != NULL; text = text->next) {
		object = json_object();
		put_text(object, "text", text->text);
		put_text(object, "lang", text->lang);
		json_array_append_new(texts, object);
	}
	return texts;
}

static json_t *
make_policy_published(const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;
	json_t *policy = json_object();

	put_text(policy, "domain", report->domain);
	put_choice(policy, "p", "p_raw", &dmarc->p, dmarc_policy_name);
	put_choice(policy, "sp", "sp_raw", &dmarc->sp, dmarc_policy_name);
	put_choice(policy, "np", "np_raw", &dmarc->np, dmarc_policy_name);
	put_choice(
	    policy, "adkim", "adkim_raw", &dmarc->adkim, dmarc_alignment_name);
	put_choice(
	    policy, "aspf", "aspf_raw", &dmarc->aspf, dmarc_alignment_name);
	put_text(policy, "pct", dmarc->pct);
	put_text(policy, "fo", dmarc->fo);
	put_text(policy, "testing", dmarc->testing);
	put_text(policy, "discovery_method", dmarc->discovery_method);
	return policy;
}

static json_t *
make_dmarc_head(const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;
	json_t *head = json_object();

	put_text(head, "xml_namespace", dmarc->xml_namespace);
	put_text(head, "version", dmarc->version);
	put_text(head, "generator", dmarc->generator);
	put(head, "extra_contact_info", make_texts(dmarc->extra_contact_info));
	put(head, "errors", make_texts(dmarc->errors));
	put(head, "policy_published", make_policy_published(report));
	put_count(head, "record_count", (int64_t)dmarc->record_count);
	put_count(head, "skipped_count", (int64_t)dmarc->skipped_count);
	put_count(head, "messages", dmarc->messages);
	return head;
}

static json_t *
make_evaluated(const struct dmarc_record *record)
{
	json_t *evaluated = json_object(), *reasons = json_array(), *object;
	const struct dmarc_reason *reason;

	put_choice(evaluated, "disposition", "disposition_raw",
	    &record->disposition, dmarc_disposition_name);
	put_choice(
	    evaluated, "dkim", "dkim_raw", &record->dkim, dmarc_evaluated_name);
	put_choice(
	    evaluated, "spf", "spf_raw", &record->spf, dmarc_evaluated_name);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		object = json_object();
		put_text(object, "type", reason->type);
		put(object, "comments", make_texts(reason->comment));
		json_array_append_new(reasons, object);
	}
	put(evaluated, "reasons", reasons);
	return evaluated;
}

static json_t *
make_auth_results(const struct dmarc_record *record)
{
	json_t *auth = json_object(), *list = json_array(), *object;
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;

	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		object = json_object();
		put_text(object, "domain", dkim->domain);
		put_text(object, "selector", dkim->selector);
		put_choice(object, "result", "result_raw", &dkim->result,
		    dmarc_auth_result_name);
		put_text(object, "human_result", dkim->human_result);
		json_array_append_new(list, object);
	}
	put(auth, "dkim", list);
	list = json_array();
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		object = json_object();
		put_text(object, "domain", spf->domain);
		put_text(object, "scope", spf->scope);
		put_choice(object, "result", "result_raw", &spf->result,
		    dmarc_auth_result_name);
		put_text(object, "human_result", spf->human_result);
		json_array_append_new(list, object);
	}
	put(auth, "spf", list);
	return auth;
}

static json_t *
make_record(const struct dmarc_record *record)
{
	json_t *row = json_object(), *identifiers = json_object();
	char address[ADDRESS_TEXT];

	put_count(row, "record", (int64_t)record->number);
	if (record->source_ip.len > 0) {
		put_text(row, "source_ip",
		    address_format(&record->source_ip, address));
	} else {
		put(row, "source_ip", json_null());
		put_text(row, "source_ip_raw", record->source_ip_raw);
	}
	put_count(row, "count", record->count);
	put(row, "passed", json_boolean(dmarc_record_passes(record)));
	put(row, "policy_evaluated", make_evaluated(record));
	put_text(identifiers, "header_from", record->header_from);
	put_text(identifiers, "envelope_from", record->envelope_from);
	put_text(identifiers, "envelope_to", record->envelope_to);
	put(row, "identifiers", identifiers);
	put(row, "auth_results", make_auth_results(record));
	return row;
}

static void
write_dmarc(FILE *out, const struct report *report)
{
	const struct dmarc_record *record;
	size_t count = 0;

	fputs("\"dmarc\": {", out);
	write_object(out, make_dmarc_head(report), JSON_EMBED);
	fputs(", \"records\": [", out);
	for (record = report->dmarc->records; record != NULL;
	     record = record->next)
		write_item(out, make_record(record), &count);
	fputs("]}", out);
}

/* --- TLS --- */

static json_t *
make_strings(const struct text_list *strings)
{
	json_t *list = json_array();

	for (; strings != NULL; strings = strings->next)
		json_array_append_new(list, output_json_text(strings->text));
	return list;
}

static json_t *
make_failure(const struct tlsrpt_failure *failure)
{
	json_t *object = json_object();

	put_text(object, "result_type", failure->result_type);
	put_text(object, "sending_mta_ip", failure->sending_mta_ip);
	put_text(
	    object, "receiving_mx_hostname", failure->receiving_mx_hostname);
	put_text(object, "receiving_mx_helo", failure->receiving_mx_helo);
	put_text(object, "receiving_ip", failure->receiving_ip);
	put_count(
	    object, "failed_session_count", failure->failed_session_count);
	put_text(
	    object, "additional_information", failure->additional_information);
	put_text(object, "failure_reason_code", failure->failure_reason_code);
	return object;
}

static json_t *
make_policy(const struct tlsrpt_policy *policy)
{
	json_t *object = json_object(), *details = json_array();
	const struct tlsrpt_failure *failure;

	put_count(object, "policy", (int64_t)policy->number);
	put_text(object, "policy_type", policy->policy_type);
	put(object, "policy_string", make_strings(policy->policy_string));
	put_text(object, "policy_domain", policy->policy_domain);
	put(object, "mx_host", make_strings(policy->mx_host));
	put_count(object, "total_successful_session_count",
	    policy->total_successful_session_count);
	put_count(object, "total_failure_session_count",
	    policy->total_failure_session_count);
	for (failure = policy->failure_details; failure != NULL;
	     failure = failure->next)
		json_array_append_new(details, make_failure(failure));
	put(object, "failure_details", details);
	return object;
}

static void
write_tls(FILE *out, const struct report *report)
{
	const struct tlsrpt_report *tls = report->tlsrpt;
	const struct tlsrpt_policy *policy;
	size_t count = 0;

	fprintf(out,
	    "\"tlsrpt\": {\"policy_count\": %zu, \"skipped_count\": %zu, "
	    "\"policies\": [",
	    tls->policy_count, tls->skipped_count);
	for (policy = tls->policies; policy != NULL; policy = policy->next)
		write_item(out, make_policy(policy), &count);
	fputs("]}", out);
}

void
show_print_json(FILE *out, const struct stored_report *stored)
{
	putc('{', out);
	write_object(out, make_head(stored), JSON_EMBED);
	fputs(", ", out);
	if (stored->report.kind == REPORT_DMARC)
		write_dmarc(out, &stored->report);
	else
		write_tls(out, &stored->report);
	fputs("}\n", out);
}
