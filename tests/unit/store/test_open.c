#include "world.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "store/sqlite.h"

TestSuite(open, .init = enter_world, .fini = leave_world);

static void
write_file(const char *content, size_t len)
{
	FILE *file = fopen(world.path, "w");

	cr_assert(file != NULL);
	cr_assert(eq(sz, fwrite(content, 1, len, file), len));
	fclose(file);
}

/* Makes the file with plain SQLite, as another program would. */
static void
write_database(const char *sql)
{
	sqlite3 *db;

	cr_assert(eq(int, sqlite3_open(world.path, &db), SQLITE_OK));
	cr_assert(eq(int, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK));
	sqlite3_close(db);
}

static void
expect_refusal(enum store_mode mode, enum error_kind kind, const char *part)
{
	struct store *store;

	cr_assert(not(store_open(&store, world.path, mode, &world.err)));
	cr_expect(eq(ptr, store, NULL));
	cr_expect(eq(int, world.err.kind, kind), "%s", world.err.text);
	cr_expect(strstr(world.err.text, part) != NULL, "'%s' lacks '%s'",
	    world.err.text, part);
	cr_expect(strstr(world.err.text, world.path) != NULL);
}

static size_t
count_files(void)
{
	DIR *folder = opendir(world.folder);
	const struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(folder)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static size_t
count_reports(struct store *store)
{
	struct store_extent extent;

	must(store_extent(store, &everything, &extent, &world.err));
	return extent.report_count;
}

static void
deliver_one(const char *name)
{
	deliver_report(name, new_dmarc("example.com", name, 0, NULL), name);
}

/* --- refusals --- */

Test(open, says_that_there_is_no_database)
{
	expect_refusal(STORE_READ, ERROR_NO_INPUT, "'reports import'");
	cr_expect(eq(sz, count_files(), 0));
}

Test(open, says_that_there_is_no_folder)
{
	strcat(world.path, "/below/r.db");
	expect_refusal(STORE_WRITE, ERROR_NO_INPUT, "folder does not exist");
	expect_refusal(STORE_READ, ERROR_NO_INPUT, "no such database");
}

Test(open, refuses_a_folder)
{
	strcpy(world.path, world.folder);
	expect_refusal(STORE_READ, ERROR_INPUT, "is a folder");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "is a folder");
}

Test(open, refuses_what_is_no_file)
{
	strcpy(world.path, "/dev/null");
	expect_refusal(STORE_READ, ERROR_INPUT, "is not a file");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "is not a file");
}

Test(open, refuses_to_read_an_empty_file)
{
	write_file("", 0);
	expect_refusal(STORE_READ, ERROR_INPUT, "is empty");
}

Test(open, refuses_to_read_a_database_without_anything)
{
	write_database("PRAGMA journal_mode = WAL");
	expect_refusal(STORE_READ, ERROR_INPUT, "is empty");
}

Test(open, makes_a_database_of_an_empty_file)
{
	write_file("", 0);
	open_world(STORE_WRITE);
	cr_expect(eq(sz, count_reports(world.store), 0));
}

Test(open, refuses_what_is_no_database)
{
	static const char letter[2000] = "From: a@example.org\r\n";

	write_file(letter, sizeof(letter));
	expect_refusal(STORE_READ, ERROR_INPUT, "is not a database");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "is not a database");
}

Test(open, refuses_the_database_of_another_program)
{
	write_database("CREATE TABLE mail (id); PRAGMA user_version = 1");
	expect_refusal(STORE_READ, ERROR_INPUT, "another program");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "another program");
	write_database("PRAGMA application_id = 12");
	expect_refusal(STORE_READ, ERROR_INPUT, "another program");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "another program");
	cr_expect(eq(sz, count_files(), 1));
}

Test(open, refuses_a_newer_version)
{
	open_world(STORE_WRITE);
	must(sqlite_exec(world.store, "PRAGMA user_version = 99", &world.err));
	close_world();
	expect_refusal(STORE_READ, ERROR_INPUT, "upgrade reports");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "upgrade reports");
}

Test(open, refuses_a_file_that_lost_its_schema)
{
	write_database("PRAGMA application_id = 0x52505254");
	expect_refusal(STORE_READ, ERROR_INPUT, "damaged");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "damaged");
}

Test(open, refuses_a_damaged_file)
{
	char noise[8192];
	FILE *file;

	open_world(STORE_WRITE);
	close_world();
	memset(noise, 0x5a, sizeof(noise));
	file = fopen(world.path, "r+");
	fseek(file, 100, SEEK_SET); /* after the head of the file */
	fwrite(noise, 1, sizeof(noise), file);
	fclose(file);
	expect_refusal(STORE_READ, ERROR_INPUT, "is damaged");
	expect_refusal(STORE_WRITE, ERROR_INPUT, "is damaged");
}

/* --- as somebody without rights --- */

/* Runs check in a process that may do what its file modes allow it. */
static void
as_nobody(void (*check)(void))
{
	int status;
	pid_t child = fork();

	cr_assert(ne(int, child, -1));
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) == -1)
			_exit(2);
		check();
		_exit(0);
	}
	waitpid(child, &status, 0);
	cr_expect(eq(int, status, 0));
}

/* In the child there is no Criterion to tell. */
static void
require(bool ok)
{
	if (!ok) {
		fprintf(stderr, "in the child: %s\n", world.err.text);
		_exit(1);
	}
}

static void
check_no_perm_to_read(void)
{
	struct store *store;

	require(!store_open(&store, world.path, STORE_READ, &world.err)
	    && world.err.kind == ERROR_NO_PERM);
}

static void
check_no_perm_to_write(void)
{
	struct store *store;

	require(!store_open(&store, world.path, STORE_WRITE, &world.err)
	    && world.err.kind == ERROR_NO_PERM);
}

static void
check_one_report(void)
{
	struct store_extent extent;
	struct store *store;

	require(store_open(&store, world.path, STORE_READ, &world.err));
	require(store_extent(store, &everything, &extent, &world.err));
	require(extent.report_count == 1);
	store_close(store);
}

/* Others may read everything, and write nothing. */
static void
for_others(void)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	size_t i;

	for (i = 0; i < COUNT_OF(suffixes); i++)
		chmod(
		    arena_printf(&world.arena, "%s%s", world.path, suffixes[i]),
		    0444);
	chmod(world.folder, 0555);
}

Test(open, says_that_it_may_not_read)
{
	open_world(STORE_WRITE);
	close_world();
	chmod(world.folder, 0755);
	chmod(world.path, 0);
	as_nobody(check_no_perm_to_read);
	as_nobody(check_no_perm_to_write);
	chmod(world.path, 0644);
	chmod(world.folder, 0);
	as_nobody(check_no_perm_to_read);
	as_nobody(check_no_perm_to_write);
	chmod(world.folder, 0700);
}

Test(open, says_that_it_may_not_write)
{
	open_world(STORE_WRITE);
	close_world();
	chmod(world.folder, 0555);
	chmod(world.path, 0444);
	as_nobody(check_no_perm_to_write);
	/* The file alone is not enough. */
	chmod(world.path, 0666);
	if (geteuid() == 0)
		as_nobody(check_no_perm_to_write);
	chmod(world.folder, 0700);
}

Test(open, says_that_it_may_not_create)
{
	chmod(world.folder, 0555);
	as_nobody(check_no_perm_to_write);
	chmod(world.folder, 0700);
	cr_expect(eq(sz, count_files(), 0));
}

Test(open, reads_in_a_folder_that_may_not_be_written)
{
	open_world(STORE_WRITE);
	deliver_one("1");
	close_world();
	chmod(world.folder, 0555);
	chmod(world.path, 0444);
	as_nobody(check_one_report);
	cr_expect(eq(sz, count_files(), 1));
	chmod(world.folder, 0700);
}

Test(open, reads_there_while_another_writes)
{
	struct delivery delivery = delivery_of(
	    "2", found(new_dmarc("example.com", "2", 0, NULL), "2"));
	struct store_result result;

	umask(0);
	open_world(STORE_WRITE);
	chmod(world.path, 0644);
	close_world();
	open_world(STORE_WRITE);
	deliver_one("1");
	chmod(world.folder, 0555);
	as_nobody(check_one_report);
	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &delivery, &result, &world.err));
	as_nobody(check_one_report);
	store_rollback(world.store);
	chmod(world.folder, 0700);
}

/* --- what opening leaves --- */

Test(open, makes_files_that_others_may_not_read)
{
	struct stat found;

	umask(0);
	open_world(STORE_WRITE);
	must(stat(world.path, &found) == 0);
	cr_expect(eq(int, found.st_mode & 0777, 0640));
	deliver_one("1");
	must(stat(arena_printf(&world.arena, "%s-wal", world.path), &found)
	    == 0);
	cr_expect(eq(int, found.st_mode & 0777, 0640));
}

Test(open, leaves_nothing_behind_when_it_reads)
{
	open_world(STORE_WRITE);
	deliver_one("1");
	close_world();
	cr_expect(eq(sz, count_files(), 1));
	open_world(STORE_READ);
	cr_expect(eq(sz, count_reports(world.store), 1));
	cr_expect(eq(sz, count_files(), 1));
	close_world();
	cr_expect(eq(sz, count_files(), 1));
}

Test(open, takes_the_name_of_a_file_as_it_is)
{
	static const char *const names[] = { "a?mode=memory", "b#c", "%41",
		"d e", "\303\244" };
	char folder[512];
	size_t i;

	must(getcwd(folder, sizeof(folder)) != NULL);
	must(chdir(world.folder) == 0);
	for (i = 0; i < COUNT_OF(names); i++) {
		snprintf(world.path, sizeof(world.path), "%s", names[i]);
		open_world(STORE_WRITE);
		close_world();
		cr_expect(eq(int, access(names[i], F_OK), 0), "%s", names[i]);
		open_world(STORE_READ);
		close_world();
		snprintf(world.path, sizeof(world.path), "/%s/%s", world.folder,
		    names[i]);
		open_world(STORE_READ);
		close_world();
	}
	cr_expect(eq(sz, count_files(), COUNT_OF(names)));
	must(chdir(folder) == 0);
}

Test(open, takes_memory_for_the_name_of_a_file)
{
	must(chdir(world.folder) == 0);
	strcpy(world.path, ":memory:");
	open_world(STORE_WRITE);
	cr_expect(eq(sz, count_files(), 3)); /* with -wal and -shm */
}

/* --- what a commit promises --- */

static const char *
ask_text(const char *sql)
{
	sqlite3_stmt *statement;
	const char *answer;

	must(sqlite3_prepare_v2(world.store->db, sql, -1, &statement, NULL)
	    == SQLITE_OK);
	must(sqlite3_step(statement) == SQLITE_ROW);
	answer = arena_copy(&world.arena,
	    bytes_of((const char *)sqlite3_column_text(statement, 0)));
	sqlite3_finalize(statement);
	return answer;
}

/* 2 is FULL: in WAL, each commit waits for the disk. */
Test(open, syncs_each_commit)
{
	int round;

	for (round = 0; round < 2; round++) {
		open_world(STORE_WRITE);
		cr_expect(eq(str, (char *)ask_text("PRAGMA synchronous"), "2"));
		cr_expect(
		    eq(str, (char *)ask_text("PRAGMA journal_mode"), "wal"));
		cr_expect(
		    eq(str, (char *)ask_text("PRAGMA foreign_keys"), "1"));
		close_world();
	}
}

/* --- several at once --- */

static void
create_and_add(int number, int gate)
{
	struct delivery delivery;
	struct store_result result;
	char name[16], byte;

	require(read(gate, &byte, 1) == 0); /* all start when it closes */
	require(store_open(&world.store, world.path, STORE_WRITE, &world.err));
	snprintf(name, sizeof(name), "%d", number);
	delivery = delivery_of(
	    name, found(new_dmarc("example.com", name, 0, NULL), name));
	require(store_begin(world.store, &world.err));
	require(store_add(world.store, &delivery, &result, &world.err));
	require(store_commit(world.store, &world.err));
	store_close(world.store);
	_exit(0);
}

Test(open, lets_several_create_it_at_once)
{
	enum { CHILDREN = 32 };
	int gate[2], status, i;

	must(pipe(gate) == 0);
	for (i = 0; i < CHILDREN; i++)
		if (fork() == 0) {
			close(gate[1]);
			create_and_add(i, gate[0]);
		}
	close(gate[0]);
	close(gate[1]);
	for (i = 0; i < CHILDREN; i++) {
		wait(&status);
		cr_expect(eq(int, status, 0));
	}
	open_world(STORE_READ);
	cr_expect(eq(sz, count_reports(world.store), CHILDREN));
}

Test(open, reads_what_is_committed_while_another_writes)
{
	struct delivery delivery = delivery_of(
	    "2", found(new_dmarc("example.com", "2", 0, NULL), "2"));
	struct store_result result;
	struct store *reader;

	open_world(STORE_WRITE);
	deliver_one("1");
	must(store_open(&reader, world.path, STORE_READ, &world.err));
	must(store_begin(world.store, &world.err));
	must(store_add(world.store, &delivery, &result, &world.err));
	cr_expect(eq(sz, count_reports(reader), 1));
	must(store_commit(world.store, &world.err));
	cr_expect(eq(sz, count_reports(reader), 2));
	store_close(reader);
}

/* A message arrives for each report that is listed. */
static bool
deliver_meanwhile(
    void *context, const struct store_report_row *report, struct error *err)
{
	size_t *rows = context;
	char name[32];

	(void)report;
	(void)err;
	snprintf(name, sizeof(name), "meanwhile %zu", ++*rows);
	deliver_one(name);
	return true;
}

Test(open, answers_as_of_one_moment)
{
	struct store *reader;
	size_t rows = 0;

	open_world(STORE_WRITE);
	deliver_one("1");
	deliver_one("2");
	must(store_open(&reader, world.path, STORE_READ, &world.err));
	must(store_reports(
	    reader, &everything, 0, deliver_meanwhile, &rows, &world.err));
	cr_expect(eq(sz, rows, 2));
	cr_expect(eq(sz, count_reports(reader), 4));
	store_close(reader);
}

/* It had no log when it was opened, and was told to be immutable. */
Test(open, does_not_trust_a_file_that_changed_while_it_was_read)
{
	struct store_extent extent;
	struct store *reader;

	open_world(STORE_WRITE);
	deliver_one("1");
	close_world();
	must(store_open(&reader, world.path, STORE_READ, &world.err));
	cr_expect(eq(sz, count_reports(reader), 1));
	open_world(STORE_WRITE);
	deliver_one("2");
	close_world(); /* which writes the log back */
	cr_expect(not(store_extent(reader, &everything, &extent, &world.err)));
	cr_expect(eq(str, (char *)world.err.reason, "busy"));
	store_close(reader);
}

static void
crash(void)
{
	pid_t child = fork();

	if (child == 0) {
		umask(022);
		require(store_open(
		    &world.store, world.path, STORE_WRITE, &world.err));
		deliver_one("1");
		_exit(0); /* without closing */
	}
	waitpid(child, NULL, 0);
}

Test(open, reads_what_a_crash_has_left_in_the_log)
{
	crash();
	open_world(STORE_READ);
	cr_expect(eq(sz, count_reports(world.store), 1));
}

/* Whoever may not write beside the file, where the log's index is missing. */
static void
check_log_is_there(void)
{
	struct store *store;

	require(!store_open(&store, world.path, STORE_READ, &world.err)
	    && world.err.kind == ERROR_NO_PERM
	    && strstr(world.err.text, "log") != NULL);
}

Test(open, reads_that_also_where_it_may_not_write)
{
	char name[512];

	crash();
	for_others();
	as_nobody(check_one_report);
	snprintf(name, sizeof(name), "%s-shm", world.path);
	must(unlink(name) == 0);
	chmod(world.folder, 0555);
	as_nobody(check_log_is_there);
	chmod(world.folder, 0700);
}
