#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/datetime.h"
#include "parse/report.h"
#include "parse/tlsrpt.h"
#include "tests/unit/fixtures.h"

static void
print_text(FILE *out, const char *name, const char *text)
{
	if (text != NULL)
		fprintf(out, "%s: %s\n", name, text);
}

static void
print_list(FILE *out, const char *name, const struct text_list *list)
{
	for (; list != NULL; list = list->next)
		print_text(out, name, list->text);
}

static void
print_failures(FILE *out, const struct tlsrpt_failure *failure)
{
	for (; failure != NULL; failure = failure->next) {
		fprintf(out, "  failure: %" PRId64 "\n",
		    failure->failed_session_count);
		print_text(out, "    result_type", failure->result_type);
		print_text(out, "    sending_mta_ip", failure->sending_mta_ip);
		print_text(out, "    receiving_mx_hostname",
		    failure->receiving_mx_hostname);
		print_text(
		    out, "    receiving_mx_helo", failure->receiving_mx_helo);
		print_text(out, "    receiving_ip", failure->receiving_ip);
		print_text(out, "    additional_information",
		    failure->additional_information);
		print_text(out, "    failure_reason_code",
		    failure->failure_reason_code);
	}
}

static void
print_policy(FILE *out, const struct tlsrpt_policy *policy)
{
	fprintf(out, "policy %zu: %" PRId64 " ok, %" PRId64 " failed\n",
	    policy->number, policy->total_successful_session_count,
	    policy->total_failure_session_count);
	print_text(out, "  policy_type", policy->policy_type);
	print_text(out, "  policy_domain", policy->policy_domain);
	print_list(out, "  policy_string", policy->policy_string);
	print_list(out, "  mx_host", policy->mx_host);
	print_failures(out, policy->failure_details);
}

static void
print_report(FILE *out, const struct report *report)
{
	const struct tlsrpt_policy *policy;
	char begin[DATETIME_TEXT], end[DATETIME_TEXT];
	const struct note *note;

	print_text(out, "org_name", report->org_name);
	print_text(out, "email", report->email);
	print_text(out, "report_id", report->report_id);
	print_text(out, "domain", report->domain);
	if (report->has_period)
		fprintf(out, "period: %s to %s\n",
		    datetime_format(report->begin, begin),
		    datetime_format(report->end, end));
	for (policy = report->tlsrpt->policies; policy != NULL;
	     policy = policy->next)
		print_policy(out, policy);
	if (report->tlsrpt->skipped_count > 0)
		fprintf(out, "skipped: %zu\n", report->tlsrpt->skipped_count);
	for (note = report->notes; note != NULL; note = note->next)
		fprintf(out, "note: %s: %s\n", note->code, note->detail);
}

static char *
parse_and_print(struct bytes json, struct arena *arena)
{
	struct report report;
	struct error err;
	char *text, *copy;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (tlsrpt_parse(json, arena, &report, &err))
		print_report(out, &report);
	else
		fprintf(out, "error: %s: %s\n", err.reason, err.text);
	fclose(out);
	copy = arena_copy(arena, (struct bytes) { text, len });
	free(text);
	return copy;
}

ParameterizedTestParameters(tlsrpt, matches_its_expectation)
{
	static struct fixture fixtures[256];

	return fixtures_matching(FIXTURES "/tlsrpt/*.json", fixtures);
}

ParameterizedTest(struct fixture *fixture, tlsrpt, matches_its_expectation)
{
	struct arena arena = { 0 };
	struct bytes json = fixture_bytes(fixture->path, &arena);

	expect_beside(fixture->path, parse_and_print(json, &arena), &arena);
	arena_release(&arena);
}

/* Text made of a start, a piece many times, and an end. */
static struct bytes
repeat(struct arena *arena, const char *start, const char *piece, size_t count,
    const char *end)
{
	size_t start_len = strlen(start), len = strlen(piece), i;
	char *text =
	    arena_alloc(arena, 1, start_len + len * count + strlen(end) + 1);

	memcpy(text, start, start_len);
	for (i = 0; i < count; i++)
		memcpy(text + start_len + i * len, piece, len);
	strcpy(text + start_len + count * len, end);
	return bytes_of(text);
}

Test(tlsrpt, keeps_to_its_limits)
{
	static const struct {
		const char *start, *piece, *end, *expect;
		size_t count;
	} rows[] = {
		{ "{\"policies\":[{}", ",{}", "]}",
		    "error: limit-policies: more than 10000 policies\n",
		    MAX_TLS_POLICIES },
		{ "{\"policies\":[{\"failure-details\":[{}", ",{}", "]}]}",
		    "error: limit-failures: policy 1: more than 100000 failure "
		    "details in the report\n",
		    MAX_TLS_FAILURES },
		{ "{\"policies\":[{\"mx-host\":[\"a\"", ",\"a\"", "]}]}",
		    "error: limit-strings: policy 1: mx-host: more than 1000 "
		    "strings\n",
		    MAX_TLS_STRINGS },
		{ "{\"policies\":[{\"policy-string\":[\"[1", ",\\\"a\\\"",
		    "]\",\"a\"]}]}",
		    "error: limit-strings: policy 1: policy-string: more than "
		    "1000 strings\n",
		    MAX_TLS_STRINGS },
		{ "{\"policies\":", "[", "",
		    "error: json-depth: line 1, column 2060: nested too deep\n",
		    100000 },
	};
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		cr_expect(eq(str,
		    parse_and_print(repeat(&arena, rows[i].start, rows[i].piece,
					rows[i].count, rows[i].end),
			&arena),
		    (char *)rows[i].expect));
	arena_release(&arena);
}

Test(tlsrpt, cuts_long_texts_between_characters)
{
	struct arena arena = { 0 };
	struct report report;
	struct error err;

	cr_assert(
	    tlsrpt_parse(repeat(&arena, "{\"report-id\":\"xx", "\xe2\x82\xac",
			     6000, "\",\"policies\":[{}]}"),
		&arena, &report, &err));
	cr_expect(eq(sz, strlen(report.report_id), 2 + 3 * 5460));
	cr_assert(report.notes != NULL);
	cr_expect(eq(str, (char *)report.notes->code, "text-truncated"));
	arena_release(&arena);
}

Test(tlsrpt, counts_the_notes_it_does_not_keep)
{
	struct arena arena = { 0 };
	struct report report;
	const struct note *note;
	struct error err;
	size_t kept = 0;

	cr_assert(
	    tlsrpt_parse(repeat(&arena, "{\"policies\":[1", ",1", 499, "]}"),
		&arena, &report, &err));
	for (note = report.notes; note != NULL; note = note->next)
		kept++;
	cr_expect(eq(sz, kept, MAX_NOTES));
	/* one for each, and one for the period that is not there */
	cr_expect(eq(sz, report.note_count, 501));
	cr_expect(eq(sz, report.tlsrpt->skipped_count, 500));
	arena_release(&arena);
}

Test(tlsrpt, survives_any_cut)
{
	struct arena arena = { 0 };
	struct bytes json = fixture_bytes(FIXTURES "/tlsrpt/full.json", &arena);
	struct report report;
	struct error err;

	while (json.len > 0 && json.data[json.len - 1] != '}')
		json.len--;
	while (json.len > 0) {
		json.len--;
		cr_assert(not(tlsrpt_parse(json, &arena, &report, &err)));
		cr_assert(eq(str, (char *)err.reason, "json-malformed"));
	}
	arena_release(&arena);
}
