/* What is old goes, and no sum that is kept changes by it. */

#include "world.h"

#include "store/prune.h"
#include "store/sqlite.h"

#define MADE (100 * DAY)

/* Days 10 and 20, two domains, who received it, and what could not be read. */
static void
fill_world(void)
{
	static const char *const domains[] = { "a.example", "b.example" };
	struct dmarc_record *record;
	struct delivery delivery;
	char name[32];
	int day, i;

	for (day = 10; day <= 20; day += 10)
		for (i = 0; i < 2; i++) {
			record = new_record(i + 3, DMARC_PASS, DMARC_FAIL, 1);
			record->header_from = domains[i];
			record->envelope_to = "recipient.example";
			record->reasons =
			    NEW(struct dmarc_reason, .type = "forwarded",
				.comment = NEW(struct dmarc_text,
				    .text = "secret comment"));
			record->dkim_results = NEW(struct dmarc_dkim,
			    .domain = arena_printf(
				&world.arena, "only-on-%d.example", day));
			snprintf(name, sizeof(name), "%s %d", domains[i], day);
			delivery = delivery_of(
			    arena_copy(&world.arena, bytes_of(name)),
			    found(new_dmarc(domains[i], "1", day * DAY, record),
				name));
			delivery.received = day * DAY;
			deliver(&delivery);
		}
	delivery = delivery_of("tls",
	    found(new_tlsrpt("a.example", "2", 10 * DAY,
		      NEW(struct tlsrpt_policy, .number = 1,
			  .total_successful_session_count = 5)),
		"tls"));
	delivery.received = 10 * DAY;
	deliver(&delivery);
	delivery = delivery_of("broken", found_broken("xml-malformed", "so"));
	delivery.received = 10 * DAY;
	deliver(&delivery);
}

static void
make_old_world(void)
{
	make_world();
	fill_world();
}

TestSuite(prune, .init = make_old_world, .fini = leave_world);

static int64_t
ask(const char *sql)
{
	sqlite3_stmt *row;
	int64_t value;

	cr_assert(
	    eq(int, sqlite3_prepare_v2(world.store->db, sql, -1, &row, NULL),
		SQLITE_OK),
	    "%s: %s", sql, sqlite3_errmsg(world.store->db));
	cr_assert(eq(int, sqlite3_step(row), SQLITE_ROW));
	value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return value;
}

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
	cr_expect(
	    eq(i64, ask("SELECT count(*) FROM pragma_foreign_key_check"), 0));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM pragma_integrity_check"
		" WHERE integrity_check <> 'ok'"),
	    0));
	/* Nothing points at what a sweep has taken. */
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM record WHERE shape NOT IN"
		" (SELECT id FROM shape)"),
	    0));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM shape WHERE auth <> 0"
		" AND auth NOT IN (SELECT id FROM auth_set)"),
	    0));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM (SELECT domain AS id FROM report"
		" UNION SELECT domain FROM auth_dkim"
		" UNION SELECT header_from FROM shape"
		" UNION SELECT type FROM reason"
		" UNION SELECT org_name FROM report"
		" UNION SELECT domain FROM total_report)"
		" WHERE id <> 0 AND id NOT IN (SELECT id FROM string)"),
	    0));
}

static const struct store_retention nothing = {
	.rows = STORE_KEEP,
	.rollups = STORE_KEEP,
	.recipients = STORE_KEEP,
	.raw = STORE_KEEP,
	.readable_raw = STORE_KEEP,
};

/* Does it, and expects that the plan has said so. */
static struct store_pruned
prune(struct store_retention retention)
{
	struct store_pruned planned, pruned;

	must(store_prune_plan(world.store, &retention, &planned, &world.err));
	must(store_prune(world.store, &retention, &pruned, &world.err));
	cr_expect(eq(i64, planned.reports, pruned.reports));
	cr_expect(eq(i64, planned.records, pruned.records));
	cr_expect(eq(i64, planned.messages, pruned.messages));
	cr_expect(eq(i64, planned.days, pruned.days));
	cr_expect(eq(i64, planned.recipients, pruned.recipients));
	cr_expect(eq(i64, planned.raw, pruned.raw));
	cr_expect(eq(i64, planned.raw_bytes, pruned.raw_bytes));
	expect_sound();
	return pruned;
}

static int64_t
messages_of_all(void)
{
	return ask("SELECT sum(messages) FROM total_report WHERE kind = 1");
}

Test(prune, takes_nothing_that_is_to_stay)
{
	struct store_pruned pruned = prune(nothing);

	cr_expect(eq(i64, pruned.reports, 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 5));
	cr_expect(eq(i64, messages_of_all(), 14));
}

Test(prune, takes_rows_and_keeps_their_sums)
{
	struct store_retention retention = nothing;
	struct store_pruned pruned;

	retention.rows = 15 * DAY;
	retention.rollups = 5 * DAY;
	pruned = prune(retention);
	cr_expect(eq(i64, pruned.reports, 3));
	cr_expect(eq(i64, pruned.messages, 4));
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 2));
	cr_expect(eq(i64, ask("SELECT count(*) FROM record"), 2));
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 2));
	cr_expect(eq(i64, messages_of_all(), 14));
	cr_expect(eq(i64, ask("SELECT sum(messages) FROM total_source"), 14));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM string WHERE text LIKE 'only-on-10%'"),
	    0));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM string WHERE text LIKE 'only-on-20%'"),
	    1));
}

Test(prune, takes_sums_too_when_they_are_old)
{
	struct store_retention retention = nothing;
	struct store_pruned pruned;

	retention.rows = retention.rollups = 15 * DAY;
	pruned = prune(retention);
	cr_expect(eq(i64, pruned.reports, 3));
	cr_expect(eq(i64, messages_of_all(), 7));
	cr_expect(eq(i64, ask("SELECT count(*) FROM pruned"), 0));
	cr_expect(eq(i64, ask("SELECT min(day) FROM total_report"), 20));
	cr_expect(eq(i64, ask("SELECT min(day) FROM total_source"), 20));
	cr_expect(eq(i64, ask("SELECT min(day) FROM total_outcome"), 20));
	cr_expect(eq(i64, ask("SELECT count(*) FROM total_tls"), 0));
}

Test(prune, takes_sums_that_were_kept_before)
{
	struct store_retention retention = nothing;

	retention.rows = 15 * DAY;
	retention.rollups = 5 * DAY;
	prune(retention);
	retention.rollups = 15 * DAY;
	cr_expect(eq(i64, prune(retention).days, 2));
	cr_expect(eq(i64, messages_of_all(), 7));
	cr_expect(eq(i64, ask("SELECT count(*) FROM pruned"), 0));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM reporter WHERE org_name = 'sender'"), 0));
}

/* Else their sums would count it twice. */
Test(prune, knows_what_is_gone_when_it_comes_again)
{
	struct store_retention retention = nothing;

	retention.rows = 30 * DAY;
	retention.rollups = 5 * DAY;
	prune(retention);
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 0));
	cr_expect(eq(int,
	    deliver_report("again",
		new_dmarc("a.example", "1", 10 * DAY,
		    new_record(3, DMARC_PASS, DMARC_FAIL, 1)),
		"a.example 10")
		.outcome,
	    STORE_DUPLICATE));
	cr_expect(eq(i64, messages_of_all(), 14));
	/* Another of that day is new. */
	cr_expect(eq(int,
	    deliver_report("new",
		new_dmarc("a.example", "other", 10 * DAY,
		    new_record(100, DMARC_PASS, DMARC_FAIL, 1)),
		"new")
		.outcome,
	    STORE_STORED));
	cr_expect(eq(i64, messages_of_all(), 114));
	expect_sound();
}

Test(prune, forgets_who_received_before_it_forgets_counts)
{
	struct store_retention retention = nothing;
	struct store_pruned pruned;

	retention.recipients = 15 * DAY;
	pruned = prune(retention);
	cr_expect(eq(i64, pruned.recipients, 2));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM v_record"
		" WHERE envelope_to IS NOT NULL"),
	    2));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM v_reason WHERE comment IS NOT NULL"), 2));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM v_reason WHERE type = 'forwarded'"), 4));
	cr_expect(eq(i64, messages_of_all(), 14));
	retention.recipients = 30 * DAY;
	prune(retention);
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM string WHERE text LIKE 'secret%'"
		" OR text LIKE 'recipient%'"),
	    0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 5));
}

Test(prune, forgets_the_bytes_of_old_messages)
{
	struct store_retention retention = nothing;
	struct store_pruned pruned;

	retention.raw = 15 * DAY;
	pruned = prune(retention);
	cr_expect(eq(i64, pruned.raw, 1));
	cr_expect(gt(i64, pruned.raw_bytes, 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM raw"), 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM quarantine"), 1));
}

Test(prune, keeps_to_the_domains)
{
	const char *domain = "a.example";
	struct store_retention retention = nothing;
	struct store_pruned pruned;

	retention.rows = retention.rollups = 15 * DAY;
	retention.domains = &domain;
	retention.domain_count = 1;
	pruned = prune(retention);
	cr_expect(eq(i64, pruned.reports, 2));
	cr_expect(eq(i64, messages_of_all(), 11));
	cr_expect(eq(i64, ask("SELECT count(*) FROM quarantine"), 1));
}

/* A process that remembers ids must not use those of rows that are gone. */
Test(prune, makes_others_forget_what_it_has_taken)
{
	struct store *listener = world.store;
	struct store_retention retention = nothing;
	struct store_pruned pruned;
	struct dmarc_record *record = new_record(3, DMARC_PASS, DMARC_FAIL, 1);

	open_world(STORE_WRITE);
	retention.rows = retention.rollups = 30 * DAY;
	must(store_prune(world.store, &retention, &pruned, &world.err));
	close_world();
	world.store = listener;
	record->header_from = "a.example";
	record->envelope_to = "recipient.example";
	record->dkim_results =
	    NEW(struct dmarc_dkim, .domain = "only-on-10.example");
	deliver_report(
	    "new", new_dmarc("a.example", "1", 40 * DAY, record), "new");
	expect_sound();
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM v_dkim"
		" WHERE dkim_domain = 'only-on-10.example'"),
	    1));
}

Test(prune, gives_room_back)
{
	struct store_retention retention = nothing;
	int64_t before, i;
	char name[32];

	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%lld", (long long)i);
		deliver_report(arena_copy(&world.arena, bytes_of(name)),
		    new_dmarc("c.example",
			arena_copy(&world.arena, bytes_of(name)), 10 * DAY,
			new_record(3, DMARC_PASS, DMARC_FAIL, 1)),
		    name);
	}
	before = ask("SELECT page_count FROM pragma_page_count");
	retention.rows = retention.rollups = 15 * DAY;
	prune(retention);
	cr_expect(
	    lt(i64, ask("SELECT page_count FROM pragma_page_count"), before));
	cr_expect(eq(
	    i64, ask("SELECT freelist_count FROM pragma_freelist_count"), 0));
}

/* --- the bytes of messages that could be read --- */

static int64_t
add_readable(const char *raw)
{
	struct delivery delivery = delivery_of(raw,
	    found(new_dmarc("d.example", raw, 10 * DAY,
		      new_record(1, DMARC_PASS, DMARC_PASS, 1)),
		raw));

	delivery.received = 10 * DAY;
	return deliver(&delivery).message;
}

Test(prune, keeps_readable_bytes_only_when_told_to)
{
	struct store_retention retention = nothing;
	struct digest digest;
	struct bytes raw;
	int64_t kept, bare;

	cr_expect(not(store_raw(world.store, add_readable("not kept"),
	    &world.arena, &raw, &world.err)));
	bare = ask("SELECT max(id) FROM report");
	store_keep_raw(world.store, true);
	kept = add_readable("kept");
	must(store_raw(world.store, kept, &world.arena, &raw, &world.err));
	cr_expect(eq(sz, raw.len, strlen("kept")));
	/* The same, by the report that came in it. */
	must(store_report_raw(world.store, ask("SELECT max(id) FROM report"),
	    &world.arena, &raw, &digest, &world.err));
	cr_expect(eq(sz, raw.len, strlen("kept")));
	cr_expect(not(store_report_raw(
	    world.store, bare, &world.arena, &raw, &digest, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_NO_INPUT));
	cr_expect(not(store_report_raw(
	    world.store, 99, &world.arena, &raw, &digest, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_NO_INPUT));
	retention.readable_raw = 15 * DAY;
	cr_expect(eq(i64, prune(retention).raw, 1));
	cr_expect(
	    not(store_raw(world.store, kept, &world.arena, &raw, &world.err)));
	/* What is in quarantine stays. */
	cr_expect(eq(i64, ask("SELECT count(*) FROM raw"), 1));
}
