/* The log as others see it while a transaction is written. */

#include "world.h"

#include <signal.h>
#include <sys/resource.h>

#include "store/log.h"
#include "store/sqlite.h"

/* Pages of a transaction that is larger than what is kept in memory. */
#define ROWS 2000

static sqlite3 *writer, *reader;

static void
run_on(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	sqlite3_exec(db, sql, NULL, NULL, &why);
	cr_assert(why == NULL, "%s: %s", sql, why);
}

static int64_t
ask_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *row;
	int64_t answer;

	cr_assert(eq(int, sqlite3_prepare_v2(db, sql, -1, &row, NULL), 0));
	cr_assert(eq(int, sqlite3_step(row), SQLITE_ROW));
	answer = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return answer;
}

static sqlite3 *
open_through_layer(void)
{
	sqlite3 *db;

	cr_assert(eq(int,
	    sqlite3_open_v2(
		world.path, &db, SQLITE_OPEN_READWRITE, log_layer()),
	    SQLITE_OK));
	log_watch(db);
	run_on(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 10");
	return db;
}

static void
open_both(void)
{
	make_world();
	close_world();
	writer = open_through_layer();
	/* As any other program would. */
	cr_assert(eq(int, sqlite3_open(world.path, &reader), SQLITE_OK));
	run_on(
	    writer, "CREATE TABLE item (id INTEGER PRIMARY KEY, noise BLOB)");
}

static void
close_both(void)
{
	sqlite3_close(writer);
	sqlite3_close(reader);
	leave_world();
}

TestSuite(log, .init = open_both, .fini = close_both);

static void
add_rows(int from)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "WITH RECURSIVE n(i) AS (VALUES(%d) UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < %d) INSERT INTO item SELECT i, randomblob(2000) FROM n",
	    from, from + ROWS - 1);
	run_on(writer, sql);
}

static int64_t
count(sqlite3 *db)
{
	return ask_of(db, "SELECT count(*) FROM item");
}

static int64_t
sum(sqlite3 *db)
{
	return ask_of(
	    db, "SELECT sum(id * unicode(hex(substr(noise, 1000)))) FROM item");
}

static void
expect_whole(sqlite3 *db)
{
	cr_expect(eq(i64,
	    ask_of(db,
		"SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1));
}

/* The cache is too small for it: pages go to the log and come back. */
Test(log, shows_a_transaction_when_it_is_committed)
{
	run_on(writer, "BEGIN");
	add_rows(1);
	cr_expect(eq(i64, count(writer), ROWS));
	cr_expect(eq(i64, count(reader), 0));
	run_on(writer, "UPDATE item SET noise = randomblob(2000)");
	run_on(writer, "COMMIT");
	cr_expect(eq(i64, count(reader), ROWS));
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
}

/* Without a sync before others may look, too. */
Test(log, keeps_nothing_back_after_a_commit)
{
	run_on(writer, "PRAGMA synchronous = OFF");
	add_rows(1);
	cr_expect(eq(i64, sum(reader), sum(writer)));
	run_on(writer, "UPDATE item SET noise = randomblob(2000) WHERE id = 7");
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
}

Test(log, writes_over_what_was_rolled_back)
{
	run_on(writer, "BEGIN");
	add_rows(1);
	run_on(writer, "ROLLBACK");
	cr_expect(eq(i64, count(reader), 0));
	run_on(writer, "INSERT INTO item VALUES (1, randomblob(2000))");
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
}

/* Forty pages, which are read from the database itself. */
static void
add_old_rows(void)
{
	run_on(writer,
	    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 80) INSERT INTO item SELECT i, randomblob(1800) FROM n;"
	    "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* Of a transaction that will not end: few enough to be kept in memory, and
 * nothing that is done to them reads the log. */
#define CHANGE_OLD_ROWS                                                        \
	"UPDATE item SET noise = randomblob(1800) WHERE id <= 50"

/* The other's frames are where those would have been. */
static void
expect_others(void)
{
	run_on(reader,
	    "UPDATE item SET noise = zeroblob(1800) WHERE id <= 40;"
	    "INSERT INTO item VALUES (1001, randomblob(9000))");
	cr_expect(eq(i64, count(writer), 81));
	run_on(writer, "INSERT INTO item VALUES (1002, randomblob(2000))");
	cr_expect(eq(i64, count(reader), 82));
	cr_expect(eq(i64, sum(reader), sum(writer)));
	cr_expect(eq(i64,
	    ask_of(reader,
		"SELECT count(*) FROM item WHERE noise = zeroblob(1800)"),
	    40));
	expect_whole(reader);
	expect_whole(writer);
}

Test(log, forgets_what_was_rolled_back)
{
	add_old_rows();
	run_on(writer, "BEGIN; " CHANGE_OLD_ROWS "; ROLLBACK");
	expect_others();
}

Test(log, forgets_what_a_statement_took_back)
{
	add_old_rows();
	cr_expect(ne(int,
	    sqlite3_exec(writer,
		"UPDATE item SET id = CASE WHEN id = 60 THEN 61 ELSE id END,"
		" noise = randomblob(1800) WHERE id <= 60",
		NULL, NULL, NULL),
	    SQLITE_OK));
	expect_others();
}

Test(log, forgets_what_was_open_when_it_is_closed)
{
	sqlite3 *third;

	add_old_rows();
	third = open_through_layer();
	run_on(third, "BEGIN; " CHANGE_OLD_ROWS);
	sqlite3_close(third);
	expect_others();
}

Test(log, begins_anew_after_a_checkpoint)
{
	add_rows(1);
	run_on(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
	add_rows(1 + ROWS);
	cr_expect(eq(i64, count(reader), 2 * ROWS));
	run_on(writer, "PRAGMA wal_checkpoint(RESTART)");
	run_on(writer, "DELETE FROM item WHERE id % 3 = 0");
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
}

/* The other writes frames that this one has to go on after. */
Test(log, goes_on_after_what_another_wrote)
{
	add_rows(1);
	run_on(reader, "UPDATE item SET noise = randomblob(2000) WHERE id < 9");
	run_on(writer, "UPDATE item SET noise = randomblob(2000) WHERE id > 9");
	run_on(reader, "DELETE FROM item WHERE id = 5");
	run_on(writer, "DELETE FROM item WHERE id = 6");
	cr_expect(eq(i64, count(reader), ROWS - 2));
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
	expect_whole(writer);
}

/* A savepoint's pages are written to the log and taken back there, which has
 * SQLite write checksums anew. */
Test(log, takes_part_of_a_transaction_back)
{
	run_on(writer, "BEGIN");
	add_rows(1);
	run_on(writer, "SAVEPOINT part");
	run_on(writer, "UPDATE item SET noise = randomblob(2000)");
	run_on(writer, "ROLLBACK TO part; RELEASE part");
	run_on(writer, "UPDATE item SET noise = zeroblob(2000) WHERE id < 9");
	run_on(writer, "COMMIT");
	cr_expect(eq(i64, sum(reader), sum(writer)));
	expect_whole(reader);
}

static int64_t
log_size(void)
{
	char path[200];
	struct stat status;

	snprintf(path, sizeof(path), "%s-wal", world.path);
	cr_assert(eq(int, stat(path, &status), 0));
	return status.st_size;
}

/* SQLite is told, and the transaction is not there. */
Test(log, says_that_the_disk_is_full)
{
	struct rlimit limit;
	int64_t before;

	add_rows(1);
	before = sum(reader);
	cr_assert(eq(int, getrlimit(RLIMIT_FSIZE, &limit), 0));
	signal(SIGXFSZ, SIG_IGN);
	run_on(writer, "BEGIN; UPDATE item SET noise = x'01' WHERE id < 20");
	setrlimit(RLIMIT_FSIZE,
	    &(struct rlimit) { (rlim_t)log_size(), limit.rlim_max });
	cr_expect(ne(int, sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), 0));
	setrlimit(RLIMIT_FSIZE, &limit);
	sqlite3_exec(writer, "ROLLBACK", NULL, NULL, NULL);
	cr_expect(eq(i64, sum(reader), before));
	cr_expect(eq(i64, sum(writer), before));
	add_rows(1 + ROWS);
	cr_expect(eq(i64, count(reader), 2 * ROWS));
	expect_whole(reader);
}
