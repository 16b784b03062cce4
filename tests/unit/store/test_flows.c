/* Records as flows: each thing once, and only what the filter is about. */

#include "world.h"

#include "store/flows.h"

TestSuite(flows, .init = make_world, .fini = leave_world);

#define MAX_ROWS 10

struct rows {
	struct flow_row row[MAX_ROWS];
	size_t count;
	struct flow_shapes shapes;
};

static bool
take(void *context, const struct flow_row *flow, struct error *err)
{
	struct rows *rows = context;

	(void)err;
	cr_assert_lt(rows->count, MAX_ROWS);
	rows->row[rows->count++] = *flow;
	return true;
}

static struct rows
ask(const struct store_filter *filter)
{
	struct rows rows = { .count = 0 };

	must(store_flows(world.store, filter, &world.arena, take, &rows,
	    &rows.shapes, &world.err));
	return rows;
}

static const struct flow_shape *
shape_of(const struct rows *rows, size_t row)
{
	cr_assert_lt(rows->row[row].shape, rows->shapes.count);
	return &rows->shapes.shapes[rows->row[row].shape];
}

static struct dmarc_record *
new_signed(const char *selector, const char *reason)
{
	struct dmarc_record *record = new_record(3, DMARC_PASS, DMARC_FAIL, 1);

	record->header_from = "a.example";
	record->dkim_results = NEW(struct dmarc_dkim, .domain = "a.example",
	    .selector = selector, .result = { DMARC_AUTH_PASS, NULL });
	record->spf_results = NEW(struct dmarc_spf, .domain = "b.example",
	    .result = { DMARC_AUTH_SOFTFAIL, NULL });
	if (reason != NULL)
		record->reasons = NEW(struct dmarc_reason, .type = reason,
		    .comment = NEW(struct dmarc_text, .text = "arc=pass"));
	return record;
}

static void
deliver_as(enum verdict verdict, const char *name, struct report *report)
{
	struct finding *finding = found(report, name);
	struct delivery delivery;

	finding->verdict = verdict;
	delivery = delivery_of(name, finding);
	deliver(&delivery);
}

Test(flows, have_all_that_a_record_says)
{
	struct rows rows;
	const struct flow_row *row = &rows.row[0];
	const struct flow_shape *shape;

	deliver_report("1",
	    new_dmarc("a.example", "1", 5 * DAY, new_signed("s1", "other")),
	    "1");
	rows = ask(&everything);
	cr_assert_eq(rows.count, 1);
	shape = shape_of(&rows, 0);
	cr_expect_str_eq(row->source->domain, "a.example");
	cr_expect_str_eq(row->source->org_name, "receiver");
	cr_expect_str_eq(row->source->email_domain, "receiver.example");
	cr_expect_eq(shape->dkim, DMARC_PASS);
	cr_expect_eq(shape->spf, DMARC_FAIL);
	cr_expect_str_eq(shape->header_from, "a.example");
	cr_expect_null(shape->envelope_to);
	cr_expect_str_eq(shape->dkim_results->selector, "s1");
	cr_expect_eq(shape->dkim_results->result.value, DMARC_AUTH_PASS);
	cr_expect_str_eq(shape->spf_results->domain, "b.example");
	cr_expect_eq(shape->spf_results->result.value, DMARC_AUTH_SOFTFAIL);
	cr_expect_str_eq(row->reasons->type, "other");
	cr_expect_str_eq(row->reasons->comment->text, "arc=pass");
	cr_expect_eq(row->begin, 5 * DAY);
	cr_expect_eq(row->count, 3);
	cr_expect_eq(row->record, 1);
	cr_expect_eq(row->source_ip.len, 5);
}

Test(flows, have_equal_things_once)
{
	struct dmarc_record *first = new_signed("s1", "other");
	struct dmarc_record *second = new_signed("s1", "other");
	struct rows rows;

	first->next = second;
	second->next = new_signed("s2", NULL);
	deliver_report("1", new_dmarc("a.example", "1", 5 * DAY, first), "1");
	deliver_report("2",
	    new_dmarc("a.example", "2", 6 * DAY, new_signed("s1", "other")),
	    "2");
	rows = ask(&everything);
	cr_assert_eq(rows.count, 4);
	cr_expect_eq(rows.row[0].shape, rows.row[1].shape);
	cr_expect_eq(rows.row[0].shape, rows.row[3].shape);
	cr_expect_neq(rows.row[0].shape, rows.row[2].shape);
	cr_expect_eq(rows.row[0].reasons, rows.row[3].reasons);
	cr_expect_null(rows.row[2].reasons);
	cr_expect_eq(rows.row[0].source, rows.row[3].source);
	cr_expect_eq(
	    shape_of(&rows, 0)->header_from, shape_of(&rows, 2)->header_from);
}

Test(flows, have_results_in_their_order)
{
	struct dmarc_record *record = new_signed("s1", NULL);
	const struct flow_shape *first, *second;
	struct rows rows;

	record->dkim_results = NEW(struct dmarc_dkim, .domain = "x.example",
	    .selector = "s3", .result = { DMARC_AUTH_FAIL, NULL },
	    .next = record->dkim_results);
	record->next = new_signed("s2", NULL);
	deliver_report("1", new_dmarc("a.example", "1", 5 * DAY, record), "1");
	rows = ask(&everything);
	cr_assert_eq(rows.count, 2);
	first = shape_of(&rows, 0);
	second = shape_of(&rows, 1);
	cr_expect_str_eq(first->dkim_results->selector, "s3");
	cr_assert_not_null(first->dkim_results->next);
	cr_expect_str_eq(first->dkim_results->next->selector, "s1");
	cr_expect_null(first->dkim_results->next->next);
	cr_expect_str_eq(second->dkim_results->selector, "s2");
	cr_expect_null(second->dkim_results->next);
	cr_expect_str_eq(second->spf_results->domain, "b.example");
}

Test(flows, leave_out_what_is_forged_unless_asked_for)
{
	const struct store_filter all = { .since = STORE_SINCE_EVER,
		.until = STORE_UNTIL_EVER,
		.verdicts = STORE_ALL_VERDICTS };

	deliver_as(VERDICT_FAILED, "1",
	    new_dmarc("a.example", "1", 5 * DAY, new_signed("s1", NULL)));
	deliver_as(VERDICT_UNKNOWN, "2",
	    new_dmarc("a.example", "2", 5 * DAY, new_signed("s1", NULL)));
	cr_expect_eq(ask(&everything).count, 1);
	cr_expect_eq(ask(&all).count, 2);
}

Test(flows, leave_out_conflicts_and_other_days_and_domains)
{
	const struct store_filter some = { .domains =
					       (const char *[]) { "a.example" },
		.domain_count = 1,
		.since = 5 * DAY,
		.until = 6 * DAY };

	deliver_report("1",
	    new_dmarc("a.example", "1", 5 * DAY, new_signed("s1", NULL)), "1");
	deliver_report("2",
	    new_dmarc("a.example", "1", 5 * DAY, new_signed("s2", NULL)), "2");
	deliver_report("3",
	    new_dmarc("b.example", "3", 5 * DAY, new_signed("s1", NULL)), "3");
	deliver_report("4",
	    new_dmarc("a.example", "4", 7 * DAY, new_signed("s1", NULL)), "4");
	cr_expect_eq(ask(&everything).count, 3);
	cr_expect_eq(ask(&some).count, 1);
}
