/* A better reader's findings in the place of those of an earlier one. */

#include "world.h"

#include "store/reparse.h"
#include "store/sqlite.h"

TestSuite(reparse, .init = make_world, .fini = leave_world);

static bool
count_difference(
    void *context, const struct store_difference *difference, struct error *err)
{
	size_t *count = context;

	(void)difference;
	(void)err;
	++*count;
	return true;
}

static void
expect_sound(void)
{
	size_t count = 0;

	must(store_prove(world.store, count_difference, &count, &world.err));
	cr_expect(eq(sz, count, 0));
}

static const char *
describe(const char *sql)
{
	const char *out = "", *words;
	sqlite3_stmt *rows;
	int i;

	cr_assert(
	    eq(int, sqlite3_prepare_v2(world.store->db, sql, -1, &rows, NULL),
		SQLITE_OK));
	while (sqlite3_step(rows) == SQLITE_ROW)
		for (i = 0; i < sqlite3_column_count(rows); i++) {
			words = (const char *)sqlite3_column_text(rows, i);
			out = arena_printf(&world.arena, "%s%s|", out,
			    words == NULL ? "NULL" : words);
		}
	sqlite3_finalize(rows);
	return out;
}

static const char reports[] =
    "SELECT id, domain, messages, is_conflict, conflicts_with, verdict"
    " FROM v_report ORDER BY id";

static struct store_result
reparse(int64_t message, const struct finding *findings)
{
	struct delivery delivery = delivery_of("again", findings);
	struct store_result result;

	must(store_begin(world.store, &world.err));
	must(store_reparse(
	    world.store, message, delivery.reading, &result, &world.err));
	must(store_commit(world.store, &world.err));
	expect_sound();
	return result;
}

static struct report *
report_of(const char *domain, int64_t messages)
{
	return new_dmarc(domain, "1", 10 * DAY,
	    new_record(messages, DMARC_PASS, DMARC_FAIL, 1));
}

Test(reparse, replaces_what_a_report_holds)
{
	int64_t message =
	    deliver_report("m", report_of("example.com", 3), "m").message;
	struct store_result result;
	int i;

	for (i = 0; i < 2; i++) {
		result =
		    reparse(message, found(report_of("example.com", 7), "m"));
		cr_expect(eq(sz, result.stored, 1));
		cr_expect_str_eq(
		    describe(reports), "1|example.com|7|0|NULL|unknown|");
	}
	cr_expect_str_eq(describe("SELECT sum(messages) FROM v_source"), "7|");
}

Test(reparse, keeps_conflicts_where_they_are)
{
	int64_t first, second;

	first = deliver_report("1", report_of("example.com", 3), "1").message;
	second = deliver_report("2", report_of("example.com", 5), "2").message;
	reparse(second, found(report_of("example.com", 50), "2"));
	reparse(first, found(report_of("example.com", 30), "1"));
	cr_expect_str_eq(describe(reports),
	    "1|example.com|30|0|NULL|unknown|2|example.com|50|1|1|unknown|");
	cr_expect_str_eq(describe("SELECT sum(messages) FROM v_source"), "30|");
}

Test(reparse, takes_anew_what_turns_out_to_be_another)
{
	int64_t first;

	first = deliver_report("1", report_of("example.com", 3), "1").message;
	deliver_report("2", report_of("example.com", 5), "2");
	deliver_report("3", report_of("example.com", 6), "3");
	reparse(first, found(report_of("example.org", 4), "1"));
	cr_expect_str_eq(describe(reports),
	    "2|example.com|5|0|NULL|unknown|3|example.com|6|1|2|unknown|"
	    "4|example.org|4|0|NULL|unknown|");
}

Test(reparse, loses_nothing_that_is_not_read_any_more)
{
	int64_t message =
	    deliver_report("m", report_of("example.com", 3), "m").message;

	reparse(message, found_broken("xml-malformed", "now"));
	cr_expect_str_eq(describe(reports), "1|example.com|3|0|NULL|unknown|");
}

Test(reparse, takes_what_was_in_quarantine)
{
	struct finding *findings = found(report_of("example.com", 3), "m");
	struct delivery delivery;
	int64_t message, next;

	findings->next = found_broken("xml-malformed", "then");
	delivery = delivery_of("m", findings);
	message = deliver(&delivery).message;
	must(store_next_raw(world.store, 0, &next, &world.err));
	cr_expect(eq(i64, next, message));
	must(store_next_raw(world.store, next, &next, &world.err));
	cr_expect(eq(i64, next, 0));
	findings = found(report_of("example.com", 3), "m");
	findings->next = found(report_of("example.net", 4), "n");
	reparse(message, findings);
	cr_expect_str_eq(describe(reports),
	    "1|example.com|3|0|NULL|unknown|2|example.net|4|0|NULL|unknown|");
	cr_expect_str_eq(describe("SELECT count(*) FROM quarantine"), "0|");
}
