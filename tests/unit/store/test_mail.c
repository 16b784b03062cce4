/* Mail in groups: the same sums, whatever they are read from. */

#include "world.h"

#include "store/mail.h"

#define NONE   DMARC_DISPOSITION_NONE
#define REJECT DMARC_DISPOSITION_REJECT

static struct dmarc_record *
add(struct dmarc_record *next, int64_t count, int dkim, int spf,
    int disposition, uint8_t last, const char *header_from, const char *reason)
{
	struct dmarc_record *record = new_record(count, dkim, spf, disposition);

	record->source_ip.data[4] = last;
	record->header_from = header_from;
	if (reason != NULL)
		record->reasons = NEW(struct dmarc_reason, .type = reason);
	record->next = next;
	return record;
}

static void
fill_world(void)
{
	static const char *const domains[] = { "example.com",
		"mail.example.com", "example.org" };
	static const char *const reasons[] = { NULL, "forwarded", "other" };
	struct dmarc_record *records;
	struct report *report;
	char name[16];
	int i, j;

	make_world();
	for (i = 0; i < 12; i++) {
		records = NULL;
		for (j = 0; j < 9; j++)
			records = add(records, 1 + i * 100 + j * 7,
			    1 + (i + j) % 2, 1 + j % 3,
			    (i * j) % (DMARC_DISPOSITION_OTHER + 1),
			    (uint8_t)(1 + (i + j * j) % 5),
			    j % 2 == 0 ? "example.com" : "a.example.com",
			    reasons[j % 3]);
		snprintf(name, sizeof(name), "r%d", i);
		report = new_dmarc(
		    domains[i % 3], name, (10 + i % 4) * DAY + i, records);
		if (i % 2 == 0)
			report->org_name = "Other";
		deliver_report(name, report, name);
	}
	/* In conflict: in no sum. */
	report = new_dmarc(
	    "example.com", "r0", 10 * DAY, new_record(1000000, 2, 2, NONE));
	report->org_name = "Other";
	deliver_report("again", report, "again");
}

TestSuite(mail, .init = fill_world, .fini = leave_world);

static bool
sum(void *context, const struct store_mail *mail, struct error *err)
{
	int64_t *total = context;

	(void)err;
	*total += mail->messages;
	return true;
}

static int64_t
ask(const struct store_filter *filter, unsigned by)
{
	int64_t total = 0;

	must(store_mail(world.store, filter, by, 0, sum, &total, &world.err));
	return total;
}

static const struct network ones = { { { 4, 192, 0, 2, 1 }, 5 },
	{ { 4, 192, 0, 2, 2 }, 5 } };
static const char *const com[] = { "example.com" };
static const char *const other[] = { "other" };

/* The filter of a number: each bit asks for something. */
static struct store_filter
make_filter(unsigned bits)
{
	struct store_filter filter = everything;

	if ((bits & 1) != 0) {
		filter.domains = com;
		filter.domain_count = 1;
	}
	if ((bits & 2) != 0) {
		filter.reporters = other;
		filter.reporter_count = 1;
	}
	if ((bits & 4) != 0) {
		filter.sources = &ones;
		filter.source_count = 1;
	}
	if ((bits & 8) != 0)
		filter.dispositions =
		    STORE_DISPOSITION(NONE) | STORE_DISPOSITION(REJECT);
	if ((bits & 16) != 0)
		filter.results =
		    STORE_RESULT(false, false) | STORE_RESULT(true, false);
	if ((bits & 32) != 0) {
		filter.since = 11 * DAY;
		filter.until = 13 * DAY;
	}
	return filter;
}

Test(mail, adds_up_the_same_however_it_is_grouped)
{
	struct store_filter filter;
	int64_t total;
	unsigned bits, by;

	for (bits = 0; bits < 64; bits++) {
		filter = make_filter(bits);
		total = ask(&filter, 0);
		cr_expect(gt(i64, total, 0), "filter %u", bits);
		for (by = 1; by < STORE_BY_OUTCOME << 1; by++)
			cr_expect(eq(i64, ask(&filter, by), total),
			    "filter %u, by %u", bits, by);
	}
}

Test(mail, is_the_messages_that_totals_have)
{
	struct store_filter filter = everything;
	int64_t failed;

	cr_expect(eq(i64, ask(&filter, 0), 12 * 9 + 66 * 900 + 36 * 84));
	filter.results = STORE_RESULT(false, false);
	failed = ask(&filter, STORE_BY_SOURCE);
	filter.results = STORE_ALL_RESULTS & ~STORE_RESULT(false, false);
	cr_expect(eq(
	    i64, failed + ask(&filter, STORE_BY_SOURCE), ask(&everything, 0)));
}

static bool
keep(void *context, const struct store_mail *mail, struct error *err)
{
	FILE *out = context;

	(void)err;
	fprintf(out, "%s %s '%s' %lld recent %lld days %lld to %lld\n",
	    mail->domain, mail->header_from, mail->reasons,
	    (long long)mail->messages, (long long)mail->recent,
	    (long long)(mail->first / DAY), (long long)(mail->last / DAY));
	return true;
}

Test(mail, says_what_a_group_has_in_common)
{
	struct store_filter filter = make_filter(4 | 8 | 32);
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	filter.domains = &com[0];
	filter.domain_count = 1;
	must(store_mail(world.store, &filter,
	    STORE_BY_DOMAIN | STORE_BY_SENDER | STORE_BY_REASON, 12 * DAY, keep,
	    out, &world.err));
	fclose(out);
	cr_expect(eq(str, text,
	    "mail.example.com example.com 'forwarded' 1029 recent 1029"
	    " days 12 to 12\n"
	    "mail.example.com a.example.com 'forwarded' 1158 recent 1008"
	    " days 11 to 12\n"));
	free(text);
}
