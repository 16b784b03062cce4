/* The questions, over a small world whose sums can be done by hand. */

#include "world.h"

#include "store/mail.h"

#include <inttypes.h>

#define NONE       DMARC_DISPOSITION_NONE
#define QUARANTINE DMARC_DISPOSITION_QUARANTINE
#define REJECT     DMARC_DISPOSITION_REJECT

static struct dmarc_record *
then(struct dmarc_record *record, const struct dmarc_record *next)
{
	record->next = next;
	return record;
}

static struct dmarc_record *
from(uint8_t last, struct dmarc_record *record)
{
	record->source_ip.data[4] = last;
	return record;
}

static void
fill_dmarc(void)
{
	struct dmarc_record *records;
	struct report *other;

	/* Day 10, example.com: 100 passed, 5 + 7 + 11 + 13 failed. */
	records = then(new_record(100, 1, 2, NONE),
	    then(new_record(5, 2, 2, NONE),
		then(from(2, new_record(7, 2, 0, QUARANTINE)),
		    then(from(2, new_record(11, 0, 3, REJECT)),
			new_record(13, 0, 0, 0)))));
	deliver_report(
	    "a", new_dmarc("example.com", "a", 10 * DAY, records), "a");
	/* The same key with other content: in no sum. */
	deliver_report("a2",
	    new_dmarc(
		"example.com", "a", 10 * DAY, new_record(1000, 2, 2, NONE)),
	    "a2");
	/* Day 11, example.com, another reporter: 50 passed by SPF. */
	other = new_dmarc(
	    "example.com", "b", 11 * DAY, new_record(50, 2, 1, REJECT));
	other->org_name = "Other";
	deliver_report("b", other, "b");
	/* Below and beside it. */
	deliver_report("c",
	    new_dmarc("mail.example.com", "c", 11 * DAY + 5,
		new_record(3, 2, 2, DMARC_DISPOSITION_PASS)),
	    "c");
	deliver_report("d",
	    new_dmarc("badexample.com", "d", 12 * DAY,
		new_record(3, 2, 2, DMARC_DISPOSITION_OTHER)),
	    "d");
	deliver_report("e",
	    new_dmarc("example.org", "e", 12 * DAY, new_record(900, 1, 1, 0)),
	    "e");
}

static void
fill_tls(void)
{
	static const struct tlsrpt_policy policies[] = {
		{ &policies[1], .number = 1, .policy_type = "sts",
		    .policy_domain = "example.com",
		    .total_successful_session_count = 40,
		    .total_failure_session_count = 2 },
		{ &policies[2], .number = 2, .policy_type = "tlsa",
		    .policy_domain = "mx.example.net",
		    .total_successful_session_count = 40,
		    .total_failure_session_count = 3 },
		{ NULL, .number = 3, .total_successful_session_count = 1 },
	};
	static const struct tlsrpt_policy one = { .number = 1,
		.policy_type = "sts",
		.policy_domain = "example.com",
		.total_failure_session_count = 9 };
	struct report *other;

	deliver_report(
	    "t", new_tlsrpt("example.com", "t", 10 * DAY, policies), "t");
	deliver_report(
	    "t2", new_tlsrpt("example.com", "t", 10 * DAY, &one), "t2");
	other = new_tlsrpt("example.com", "u", 11 * DAY, &one);
	other->email = "tls@other.example";
	deliver_report("u", other, "u");
}

static void
fill_world(void)
{
	make_world();
	fill_dmarc();
	fill_tls();
}

TestSuite(query, .init = fill_world, .fini = leave_world);

/* --- answers as text, a row to a line --- */

static char *answer;
static size_t answer_len;

static FILE *
open_answer(void)
{
	return open_memstream(&answer, &answer_len);
}

static void
expect_answer(FILE *out, const char *expected)
{
	fclose(out);
	cr_expect(eq(str, answer, (char *)expected));
	free(answer);
}

static bool
put_dmarc(void *context, const struct store_dmarc_total *t, struct error *err)
{
	(void)err;
	fprintf(context,
	    "%s reports %" PRId64 " by %" PRId64 " messages %" PRId64
	    " = %" PRId64 " + %" PRId64 " (%" PRId64 " %" PRId64 " %" PRId64
	    ")\n",
	    t->domain, t->reports, t->reporters, t->messages, t->passed,
	    t->failed, t->delivered, t->quarantined, t->rejected);
	return true;
}

static void
expect_dmarc(const struct store_filter *filter, const char *expected)
{
	FILE *out = open_answer();

	must(store_dmarc_totals(
	    world.store, filter, put_dmarc, out, &world.err));
	expect_answer(out, expected);
}

static bool
put_tls(void *context, const struct store_tls_total *t, struct error *err)
{
	(void)err;
	fprintf(context,
	    "%s '%s' reports %" PRId64 " by %" PRId64 " sessions %" PRId64
	    " + %" PRId64 "\n",
	    t->domain, t->policy_type, t->reports, t->reporters,
	    t->successful_sessions, t->failed_sessions);
	return true;
}

static bool
put_source(void *context, const struct store_mail *s, struct error *err)
{
	size_t i;

	(void)err;
	fprintf(context, "%s", s->domain);
	for (i = 0; i < s->source_ip.len; i++)
		fprintf(context, " %d", s->source_ip.data[i]);
	fprintf(context, ": %" PRId64 "\n", s->messages);
	return true;
}

static bool
put_reason(
    void *context, const char *reason, int64_t findings, struct error *err)
{
	(void)err;
	fprintf(context, "%s %" PRId64 "\n", reason, findings);
	return true;
}

static bool
put_report(void *context, const struct store_report_row *r, struct error *err)
{
	(void)err;
	fprintf(context, "%s %s%s", r->report_id, r->domain,
	    r->is_conflict ? " conflict" : "");
	fprintf(context, " %" PRId64 " %" PRId64 " %" PRId64 "\n", r->records,
	    r->messages, r->passed);
	return true;
}

/* --- DMARC totals --- */

#define COM  "example.com reports 2 by 2 messages 186 = 150 + 36 (5 7 11)\n"
#define MAIL "mail.example.com reports 1 by 1 messages 3 = 0 + 3 (3 0 0)\n"
#define BAD  "badexample.com reports 1 by 1 messages 3 = 0 + 3 (0 0 0)\n"
#define ORG  "example.org reports 1 by 1 messages 900 = 900 + 0 (0 0 0)\n"

Test(query, sums_the_messages_of_all_domains)
{
	expect_dmarc(&everything, ORG COM BAD MAIL);
}

static struct store_filter
filter_of(const char *const *domains, size_t count)
{
	struct store_filter filter = everything;

	filter.domains = domains;
	filter.domain_count = count;
	return filter;
}

Test(query, takes_a_domain_and_what_is_below)
{
	static const struct {
		const char *domains[3];
		size_t count;
		const char *expected;
	} cases[] = {
		{ { "example.com" }, 1, COM MAIL },
		{ { "mail.example.com" }, 1, MAIL },
		{ { "example.org" }, 1, ORG },
		{ { "com" }, 1, COM BAD MAIL },
		{ { "example.org", "example.com" }, 2, ORG COM MAIL },
		{ { "example.com", "mail.example.com", "nowhere.example" }, 3,
		    COM MAIL },
		{ { "nowhere.example" }, 1, "" },
		{ { "%" }, 1, "" },
		{ { "example_com" }, 1, "" },
		{ { "'); DROP TABLE report; --" }, 1, "" },
		{ { "" }, 1, "" },
	};
	struct store_filter filter;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		filter = filter_of(cases[i].domains, cases[i].count);
		expect_dmarc(&filter, cases[i].expected);
	}
}

Test(query, takes_a_thousand_domains)
{
	static const char *domains[1001];
	struct store_filter filter;
	size_t i;

	for (i = 0; i < COUNT_OF(domains); i++)
		domains[i] = arena_printf(&world.arena, "%zu.example", i);
	domains[777] = "example.org";
	filter = filter_of(domains, COUNT_OF(domains));
	expect_dmarc(&filter, ORG);
}

Test(query, refuses_more_domains_than_it_can_bind)
{
	static const char *domains[32001];
	struct store_filter filter = filter_of(domains, COUNT_OF(domains));
	struct store_extent extent;
	size_t i;

	for (i = 0; i < COUNT_OF(domains); i++)
		domains[i] = "example.org";
	cr_expect(not(store_extent(world.store, &filter, &extent, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_USAGE));
	filter.domain_count--;
	must(store_extent(world.store, &filter, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 1));
}

/* --- reporters and records --- */

static size_t
count_with(struct store_filter filter)
{
	struct store_extent extent;

	filter.since = STORE_SINCE_EVER;
	filter.until = STORE_UNTIL_EVER;
	must(store_extent(world.store, &filter, &extent, &world.err));
	return extent.report_count;
}

Test(query, takes_a_part_of_the_reporter)
{
	static const struct {
		const char *parts[2];
		size_t part_count, count;
	} cases[] = {
		{ { "other" }, 1, 2 },
		{ { "receiver" }, 1, 5 },
		{ { "sender", "ther" }, 2, 3 },
		{ { "receiver.example" }, 1, 5 },
		{ { "Receiver" }, 1, 0 },
		{ { "%" }, 1, 0 },
	};
	const char *domain = "example.com";
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect(eq(sz,
			      count_with((struct store_filter) {
				  .reporters = cases[i].parts,
				  .reporter_count = cases[i].part_count }),
			      cases[i].count),
		    "case %zu", i);
	cr_expect(eq(sz,
	    count_with((struct store_filter) { .domains = &domain,
		.domain_count = 1,
		.reporters = cases[0].parts,
		.reporter_count = 1 }),
	    2));
}

/* A report counts when one of its records is all that is asked for. */
Test(query, takes_reports_with_such_records)
{
	static const struct network one = { { { 4, 192, 0, 2, 2 }, 5 },
		{ { 4, 192, 0, 2, 2 }, 5 } },
				    two[] = {
					    { { { 4, 192, 0, 2, 2 }, 5 },
						{ { 4, 192, 0, 2, 9 }, 5 } },
					    { { { 4, 10, 0, 0, 0 }, 5 },
						{ { 4, 192, 0, 2, 1 }, 5 } },
				    };
	static const struct {
		struct store_filter filter;
		size_t count;
	} cases[] = {
		{ { .sources = &one, .source_count = 1 }, 1 },
		{ { .sources = two, .source_count = 2 }, 5 },
		{ { .dispositions = STORE_DISPOSITION(REJECT) }, 2 },
		{ { .dispositions = STORE_DISPOSITION(NONE) }, 1 },
		{ { .results = STORE_RESULT(false, true) }, 1 },
		{ { .results = STORE_RESULT(true, true) }, 1 },
		{ { .results = STORE_RESULT(false, false) }, 3 },
		{ { .sources = &one,
		      .source_count = 1,
		      .dispositions = STORE_DISPOSITION(NONE) },
		    0 },
		{ { .results = STORE_ALL_RESULTS }, 5 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect(eq(sz, count_with(cases[i].filter), cases[i].count),
		    "case %zu", i);
}

/* --- periods --- */

static size_t
count_between(int64_t since, int64_t until)
{
	struct store_filter filter = { .since = since, .until = until };
	struct store_extent extent;

	must(store_extent(world.store, &filter, &extent, &world.err));
	return extent.report_count;
}

Test(query, takes_what_begins_in_the_period)
{
	static const struct {
		int64_t since, until;
		size_t count;
	} cases[] = {
		{ STORE_SINCE_EVER, STORE_UNTIL_EVER, 7 },
		{ 10 * DAY, 11 * DAY, 2 },
		{ 10 * DAY + 1, 11 * DAY, 0 },
		{ 10 * DAY, 11 * DAY + 1, 4 },
		{ 11 * DAY + 5, 12 * DAY, 1 },
		{ 11 * DAY + 5, 11 * DAY + 6, 1 },
		{ 11 * DAY + 5, 11 * DAY + 5, 0 },
		{ 12 * DAY, STORE_UNTIL_EVER, 2 },
		{ STORE_SINCE_EVER, 10 * DAY, 0 },
		{ STORE_SINCE_EVER, 10 * DAY + 1, 2 },
		{ STORE_SINCE_EVER, INT64_MIN, 0 },
		{ 12 * DAY, 10 * DAY, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect(eq(sz, count_between(cases[i].since, cases[i].until),
			      cases[i].count),
		    "case %zu", i);
}

Test(query, takes_both_a_period_and_domains)
{
	static const char *const domains[] = { "example.com" };
	struct store_filter filter = filter_of(domains, 1);

	filter.since = 11 * DAY;
	filter.until = 12 * DAY;
	expect_dmarc(&filter,
	    "example.com reports 1 by 1 messages 50 = 50 + 0 (0 0 0)\n" MAIL);
}

Test(query, takes_reports_at_both_ends_of_time)
{
	deliver_report(
	    "old", new_dmarc("old.example", "1", INT64_MIN, NULL), "old");
	deliver_report(
	    "negative", new_dmarc("old.example", "2", -1, NULL), "negative");
	cr_expect(eq(sz, count_between(STORE_SINCE_EVER, 0), 2));
	cr_expect(eq(sz, count_between(-1, 0), 1));
	cr_expect(eq(sz, count_between(-DAY, 0), 1));
}

Test(query, says_from_when_to_when_there_are_reports)
{
	struct store_extent extent;

	must(store_extent(world.store, &everything, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 7));
	cr_expect(eq(i64, extent.first_day, 10 * DAY));
	cr_expect(eq(i64, extent.last_day, 12 * DAY));
}

/* --- the other totals --- */

Test(query, sums_sessions_by_type_of_policy)
{
	FILE *out = open_answer();

	must(store_tls_totals(
	    world.store, &everything, put_tls, out, &world.err));
	expect_answer(out,
	    "example.com '' reports 1 by 1 sessions 1 + 0\n"
	    "example.com 'sts' reports 2 by 2 sessions 40 + 11\n"
	    "mx.example.net 'tlsa' reports 1 by 1 sessions 40 + 3\n");
}

Test(query, sums_failing_messages_by_source)
{
	FILE *out = open_answer();
	struct dmarc_record *record = new_record(20, 2, 2, NONE);
	struct store_filter failing = everything;

	record->source_ip = (struct address) { 0 };
	record->source_ip_raw = "nonsense";
	deliver_report(
	    "f", new_dmarc("example.org", "f", 12 * DAY, record), "f");
	failing.results = STORE_RESULT(false, false);
	must(store_mail(world.store, &failing,
	    STORE_BY_DOMAIN | STORE_BY_SOURCE, 0, put_source, out, &world.err));
	expect_answer(out,
	    "example.com 4 192 0 2 2: 18\n"
	    "example.com 4 192 0 2 1: 18\n"
	    "mail.example.com 4 192 0 2 1: 3\n"
	    "badexample.com 4 192 0 2 1: 3\n"
	    "example.org: 20\n");
}

Test(query, stops_a_sum_instead_of_failing)
{
	static const char *const domains[] = { "huge.example" };
	struct store_filter filter = filter_of(domains, 1);

	deliver_report("h",
	    new_dmarc(
		"huge.example", "h", 0, new_record(INT64_MAX, 2, 2, NONE)),
	    "h");
	deliver_report("i",
	    new_dmarc("huge.example", "i", 0, new_record(10, 2, 2, NONE)), "i");
	expect_dmarc(&filter,
	    "huge.example reports 2 by 1 messages 9223372036854775807 = 0 + "
	    "9223372036854775807 (9223372036854775807 0 0)\n");
}

Test(query, counts_messages_by_outcome)
{
	struct finding *broken = found_broken("odd", "");
	struct delivery delivery = delivery_of("broken", broken);
	struct store_outcome_counts counts;
	int64_t sum = 0;
	size_t i;

	deliver(&delivery);
	deliver(&delivery);
	deliver(&delivery);
	counts = outcomes();
	cr_expect(eq(i64, counts.messages[STORE_STORED], 7));
	cr_expect(eq(i64, counts.messages[STORE_CONFLICT], 2));
	cr_expect(eq(i64, counts.messages[STORE_QUARANTINED], 1));
	cr_expect(eq(i64, counts.messages[STORE_DUPLICATE], 0));
	cr_expect(eq(i64, counts.messages[STORE_KNOWN], 2));
	cr_expect(eq(i64, counts.arrivals, 12));
	cr_expect(eq(i64, counts.conflicts, 2));
	for (i = 0; i < COUNT_OF(counts.messages); i++)
		sum += counts.messages[i];
	cr_expect(eq(i64, sum, counts.arrivals));
}

Test(query, counts_why_things_could_not_be_read)
{
	struct store_filter filter = { .since = 1000, .until = 2000 };
	struct finding *first = found_broken("b-often", "");
	struct delivery delivery = delivery_of("1", first);
	FILE *out = open_answer();

	first->next = found_broken("b-often", "");
	((struct finding *)first->next)->next = found_broken("c-once", "");
	deliver(&delivery); /* received at 1000 */
	delivery = delivery_of("2", found_broken("a-once", ""));
	delivery.received = 1999;
	deliver(&delivery);
	delivery = delivery_of("3", found_broken("late", ""));
	delivery.received = 2000;
	deliver(&delivery);

	must(store_quarantine_reasons(
	    world.store, &filter, put_reason, out, &world.err));
	expect_answer(out, "b-often 2\na-once 1\nc-once 1\n");
}

/* --- lists --- */

static void
expect_list(
    const struct store_filter *filter, size_t limit, const char *expected)
{
	FILE *out = open_answer();

	must(store_reports(
	    world.store, filter, limit, put_report, out, &world.err));
	expect_answer(out, expected);
}

Test(query, lists_reports_newest_first)
{
	static const char *const domains[] = { "example.com" };
	struct store_filter filter = filter_of(domains, 1);

	expect_list(&everything, 0,
	    "d badexample.com 1 3 0\n"
	    "e example.org 1 900 900\n"
	    "c mail.example.com 1 3 0\n"
	    "b example.com 1 50 50\n"
	    "u example.com 1 9 0\n"
	    "a example.com 5 136 100\n"
	    "a example.com conflict 1 1000 0\n"
	    "t example.com 3 86 81\n"
	    "t example.com conflict 1 9 0\n");
	expect_list(&filter, 3,
	    "c mail.example.com 1 3 0\n"
	    "b example.com 1 50 50\n"
	    "u example.com 1 9 0\n");
}

static bool
check_row(void *context, const struct store_report_row *r, struct error *err)
{
	size_t *rows = context;

	(void)err;
	++*rows;
	cr_expect(eq(int, r->kind, REPORT_TLSRPT));
	cr_expect(eq(str, (char *)r->org_name, "Sender"));
	cr_expect(eq(ptr, (void *)r->email, NULL));
	cr_expect(eq(i64, r->begin, 20 * DAY));
	cr_expect(eq(i64, r->end, 21 * DAY - 1));
	cr_expect(eq(i64, r->received, 1000));
	cr_expect(eq(sz, r->note_count, 4));
	return true;
}

Test(query, lists_all_of_a_report)
{
	struct report *report = new_tlsrpt("example.com", "z", 20 * DAY, NULL);
	size_t rows = 0;

	report->email = NULL;
	report->note_count = 4;
	deliver_report("z", report, "z");
	must(store_reports(
	    world.store, &everything, 1, check_row, &rows, &world.err));
	cr_expect(eq(sz, rows, 1));
}

static bool
give_up(void *context, const struct store_report_row *r, struct error *err)
{
	size_t *rows = context;

	(void)r;
	++*rows;
	return error_set(err, ERROR_LIMIT, "enough");
}

Test(query, ends_when_the_caller_has_enough)
{
	size_t rows = 0;

	cr_expect(not(store_reports(
	    world.store, &everything, 0, give_up, &rows, &world.err)));
	cr_expect(eq(str, world.err.text, "enough"));
	cr_expect(eq(sz, rows, 1));
	/* and leaves nothing open that would stop a writer */
	deliver_report("x", new_dmarc("example.com", "x", 0, NULL), "x");
}

/* --- a database without anything --- */

TestSuite(nothing, .init = make_world, .fini = leave_world);

Test(nothing, is_an_answer)
{
	struct store_outcome_counts counts = outcomes();
	struct store_extent extent;
	FILE *out = open_answer();

	must(store_extent(world.store, &everything, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 0));
	cr_expect(eq(i64, counts.arrivals, 0));
	cr_expect(eq(i64, counts.messages[STORE_KNOWN], 0));
	must(store_dmarc_totals(
	    world.store, &everything, put_dmarc, out, &world.err));
	must(store_tls_totals(
	    world.store, &everything, put_tls, out, &world.err));
	must(store_mail(world.store, &everything, STORE_BY_SOURCE, 0,
	    put_source, out, &world.err));
	must(store_quarantine_reasons(
	    world.store, &everything, put_reason, out, &world.err));
	must(store_reports(
	    world.store, &everything, 0, put_report, out, &world.err));
	expect_answer(out, "");
}

/* A report that does not say when stands at 0, and would make fifty years of
 * every curve. */
Test(query, begins_with_the_first_report_that_says_when)
{
	static const char *const domains[] = { "undated.example" };
	struct store_filter filter = everything;
	struct store_extent extent;

	filter.domains = domains;
	filter.domain_count = 1;
	deliver_report(
	    "undated", new_dmarc("undated.example", "1", 0, NULL), "1");
	must(store_extent(world.store, &filter, &extent, &world.err));
	cr_expect(eq(i64, extent.first_day, 0));
	deliver_report("dated",
	    new_dmarc("undated.example", "2", 20000 * DAY + 7, NULL), "2");
	must(store_extent(world.store, &filter, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 2));
	cr_expect(eq(i64, extent.first_day, 20000 * DAY));
	filter.until = 20001 * DAY - 1; /* no roll-up can tell */
	must(store_extent(world.store, &filter, &extent, &world.err));
	cr_expect(eq(i64, extent.first_day, 20000 * DAY));
}
