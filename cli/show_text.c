#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "cli/output.h"
#include "cli/show_print.h"
#include "cli/text.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"
#include "store/query.h"

#define LABEL 18 /* columns for the name of a field, with a blank */

struct printer {
	FILE *out;
	struct arena *arena;
	size_t width;
};

/* A field: its name, and its text, which is escaped here; nothing for NULL. */
static void
print_field(
    const struct printer *p, int indent, const char *label, const char *text)
{
	if (text == NULL)
		return;
	if (*text == '\0')
		text = "(empty)";
	fprintf(p->out, "%*s%-*s", indent, "", LABEL, label);
	text_fold(p->out, p->width, (size_t)indent + LABEL,
	    (size_t)indent + LABEL,
	    text_escape(p->arena, text_charset(), text));
}

static void
print_time(const struct printer *p, const char *label, int64_t time)
{
	char text[DATETIME_TEXT];

	print_field(p, 2, label, datetime_format(time, text));
}

static void
print_heading(const struct printer *p, const char *heading)
{
	fprintf(p->out, "\n%s\n", heading);
}

/* The word, and the sender's own where that is another. */
static const char *
describe(const struct printer *p, const struct choice *choice,
    const char *(*name)(int value))
{
	const char *word = name(choice->value);

	if (word == NULL)
		return choice->raw;
	if (choice->raw == NULL)
		return word;
	return arena_printf(p->arena, "%s (written '%s')", word, choice->raw);
}

static const char *
or_none(const char *text)
{
	return text == NULL ? "-" : text;
}

/* --- what both kinds have --- */

static const char *
describe_verdict(const struct printer *p, const struct stored_report *stored)
{
	return arena_printf(p->arena, "%s: %s%s", verdict_name(stored->verdict),
	    or_none(stored->verdict_reason),
	    stored->verdict == VERDICT_FAILED ? "; in no sum" : "");
}

static void
print_head(const struct printer *p, const struct stored_report *stored)
{
	const struct report *report = &stored->report;
	const struct note *note;

	fprintf(p->out, "%s report %" PRId64 "\n",
	    report->kind == REPORT_DMARC ? "DMARC" : "TLS", stored->id);
	if (stored->is_conflict)
		print_field(p, 2, "conflict",
		    stored->conflicts_with == 0
			? "with a report of the same name; in no sum"
			: arena_printf(p->arena,
			    "with report %" PRId64
			    ", which has the same name and other content; "
			    "in no sum",
			    stored->conflicts_with));
	print_field(p, 2, "verdict", describe_verdict(p, stored));
	print_field(p, 2, "org_name", report->org_name);
	print_field(p, 2, "email", report->email);
	print_field(p, 2, "report_id", report->report_id);
	print_field(p, 2, "domain", report->domain);
	if (report->begin == 0 && report->end == 0) {
		print_field(p, 2, "period", "the report does not say");
	} else {
		print_time(p, "begin", report->begin);
		print_time(p, "end", report->end);
	}
	print_time(p, "received", stored->received);
	if (stored->is_future)
		print_field(
		    p, 2, "future", "it begins more than a day after it came");
	print_field(p, 2, "source", stored->source);
	print_field(p, 2, "mail_from", stored->mail_from);
	print_field(p, 2, "message_id", stored->message_id);
	print_field(p, 2, "from", stored->from);
	print_field(p, 2, "subject", stored->subject);
	if (stored->part != NULL && *stored->part != '\0')
		print_field(p, 2, "part", stored->part);
	for (note = report->notes; note != NULL; note = note->next)
		print_field(p, 2, "note",
		    arena_printf(
			p->arena, "%s: %s", note->code, or_none(note->detail)));
}

/* --- DMARC --- */

static void
print_texts(const struct printer *p, int indent, const char *label,
    const struct dmarc_text *text)
{
	for (; text != NULL; text = text->next)
		print_field(p, indent, label,
		    text->lang == NULL ? text->text
				       : arena_printf(p->arena, "%s (%s)",
					   or_none(text->text), text->lang));
}

static void
print_policy(const struct printer *p, const struct dmarc_report *dmarc)
{
	print_heading(p, "Policy published");
	print_field(p, 2, "p", describe(p, &dmarc->p, dmarc_policy_name));
	print_field(p, 2, "sp", describe(p, &dmarc->sp, dmarc_policy_name));
	print_field(p, 2, "np", describe(p, &dmarc->np, dmarc_policy_name));
	print_field(
	    p, 2, "adkim", describe(p, &dmarc->adkim, dmarc_alignment_name));
	print_field(
	    p, 2, "aspf", describe(p, &dmarc->aspf, dmarc_alignment_name));
	print_field(p, 2, "pct", dmarc->pct);
	print_field(p, 2, "fo", dmarc->fo);
	print_field(p, 2, "testing", dmarc->testing);
	print_field(p, 2, "discovery_method", dmarc->discovery_method);
}

static void
print_reasons(const struct printer *p, const struct dmarc_reason *reason)
{
	for (; reason != NULL; reason = reason->next) {
		print_field(p, 4, "reason", or_none(reason->type));
		print_texts(p, 4, "  comment", reason->comment);
	}
}

static void
print_auth_results(const struct printer *p, const struct dmarc_record *record)
{
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;

	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next)
		print_field(p, 4, "dkim result",
		    arena_printf(p->arena, "%s: domain %s, selector %s%s%s",
			or_none(
			    describe(p, &dkim->result, dmarc_auth_result_name)),
			or_none(dkim->domain), or_none(dkim->selector),
			dkim->human_result == NULL ? "" : ", ",
			dkim->human_result == NULL ? "" : dkim->human_result));
	for (spf = record->spf_results; spf != NULL; spf = spf->next)
		print_field(p, 4, "spf result",
		    arena_printf(p->arena, "%s: domain %s, scope %s%s%s",
			or_none(
			    describe(p, &spf->result, dmarc_auth_result_name)),
			or_none(spf->domain), or_none(spf->scope),
			spf->human_result == NULL ? "" : ", ",
			spf->human_result == NULL ? "" : spf->human_result));
}

static void
print_record(const struct printer *p, const struct dmarc_record *record)
{
	char address[ADDRESS_TEXT];
	const char *source = record->source_ip.len > 0
	    ? address_format(&record->source_ip, address)
	    : text_escape(
		p->arena, text_charset(), or_none(record->source_ip_raw));

	fprintf(p->out, "\n  %zu. %s: %" PRId64 " %s, %s\n", record->number,
	    source, record->count, record->count == 1 ? "message" : "messages",
	    dmarc_record_passes(record) ? "passed" : "failed");
	print_field(p, 4, "disposition",
	    describe(p, &record->disposition, dmarc_disposition_name));
	print_field(
	    p, 4, "dkim", describe(p, &record->dkim, dmarc_evaluated_name));
	print_field(
	    p, 4, "spf", describe(p, &record->spf, dmarc_evaluated_name));
	print_reasons(p, record->reasons);
	print_field(p, 4, "header_from", record->header_from);
	print_field(p, 4, "envelope_from", record->envelope_from);
	print_field(p, 4, "envelope_to", record->envelope_to);
	print_auth_results(p, record);
}

static void
print_dmarc(struct printer *p, const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;
	struct arena arena = { 0 }, *whole = p->arena;

	print_field(p, 2, "xml_namespace", dmarc->xml_namespace);
	print_field(p, 2, "version", dmarc->version);
	print_field(p, 2, "generator", dmarc->generator);
	print_texts(p, 2, "contact", dmarc->extra_contact_info);
	print_texts(p, 2, "error", dmarc->errors);
	print_policy(p, dmarc);
	print_heading(p,
	    arena_printf(p->arena, "Records (%zu, %" PRId64 " messages%s)",
		dmarc->record_count, dmarc->messages,
		dmarc->skipped_count == 0
		    ? ""
		    : arena_printf(p->arena, "; %zu could not be read",
			dmarc->skipped_count)));
	p->arena = &arena;
	for (record = dmarc->records; record != NULL; record = record->next) {
		print_record(p, record);
		arena_release(&arena);
	}
	p->arena = whole;
}

/* --- TLS --- */

/* RFC 8460 section 4.3, in plain words. */
static const char *
explain(const char *result_type)
{
	static const struct {
		const char *name, *words;
	} types[] = {
		{ "starttls-not-supported", "the MX did not offer STARTTLS" },
		{ "certificate-host-mismatch",
		    "the certificate is for other names than that of the MX" },
		{ "certificate-expired", "the certificate has expired" },
		{ "certificate-not-trusted",
		    "no trusted authority has signed the certificate" },
		{ "validation-failure",
		    "TLS failed for a reason that has no word of its own" },
		{ "tlsa-invalid",
		    "the certificate does not match the TLSA record, or there "
		    "is none that can be used" },
		{ "dnssec-invalid",
		    "the DNS answers did not pass DNSSEC validation" },
		{ "dane-required",
		    "the sender insists on DANE, and there is no usable TLSA "
		    "record" },
		{ "sts-policy-fetch-error",
		    "the MTA-STS policy could not be fetched" },
		{ "sts-policy-invalid",
		    "the MTA-STS policy is there but wrong" },
		{ "sts-webpki-invalid",
		    "the certificate does not hold for an MTA-STS policy" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++)
		if (strcmp(types[i].name, result_type) == 0)
			return types[i].words;
	return NULL;
}

static void
print_failure(const struct printer *p, const struct tlsrpt_failure *failure)
{
	const char *type = or_none(failure->result_type);

	fprintf(p->out, "\n    %" PRId64 " %s: %s\n",
	    failure->failed_session_count,
	    failure->failed_session_count == 1 ? "session" : "sessions",
	    text_escape(p->arena, text_charset(), type));
	print_field(p, 6, "meaning", explain(type));
	print_field(p, 6, "sending_mta_ip", failure->sending_mta_ip);
	print_field(p, 6, "mx_hostname", failure->receiving_mx_hostname);
	print_field(p, 6, "mx_helo", failure->receiving_mx_helo);
	print_field(p, 6, "receiving_ip", failure->receiving_ip);
	print_field(p, 6, "information", failure->additional_information);
	print_field(p, 6, "reason_code", failure->failure_reason_code);
}

static void
print_tls_policy(const struct printer *p, const struct tlsrpt_policy *policy)
{
	const struct text_list *string;

	fprintf(p->out,
	    "\n  %zu. %s for %s: %" PRId64 " sessions succeeded, %" PRId64
	    " failed\n",
	    policy->number,
	    text_escape(p->arena, text_charset(), or_none(policy->policy_type)),
	    text_escape(
		p->arena, text_charset(), or_none(policy->policy_domain)),
	    policy->total_successful_session_count,
	    policy->total_failure_session_count);
	for (string = policy->policy_string; string != NULL;
	     string = string->next)
		print_field(p, 4, "policy_string", string->text);
	for (string = policy->mx_host; string != NULL; string = string->next)
		print_field(p, 4, "mx_host", string->text);
}

static void
print_tls(struct printer *p, const struct tlsrpt_report *tls)
{
	const struct tlsrpt_policy *policy;
	const struct tlsrpt_failure *failure;
	struct arena arena = { 0 }, *whole = p->arena;

	print_heading(p,
	    arena_printf(p->arena, "Policies (%zu%s)", tls->policy_count,
		tls->skipped_count == 0
		    ? ""
		    : arena_printf(p->arena, "; %zu could not be read",
			tls->skipped_count)));
	p->arena = &arena;
	for (policy = tls->policies; policy != NULL; policy = policy->next) {
		print_tls_policy(p, policy);
		for (failure = policy->failure_details; failure != NULL;
		     failure = failure->next) {
			print_failure(p, failure);
			arena_release(&arena);
		}
		arena_release(&arena);
	}
	p->arena = whole;
}

void
show_print_text(FILE *out, const struct stored_report *stored)
{
	struct arena arena = { 0 };
	struct printer p = { out, &arena, output_width(out) };

	print_head(&p, stored);
	if (stored->report.kind == REPORT_DMARC)
		print_dmarc(&p, stored->report.dmarc);
	else
		print_tls(&p, stored->report.tlsrpt);
	arena_release(&arena);
}
