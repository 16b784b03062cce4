/* A copy is whole, and only a sound one is put back. */

#include "world.h"

#include "store/backup.h"
#include "store/sqlite.h"

static char copy[160];

static void
make_filled_world(void)
{
	make_world();
	snprintf(copy, sizeof(copy), "%s/copy.db", world.folder);
	deliver_report("one",
	    new_dmarc("example.com", "1", 10 * DAY,
		new_record(3, DMARC_PASS, DMARC_FAIL, 1)),
	    "one");
}

TestSuite(backup, .init = make_filled_world, .fini = leave_world);

static void
back_up(void)
{
	int64_t size;

	must(store_backup(world.path, copy, &size, &world.err));
	cr_expect(gt(i64, size, 4096));
}

static size_t
count_reports(void)
{
	struct store_extent extent;

	must(store_extent(world.store, &everything, &extent, &world.err));
	return extent.report_count;
}

static void
add_another(void)
{
	deliver_report("two",
	    new_dmarc("example.com", "2", 10 * DAY,
		new_record(3, DMARC_PASS, DMARC_FAIL, 1)),
	    "two");
}

Test(backup, copies_while_somebody_writes)
{
	struct store_restored restored;
	struct stat status;

	must(store_begin(world.store, &world.err));
	back_up();
	must(store_commit(world.store, &world.err));
	add_another();
	cr_assert(eq(int, stat(copy, &status), 0));
	cr_expect(eq(u32, status.st_mode & 0777, 0640));
	close_world();
	must(store_restore(world.path, copy, &restored, &world.err));
	cr_expect(eq(i64, restored.reports, 1));
	cr_expect(restored.set_aside);
	open_world(STORE_READ);
	cr_expect(eq(sz, count_reports(), 1));
}

Test(backup, replaces_an_earlier_copy_and_nothing_else)
{
	int64_t size;
	FILE *file;

	back_up();
	add_another();
	back_up();
	cr_expect(not(store_backup(world.path, world.path, &size, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "itself"), NULL));
	file = fopen(copy, "w");
	fputs("my thesis", file);
	fclose(file);
	cr_expect(not(store_backup(world.path, copy, &size, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "no copy"), NULL), "%s",
	    world.err.text);
}

Test(backup, puts_back_where_nothing_is)
{
	struct store_restored restored;

	back_up();
	close_world();
	remove(world.path);
	must(store_restore(world.path, copy, &restored, &world.err));
	cr_expect(not(restored.set_aside));
	open_world(STORE_WRITE);
	add_another();
	cr_expect(eq(sz, count_reports(), 2));
}

Test(backup, does_not_touch_a_database_in_use)
{
	struct store_restored restored;

	back_up();
	add_another();
	cr_expect(not(store_restore(world.path, copy, &restored, &world.err)));
	cr_expect(ne(ptr, strstr(world.err.text, "in use"), NULL), "%s",
	    world.err.text);
	cr_expect(eq(sz, count_reports(), 2));
}

static void
spoil(const char *sql)
{
	sqlite3 *db;

	cr_assert(eq(int, sqlite3_open(copy, &db), SQLITE_OK));
	cr_assert(eq(int, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK),
	    "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

Test(backup, does_not_put_back_what_is_wrong)
{
	static const char *const wrongs[] = {
		"UPDATE total_source SET messages = 7",
		"PRAGMA foreign_keys = OFF; DELETE FROM report",
		"PRAGMA user_version = 99",
		"PRAGMA application_id = 1",
	};
	struct store_restored restored;
	size_t i;

	for (i = 0; i < COUNT_OF(wrongs); i++) {
		back_up();
		spoil(wrongs[i]);
		close_world();
		cr_expect(
		    not(store_restore(world.path, copy, &restored, &world.err)),
		    "%s", wrongs[i]);
		open_world(STORE_WRITE);
		cr_expect(eq(sz, count_reports(), 1));
		remove(copy);
	}
}

Test(backup, does_not_put_back_damaged_pages)
{
	struct store_restored restored;
	char noise[4096];
	FILE *file;

	back_up();
	close_world();
	memset(noise, 0x5a, sizeof(noise));
	file = fopen(copy, "r+");
	fseek(file, 8 * 4096, SEEK_SET);
	fwrite(noise, 1, sizeof(noise), file);
	fclose(file);
	cr_expect(not(store_restore(world.path, copy, &restored, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_INPUT));
	cr_expect(ne(ptr, strstr(world.err.text, "damaged"), NULL), "%s",
	    world.err.text);
}

Test(backup, copies_an_older_schema_as_it_is)
{
	struct store_restored restored;
	char command[512];

	close_world();
	snprintf(command, sizeof(command),
	    "cp '" FIXTURES "/store/schema-1.db' '%s'", world.path);
	cr_assert(eq(int, system(command), 0));
	back_up();
	must(store_restore(world.path, copy, &restored, &world.err));
	cr_expect(eq(int, restored.schema, 1));
	cr_expect(eq(i64, restored.reports, 69));
	open_world(STORE_WRITE);
	cr_expect(eq(int, store_migrated_from(world.store), 1));
}
