#include "tests/fuzz/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parse/dmarc.h"
#include "parse/reading.h"
#include "parse/report.h"
#include "parse/tlsrpt.h"

void
check_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

struct bytes
check_input(const uint8_t *data, size_t size)
{
	return (struct bytes) { (const char *)data, size };
}

bool
is_utf8(struct bytes bytes)
{
	size_t len;

	while (bytes.len > 0) {
		len = utf8_len(bytes.data, bytes.len);
		if (len == 0)
			return false;
		bytes = bytes_skip(bytes, len);
	}
	return true;
}

void
check_text(const char *text)
{
	CHECK(text == NULL || is_utf8(bytes_of(text)));
}

void
check_error(const struct error *err)
{
	CHECK(err->kind == ERROR_INPUT || err->kind == ERROR_LIMIT);
	CHECK(err->reason[0] != '\0');
	CHECK(err->text[0] != '\0');
	check_text(err->text);
}

bool
buffer_equal(const struct buffer *a, const struct buffer *b)
{
	return a->len == b->len
	    && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* --- printing a report, which checks its texts on the way --- */

static void PRINTF_LIKE(2, 3) print(struct buffer *out, const char *fmt, ...)
{
	char text[64];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	CHECK(buffer_add(out, bytes_of(text)));
}

static void
print_text(struct buffer *out, const char *text)
{
	check_text(text);
	CHECK(buffer_add(out, bytes_of(text == NULL ? "-" : text)));
	CHECK(buffer_add(out, bytes_of(text == NULL ? "\n" : "|\n")));
}

static void
print_choice(struct buffer *out, struct choice choice)
{
	print(out, "%d ", choice.value);
	print_text(out, choice.raw);
}

static void
print_texts(struct buffer *out, const struct dmarc_text *texts)
{
	for (; texts != NULL; texts = texts->next) {
		print_text(out, texts->text);
		print_text(out, texts->lang);
	}
}

static void
print_dkim_and_spf(struct buffer *out, const struct dmarc_record *record)
{
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;

	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		print_text(out, dkim->domain);
		print_text(out, dkim->selector);
		print_choice(out, dkim->result);
		print_text(out, dkim->human_result);
	}
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		print_text(out, spf->domain);
		print_text(out, spf->scope);
		print_choice(out, spf->result);
		print_text(out, spf->human_result);
	}
}

static void
print_record(struct buffer *out, const struct dmarc_record *record)
{
	const struct dmarc_reason *reason;
	char address[ADDRESS_TEXT];

	print(out, "%zu %lld %s\n", record->number, (long long)record->count,
	    address_format(&record->source_ip, address));
	print_text(out, record->source_ip_raw);
	print_choice(out, record->disposition);
	print_choice(out, record->dkim);
	print_choice(out, record->spf);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		print_text(out, reason->type);
		print_texts(out, reason->comment);
	}
	print_text(out, record->header_from);
	print_text(out, record->envelope_from);
	print_text(out, record->envelope_to);
	print_dkim_and_spf(out, record);
}

static void
print_dmarc(struct buffer *out, const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;

	print_text(out, dmarc->xml_namespace);
	print_text(out, dmarc->version);
	print_texts(out, dmarc->extra_contact_info);
	print_texts(out, dmarc->errors);
	print_text(out, dmarc->generator);
	print_choice(out, dmarc->p);
	print_choice(out, dmarc->sp);
	print_choice(out, dmarc->np);
	print_choice(out, dmarc->adkim);
	print_choice(out, dmarc->aspf);
	print_text(out, dmarc->pct);
	print_text(out, dmarc->fo);
	print_text(out, dmarc->testing);
	print_text(out, dmarc->discovery_method);
	for (record = dmarc->records; record != NULL; record = record->next)
		print_record(out, record);
	print(out, "%zu %zu %lld\n", dmarc->record_count, dmarc->skipped_count,
	    (long long)dmarc->messages);
}

static void
print_list(struct buffer *out, const struct text_list *list)
{
	for (; list != NULL; list = list->next)
		print_text(out, list->text);
}

static void
print_policy(struct buffer *out, const struct tlsrpt_policy *policy)
{
	const struct tlsrpt_failure *failure;

	print(out, "%zu %lld %lld\n", policy->number,
	    (long long)policy->total_successful_session_count,
	    (long long)policy->total_failure_session_count);
	print_text(out, policy->policy_type);
	print_list(out, policy->policy_string);
	print_text(out, policy->policy_domain);
	print_list(out, policy->mx_host);
	for (failure = policy->failure_details; failure != NULL;
	     failure = failure->next) {
		print_text(out, failure->result_type);
		print_text(out, failure->sending_mta_ip);
		print_text(out, failure->receiving_mx_hostname);
		print_text(out, failure->receiving_mx_helo);
		print_text(out, failure->receiving_ip);
		print(out, "%lld\n", (long long)failure->failed_session_count);
		print_text(out, failure->additional_information);
		print_text(out, failure->failure_reason_code);
	}
}

void
print_report(struct buffer *out, const struct report *report)
{
	const struct tlsrpt_policy *policy;
	const struct note *note;

	print(out, "%d %d\n", (int)report->kind, report->has_period);
	if (report->has_period)
		print(out, "%lld %lld\n", (long long)report->begin,
		    (long long)report->end);
	print_text(out, report->org_name);
	print_text(out, report->email);
	print_text(out, report->report_id);
	print_text(out, report->domain);
	for (note = report->notes; note != NULL; note = note->next) {
		print_text(out, note->code);
		print_text(out, note->detail);
	}
	if (report->kind == REPORT_DMARC)
		print_dmarc(out, report->dmarc);
	else
		for (policy = report->tlsrpt->policies; policy != NULL;
		     policy = policy->next)
			print_policy(out, policy);
}

static void
print_failure(struct buffer *out, const struct failure *failure)
{
	char address[ADDRESS_TEXT];

	print_text(out, failure->reporter);
	print_text(out, failure->feedback_type);
	print_text(out, failure->user_agent);
	print_text(out, failure->auth_failure);
	print_text(out, failure->delivery_result);
	print_text(out, failure->reported_domain);
	print_text(out, failure->reporting_mta);
	print_text(out, failure->identity_alignment);
	print_text(out, failure->dkim_domain);
	print_text(out, failure->dkim_selector);
	print_text(out, address_format(&failure->source_ip, address));
	print(out, "%d %lld %lld\n", failure->has_arrival_date,
	    (long long)failure->arrival_date, (long long)failure->incidents);
}

static void
print_finding(struct buffer *out, const struct finding *finding)
{
	size_t i;

	print_text(out, finding->part);
	print_text(out, finding->reason);
	print_text(out, finding->detail);
	if (finding->report == NULL)
		return;
	for (i = 0; i < sizeof(finding->digest.data); i++)
		print(out, "%02x", finding->digest.data[i]);
	print(out, " %d\n", (int)finding->verdict);
	print_text(out, finding->verdict_reason);
	print_report(out, finding->report);
	print(out, "%zu\n", finding->report->note_count);
}

void
print_reading(struct buffer *out, const struct reading *reading)
{
	const struct finding *finding;
	const struct failure *failure;

	print(out, "%d %d\n", reading->is_message, (int)reading->class);
	print_text(out, reading->message_id);
	print_text(out, reading->from);
	print_text(out, reading->subject);
	print_text(out, reading->tls_report_domain);
	print_text(out, reading->tls_report_submitter);
	print(out, "%d %lld\n", reading->has_date, (long long)reading->date);
	for (finding = reading->findings; finding != NULL;
	     finding = finding->next)
		print_finding(out, finding);
	for (failure = reading->failures; failure != NULL;
	     failure = failure->next)
		print_failure(out, failure);
	print(out, "%zu %zu\n", reading->report_count, reading->broken_count);
	print(out, "%zu\n", reading->original.len);
	CHECK(buffer_add(out, reading->original));
}

/* --- checking one --- */

static void
check_notes(const struct report *report)
{
	const struct note *note;
	size_t count = 0;

	for (note = report->notes; note != NULL; note = note->next) {
		CHECK(note->code[0] != '\0');
		CHECK(note->detail != NULL);
		count++;
	}
	CHECK(count
	    == (report->note_count < MAX_NOTES ? report->note_count
					       : MAX_NOTES));
}

static void
check_dmarc(const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;
	size_t count = 0, number = 0;
	int64_t messages = 0;

	for (record = dmarc->records; record != NULL; record = record->next) {
		CHECK(record->count >= 0);
		CHECK(record->number > number);
		CHECK((record->source_ip.len > 0)
		    != (record->source_ip_raw != NULL));
		number = record->number;
		messages += record->count;
		count++;
	}
	CHECK(dmarc->record_count == count);
	CHECK(dmarc->messages == messages);
	CHECK(number <= dmarc->record_count + dmarc->skipped_count);
	CHECK(number <= MAX_DMARC_RECORDS);
}

static size_t
check_failures(const struct tlsrpt_policy *policy)
{
	const struct tlsrpt_failure *failure;
	size_t count = 0;

	for (failure = policy->failure_details; failure != NULL;
	     failure = failure->next) {
		CHECK(failure->failed_session_count >= 0);
		count++;
	}
	CHECK(policy->failure_count == count);
	return count;
}

static void
check_tlsrpt(const struct tlsrpt_report *tlsrpt)
{
	const struct tlsrpt_policy *policy;
	size_t count = 0, number = 0, failures = 0;

	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next) {
		CHECK(policy->total_successful_session_count >= 0);
		CHECK(policy->total_failure_session_count >= 0);
		CHECK(policy->number > number);
		number = policy->number;
		failures += check_failures(policy);
		count++;
	}
	CHECK(tlsrpt->policy_count == count);
	CHECK(number <= MAX_TLS_POLICIES);
	CHECK(failures <= MAX_TLS_FAILURES);
}

void
check_report(const struct report *report)
{
	struct buffer text = { .max = SIZE_MAX };

	print_report(&text, report);
	buffer_release(&text);
	check_notes(report);
	CHECK(report->report_id != NULL);
	CHECK((report->dmarc != NULL) == (report->kind == REPORT_DMARC));
	CHECK((report->tlsrpt != NULL) == (report->kind == REPORT_TLSRPT));
	if (report->dmarc != NULL)
		check_dmarc(report->dmarc);
	else
		check_tlsrpt(report->tlsrpt);
}

static void
check_finding(const struct finding *finding)
{
	CHECK(finding->part != NULL);
	check_text(finding->part);
	CHECK((finding->report == NULL) == (finding->reason != NULL));
	CHECK((finding->report == NULL) == (finding->detail != NULL));
	if (finding->report == NULL) {
		CHECK(finding->reason[0] != '\0');
		CHECK(finding->detail[0] != '\0');
		check_text(finding->detail);
		return;
	}
	CHECK(finding->verdict_reason != NULL);
	check_text(finding->verdict_reason);
	CHECK(finding->report->org_name != NULL);
	CHECK(finding->report->domain != NULL);
	CHECK(finding->report->has_period);
	check_report(finding->report);
}

/* Of somebody else's mail, nothing is to be kept. */
static void
check_mail_that_failed(const struct reading *reading)
{
	const struct failure *failure;

	CHECK(
	    (reading->class == MESSAGE_FAILURE) == (reading->failures != NULL));
	if (reading->class == MESSAGE_FAILURE
	    || reading->class == MESSAGE_ABUSE)
		CHECK(reading->findings == NULL && reading->subject == NULL);
	for (failure = reading->failures; failure != NULL;
	     failure = failure->next) {
		check_text(failure->reporter);
		check_text(failure->reported_domain);
		check_text(failure->auth_failure);
		check_text(failure->delivery_result);
		CHECK(failure->incidents > 0);
	}
}

void
check_reading(const struct reading *reading)
{
	const struct finding *finding;
	size_t reports = 0, broken = 0;

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		check_finding(finding);
		if (finding->report != NULL)
			reports++;
		else
			broken++;
	}
	CHECK(reading->report_count == reports);
	CHECK(reading->broken_count == broken);
	CHECK(reading->is_message || reading->class == MESSAGE_OTHER);
	check_mail_that_failed(reading);
	check_text(reading->message_id);
	check_text(reading->from);
	check_text(reading->subject);
	check_text(reading->tls_report_domain);
	check_text(reading->tls_report_submitter);
}

/* --- the reader in pieces --- */

static bool
feed(struct report_reader *reader, struct bytes input, size_t step,
    struct error *err)
{
	size_t len = step == 0 ? input.len : step;

	while (input.len > 0) {
		if (len > input.len)
			len = input.len;
		if (!report_reader_feed(
			reader, (struct bytes) { input.data, len }, err))
			return false;
		input = bytes_skip(input, len);
	}
	return true;
}

void
print_reading_of(
    struct buffer *out, struct bytes input, bool mends, size_t step)
{
	struct arena arena = { 0 };
	struct report_reader *reader = report_reader_new(&arena);
	struct report report;
	struct error err;

	if (mends)
		report_reader_mend(reader);
	if (feed(reader, input, step, &err)
	    && report_reader_finish(reader, &report, &err)) {
		check_report(&report);
		print_report(out, &report);
	} else {
		check_error(&err);
		print_text(out, err.reason);
	}
	report_reader_free(reader);
	arena_release(&arena);
}
