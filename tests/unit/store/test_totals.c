/* Sums by domain and something else, over a world that can be done by hand. */

#include "world.h"

#include <inttypes.h>

#include "parse/outcome.h"
#include "store/totals.h"

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

static struct report *
by(const char *org_name, struct report *report)
{
	report->org_name = org_name;
	return report;
}

static struct report *
under(enum dmarc_policy p, struct report *report)
{
	((struct dmarc_report *)report->dmarc)->p.value = (int)p;
	return report;
}

static void
fill_world(void)
{
	static const struct tlsrpt_failure failure = { .result_type =
							   "starttls-not-"
							   "supported",
		.receiving_mx_hostname = "mx.a.example",
		.failed_session_count = 3 };
	static const struct tlsrpt_policy policies[] = {
		{ &policies[1], .number = 1, .policy_type = "sts",
		    .policy_domain = "a.example",
		    .total_successful_session_count = 40,
		    .total_failure_session_count = 3,
		    .failure_details = &failure },
		{ NULL, .number = 2, .policy_type = "tlsa",
		    .policy_domain = "mx.a.example",
		    .total_successful_session_count = 43 },
	};

	make_world();
	deliver_report("1",
	    under(DMARC_POLICY_NONE,
		by("Big Mail",
		    new_dmarc("a.example", "1", 10 * DAY,
			then(new_record(100, 1, 2, NONE),
			    then(from(2, new_record(7, 2, 2, QUARANTINE)),
				from(3, new_record(5, 2, 2, REJECT))))))),
	    "1");
	deliver_report("2",
	    under(DMARC_POLICY_REJECT,
		by("Other",
		    new_dmarc("a.example", "2", 11 * DAY,
			then(from(2, new_record(4, 2, 2, REJECT)),
			    from(4, new_record(1, 1, 1, NONE)))))),
	    "2");
	deliver_report("3",
	    under(DMARC_POLICY_NONE,
		by("Big Mail",
		    new_dmarc("b.example", "3", 10 * DAY,
			from(2, new_record(9, 1, 1, NONE))))),
	    "3");
	deliver_report(
	    "4", new_tlsrpt("a.example", "4", 11 * DAY, policies), "4");
}

TestSuite(totals, .init = fill_world, .fini = leave_world);

static char *answer;
static size_t answer_len;

static void
expect_answer(FILE *out, const char *expected)
{
	fclose(out);
	cr_expect(eq(str, answer, (char *)expected));
	free(answer);
}

static bool
put_day(void *context, const struct store_day *d, struct error *err)
{
	(void)err;
	fprintf(context,
	    "%s %" PRId64 ": %" PRId64 " %" PRId64 " %" PRId64 " (%" PRId64
	    " %" PRId64 " %" PRId64 ")\n",
	    d->domain, d->day / DAY, d->records, d->messages, d->passed,
	    d->delivered, d->quarantined, d->rejected);
	return true;
}

Test(totals, of_days)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_days(world.store, &everything, put_day, out, &world.err));
	expect_answer(out,
	    "a.example 10: 3 112 100 (0 7 5)\n"
	    "a.example 11: 2 5 1 (0 0 4)\n"
	    "b.example 10: 1 9 9 (0 0 0)\n");
}

Test(totals, of_days_in_the_period)
{
	struct store_filter filter = everything;
	FILE *out = open_memstream(&answer, &answer_len);

	filter.since = 11 * DAY;
	must(store_days(world.store, &filter, put_day, out, &world.err));
	expect_answer(out, "a.example 11: 2 5 1 (0 0 4)\n");
}

static bool
put_tls_day(void *context, const struct store_tls_day *d, struct error *err)
{
	(void)err;
	fprintf(context, "%s %s %" PRId64 ": %" PRId64 " %" PRId64 "\n",
	    d->domain, d->policy_type, d->day / DAY, d->successful, d->failed);
	return true;
}

Test(totals, of_tls_days_by_policy_type)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_tls_days(
	    world.store, &everything, put_tls_day, out, &world.err));
	expect_answer(out,
	    "a.example sts 11: 40 3\n"
	    "a.example tlsa 11: 43 0\n");
}

static bool
put_tls_failure(
    void *context, const struct store_tls_failure *f, struct error *err)
{
	(void)err;
	fprintf(context, "%s %s %s %s: %" PRId64 " by %" PRId64 "\n", f->domain,
	    f->policy_type, f->result_type, f->mx, f->sessions, f->reporters);
	return true;
}

Test(totals, of_tls_failures)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_tls_failures(
	    world.store, &everything, put_tls_failure, out, &world.err));
	expect_answer(
	    out, "a.example sts starttls-not-supported mx.a.example: 3 by 1\n");
}

static bool
put_reporter(
    void *context, const struct store_reporter_total *t, struct error *err)
{
	(void)err;
	fprintf(context,
	    "%s %s: %" PRId64 " + %" PRId64 ", %" PRId64 " %" PRId64
	    ", %" PRId64 " %" PRId64 "\n",
	    t->domain, t->org_name, t->dmarc_reports, t->tls_reports,
	    t->messages, t->passed, t->sessions, t->success);
	return true;
}

Test(totals, of_reporters)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_reporter_totals(
	    world.store, &everything, true, put_reporter, out, &world.err));
	must(store_reporter_totals(
	    world.store, &everything, false, put_reporter, out, &world.err));
	expect_answer(out,
	    "a.example Big Mail: 1 + 0, 112 100, 0 0\n"
	    "a.example Other: 1 + 0, 5 1, 0 0\n"
	    "a.example Sender: 0 + 1, 0 0, 86 83\n"
	    "b.example Big Mail: 1 + 0, 9 9, 0 0\n"
	    " Big Mail: 2 + 0, 121 109, 0 0\n"
	    " Other: 1 + 0, 5 1, 0 0\n"
	    " Sender: 0 + 1, 0 0, 86 83\n");
}

static bool
put_outcome(
    void *context, const struct store_outcome_total *t, struct error *err)
{
	(void)err;
	if (!outcome_passes(t->outcome))
		fprintf(context, "%s %s: %" PRId64 "\n", t->domain,
		    dmarc_disposition_name(
			(int)outcome_disposition(t->outcome)),
		    t->messages);
	return true;
}

Test(totals, of_outcomes)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_outcome_totals(
	    world.store, &everything, put_outcome, out, &world.err));
	expect_answer(out, "a.example reject: 9\na.example quarantine: 7\n");
}

static bool
put_reason(void *context, const struct store_reason_total *t, struct error *err)
{
	(void)err;
	fprintf(context, "%s %s %s: %" PRId64 "\n", t->domain, t->reasons,
	    dmarc_disposition_name((int)t->disposition), t->messages);
	return true;
}

/* Comments make no difference, and what passes needs no reason. */
Test(totals, of_reasons)
{
	static const struct dmarc_reason list = { .type = "mailing_list" };
	static const struct dmarc_reason both = { &list, .type = "forwarded" };
	static const struct dmarc_text text = { .text = "looks so" };
	static const struct dmarc_reason comment = { .type = "mailing_list",
		.comment = &text };
	struct dmarc_record *records[] = { new_record(3, 2, 2, NONE),
		new_record(4, 2, 2, NONE), new_record(5, 2, 2, REJECT),
		new_record(6, 2, 2, NONE), new_record(9, 1, 2, NONE) };
	FILE *out = open_memstream(&answer, &answer_len);
	size_t i;

	records[0]->reasons = &list;
	records[1]->reasons = &comment;
	records[2]->reasons = &list;
	records[3]->reasons = &both;
	records[4]->reasons = &list;
	for (i = 0; i + 1 < COUNT_OF(records); i++)
		records[i]->next = records[i + 1];
	deliver_report(
	    "5", new_dmarc("c.example", "5", 10 * DAY, records[0]), "5");
	must(store_reason_totals(
	    world.store, &everything, put_reason, out, &world.err));
	expect_answer(out,
	    "c.example mailing_list none: 7\n"
	    "c.example forwarded,mailing_list none: 6\n"
	    "c.example mailing_list reject: 5\n");
}

static bool
put_policy(void *context, const struct store_policy *p, struct error *err)
{
	(void)err;
	fprintf(context,
	    "%s %s: %" PRId64 " to %" PRId64 ", %" PRId64 " by %" PRId64 "\n",
	    p->domain, dmarc_policy_name((int)p->p), p->first_begin / DAY,
	    p->last_begin / DAY, p->reports, p->reporters);
	return true;
}

Test(totals, of_policies)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_policies(
	    world.store, &everything, put_policy, out, &world.err));
	expect_answer(out,
	    "a.example none: 10 to 10, 1 by 1\n"
	    "a.example reject: 11 to 11, 1 by 1\n"
	    "b.example none: 10 to 10, 1 by 1\n");
}

static bool
put_source(void *context, const struct store_source_total *t, size_t count,
    struct error *err)
{
	char address[ADDRESS_TEXT];

	(void)err;
	fprintf(context,
	    "%s %s: %" PRId64 " %" PRId64 " (%" PRId64 " %" PRId64 ") %" PRId64
	    " to %" PRId64 " of %zu\n",
	    t->domain, address_format(&t->source_ip, address), t->messages,
	    t->passed, t->quarantined, t->rejected, t->first_day / DAY,
	    t->last_day / DAY, count);
	return true;
}

Test(totals, of_sources_failing_ones_first)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_source_totals(
	    world.store, &everything, 100, put_source, out, &world.err));
	expect_answer(out,
	    "a.example 192.0.2.2: 11 0 (7 4) 10 to 11 of 4\n"
	    "a.example 192.0.2.3: 5 0 (0 5) 10 to 10 of 4\n"
	    "a.example 192.0.2.1: 100 100 (0 0) 10 to 10 of 4\n"
	    "a.example 192.0.2.4: 1 1 (0 0) 11 to 11 of 4\n"
	    "b.example 192.0.2.2: 9 9 (0 0) 10 to 10 of 1\n");
}

Test(totals, of_sources_half_failing_half_large)
{
	FILE *out = open_memstream(&answer, &answer_len);

	must(store_source_totals(
	    world.store, &everything, 2, put_source, out, &world.err));
	expect_answer(out,
	    "a.example 192.0.2.2: 11 0 (7 4) 10 to 11 of 4\n"
	    "a.example 192.0.2.1: 100 100 (0 0) 10 to 10 of 4\n"
	    "b.example 192.0.2.2: 9 9 (0 0) 10 to 10 of 1\n");
}

static bool
count_source(void *context, const struct store_source_total *t, size_t count,
    struct error *err)
{
	int64_t *sum = context;

	(void)err, (void)count;
	*sum += t->messages;
	return true;
}

/* More than the table has room for at first. */
Test(totals, of_many_sources)
{
	struct dmarc_record *records = NULL, *record;
	int64_t sum = 0;
	int i;

	for (i = 0; i < 5000; i++) {
		record = new_record(1, 1, 1, NONE);
		record->source_ip.data[2] = (uint8_t)(i >> 8);
		record->source_ip.data[3] = (uint8_t)i;
		records = then(record, records);
	}
	deliver_report(
	    "5", new_dmarc("c.example", "5", 10 * DAY, records), "5");
	must(store_source_totals(
	    world.store, &everything, 10000, count_source, &sum, &world.err));
	cr_expect(eq(i64, sum, 112 + 5 + 9 + 5000));
}
