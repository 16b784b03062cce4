#include <inttypes.h>

#include "ingest/read.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"
#include "tests/unit/fixtures.h"

static void
print_digest(FILE *out, const struct digest *digest)
{
	size_t i;

	for (i = 0; i < 4; i++)
		fprintf(out, "%02x", digest->data[i]);
}

static void
print_report(FILE *out, const struct finding *finding)
{
	const struct report *report = finding->report;
	const struct note *note;

	fprintf(out, "%s report '%s' ", report_kind_name(report->kind),
	    report->report_id);
	print_digest(out, &finding->digest);
	fprintf(out, " from %s about %s, %" PRId64 " to %" PRId64,
	    report->org_name, report->domain, report->begin, report->end);
	if (report->dmarc != NULL)
		fprintf(out, ", %zu records, %" PRId64 " messages\n",
		    report->dmarc->record_count, report->dmarc->messages);
	if (report->tlsrpt != NULL)
		fprintf(out, ", %zu policies\n", report->tlsrpt->policy_count);
	for (note = report->notes; note != NULL; note = note->next)
		fprintf(out, "    note: %s: %s\n", note->code, note->detail);
}

static void
print_field(FILE *out, const char *name, const char *text)
{
	if (text != NULL)
		fprintf(out, "%s: %s\n", name, text);
}

static void
print_failure(FILE *out, const struct failure *failure)
{
	char address[ADDRESS_TEXT];

	print_field(out, "  Reporter", failure->reporter);
	print_field(out, "  Feedback-Type", failure->feedback_type);
	print_field(out, "  User-Agent", failure->user_agent);
	print_field(out, "  Auth-Failure", failure->auth_failure);
	print_field(out, "  Delivery-Result", failure->delivery_result);
	print_field(out, "  Reported-Domain", failure->reported_domain);
	print_field(out, "  Reporting-MTA", failure->reporting_mta);
	print_field(out, "  Identity-Alignment", failure->identity_alignment);
	print_field(out, "  DKIM-Domain", failure->dkim_domain);
	print_field(out, "  DKIM-Selector", failure->dkim_selector);
	if (failure->source_ip.len > 0)
		print_field(out, "  Source-IP",
		    address_format(&failure->source_ip, address));
	if (failure->has_arrival_date)
		fprintf(out, "  Arrival-Date: %" PRId64 "\n",
		    failure->arrival_date);
	fprintf(out, "  Incidents: %" PRId64 "\n", failure->incidents);
}

static void
print_reading(FILE *out, const struct reading *reading)
{
	static const char *const classes[] = { "no report", "bounce",
		"failure report", "abuse report", "error report" };
	const struct finding *finding;
	const struct failure *failure;

	if (reading->is_message) {
		print_field(out, "Message-ID", reading->message_id);
		print_field(out, "From", reading->from);
		print_field(out, "Subject", reading->subject);
		print_field(
		    out, "TLS-Report-Domain", reading->tls_report_domain);
		print_field(
		    out, "TLS-Report-Submitter", reading->tls_report_submitter);
		if (reading->has_date)
			fprintf(out, "Date: %" PRId64 "\n", reading->date);
	}
	if (reading->findings == NULL)
		fprintf(out, "%s\n", classes[reading->class]);
	for (failure = reading->failures; failure != NULL;
	     failure = failure->next)
		print_failure(out, failure);
	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		fprintf(out, "%s> ", finding->part);
		if (finding->report != NULL)
			print_report(out, finding);
		else
			fprintf(
			    out, "%s: %s\n", finding->reason, finding->detail);
	}
	fprintf(out, "%zu reports, %zu broken\n", reading->report_count,
	    reading->broken_count);
}

ParameterizedTestParameters(read, matches_its_expectation)
{
	static struct fixture fixtures[256];

	return fixtures_matching(FIXTURES "/input/*", fixtures);
}

ParameterizedTest(struct fixture *fixture, read, matches_its_expectation)
{
	struct arena arena = { 0 };
	struct reading reading;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	read_input(
	    fixture_bytes(fixture->path, &arena), NULL, &arena, &reading);
	print_reading(out, &reading);
	fclose(out);
	expect_beside(fixture->path, text, &arena);
	free(text);
	arena_release(&arena);
}

static void
print_verdicts(FILE *out, const struct reading *reading)
{
	const struct finding *finding;
	const struct note *note;

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		fprintf(out, "%s> %s: %s\n", finding->part,
		    verdict_name(finding->verdict), finding->verdict_reason);
		for (note = finding->report->notes; note != NULL;
		     note = note->next)
			fprintf(out, "    note: %s: %s\n", note->code,
			    note->detail);
	}
}

ParameterizedTestParameters(read, tells_authentic_reports_from_forged_ones)
{
	static struct fixture fixtures[256];

	return fixtures_matching(FIXTURES "/authentic/*", fixtures);
}

/* The messages came to mx.example.org, which adds one field. */
ParameterizedTest(
    struct fixture *fixture, read, tells_authentic_reports_from_forged_ones)
{
	static const char *const ids[] = { "mx.example.org" };
	static const struct read_config config = { ids, 1, 1, NULL };
	struct arena arena = { 0 };
	struct reading reading;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	read_input(
	    fixture_bytes(fixture->path, &arena), &config, &arena, &reading);
	print_verdicts(out, &reading);
	fclose(out);
	expect_beside(fixture->path, text, &arena);
	free(text);
	arena_release(&arena);
}

Test(read, leaves_a_report_unknown_without_a_configuration)
{
	struct arena arena = { 0 };
	struct reading reading;

	read_input(fixture_bytes(FIXTURES "/authentic/rspamd-fail.eml", &arena),
	    NULL, &arena, &reading);
	cr_assert_eq(reading.report_count, 1);
	cr_expect_eq(reading.findings->verdict, VERDICT_UNKNOWN);
	cr_expect_str_eq(
	    reading.findings->verdict_reason, "no authserv_id is configured");
	arena_release(&arena);
}

Test(read, gives_up_on_a_header_without_end)
{
	struct arena arena = { 0 };
	size_t len = (size_t)2 * 1024 * 1024;
	char *message = arena_alloc(&arena, len, 1);
	struct reading reading;

	memset(message, 'a', len);
	memcpy(message, "X-Long: ", 8);
	read_input((struct bytes) { message, len }, NULL, &arena, &reading);
	cr_assert_eq(reading.broken_count, 1);
	cr_expect_str_eq(reading.findings->reason, "limit-header");
	arena_release(&arena);
}
