#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/arena.h"
#include "base/limits.h"
#include "parse/arf.h"

static struct arena arena;

static void
release(void)
{
	arena_release(&arena);
}

TestSuite(arf, .fini = release);

static struct failure
read_fields(const char *fields)
{
	struct failure failure;

	arf_parse(bytes_of(fields), &arena, &failure);
	return failure;
}

static const char *
address_of(const struct failure *failure)
{
	return address_format(
	    &failure->source_ip, arena_alloc(&arena, ADDRESS_TEXT, 1));
}

static void
expect_text(const char *got, const char *expected)
{
	if (got == NULL || expected == NULL)
		cr_expect(got == expected, "%s, not %s", got, expected);
	else
		cr_expect(eq(str, (char *)got, (char *)expected));
}

Test(arf, reads_a_failure_report)
{
	struct failure failure =
	    read_fields("Feedback-Type: auth-failure\r\n"
			"User-Agent: Filter/1.3\r\n"
			"Version: 1\r\n"
			"Original-Mail-From: <ann@example.org>\r\n"
			"Original-Rcpt-To: <bob@receiver.example>\r\n"
			"Arrival-Date: Fri, 2 Jan 2026 01:02:03 +0000\r\n"
			"Source-IP: 192.0.2.7\r\n"
			"Reported-Domain: example.org\r\n"
			"Reporting-MTA: dns; mx.receiver.example\r\n"
			"Auth-Failure: dmarc\r\n"
			"Delivery-Result: reject\r\n"
			"Identity-Alignment: dkim, spf\r\n"
			"DKIM-Domain: mail.example.org\r\n"
			"DKIM-Selector: s1._domainkey\r\n"
			"Incidents: 12\r\n");

	expect_text(failure.feedback_type, "auth-failure");
	expect_text(failure.user_agent, "Filter/1.3");
	expect_text(failure.auth_failure, "dmarc");
	expect_text(failure.delivery_result, "reject");
	expect_text(failure.reported_domain, "example.org");
	expect_text(failure.reporting_mta, "mx.receiver.example");
	expect_text(failure.identity_alignment, "dkim, spf");
	expect_text(failure.dkim_domain, "mail.example.org");
	expect_text(failure.dkim_selector, "s1._domainkey");
	expect_text(address_of(&failure), "192.0.2.7");
	cr_expect(failure.has_arrival_date);
	cr_expect(eq(i64, failure.arrival_date, 1767315723));
	cr_expect(eq(i64, failure.incidents, 12));
	cr_expect(arf_is_auth_failure(&failure));
}

Test(arf, takes_fields_in_any_order_case_and_fold)
{
	struct failure failure =
	    read_fields("\n\nnot a field\n"
			"REPORTED-DOMAIN:Example.ORG.\n"
			"source-ip:\n\t192.0.2.7\n"
			"feedback-type: Auth-Failure (of (nested) comments)\n"
			"arrival-date: Fri, 2 Jan 2026\n 01:02:03 +0000 (UTC)\n"
			"identity-alignment: dkim,\r\n\tspf\n"
			"auth-failure: \"a (b\" (c)");

	expect_text(failure.reported_domain, "example.org");
	expect_text(address_of(&failure), "192.0.2.7");
	expect_text(failure.feedback_type, "auth-failure");
	cr_expect(eq(i64, failure.arrival_date, 1767315723));
	expect_text(failure.identity_alignment, "dkim, spf");
	expect_text(failure.auth_failure, "\"a (b\"");
}

Test(arf, reads_nothing_out_of_nothing)
{
	static const char *const texts[] = { "", "\n", ":", "a", "Source-IP",
		"Source-IP:",
		"Source-IP: x\nIncidents: -1\nArrival-Date: now\n"
		"Reported-Domain: \n",
		" folded: from nothing" };
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		struct failure failure = read_fields(texts[i]);

		cr_expect(failure.reported_domain == NULL, "%s", texts[i]);
		cr_expect(failure.feedback_type == NULL);
		cr_expect(eq(int, failure.source_ip.len, 0));
		cr_expect(not(failure.has_arrival_date));
		cr_expect(eq(i64, failure.incidents, 1));
	}
}

Test(arf, takes_the_first_token_of_an_address)
{
	static const struct {
		const char *field, *address;
	} rows[] = {
		{ "Source-IP: 192.0.2.7 (mx.example.org)", "192.0.2.7" },
		{ "Source-IP: 192.0.2.7(mx.example.org)", "192.0.2.7" },
		{ "Source-IP: 192.0.2.7 mx.example.org", "192.0.2.7" },
		{ "Source-IP: 192.0.2.7, 192.0.2.8", "192.0.2.7" },
		{ "Source-IP: 2001:db8::1", "2001:db8::1" },
		{ "Source-IP: IPv6:2001:db8::1 x", "2001:db8::1" },
		{ "Source-IP: [IPv6:2001:db8::1]", "2001:db8::1" },
		{ "Source-IP: ::ffff:192.0.2.7", "192.0.2.7" },
		{ "Source-IP: mx.example.org", "" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct failure failure = read_fields(rows[i].field);

		expect_text(address_of(&failure), rows[i].address);
	}
}

/* Whatever stands in front of an @ is somebody's name. */
Test(arf, keeps_nobodys_name)
{
	struct failure failure =
	    read_fields("Feedback-Type: ann@example.org\n"
			"User-Agent: Filter for ann@example.org\n"
			"Auth-Failure: ann@example.org\n"
			"Delivery-Result: delivered to ann@example.org\n"
			"Identity-Alignment: ann@example.org\n"
			"Reported-Domain: Ann <ann@example.org>\n"
			"Reporting-MTA: dns; ann@mx.example.org\n"
			"DKIM-Domain: ann@example.org\n"
			"DKIM-Selector: ann@s1\n");

	cr_expect(failure.feedback_type == NULL);
	cr_expect(failure.user_agent == NULL);
	cr_expect(failure.auth_failure == NULL);
	cr_expect(failure.delivery_result == NULL);
	cr_expect(failure.identity_alignment == NULL);
	expect_text(failure.reported_domain, "example.org");
	expect_text(failure.reporting_mta, "mx.example.org");
	expect_text(failure.dkim_domain, "example.org");
	expect_text(failure.dkim_selector, "s1");
}

Test(arf, reads_only_domains_as_domains)
{
	static const struct {
		const char *field, *domain;
	} rows[] = {
		{ "Reported-Domain: b\xc3\xbc"
		  "cher.example",
		    "b\xc3\xbc"
		    "cher.example" },
		{ "Reported-Domain: b\xfc"
		  "cher.example",
		    NULL },
		{ "Reported-Domain: two words", NULL },
		{ "Reported-Domain: <script>", NULL },
		{ "Reported-Domain: a\x1b[0m", NULL },
		{ "Reported-Domain: ann@", NULL },
		{ "Reported-Domain: .", NULL },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		expect_text(
		    read_fields(rows[i].field).reported_domain, rows[i].domain);
}

Test(arf, counts_the_first_of_repeated_fields)
{
	struct failure failure = read_fields("Reported-Domain: a.example\n"
					     "Reported-Domain: b.example\n"
					     "Incidents: 4294967295\n"
					     "Incidents: 2\n");

	expect_text(failure.reported_domain, "a.example");
	cr_expect(eq(i64, failure.incidents, UINT32_MAX));
	cr_expect(eq(i64, read_fields("Incidents: 4294967296").incidents, 1));
	cr_expect(eq(i64, read_fields("Incidents: 0").incidents, 1));
}

Test(arf, knows_the_older_name_of_the_date)
{
	cr_expect(eq(i64,
	    read_fields("Received-Date: 2 Jan 2026 01:02:03 GMT").arrival_date,
	    1767315723));
}

Test(arf, cuts_what_is_too_long)
{
	size_t len = 1000000;
	char *fields = arena_alloc(&arena, len + 1, 1);
	struct failure failure;

	memset(fields, 'a', len);
	memcpy(fields, "User-Agent: ", 12);
	failure = read_fields(fields);
	cr_expect(eq(sz, strlen(failure.user_agent), MAX_FEEDBACK_TEXT));
	/* an endless comment is no value */
	memset(fields + 12, '(', len - 12);
	failure = read_fields(fields);
	cr_expect(failure.user_agent == NULL);
}

Test(arf, tells_failures_from_complaints)
{
	static const struct {
		const char *fields;
		bool is_failure;
	} rows[] = {
		{ "Feedback-Type: auth-failure", true },
		{ "Feedback-Type: AUTH-FAILURE", true },
		{ "Auth-Failure: dmarc", true },
		{ "", true },
		{ "Feedback-Type: abuse", false },
		{ "Feedback-Type: opt-out", false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct failure failure = read_fields(rows[i].fields);

		cr_expect(
		    eq(int, arf_is_auth_failure(&failure), rows[i].is_failure));
	}
}

/* --- words for people --- */

#define EXIM                                                                   \
	"Somebody wrote as you, and DMARC did not pass.\r\n\r\n"               \
	"  Sender Domain: example.org\r\n"                                     \
	"  Sender IP Address: 2001:db8::7\r\n"

Test(arf, reads_what_exim_writes)
{
	struct failure failure;

	cr_assert(arf_parse_text(
	    bytes_of(EXIM "  Received Date: Fri, 02 Jan 2026 01:02:03 +0000\r\n"
			  "  SPF Alignment: no\r\n"
			  "  DKIM Alignment: no\r\n"
			  "  DMARC Results: Reject\r\n"),
	    &arena, &failure));
	expect_text(failure.reported_domain, "example.org");
	expect_text(address_of(&failure), "2001:db8::7");
	cr_expect(eq(i64, failure.arrival_date, 1767315723));
	expect_text(failure.auth_failure, "dmarc");
	expect_text(failure.delivery_result, "reject");
	cr_expect(arf_is_auth_failure(&failure));
}

Test(arf, does_not_look_below_the_rule)
{
	struct failure failure;

	cr_assert(arf_parse_text(bytes_of(EXIM "------ The header:\r\n"
					       "DMARC Results: None\r\n"),
	    &arena, &failure));
	cr_expect(failure.delivery_result == NULL);
	cr_expect(not(arf_parse_text(
	    bytes_of("---- The header:\r\n" EXIM), &arena, &failure)));
}

Test(arf, takes_no_other_text_for_exims)
{
	static const char *const texts[] = { "", "Hello,\n\nthe usual.\n",
		"Sender Domain: example.org\n",
		"Sender IP Address: 192.0.2.7\n",
		"Sender Domain: example.org\nSender IP Address: here\n" };
	struct failure failure;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++)
		cr_expect(
		    not(arf_parse_text(bytes_of(texts[i]), &arena, &failure)));
}

Test(arf, knows_an_error_report)
{
	cr_expect(
	    arf_is_error_report(bytes_of("Your report was too large.\r\n\r\n"
					 "Submitter: receiver.example\r\n"
					 "Report-ID: <1@receiver.example>\r\n"
					 "report-domain: example.org\r\n"
					 "Report-Size: 10485760\r\n")));
	cr_expect(not(arf_is_error_report(
	    bytes_of("Submitter: receiver.example\r\n"
		     "Submitter: receiver.example\r\n"
		     "Submitter: receiver.example\r\n"
		     "Report-ID: <1@receiver.example>\r\n"))));
	cr_expect(not(arf_is_error_report(bytes_of(
	    "Report Domain: example.org Submitter: receiver.example\r\n"))));
	cr_expect(not(arf_is_error_report(bytes_of(""))));
}
