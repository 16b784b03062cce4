#include <inttypes.h>

#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/report.h"
#include "tests/unit/fixtures.h"

static void
print_text(FILE *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	if (strlen(text) > 200)
		fprintf(out, "%s: %zu bytes\n", name, strlen(text));
	else
		fprintf(out, "%s: '%s'\n", name, text);
}

static void
print_texts(FILE *out, const char *name, const struct dmarc_text *text)
{
	for (; text != NULL; text = text->next)
		fprintf(out, "%s: '%s' lang=%s\n", name, text->text,
		    text->lang == NULL ? "-" : text->lang);
}

static void
print_choice(FILE *out, const char *name, struct choice choice,
    const char *(*name_of)(int))
{
	const char *word = name_of(choice.value);

	if (choice.value == 0 && choice.raw == NULL)
		return;
	fprintf(out, "%s: %s", name, word == NULL ? "-" : word);
	if (choice.raw != NULL)
		fprintf(out, " (written '%s')", choice.raw);
	fprintf(out, "\n");
}

static void
print_record(FILE *out, const struct dmarc_record *record)
{
	const struct dmarc_reason *reason;
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;
	char ip[ADDRESS_TEXT];

	fprintf(out, "record %zu: source_ip=%s count=%" PRId64 " %s\n",
	    record->number, address_format(&record->source_ip, ip),
	    record->count, dmarc_record_passes(record) ? "pass" : "fail");
	print_text(out, "  source_ip as written", record->source_ip_raw);
	print_choice(
	    out, "  disposition", record->disposition, dmarc_disposition_name);
	print_choice(out, "  dkim", record->dkim, dmarc_evaluated_name);
	print_choice(out, "  spf", record->spf, dmarc_evaluated_name);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		fprintf(out, "  reason:\n");
		print_text(out, "    type", reason->type);
		print_texts(out, "    comment", reason->comment);
	}
	print_text(out, "  header_from", record->header_from);
	print_text(out, "  envelope_from", record->envelope_from);
	print_text(out, "  envelope_to", record->envelope_to);
	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		fprintf(out, "  dkim result:\n");
		print_text(out, "    domain", dkim->domain);
		print_text(out, "    selector", dkim->selector);
		print_choice(
		    out, "    result", dkim->result, dmarc_auth_result_name);
		print_text(out, "    human_result", dkim->human_result);
	}
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		fprintf(out, "  spf result:\n");
		print_text(out, "    domain", spf->domain);
		print_text(out, "    scope", spf->scope);
		print_choice(
		    out, "    result", spf->result, dmarc_auth_result_name);
		print_text(out, "    human_result", spf->human_result);
	}
}

static void
print_report(FILE *out, const struct report *report)
{
	const struct dmarc_report *dmarc = report->dmarc;
	const struct dmarc_record *record;
	const struct note *note;

	print_text(out, "xml_namespace", dmarc->xml_namespace);
	print_text(out, "version", dmarc->version);
	print_text(out, "org_name", report->org_name);
	print_text(out, "email", report->email);
	print_texts(out, "extra_contact_info", dmarc->extra_contact_info);
	print_text(out, "report_id", report->report_id);
	if (report->has_period)
		fprintf(out, "period: %" PRId64 " to %" PRId64 "\n",
		    report->begin, report->end);
	print_texts(out, "error", dmarc->errors);
	print_text(out, "generator", dmarc->generator);
	print_text(out, "domain", report->domain);
	print_text(out, "discovery_method", dmarc->discovery_method);
	print_choice(out, "p", dmarc->p, dmarc_policy_name);
	print_choice(out, "sp", dmarc->sp, dmarc_policy_name);
	print_choice(out, "np", dmarc->np, dmarc_policy_name);
	print_choice(out, "adkim", dmarc->adkim, dmarc_alignment_name);
	print_choice(out, "aspf", dmarc->aspf, dmarc_alignment_name);
	print_text(out, "pct", dmarc->pct);
	print_text(out, "fo", dmarc->fo);
	print_text(out, "testing", dmarc->testing);
	fprintf(out, "records: %zu, skipped %zu, messages %" PRId64 "\n",
	    dmarc->record_count, dmarc->skipped_count, dmarc->messages);
	for (record = dmarc->records; record != NULL; record = record->next)
		print_record(out, record);
	for (note = report->notes; note != NULL; note = note->next)
		fprintf(out, "note: %s: %s\n", note->code, note->detail);
}

/* Reads it in steps of that many bytes and prints what came of it. */
static char *
read_in_steps(struct bytes xml, size_t step, struct arena *arena)
{
	struct report_reader *reader = report_reader_new(arena);
	struct report report;
	struct error err;
	bool ok = true;
	char *text;
	size_t len, size;
	FILE *out = open_memstream(&text, &size);

	while (ok && xml.len > 0) {
		len = step < xml.len ? step : xml.len;
		ok = report_reader_feed(
		    reader, (struct bytes) { xml.data, len }, &err);
		xml = bytes_skip(xml, len);
	}
	if (ok && report_reader_finish(reader, &report, &err))
		print_report(out, &report);
	else
		fprintf(out, "error: %s: %s\n", err.reason, err.text);
	fclose(out);
	report_reader_free(reader);
	return text;
}

ParameterizedTestParameters(dmarc, matches_its_expectation)
{
	static struct fixture fixtures[256];

	return fixtures_matching(FIXTURES "/dmarc/*.xml", fixtures);
}

ParameterizedTest(struct fixture *fixture, dmarc, matches_its_expectation)
{
	struct arena arena = { 0 };
	struct bytes xml = fixture_bytes(fixture->path, &arena);
	char *whole = read_in_steps(xml, xml.len, &arena);

	expect_beside(fixture->path, whole, &arena);
	free(whole);
	arena_release(&arena);
}

/* The same comes out however the bytes come in. */
ParameterizedTestParameters(dmarc, does_not_depend_on_the_chunks)
{
	static struct fixture fixtures[256];

	return fixtures_matching(FIXTURES "/dmarc/*.xml", fixtures);
}

ParameterizedTest(struct fixture *fixture, dmarc, does_not_depend_on_the_chunks)
{
	struct arena arena = { 0 };
	struct bytes xml = fixture_bytes(fixture->path, &arena);
	char *whole = read_in_steps(xml, xml.len, &arena);
	char *pieces = read_in_steps(xml, 7, &arena);

	cr_expect_str_eq(pieces, whole, "%s", fixture->path);
	free(whole);
	free(pieces);
	arena_release(&arena);
}

Test(dmarc, refuses_more_records_than_the_limit)
{
	static const char head[] = "<feedback><policy_published>"
				   "<domain>example.org</domain>"
				   "</policy_published>";
	static const char record[] = "<record></record>";
	struct arena arena = { 0 };
	struct report_reader *reader = report_reader_new(&arena);
	struct report report;
	struct error err;
	bool ok = report_reader_feed(reader, bytes_of(head), &err);
	size_t i;

	for (i = 0; ok && i < 250001; i++)
		ok = report_reader_feed(reader, bytes_of(record), &err);
	ok = ok && report_reader_finish(reader, &report, &err);
	cr_expect(!ok);
	cr_expect_eq(err.kind, ERROR_LIMIT);
	cr_expect_str_eq(err.reason, "limit-records");
	report_reader_free(reader);
	arena_release(&arena);
}
