#include "world.h"

#include "store/reparse.h"
#include "store/sqlite.h"

TestSuite(add, .init = make_world, .fini = leave_world);

static int64_t
ask(const char *sql)
{
	sqlite3_stmt *statement;
	int64_t answer;

	must(sqlite3_prepare_v2(world.store->db, sql, -1, &statement, NULL)
	    == SQLITE_OK);
	cr_assert(eq(int, sqlite3_step(statement), SQLITE_ROW));
	answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return answer;
}

static const struct report *
any_report(void)
{
	return new_dmarc("example.com", "1", 0,
	    new_record(3, DMARC_PASS, DMARC_FAIL, DMARC_DISPOSITION_NONE));
}

static void
expect_result(struct store_result result, enum store_outcome outcome,
    size_t stored, size_t conflicts, size_t duplicates, size_t quarantined)
{
	cr_expect(eq(int, result.outcome, outcome));
	cr_expect(eq(sz, result.stored, stored));
	cr_expect(eq(sz, result.conflicts, conflicts));
	cr_expect(eq(sz, result.duplicates, duplicates));
	cr_expect(eq(sz, result.quarantined, quarantined));
}

/* --- the same report again --- */

Test(add, counts_the_same_content_once)
{
	expect_result(deliver_report("first", any_report(), "this"),
	    STORE_STORED, 1, 0, 0, 0);
	expect_result(deliver_report("second", any_report(), "this"),
	    STORE_DUPLICATE, 0, 0, 1, 0);
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 1));
	cr_expect(eq(i64, ask("SELECT count(*) FROM record"), 1));
}

Test(add, keeps_other_content_under_the_same_key_as_a_conflict)
{
	static const char *const contents[] = { "a", "b", "c", "d", "e", "f" };
	size_t i;

	deliver_report("first", any_report(), "this");
	for (i = 0; i < COUNT_OF(contents); i++)
		expect_result(
		    deliver_report(contents[i], any_report(), contents[i]),
		    STORE_CONFLICT, 0, 1, 0, 0);
	expect_result(deliver_report("copy", any_report(), "d"),
	    STORE_DUPLICATE, 0, 0, 1, 0);
	expect_result(deliver_report("other copy", any_report(), "this"),
	    STORE_DUPLICATE, 0, 0, 1, 0);
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 7));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM report"
		" WHERE is_conflict = 1 AND conflicts_with = 1"),
	    6));
}

Test(add, knows_a_report_within_one_message)
{
	struct finding *first = found(any_report(), "this");
	struct finding *second = found(any_report(), "this");
	struct finding *third = found(any_report(), "that");
	struct delivery delivery = delivery_of("message", first);

	first->next = second;
	second->next = third;
	expect_result(deliver(&delivery), STORE_STORED, 1, 1, 1, 0);
}

Test(add, folds_the_case_of_the_reporter)
{
	struct report *report = (struct report *)any_report();

	deliver_report("first", report, "this");
	report->org_name = "RECEIVER";
	report->email = "Other <Other@RECEIVER.example>";
	expect_result(deliver_report("second", report, "this"), STORE_DUPLICATE,
	    0, 0, 1, 0);
	cr_expect(eq(i64, ask("SELECT count(*) FROM reporter"), 1));
}

/* Each of these changes alone makes another report of the same content. */
Test(add, takes_another_key_for_another_report)
{
	const struct report *base = any_report();
	struct report changed[7];
	size_t i;

	for (i = 0; i < COUNT_OF(changed); i++)
		changed[i] = *base;
	changed[0].org_name = "Other";
	changed[1].email = "dmarc@other.example";
	changed[2].report_id = "2";
	changed[3].domain = "example.org";
	changed[4].begin++;
	changed[5].end++;
	changed[6].kind = REPORT_TLSRPT;
	changed[6].tlsrpt = NEW(struct tlsrpt_report, 0);
	deliver_report("base", base, "this");
	for (i = 0; i < COUNT_OF(changed); i++)
		expect_result(
		    deliver_report(arena_printf(&world.arena, "%zu", i),
			&changed[i], "this"),
		    STORE_STORED, 1, 0, 0, 0);
}

Test(add, takes_a_reporter_without_a_name)
{
	struct report *report = (struct report *)any_report();

	report->org_name = report->email = NULL;
	deliver_report("first", report, "this");
	expect_result(deliver_report("second", report, "this"), STORE_DUPLICATE,
	    0, 0, 1, 0);
}

/* --- the same bytes again --- */

Test(add, leaves_only_an_arrival_of_known_bytes)
{
	struct store_result first, again;

	first = deliver_report("message", any_report(), "this");
	again = deliver_report("message", any_report(), "this");

	expect_result(again, STORE_KNOWN, 0, 0, 0, 0);
	cr_expect(eq(i64, again.message, first.message));
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 1));
	cr_expect(eq(i64, ask("SELECT outcome FROM message"), STORE_STORED));
	cr_expect(eq(i64, ask("SELECT count(*) FROM arrival"), 2));
}

static struct bytes
contents_of(const char *suffix)
{
	char path[256];
	struct stat found;
	char *data = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", world.path, suffix);
	if (stat(path, &found) == -1)
		return bytes_of("");
	file = fopen(path, "r");
	data = arena_alloc(&world.arena, (size_t)found.st_size + 1, 1);
	cr_assert(eq(sz, fread(data, 1, (size_t)found.st_size, file),
	    (size_t)found.st_size));
	fclose(file);
	return (struct bytes) { data, (size_t)found.st_size };
}

static bool
is_same(struct bytes a, struct bytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static void
import(const char *name)
{
	struct delivery delivery =
	    delivery_of("message", found(any_report(), "this"));

	delivery.is_lmtp = false;
	delivery.source = name;
	delivery.mail_from = delivery.rcpt_to = NULL;
	deliver(&delivery);
}

Test(add, changes_no_byte_when_a_known_file_is_imported)
{
	struct bytes before, after;

	import("a.eml");
	close_world();
	before = contents_of("");
	open_world(STORE_WRITE);
	import("b.eml");
	cr_expect(eq(sz, contents_of("-wal").len, 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM arrival"), 1));
	close_world();
	after = contents_of("");
	cr_expect(is_same(before, after));
}

/* --- what is no report --- */

Test(add, keeps_the_bytes_of_what_it_cannot_read)
{
	static const char raw[] = "From: a\r\n\0\377\200\r\n.\r\n";
	struct finding *good = found(any_report(), "this");
	struct delivery delivery = delivery_of("raw", good);
	struct store_result result;
	struct bytes kept;

	delivery.raw = (struct bytes) { raw, sizeof(raw) };
	good->next = found_broken("xml-malformed", "line 3: no end");
	result = deliver(&delivery);

	expect_result(result, STORE_STORED, 1, 0, 0, 1);
	must(store_raw(
	    world.store, result.message, &world.arena, &kept, &world.err));
	cr_expect(is_same(kept, delivery.raw));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM quarantine WHERE message = 1"
		" AND part = '2' AND reason = 'xml-malformed'"
		" AND detail = 'line 3: no end'"),
	    1));
}

Test(add, keeps_an_empty_file_too)
{
	struct delivery delivery =
	    delivery_of("", found_broken("empty", "it is empty"));
	struct store_result result;
	struct bytes kept;

	delivery.raw = (struct bytes) { NULL, 0 };
	result = deliver(&delivery);
	expect_result(result, STORE_QUARANTINED, 0, 0, 0, 1);
	must(store_raw(
	    world.store, result.message, &world.arena, &kept, &world.err));
	cr_expect(eq(sz, kept.len, 0));
}

Test(add, does_not_keep_the_bytes_of_what_it_can_read)
{
	struct store_result result =
	    deliver_report("message", any_report(), "this");
	struct bytes kept;

	cr_assert(not(store_raw(
	    world.store, result.message, &world.arena, &kept, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_NO_INPUT));
}

Test(add, tells_what_became_of_a_message_without_reports)
{
	static const struct {
		enum message_class class;
		enum store_outcome outcome;
	} cases[] = {
		{ MESSAGE_OTHER, STORE_NO_REPORT },
		{ MESSAGE_BOUNCE, STORE_BOUNCE },
		{ MESSAGE_FAILURE, STORE_FAILURE },
		{ MESSAGE_ABUSE, STORE_ABUSE },
		{ MESSAGE_ERROR_REPORT, STORE_ERROR_REPORT },
	};
	struct delivery delivery;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		delivery =
		    delivery_of(arena_printf(&world.arena, "%zu", i), NULL);
		((struct reading *)delivery.reading)->class = cases[i].class;
		expect_result(deliver(&delivery), cases[i].outcome, 0, 0, 0, 0);
	}
}

static bool
is_in_file(const char *word)
{
	struct bytes rest = contents_of("");

	while (rest.len > 0 && !bytes_start(rest, bytes_of(word)))
		rest = bytes_skip(rest, 1);
	return rest.len > 0;
}

/* Even when something in it is said to be broken. */
Test(add, keeps_the_bytes_of_no_failure_report)
{
	static const char raw[] = "To: bob.reader@receiver.example\r\n"
				  "Subject: the secret of the garden\r\n\r\n"
				  "Meet me behind the greenhouse.\r\n";
	static const char *const kept[] = { "example.org", "receiver.example" };
	static const char *const forbidden[] = { "bob.reader", "secret",
		"greenhouse" };
	static const struct failure failure = { .reporter = "receiver.example",
		.reported_domain = "example.org",
		.incidents = 1 };
	static const enum message_class classes[] = { MESSAGE_FAILURE,
		MESSAGE_ABUSE };
	struct delivery delivery;
	struct reading *reading;
	size_t i;

	for (i = 0; i < COUNT_OF(classes); i++) {
		delivery =
		    delivery_of(arena_printf(&world.arena, "%zu%s", i, raw),
			found_broken("xml-malformed", ""));
		reading = (struct reading *)delivery.reading;
		reading->class = classes[i];
		if (reading->class == MESSAGE_FAILURE)
			reading->failures = &failure;
		deliver(&delivery);
	}
	cr_expect(eq(i64, ask("SELECT count(*) FROM raw"), 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM failure"), 1));
	close_world();
	for (i = 0; i < COUNT_OF(kept); i++)
		cr_expect(is_in_file(kept[i]), "%s", kept[i]);
	for (i = 0; i < COUNT_OF(forbidden); i++)
		cr_expect(not(is_in_file(forbidden[i])), "%s", forbidden[i]);
}

Test(add, keeps_what_a_failure_report_says)
{
	static const struct failure other = { .incidents = 4294967295 };
	static const struct failure failure = { .next = &other,
		.reporter = "receiver.example",
		.reported_domain = "example.org",
		.auth_failure = "dmarc",
		.delivery_result = "reject",
		.source_ip = { { 4, 192, 0, 2, 7 }, 5 },
		.has_arrival_date = true,
		.arrival_date = 900,
		.incidents = 3 };
	struct delivery delivery = delivery_of("message", NULL);
	struct reading *reading = (struct reading *)delivery.reading;

	reading->class = MESSAGE_FAILURE;
	reading->failures = &failure;
	expect_result(deliver(&delivery), STORE_FAILURE, 0, 0, 0, 0);
	expect_result(deliver(&delivery), STORE_KNOWN, 0, 0, 0, 0);
	cr_expect(eq(i64, ask("SELECT count(*) FROM failure"), 2));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM failure f"
		" JOIN string r ON r.id = f.reporter"
		" JOIN string d ON d.id = f.domain"
		" JOIN string a ON a.id = f.auth_failure"
		" JOIN string e ON e.id = f.delivery_result"
		" WHERE r.text = 'receiver.example'"
		" AND d.text = 'example.org' AND a.text = 'dmarc'"
		" AND e.text = 'reject' AND source_ip = x'04c0000207'"
		" AND received = 1000 AND arrival_date = 900"
		" AND incidents = 3 AND message = 1"),
	    1));
	cr_expect(eq(i64,
	    ask("SELECT count(*) FROM failure WHERE reporter IS NULL"
		" AND domain IS NULL AND source_ip IS NULL"
		" AND arrival_date IS NULL AND auth_failure IS NULL"
		" AND delivery_result IS NULL AND incidents = 4294967295"),
	    1));
}

/* The first that applies: stored, conflict, quarantined, duplicate. */
Test(add, names_the_most_important_outcome)
{
	struct finding *broken = found_broken("xml-malformed", "");
	struct finding *duplicate = found(any_report(), "this");
	struct finding *conflict = found(any_report(), "that");
	struct delivery delivery;

	deliver_report("first", any_report(), "this");

	duplicate->next = broken;
	delivery = delivery_of("second", duplicate);
	expect_result(deliver(&delivery), STORE_QUARANTINED, 0, 0, 1, 1);
	cr_expect(eq(i64, ask("SELECT outcome FROM message WHERE id = 2"),
	    STORE_QUARANTINED));

	conflict->next = duplicate;
	delivery = delivery_of("third", conflict);
	expect_result(deliver(&delivery), STORE_CONFLICT, 0, 1, 1, 1);
}

/* --- transactions --- */

Test(add, forgets_what_was_rolled_back)
{
	struct delivery delivery =
	    delivery_of("message", found(any_report(), "this"));
	struct store_result result;

	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &delivery, &result, &world.err));
	store_rollback(world.store);
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM string"), 0));
}

/* Ids that were given out and taken back must not be used. */
Test(add, numbers_texts_and_results_anew_after_a_rollback)
{
	const struct dmarc_dkim one = { .domain = "one.example" };
	const struct dmarc_dkim two = { .domain = "two.example" };
	struct dmarc_record *first = new_record(1, 0, 0, 0);
	struct dmarc_record *second = new_record(1, 0, 0, 0);
	struct delivery delivery = delivery_of(
	    "first", found(new_dmarc("one.example", "1", 0, first), "a"));
	struct store_result result;
	struct stored_report stored;

	first->dkim_results = &one;
	second->dkim_results = &two;
	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &delivery, &result, &world.err));
	store_rollback(world.store);

	deliver_report("second", new_dmarc("two.example", "2", 0, second), "b");
	deliver_report("first", new_dmarc("one.example", "1", 0, first), "a");
	must(store_report(world.store, 2, &world.arena, &stored, &world.err));
	cr_expect(eq(str, (char *)stored.report.domain, "one.example"));
	cr_expect(
	    eq(str, (char *)stored.report.dmarc->records->dkim_results->domain,
		"one.example"));
}

static const char *
domain_of(int64_t report)
{
	struct stored_report stored;

	must(store_report(
	    world.store, report, &world.arena, &stored, &world.err));
	return stored.report.domain;
}

/* The second report of the failing message has no domain, which is refused;
 * what was done for the first is undone. */
Test(add, loses_only_the_message_that_fails)
{
	struct finding *lost =
	    found(new_dmarc("lost.example", "1", 0, NULL), "lost");
	struct delivery failing = delivery_of("failing", lost);
	struct delivery others[] = {
		delivery_of("before",
		    found(new_dmarc("before.example", "1", 0, NULL), "a")),
		delivery_of("after",
		    found(new_dmarc("after.example", "1", 0, NULL), "b")),
		delivery_of("later",
		    found(new_dmarc("lost.example", "2", 0, NULL), "c")),
	};
	struct store_result result;

	lost->next = found(new_dmarc(NULL, "2", 0, NULL), "none");
	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &others[0], &result, &world.err));
	cr_expect(not(store_add(world.store, &failing, &result, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_SYSTEM));
	must(store_add(world.store, &others[1], &result, &world.err));
	must(store_add(world.store, &others[2], &result, &world.err));
	must(store_commit(world.store, &world.err));

	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 3));
	cr_expect(eq(i64, ask("SELECT count(*) FROM arrival"), 3));
	cr_expect(eq(i64, ask("SELECT count(*) FROM report"), 3));
	cr_expect(eq(str, (char *)domain_of(1), "before.example"));
	cr_expect(eq(str, (char *)domain_of(2), "after.example"));
	cr_expect(eq(str, (char *)domain_of(3), "lost.example"));
}

/* The same when messages are not isolated: nothing is stored of what came
 * before it, and no id of that is used. */
Test(add, loses_the_transaction_when_messages_are_not_isolated)
{
	struct finding *lost =
	    found(new_dmarc("lost.example", "1", 0, NULL), "lost");
	struct delivery failing = delivery_of("failing", lost);
	struct delivery before = delivery_of(
	    "before", found(new_dmarc("before.example", "1", 0, NULL), "a"));
	struct store_result result;

	lost->next = found(new_dmarc(NULL, "2", 0, NULL), "none");
	store_isolate(world.store, false);
	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &before, &result, &world.err));
	cr_expect(not(store_add(world.store, &failing, &result, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_SYSTEM));
	cr_expect(not(store_add(world.store, &before, &result, &world.err)));
	cr_expect(not(store_commit(world.store, &world.err)));
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 0));
	cr_expect(eq(i64, ask("SELECT count(*) FROM string"), 0));

	deliver_report("after", new_dmarc("lost.example", "2", 0, NULL), "c");
	expect_result(deliver(&before), STORE_STORED, 1, 0, 0, 0);
	cr_expect(eq(str, (char *)domain_of(1), "lost.example"));
	cr_expect(eq(str, (char *)domain_of(2), "before.example"));
}

Test(add, refuses_a_report_without_a_period)
{
	struct report *report = (struct report *)any_report();
	struct delivery delivery = delivery_of("message", found(report, ""));
	struct store_result result;

	report->has_period = false;
	must(store_begin(world.store, &world.err));
	cr_expect(not(store_add(world.store, &delivery, &result, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_SYSTEM));
	store_rollback(world.store);
}

Test(add, refuses_to_add_outside_a_transaction)
{
	struct delivery delivery =
	    delivery_of("message", found(any_report(), "this"));
	struct store_result result;

	cr_expect(not(store_add(world.store, &delivery, &result, &world.err)));
	cr_expect(not(store_commit(world.store, &world.err)));
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), 0));
}

/* --- what goes wrong outside --- */

/* The database may not grow; SQLite says the same of a full disk. */
static void
fill_disk(void)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld",
	    (long long)ask("PRAGMA page_count"));
	must(sqlite_exec(world.store, sql, &world.err));
}

static struct delivery
large_delivery(void)
{
	size_t len = 200000, i;
	char *noise = arena_alloc(&world.arena, len, 1);
	struct delivery delivery =
	    delivery_of("large", found_broken("noise", "it is noise"));

	srand(1);
	for (i = 0; i < len; i++)
		noise[i] = (char)rand();
	delivery.raw = (struct bytes) { noise, len };
	return delivery;
}

Test(add, says_that_the_disk_is_full_and_never_commits_half)
{
	struct delivery small =
	    delivery_of("small", found(any_report(), "this"));
	struct delivery large = large_delivery();
	struct store_result result;
	bool committed;
	int64_t expected;

	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &small, &result, &world.err));
	fill_disk();
	cr_expect(not(store_add(world.store, &large, &result, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_SYSTEM));
	cr_expect(eq(str, (char *)world.err.reason, "full"));

	/* Either SQLite still has the first, or the commit fails. */
	committed = store_commit(world.store, &world.err);
	if (!committed)
		cr_expect(eq(str, (char *)world.err.reason, "full"));
	expected = committed ? 1 : 0;
	cr_expect(eq(i64, ask("SELECT count(*) FROM message"), expected));
}

Test(add, works_again_when_the_disk_has_room)
{
	struct delivery large = large_delivery();
	struct store_result result;

	fill_disk();
	must(store_begin(world.store, &world.err));
	cr_expect(not(store_add(world.store, &large, &result, &world.err)));
	store_rollback(world.store);
	must(sqlite_exec(
	    world.store, "PRAGMA max_page_count = 1000000", &world.err));
	expect_result(deliver(&large), STORE_QUARANTINED, 0, 0, 0, 1);
}

Test(add, says_that_another_writes)
{
	struct store *other;

	must(store_open(&other, world.path, STORE_WRITE, &world.err));
	must(store_begin(other, &world.err));
	sqlite3_busy_timeout(world.store->db, 0);
	cr_expect(not(store_begin(world.store, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_SYSTEM));
	cr_expect(eq(str, (char *)world.err.reason, "busy"));
	store_rollback(other);
	must(store_begin(world.store, &world.err));
	store_rollback(world.store);
	store_close(other);
}

/* --- what the database refuses --- */

/* Of five reports one has a count that the database will not have. */
static const char refuse_fives[] =
    "CREATE TEMP TRIGGER odd BEFORE INSERT ON record WHEN NEW.count = 5"
    " BEGIN SELECT RAISE(ABORT, 'no fives'); END";

static struct delivery
delivery_of_count(const char *name, int64_t count)
{
	return delivery_of(name,
	    found(new_dmarc("example.com", name, 0,
		      new_record(count, DMARC_PASS, DMARC_FAIL,
			  DMARC_DISPOSITION_NONE)),
		name));
}

Test(add, keeps_aside_what_the_database_refuses)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	struct store_result result;
	struct delivery delivery;
	struct bytes raw;
	size_t i;

	must(sqlite_exec(world.store, refuse_fives, &world.err));
	must(store_begin(world.store, &world.err));
	for (i = 0; i < COUNT_OF(names); i++) {
		delivery = delivery_of_count(names[i], (int64_t)i + 3);
		must(store_add(world.store, &delivery, &result, &world.err));
		expect_result(result, i == 2 ? STORE_QUARANTINED : STORE_STORED,
		    i != 2, 0, 0, i == 2);
		cr_expect(
		    eq(int, strstr(result.refused, "no fives") != NULL, i == 2),
		    "%s", result.refused);
	}
	must(store_commit(world.store, &world.err));
	cr_expect(eq(i64, ask("SELECT sum(count) FROM record"), 3 + 4 + 6 + 7));
	cr_expect(eq(i64, ask("SELECT sum(messages) FROM total_report"), 20));
	cr_expect(eq(i64, ask("SELECT count(*) FROM arrival"), 5));
	cr_expect(eq(i64,
	    ask("SELECT message FROM quarantine WHERE part IS NULL"
		" AND reason = 'database-refused'"),
	    3));
	must(store_raw(world.store, 3, &world.arena, &raw, &world.err));
	cr_expect(eq(sz, raw.len, 1));
	cr_expect(eq(chr, raw.data[0], 'c'));

	/* Delivered again, it is known. */
	delivery = delivery_of_count("c", 5);
	expect_result(deliver(&delivery), STORE_KNOWN, 0, 0, 0, 0);
}

/* Read again it may be refused again, which is no reason to stop. */
Test(add, reads_again_what_the_database_refused)
{
	struct delivery delivery = delivery_of_count("c", 5);
	struct store_result result;

	must(sqlite_exec(world.store, refuse_fives, &world.err));
	deliver(&delivery);
	must(store_begin(world.store, &world.err));
	must(store_reparse(
	    world.store, 1, delivery.reading, &result, &world.err));
	expect_result(result, 0, 0, 0, 0, 1);
	must(
	    store_retry(world.store, 1, delivery.reading, &result, &world.err));
	expect_result(result, STORE_QUARANTINED, 0, 0, 0, 1);
	cr_expect(not(eq(chr, result.refused[0], '\0')));
	must(sqlite_exec(world.store, "DROP TRIGGER odd", &world.err));
	must(
	    store_retry(world.store, 1, delivery.reading, &result, &world.err));
	expect_result(result, STORE_STORED, 1, 0, 0, 0);
	must(store_commit(world.store, &world.err));
	cr_expect(eq(i64, ask("SELECT count(*) FROM quarantine"), 0));
	cr_expect(eq(i64, ask("SELECT sum(messages) FROM total_report"), 5));
}

/* --- names --- */

Test(outcome, has_the_names_of_the_header)
{
	static const char *const names[] = { "stored", "conflict",
		"quarantined", "duplicate", "failure-report", "abuse-report",
		"error-report", "bounce", "no-report", "known" };
	int i;

	for (i = 0; i < STORE_OUTCOME_COUNT; i++)
		cr_expect(eq(str, (char *)names[i],
		    (char *)store_outcome_name((enum store_outcome)(i + 1))));
}
