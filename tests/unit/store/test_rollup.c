/* The sums that are kept are those of the rows, whatever happens. */

#include "world.h"

#include "store/prune.h"
#include "store/sqlite.h"

TestSuite(rollup, .init = make_world, .fini = leave_world);

/* What does not agree, in a line. */
static char differences[1024];

static bool
describe(
    void *context, const struct store_difference *difference, struct error *err)
{
	size_t *count = context, len = strlen(differences);

	(void)err;
	++*count;
	snprintf(differences + len, sizeof(differences) - len,
	    "%s of %s on day %lld; ", difference->what, difference->domain,
	    (long long)difference->day);
	return true;
}

static size_t
count_differences(void)
{
	size_t count = 0;

	differences[0] = '\0';
	must(store_prove(world.store, describe, &count, &world.err));
	return count;
}

/* The same numbers in every run. */
static uint64_t state;

static unsigned
pick(unsigned below)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

/* Mostly small, sometimes so large that sums stop. */
static int64_t
pick_count(void)
{
	return pick(20) == 0 ? INT64_MAX - pick(3) : pick(50);
}

static struct dmarc_record *
pick_records(void)
{
	struct dmarc_record *first = NULL, *record;
	unsigned left = pick(6);

	for (; left > 0; left--) {
		record = new_record(
		    pick_count(), (int)pick(4), (int)pick(4), (int)pick(6));
		record->source_ip.data[4] = (uint8_t)pick(3);
		if (pick(8) == 0)
			record->source_ip.len = 0;
		if (pick(3) == 0)
			record->dkim_results =
			    NEW(struct dmarc_dkim, .domain = "example.net",
				.result = { (int)pick(10), NULL });
		record->next = first;
		first = record;
		/* As the reader has it: no report is over 2^63. */
		if (record->count > 100) {
			record->next = NULL;
			break;
		}
	}
	return first;
}

static struct tlsrpt_policy *
pick_policies(void)
{
	struct tlsrpt_policy *first = NULL, *policy;
	unsigned left = pick(4);
	size_t number = left;

	for (; left > 0; left--) {
		policy = NEW(struct tlsrpt_policy, .number = number--,
		    .policy_type = pick(2) == 0 ? "sts" : "tlsa",
		    .policy_domain = pick(3) == 0 ? NULL : "p.example",
		    .total_successful_session_count = pick_count(),
		    .total_failure_session_count = pick_count());
		policy->next = first;
		first = policy;
	}
	return first;
}

/* One of few keys, so that reports meet. */
static struct finding *
pick_report(void)
{
	static const char *const domains[] = { "a.example", "b.example" };
	const char *domain = domains[pick(2)];
	const char *id = pick(2) == 0 ? "1" : "2";
	int64_t begin = (10 + (int64_t)pick(2)) * DAY;
	uint64_t seed = state;
	struct finding *finding;
	struct report *report;

	/* The content follows from the bytes: one of three. */
	state = pick(3);
	report = pick(4) == 0 ? new_tlsrpt(domain, id, begin, pick_policies())
			      : new_dmarc(domain, id, begin, pick_records());
	finding = found(report,
	    arena_printf(&world.arena, "%llu", (unsigned long long)state));
	state = seed;
	pick(2);
	finding->verdict = (enum verdict)pick(VERDICT_COUNT);
	finding->verdict_reason = "picked";
	return finding;
}

static void
add_one(unsigned number)
{
	struct finding *first = pick_report();
	struct delivery delivery;

	if (pick(3) == 0)
		first->next = pick_report();
	else if (pick(3) == 0)
		first->next = found_broken("xml-malformed", "so it is");
	delivery = delivery_of(
	    arena_printf(&world.arena, "message %u", number), first);
	deliver(&delivery);
}

static bool
take_first(
    void *context, const struct store_quarantined *row, struct error *err)
{
	int64_t *id = context;

	(void)err;
	if (*id == 0 || pick(2) == 0)
		*id = row->message;
	return true;
}

/* What was unreadable is read. */
static void
retry_one(void)
{
	struct delivery delivery = delivery_of("again", pick_report());
	struct store_result result;
	int64_t id = 0;

	must(store_quarantine(
	    world.store, &everything, take_first, &id, &world.err));
	if (id == 0)
		return;
	must(store_begin(world.store, &world.err));
	must(store_retry(
	    world.store, id, delivery.reading, &result, &world.err));
	must(store_commit(world.store, &world.err));
}

/* A transaction that comes to nothing. */
static void
add_in_vain(unsigned number)
{
	struct delivery delivery = delivery_of(
	    arena_printf(&world.arena, "vain %u", number), pick_report());
	struct store_result result;

	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &delivery, &result, &world.err));
	store_rollback(world.store);
}

/* All sums, in a text. */
static const char *
read_sums(void)
{
	static const char sql[] =
	    "SELECT coalesce((SELECT group_concat(t) FROM (SELECT json_array("
	    "domain, day, kind, reporter, verdict, reports, records, messages,"
	    " passed, delivered, quarantined, rejected) t FROM total_report"
	    " ORDER BY 1)), '') || coalesce((SELECT group_concat(t) FROM"
	    " (SELECT json_array(domain, day, hex(source_ip), verdict, outcome,"
	    " records, messages) t FROM total_source ORDER BY 1)), '')"
	    " || coalesce((SELECT group_concat(t) FROM (SELECT"
	    " json_array(domain, day, reporter, verdict, outcome, records,"
	    " messages) t FROM total_outcome ORDER BY 1)), '')"
	    " || (SELECT count(*) || ',' || coalesce(capped_sum(successful), 0)"
	    " || ',' || coalesce(capped_sum(failed), 0) FROM total_tls)";
	sqlite3_stmt *row;
	const char *text;

	must(sqlite_prepare(world.store, sql, &row, &world.err));
	cr_assert(eq(int, sqlite3_step(row), SQLITE_ROW));
	text = arena_copy(
	    &world.arena, bytes_of((const char *)sqlite3_column_text(row, 0)));
	sqlite3_finalize(row);
	return text;
}

/* Rows go, of all or of one domain; their sums stay or go with them. */
static void
prune_some(void)
{
	static const char *const domain[] = { "a.example" };
	struct store_retention retention = { .rows = STORE_KEEP,
		.rollups = STORE_KEEP,
		.recipients = STORE_KEEP,
		.raw = STORE_KEEP,
		.readable_raw = STORE_KEEP };
	struct store_pruned plan, done;
	int64_t before = (11 + (int64_t)pick(2)) * DAY;
	const char *sums = read_sums();

	if (pick(2) == 0) {
		retention.domains = domain;
		retention.domain_count = 1;
	}
	if (pick(3) == 0)
		retention.recipients = before;
	if (pick(3) > 0)
		retention.rows = before;
	if (retention.rows != STORE_KEEP && pick(3) == 0)
		retention.rollups = before;
	must(store_prune_plan(world.store, &retention, &plan, &world.err));
	must(store_prune(world.store, &retention, &done, &world.err));
	cr_expect(eq(i64, done.reports, plan.reports));
	cr_expect(eq(i64, done.records, plan.records));
	cr_expect(eq(i64, done.days, plan.days));
	if (retention.rollups == STORE_KEEP)
		cr_expect_str_eq(read_sums(), sums);
}

/* What is left when all goes. */
static void
prune_all(void)
{
	const struct store_retention retention = { .rows = 20 * DAY,
		.rollups = 20 * DAY,
		.recipients = STORE_KEEP,
		.raw = 20 * DAY,
		.readable_raw = STORE_KEEP };
	struct store_pruned done;

	must(store_prune(world.store, &retention, &done, &world.err));
	cr_expect_str_eq(read_sums(), "0,0,0");
}

Test(rollup, is_what_the_rows_say_after_anything)
{
	unsigned seed, i;

	for (seed = 1; seed <= 16; seed++) {
		state = seed;
		for (i = 0; i < 40; i++)
			switch (pick(seed % 2 == 0 ? 8 : 12)) {
			case 0:
				retry_one();
				break;
			case 1:
				add_in_vain(seed * 1000 + i);
				break;
			case 8:
				prune_some();
				break;
			default:
				add_one(seed * 1000 + i);
			}
		cr_assert(eq(sz, count_differences(), 0), "seed %u: %s", seed,
		    differences);
		prune_all();
		close_world();
		remove(world.path);
		open_world(STORE_WRITE);
	}
}

/* --- the proof itself --- */

static void
falsify(const char *sql)
{
	char command[512];

	close_world();
	snprintf(
	    command, sizeof(command), "sqlite3 '%s' \"%s\"", world.path, sql);
	cr_assert(eq(int, system(command), 0), "%s", sql);
	open_world(STORE_WRITE);
}

Test(rollup, would_notice)
{
	static const char *const wrongs[] = {
		"UPDATE total_report SET reports = reports + 1",
		"UPDATE total_report SET delivered = delivered + 1",
		"UPDATE total_outcome SET messages = messages + 1",
		"DELETE FROM total_source",
		"UPDATE total_source SET verdict = 3",
		"UPDATE total_tls SET failed = failed + 1",
		"INSERT INTO total_tls VALUES (1, 2, 3, 4, 5, 1, 1, 1, 1, 1)",
		"UPDATE record SET count = count + 1",
		"UPDATE report SET passed = 0",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(wrongs); i++) {
		deliver_report("d",
		    new_dmarc("example.com", "1", 10 * DAY,
			new_record(3, DMARC_PASS, DMARC_FAIL, 1)),
		    "d");
		deliver_report("t",
		    new_tlsrpt("example.com", "1", 10 * DAY,
			NEW(struct tlsrpt_policy, .number = 1,
			    .total_successful_session_count = 5)),
		    "t");
		cr_expect(eq(sz, count_differences(), 0));
		falsify(wrongs[i]);
		cr_expect(gt(sz, count_differences(), 0), "%s", wrongs[i]);
		close_world();
		remove(world.path);
		open_world(STORE_WRITE);
	}
}
