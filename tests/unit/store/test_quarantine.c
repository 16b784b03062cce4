#include "world.h"

TestSuite(quarantine, .init = make_world, .fini = leave_world);

static const struct report *
report_of(const char *id)
{
	return new_dmarc("example.com", id, 0,
	    new_record(3, DMARC_PASS, DMARC_FAIL, DMARC_DISPOSITION_NONE));
}

static bool
count_row(void *context, const struct store_quarantined *row, struct error *err)
{
	size_t *count = context;

	(void)err;
	cr_expect(eq(str, (char *)row->reason, "xml-malformed"));
	(*count)++;
	return true;
}

static size_t
count_quarantined(void)
{
	size_t count = 0;

	must(store_quarantine(
	    world.store, &everything, count_row, &count, &world.err));
	return count;
}

/* Reads the message anew: now these are its findings. */
static struct store_result
retry(int64_t message, const struct finding *findings)
{
	struct delivery delivery = delivery_of("retried", findings);
	struct store_result result;

	must(store_begin(world.store, &world.err));
	must(store_retry(
	    world.store, message, delivery.reading, &result, &world.err));
	must(store_commit(world.store, &world.err));
	return result;
}

static int64_t
quarantine_one(void)
{
	struct finding *findings = found(report_of("1"), "one");
	struct delivery delivery;

	findings->next = found_broken("xml-malformed", "line 3");
	delivery = delivery_of("raw", findings);
	return deliver(&delivery).message;
}

static bool
has_raw(int64_t message)
{
	struct bytes raw;

	return store_raw(world.store, message, &world.arena, &raw, &world.err);
}

Test(quarantine, stores_what_is_readable_now_once)
{
	int64_t message = quarantine_one();
	struct finding *findings = found(report_of("1"), "one");
	struct store_result result;
	struct store_extent extent;

	findings->next = found(report_of("2"), "two");
	cr_assert(eq(sz, count_quarantined(), 1));
	result = retry(message, findings);
	cr_expect(eq(sz, result.stored, 1));
	cr_expect(eq(sz, result.duplicates, 1));
	cr_expect(eq(int, result.outcome, STORE_STORED));
	cr_expect(eq(sz, count_quarantined(), 0));
	cr_expect(not(has_raw(message)), "nothing is left to look at");
	must(store_extent(world.store, &everything, &extent, &world.err));
	cr_expect(eq(sz, extent.report_count, 2));
}

Test(quarantine, keeps_what_is_still_broken)
{
	int64_t message = quarantine_one();
	struct finding *findings = found(report_of("1"), "one");

	findings->next = found_broken("xml-malformed", "line 4");
	retry(message, findings);
	cr_expect(eq(sz, count_quarantined(), 1));
	cr_expect(has_raw(message));
	/* It has stored a report before, and that stays true. */
	cr_expect(eq(i64, outcomes().messages[STORE_STORED], 1));
	cr_expect(eq(i64, outcomes().messages[STORE_QUARANTINED], 0));
}

static bool
count_failures(
    void *context, const struct store_failure_total *total, struct error *err)
{
	(void)err;
	*(int64_t *)context += total->reports;
	return true;
}

/* What could not be read may turn out to be somebody else's mail. */
Test(quarantine, keeps_no_failure_report)
{
	static const struct failure failure = { .incidents = 1 };
	struct delivery delivery =
	    delivery_of("raw", found_broken("xml-malformed", ""));
	struct reading *reading = (struct reading *)delivery.reading;
	struct store_result result;
	int64_t message, failures = 0;

	reading->subject = "the secret of the garden";
	message = deliver(&delivery).message;
	cr_assert(has_raw(message));
	reading->class = MESSAGE_FAILURE;
	reading->failures = &failure;
	reading->subject = NULL;
	must(store_begin(world.store, &world.err));
	must(store_retry(world.store, message, reading, &result, &world.err));
	must(store_commit(world.store, &world.err));
	cr_expect(not(has_raw(message)));
	must(store_failures(
	    world.store, &everything, count_failures, &failures, &world.err));
	cr_expect(eq(i64, failures, 1));
}

Test(quarantine, forgets_what_is_dropped_but_not_the_message)
{
	int64_t message = quarantine_one();

	must(store_begin(world.store, &world.err));
	must(store_drop(world.store, message, &world.err));
	must(store_commit(world.store, &world.err));
	cr_expect(eq(sz, count_quarantined(), 0));
	cr_expect(not(has_raw(message)));
	cr_expect(eq(i64, outcomes().messages[STORE_STORED], 1));
}

Test(quarantine, knows_which_messages_are_not_in_it)
{
	struct delivery delivery = delivery_of("none", NULL);
	int64_t message = deliver(&delivery).message;
	struct store_result result;

	must(store_begin(world.store, &world.err));
	cr_expect(not(store_retry(
	    world.store, message, delivery.reading, &result, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_NO_INPUT));
	cr_expect(not(store_drop(world.store, 4711, &world.err)));
	store_rollback(world.store);
}
