/* Which of several reports of one key counts. */

#include "world.h"

TestSuite(take, .init = make_world, .fini = leave_world);

/* A message with the one report of all these tests; the content is that of
 * the report, and its number of messages. */
static struct store_result
take(const char *raw, int64_t messages, enum verdict verdict)
{
	struct finding *finding =
	    found(new_dmarc("example.com", "1", 10 * DAY,
		      new_record(messages, DMARC_PASS, DMARC_PASS, 0)),
		arena_printf(&world.arena, "%lld", (long long)messages));
	struct delivery delivery = delivery_of(raw, finding);

	finding->verdict = verdict;
	finding->verdict_reason = raw;
	return deliver(&delivery);
}

/* The reports of the verdicts, oldest first, in one line: the number of
 * messages, the verdict and its reason, "!" for a conflict. */
static char line[512];

static bool
describe_row(
    void *context, const struct store_report_row *row, struct error *err)
{
	size_t len = strlen(line);

	(void)context;
	(void)err;
	snprintf(line + len, sizeof(line) - len, "%s%lld %s (%s)%s",
	    len == 0 ? "" : ", ", (long long)row->messages,
	    verdict_name(row->verdict), row->verdict_reason,
	    row->is_conflict ? "!" : "");
	return true;
}

static const char *
describe(unsigned verdicts)
{
	struct store_filter filter = everything;

	filter.verdicts = verdicts;
	line[0] = '\0';
	must(store_reports(
	    world.store, &filter, 0, describe_row, NULL, &world.err));
	return line;
}

static const char *
describe_all(void)
{
	return describe(STORE_ALL_VERDICTS);
}

static bool
add_messages(
    void *context, const struct store_dmarc_total *total, struct error *err)
{
	int64_t *sum = context;

	(void)err;
	*sum += total->messages;
	return true;
}

static int64_t
sum_of(unsigned verdicts)
{
	struct store_filter filter = everything;
	int64_t sum = 0;

	filter.verdicts = verdicts;
	must(store_dmarc_totals(
	    world.store, &filter, add_messages, &sum, &world.err));
	return sum;
}

/* --- a failed report and an authentic one --- */

Test(take, lets_an_authentic_report_in_after_a_failed_one)
{
	take("forged", 100, VERDICT_FAILED);
	cr_expect(eq(
	    int, take("genuine", 7, VERDICT_VERIFIED).outcome, STORE_STORED));
	cr_expect_str_eq(
	    describe_all(), "100 failed (forged), 7 verified (genuine)");
	cr_expect(eq(i64, sum_of(0), 7));
}

Test(take, keeps_an_authentic_report_before_a_failed_one)
{
	take("genuine", 7, VERDICT_VERIFIED);
	cr_expect(
	    eq(int, take("forged", 100, VERDICT_FAILED).outcome, STORE_STORED));
	cr_expect_str_eq(
	    describe_all(), "7 verified (genuine), 100 failed (forged)");
	cr_expect(eq(i64, sum_of(0), 7));
}

/* Who has the report itself can send it again in a message that fails. */
Test(take, does_not_take_a_failed_copy_for_the_report)
{
	take("forged", 7, VERDICT_FAILED);
	cr_expect(eq(
	    int, take("genuine", 7, VERDICT_UNVERIFIED).outcome, STORE_STORED));
	cr_expect(
	    eq(int, take("again", 7, VERDICT_FAILED).outcome, STORE_DUPLICATE));
	cr_expect_str_eq(
	    describe_all(), "7 failed (forged), 7 unverified (genuine)");
	cr_expect(eq(i64, sum_of(0), 7));
}

Test(take, counts_failed_reports_once_too)
{
	take("a", 1, VERDICT_FAILED);
	cr_expect(
	    eq(int, take("b", 2, VERDICT_FAILED).outcome, STORE_CONFLICT));
	cr_expect_str_eq(describe_all(), "1 failed (a), 2 failed (b)!");
	cr_expect(eq(i64, sum_of(STORE_VERDICT(VERDICT_FAILED)), 1));
}

/* --- a verified report and one that is not --- */

Test(take, puts_a_verified_report_before_others)
{
	static const enum verdict others[] = { VERDICT_UNKNOWN,
		VERDICT_UNVERIFIED, VERDICT_SUSPICIOUS };
	size_t i;

	for (i = 0; i < COUNT_OF(others); i++) {
		take("first", 100, others[i]);
		take("second", 200, others[i]);
		cr_expect(eq(int, take("genuine", 7, VERDICT_VERIFIED).outcome,
		    STORE_STORED));
		cr_expect_str_eq(describe_all(),
		    arena_printf(&world.arena,
			"100 %s (first)!, 200 %s (second)!, 7 verified"
			" (genuine)",
			verdict_name(others[i]), verdict_name(others[i])));
		cr_expect(eq(i64, sum_of(0), 7));
		leave_world();
		make_world();
	}
}

Test(take, names_the_verified_report_in_conflicts)
{
	struct stored_report stored;
	int64_t id;

	take("first", 100, VERDICT_UNVERIFIED);
	take("second", 200, VERDICT_UNVERIFIED);
	take("genuine", 7, VERDICT_VERIFIED);
	for (id = 1; id <= 2; id++) {
		must(store_report(
		    world.store, id, &world.arena, &stored, &world.err));
		cr_expect(stored.is_conflict);
		cr_expect(eq(i64, stored.conflicts_with, 3));
	}
	must(store_report(world.store, 3, &world.arena, &stored, &world.err));
	cr_expect_not(stored.is_conflict);
	cr_expect(eq(i64, stored.conflicts_with, 0));
}

Test(take, leaves_the_first_of_two_verified_reports)
{
	take("first", 7, VERDICT_VERIFIED);
	cr_expect(eq(
	    int, take("second", 8, VERDICT_VERIFIED).outcome, STORE_CONFLICT));
	cr_expect_str_eq(
	    describe_all(), "7 verified (first), 8 verified (second)!");
}

Test(take, leaves_a_verified_report_when_others_come)
{
	take("genuine", 7, VERDICT_VERIFIED);
	cr_expect(eq(
	    int, take("other", 8, VERDICT_UNVERIFIED).outcome, STORE_CONFLICT));
	cr_expect_str_eq(
	    describe_all(), "7 verified (genuine), 8 unverified (other)!");
}

Test(take, verifies_a_report_by_a_verified_copy)
{
	take("forwarded", 7, VERDICT_UNVERIFIED);
	cr_expect(eq(int, take("genuine", 7, VERDICT_VERIFIED).outcome,
	    STORE_DUPLICATE));
	cr_expect_str_eq(describe_all(), "7 verified (genuine)");
	take("forwarded again", 7, VERDICT_SUSPICIOUS);
	take("verified again", 7, VERDICT_VERIFIED);
	cr_expect_str_eq(describe_all(), "7 verified (genuine)");
}

/* It came second, and unverified: a conflict, until a copy verifies it. */
Test(take, puts_a_report_first_that_a_copy_verifies)
{
	struct stored_report stored;

	take("forged", 100, VERDICT_UNVERIFIED);
	take("forwarded", 7, VERDICT_UNVERIFIED);
	take("genuine", 7, VERDICT_VERIFIED);
	cr_expect_str_eq(
	    describe_all(), "100 unverified (forged)!, 7 verified (genuine)");
	must(store_report(world.store, 1, &world.arena, &stored, &world.err));
	cr_expect(eq(i64, stored.conflicts_with, 2));
	must(store_report(world.store, 2, &world.arena, &stored, &world.err));
	cr_expect(eq(i64, stored.conflicts_with, 0));
}

/* --- questions --- */

static void
take_each(void)
{
	enum verdict verdict;

	for (verdict = VERDICT_UNKNOWN; verdict <= VERDICT_FAILED; verdict++) {
		struct finding *finding =
		    found(new_dmarc("example.com",
			      arena_printf(&world.arena, "%d", (int)verdict),
			      10 * DAY, new_record(1 << verdict, 1, 1, 0)),
			"x");
		struct delivery delivery =
		    delivery_of(verdict_name(verdict), finding);

		finding->verdict = verdict;
		deliver(&delivery);
	}
}

Test(take, leaves_failed_reports_out_of_sums_unless_asked_for)
{
	struct store_filter filter = everything;
	struct store_extent extent;

	take_each();
	cr_expect(eq(i64, sum_of(0), 1 + 2 + 4 + 8));
	cr_expect(eq(i64, sum_of(STORE_ALL_VERDICTS), 31));
	cr_expect(eq(i64, sum_of(STORE_VERDICT(VERDICT_FAILED)), 16));
	cr_expect(eq(i64,
	    sum_of(STORE_VERDICT(VERDICT_UNKNOWN)
		| STORE_VERDICT(VERDICT_VERIFIED)),
	    3));
	must(store_extent(world.store, &filter, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 4));
}

Test(take, gives_back_the_verdict_and_its_reason)
{
	struct stored_report stored;

	take("dmarc=pass for receiver.example", 7, VERDICT_VERIFIED);
	must(store_report(world.store, 1, &world.arena, &stored, &world.err));
	cr_expect(eq(int, stored.verdict, VERDICT_VERIFIED));
	cr_expect_str_eq(
	    stored.verdict_reason, "dmarc=pass for receiver.example");
}

Test(take, counts_what_to_look_at)
{
	struct store_filter filter = everything;
	struct store_doubts doubts;

	take_each();
	take("another failed one", 1, VERDICT_FAILED);
	must(store_doubts(world.store, &filter, &doubts, &world.err));
	cr_expect(eq(i64, doubts.failed, 2));
	cr_expect(eq(i64, doubts.suspicious, 1));
	/* All of them came on day 0, and begin on day 10. */
	cr_expect(eq(i64, doubts.future, 4));

	filter.verdicts = STORE_VERDICT(VERDICT_VERIFIED);
	filter.since = 10 * DAY + 1;
	must(store_doubts(world.store, &filter, &doubts, &world.err));
	cr_expect(eq(i64, doubts.failed, 0));
	cr_expect(eq(i64, doubts.future, 0));
}

static bool
count_future(
    void *context, const struct store_report_row *row, struct error *err)
{
	size_t *count = context;

	(void)err;
	*count += row->is_future;
	return true;
}

/* A message comes at second 1000. */
Test(take, knows_what_is_from_the_future)
{
	static const struct {
		int64_t begin;
		bool is_future;
	} cases[] = { { 0, false }, { 1000 + DAY, false }, { 1001 + DAY, true },
		{ INT64_MAX - DAY, true }, { INT64_MIN, false } };
	struct stored_report stored;
	struct store_doubts doubts;
	size_t i, count = 0;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct report *report =
		    new_dmarc("example.com", "1", 0, new_record(1, 1, 1, 0));

		report->begin = report->end = cases[i].begin;
		deliver_report(
		    arena_printf(&world.arena, "%zu", i), report, "x");
		must(store_report(world.store, (int64_t)i + 1, &world.arena,
		    &stored, &world.err));
		cr_expect(eq(int, stored.is_future, cases[i].is_future));
	}
	must(store_doubts(world.store, &everything, &doubts, &world.err));
	cr_expect(eq(i64, doubts.future, 2));
	must(store_reports(
	    world.store, &everything, 0, count_future, &count, &world.err));
	cr_expect(eq(sz, count, 2));
}
