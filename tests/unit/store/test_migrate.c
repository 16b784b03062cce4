/*
 * Databases of released schemas become what this program would have made of
 * the same reports.  tests/fixtures/store/schema-N.db was made by the program
 * of that schema; it is never made anew.
 */

#include "world.h"

#include "store/sqlite.h"

TestSuite(migrate, .init = enter_world, .fini = leave_world);

static void
copy_fixture(const char *name)
{
	char command[512];

	snprintf(command, sizeof(command), "cp '%s/store/%s' '%s'", FIXTURES,
	    name, world.path);
	cr_assert(eq(int, system(command), 0));
	cr_assert(eq(int, chmod(world.path, 0640), 0));
}

/* What a statement selects, a row a line. */
static const char *
ask(sqlite3 *db, const char *sql)
{
	const char *out = "", *words;
	sqlite3_stmt *rows;
	int i;

	cr_assert(
	    eq(int, sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK),
	    "%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(rows) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(rows); i++) {
			words = (const char *)sqlite3_column_text(rows, i);
			out = arena_printf(&world.arena, "%s%s|", out,
			    words == NULL ? "NULL" : words);
		}
		out = arena_printf(&world.arena, "%s\n", out);
	}
	sqlite3_finalize(rows);
	return out;
}

static const char *
ask_file(const char *path, const char *sql)
{
	const char *out;
	sqlite3 *db;

	cr_assert(eq(int,
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK));
	out = ask(db, sql);
	sqlite3_close(db);
	return out;
}

/* --- as fresh --- */

struct copy {
	struct store *from;
	int64_t ids[200], counted[200];
	size_t count;
};

static bool
collect(void *context, const struct store_report_row *row, struct error *err)
{
	struct copy *copy = context;

	(void)err;
	cr_assert(lt(sz, copy->count, COUNT_OF(copy->ids)));
	copy->ids[copy->count++] = row->id;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Delivers what is in a report once more, to the world. */
static void
deliver_again(struct store *from, int64_t id)
{
	struct stored_report stored;
	struct delivery delivery;
	struct finding *finding;

	must(store_report(from, id, &world.arena, &stored, &world.err));
	finding = found(&stored.report,
	    arena_printf(&world.arena, "content %lld", (long long)id));
	finding->verdict = stored.verdict;
	finding->verdict_reason = stored.verdict_reason;
	delivery = delivery_of(
	    arena_printf(&world.arena, "message %lld", (long long)id), finding);
	deliver(&delivery);
}

/* What is compared: everything that was said, and every sum of it. */
static const char *const questions[] = {
	"SELECT id, domain, org_name, day, verdict, verdict_reason, email,"
	" report_id, begin, \"end\", is_conflict, conflicts_with, records,"
	" skipped, messages, passed, delivered, quarantined, rejected, notes,"
	" p, sp, np, adkim, aspf, pct, fo, testing, discovery_method,"
	" generator, version, xml_namespace FROM v_report ORDER BY id",
	"SELECT report, names_recipients FROM (SELECT id AS report,"
	" names_recipients FROM report) ORDER BY 1",
	"SELECT * FROM v_record ORDER BY report, n",
	"SELECT * FROM v_dkim ORDER BY report, record, n",
	"SELECT * FROM v_spf ORDER BY report, record, n",
	"SELECT * FROM v_reason ORDER BY report, record, n, comment",
	"SELECT * FROM v_tls ORDER BY report, n",
	"SELECT * FROM v_tls_failure ORDER BY report, policy, n",
	"SELECT report, n, code, detail FROM note ORDER BY 1, 2",
	"SELECT report, n, text, lang FROM report_contact ORDER BY 1, 2",
	"SELECT report, n, text, lang FROM report_error ORDER BY 1, 2",
	"SELECT * FROM v_day ORDER BY 1, 2, 3, 4, 5, 6",
	"SELECT * FROM v_outcome ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
	"SELECT * FROM v_source ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
	"SELECT * FROM v_tls_day ORDER BY 1, 2, 3, 4, 5, 6, 7",
	"SELECT count(*), count(DISTINCT fingerprint) FROM auth_set",
	"SELECT count(*), count(DISTINCT fingerprint) FROM reason_set",
	"SELECT outcome, count(*) FROM shape GROUP BY 1 ORDER BY 1",
	/* The schema itself. */
	"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2",
	"PRAGMA user_version",
	"PRAGMA auto_vacuum",
};

static void
expect_like_fresh(struct store *migrated)
{
	struct copy copy = { .from = migrated };
	struct store_filter all = everything;
	size_t i;

	all.verdicts = STORE_ALL_VERDICTS;
	must(store_reports(migrated, &all, 0, collect, &copy, &world.err));
	cr_assert(gt(sz, copy.count, 50));
	qsort(copy.ids, copy.count, sizeof(copy.ids[0]), compare);
	for (i = 0; i < copy.count; i++)
		deliver_again(migrated, copy.ids[i]);
	for (i = 0; i < COUNT_OF(questions); i++)
		cr_expect_str_eq(ask(migrated->db, questions[i]),
		    ask(world.store->db, questions[i]), "%s", questions[i]);
}

Test(migrate, makes_of_schema_1_what_this_program_would_have_made)
{
	struct store *migrated;
	char fresh[160];

	copy_fixture("schema-1.db");
	must(store_open(&migrated, world.path, STORE_WRITE, &world.err));
	snprintf(fresh, sizeof(fresh), "%s.fresh", world.path);
	must(store_open(&world.store, fresh, STORE_WRITE, &world.err));
	expect_like_fresh(migrated);
	store_close(migrated);
}

/* What needs no interpretation is as it was, and nothing is left over. */
Test(migrate, keeps_what_it_does_not_change)
{
	static const char *const tables[] = { "message", "arrival", "raw",
		"quarantine", "failure", "reporter", "string", "auth_set",
		"auth_dkim", "auth_spf", "dmarc_report", "tls_policy" };
	char old[512], sql[128];
	size_t i;

	snprintf(old, sizeof(old), "%s/store/schema-1.db", FIXTURES);
	copy_fixture("schema-1.db");
	open_world(STORE_WRITE);
	for (i = 0; i < COUNT_OF(tables); i++) {
		snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2",
		    tables[i]);
		cr_expect_str_eq(ask_file(old, sql), ask(world.store->db, sql),
		    "%s", tables[i]);
	}
	cr_expect_str_eq(ask(world.store->db,
			     "SELECT name FROM sqlite_schema"
			     " WHERE name LIKE 'old%'"),
	    "");
	cr_expect_str_eq(
	    ask(world.store->db, "PRAGMA integrity_check"), "ok|\n");
}

/* --- the copy --- */

Test(migrate, makes_a_copy_first)
{
	char copy[160];
	struct stat status;

	copy_fixture("schema-1.db");
	open_world(STORE_WRITE);
	snprintf(copy, sizeof(copy), "%s.schema-1", world.path);
	cr_assert(eq(int, stat(copy, &status), 0));
	cr_expect(eq(u32, status.st_mode & 0777, 0640));
	cr_expect_str_eq(ask_file(copy, "PRAGMA user_version"), "1|\n");
	cr_expect_str_eq(
	    ask_file(copy, "SELECT count(*) FROM report"), "69|\n");
}

Test(migrate, leaves_alone_what_it_cannot_copy)
{
	char copy[160];

	copy_fixture("schema-1.db");
	snprintf(copy, sizeof(copy), "%s.schema-1.part", world.path);
	cr_assert(eq(int, mkdir(copy, 0700), 0));
	cr_expect(
	    not(store_open(&world.store, world.path, STORE_WRITE, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "schema-1.part"), NULL), "%s",
	    world.err.text);
	cr_expect_str_eq(ask_file(world.path, "PRAGMA user_version"), "1|\n");
	rmdir(copy);
}

Test(migrate, is_not_for_readers)
{
	copy_fixture("schema-1.db");
	cr_expect(
	    not(store_open(&world.store, world.path, STORE_READ, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "reports migrate"), NULL),
	    "%s", world.err.text);
	cr_expect(eq(int, world.err.kind, ERROR_INPUT));
	cr_expect_str_eq(ask_file(world.path, "PRAGMA user_version"), "1|\n");
}

/* A step that fails leaves everything as it was. */
Test(migrate, does_a_step_whole_or_not_at_all)
{
	sqlite3 *db;

	copy_fixture("schema-1.db");
	cr_assert(eq(int, sqlite3_open(world.path, &db), SQLITE_OK));
	cr_assert(eq(int,
	    sqlite3_exec(db, "UPDATE record SET count = 'x'", NULL, NULL, NULL),
	    SQLITE_CONSTRAINT));
	cr_assert(eq(int,
	    sqlite3_exec(db,
		"PRAGMA foreign_keys = OFF;"
		"DELETE FROM report WHERE id = 1",
		NULL, NULL, NULL),
	    SQLITE_OK));
	sqlite3_close(db);
	cr_expect(
	    not(store_open(&world.store, world.path, STORE_WRITE, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "damaged"), NULL), "%s",
	    world.err.text);
	cr_expect_str_eq(ask_file(world.path, "PRAGMA user_version"), "1|\n");
	cr_expect_str_eq(
	    ask_file(world.path, "PRAGMA integrity_check"), "ok|\n");
}
