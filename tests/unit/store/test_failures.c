/* What failure reports say, summed. */

#include "world.h"

#include <inttypes.h>

/* A message with one failure report, received at that time. */
static void
deliver_failure(
    const char *name, int64_t received, const struct failure *failure)
{
	struct delivery delivery = delivery_of(name, NULL);
	struct reading *reading = (struct reading *)delivery.reading;

	delivery.received = received;
	reading->class = MESSAGE_FAILURE;
	reading->failures = failure;
	deliver(&delivery);
}

static struct failure *
new_failure(const char *domain, uint8_t last, const char *result)
{
	return NEW(struct failure, .reporter = "receiver.example",
	    .reported_domain = domain, .auth_failure = result,
	    .source_ip = { { 4, 192, 0, 2, last }, 5 }, .incidents = 1);
}

static void
fill_world(void)
{
	struct failure *failure;

	make_world();
	/* so that the numbers of texts are not in the order of domains */
	deliver_failure("a", 100, new_failure("example.org", 1, "dmarc"));
	deliver_failure("b", 100, new_failure("example.com", 2, "dmarc"));
	deliver_failure("c", 200, new_failure("example.com", 1, "spf"));
	deliver_failure("d", 300, new_failure("example.com", 1, "dmarc"));
	failure = new_failure("example.com", 1, "dmarc");
	failure->incidents = 40;
	deliver_failure("e", 400, failure);
	deliver_failure("f", 500, new_failure("mail.example.com", 1, NULL));
	deliver_failure("g", 500, new_failure("badexample.com", 1, "dmarc"));
	/* who says nothing is asked about by all and no domain */
	deliver_failure("h", 600, NEW(struct failure, .incidents = 1));
	/* received late */
	failure = new_failure("late.example", 1, "dmarc");
	failure->has_arrival_date = true;
	failure->arrival_date = 250;
	deliver_failure("i", 9000, failure);
}

TestSuite(failures, .init = fill_world, .fini = leave_world);

static bool
put_total(
    void *context, const struct store_failure_total *total, struct error *err)
{
	char address[ADDRESS_TEXT];

	(void)err;
	fprintf(context, "%s|%s|%s|%" PRId64 "|%" PRId64 "\n", total->domain,
	    address_format(&total->source_ip, address), total->auth_failure,
	    total->reports, total->incidents);
	return true;
}

static void
expect_totals(const struct store_filter *filter, const char *expected)
{
	char *answer;
	size_t len;
	FILE *out = open_memstream(&answer, &len);

	must(store_failures(world.store, filter, put_total, out, &world.err));
	fclose(out);
	cr_expect(eq(str, answer, (char *)expected));
	free(answer);
}

Test(failures, are_summed_by_domain_address_and_result)
{
	expect_totals(&everything,
	    "|||1|1\n"
	    "badexample.com|192.0.2.1|dmarc|1|1\n"
	    "example.com|192.0.2.1|dmarc|2|41\n"
	    "example.com|192.0.2.1|spf|1|1\n"
	    "example.com|192.0.2.2|dmarc|1|1\n"
	    "example.org|192.0.2.1|dmarc|1|1\n"
	    "late.example|192.0.2.1|dmarc|1|1\n"
	    "mail.example.com|192.0.2.1||1|1\n");
}

Test(failures, are_of_the_domains_and_below)
{
	static const char *const domains[] = { "example.com", "example.org" };
	struct store_filter filter = everything;

	filter.domains = domains;
	filter.domain_count = 1;
	expect_totals(&filter,
	    "example.com|192.0.2.1|dmarc|2|41\n"
	    "example.com|192.0.2.1|spf|1|1\n"
	    "example.com|192.0.2.2|dmarc|1|1\n"
	    "mail.example.com|192.0.2.1||1|1\n");
	filter.domains = domains + 1;
	expect_totals(&filter, "example.org|192.0.2.1|dmarc|1|1\n");
}

/* Of the mail that failed where that is known, else of the report. */
Test(failures, are_of_the_period)
{
	struct store_filter filter = { .since = 200, .until = 400 };

	expect_totals(&filter,
	    "example.com|192.0.2.1|dmarc|1|1\n"
	    "example.com|192.0.2.1|spf|1|1\n"
	    "late.example|192.0.2.1|dmarc|1|1\n");
	filter.since = filter.until;
	expect_totals(&filter, "");
}
