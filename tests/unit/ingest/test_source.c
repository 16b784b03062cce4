#define _XOPEN_SOURCE 700 /* nftw */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "ingest/source.h"

/* Each test is a process of its own, in a folder of its own. */
static char folder[] = "/tmp/test_source.XXXXXX";

static int
remove_one(
    const char *path, const struct stat *st, int type, struct FTW *position)
{
	(void)st, (void)type, (void)position;
	return remove(path);
}

static void
enter_folder(void)
{
	cr_assert(mkdtemp(folder) != NULL);
	cr_assert(chdir(folder) == 0);
}

static void
remove_folder(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(source, .init = enter_folder, .fini = remove_folder);

static void
write_bytes(const char *path, const char *data, size_t len)
{
	FILE *file = fopen(path, "wb");

	cr_assert(file != NULL, "%s", path);
	cr_assert(fwrite(data, 1, len, file) == len);
	cr_assert(fclose(file) == 0);
}

static void
write_file(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

static void
make_folder(const char *path)
{
	cr_assert(mkdir(path, 0777) == 0, "%s", path);
}

/* What a walk did, as text: "NAME=CONTENTS|", "!ERROR|". */
struct record {
	char text[4096];
	size_t inputs, most; /* most: refuse the one after that many */
	size_t bytes;
};

static void
append(
    struct record *record, const char *a, const char *b, struct bytes contents)
{
	size_t len = strlen(record->text);

	snprintf(record->text + len, sizeof(record->text) - len, "%s%s%.*s|", a,
	    b, (int)contents.len, contents.data);
}

static bool
take_input(
    void *context, const char *name, struct bytes bytes, struct error *err)
{
	struct record *record = context;

	if (record->inputs == record->most)
		return error_set(err, ERROR_SYSTEM, "enough");
	record->inputs++;
	record->bytes += bytes.len;
	append(record, name, "=", bytes);
	return true;
}

static void
take_unreadable(void *context, const struct error *err)
{
	append(context, "!", err->text, bytes_of(""));
}

static bool
walk(const char *path, struct record *record, struct error *err)
{
	struct source_visitor visitor = { take_input, take_unreadable, record };

	if (record->most == 0)
		record->most = 1000;
	return source_walk(path, &visitor, err);
}

static void
expect_walk(const char *path, const char *expect)
{
	struct record record = { 0 };
	struct error err = { 0 };

	cr_expect(walk(path, &record, &err), "%s", err.text);
	cr_expect(eq(str, record.text, (char *)expect));
}

Test(source, reads_a_file)
{
	write_file("a.xml", "<feedback/>");
	expect_walk("a.xml", "a.xml=<feedback/>|");
	cr_expect(eq(sz, source_count("a.xml"), 1));
}

Test(source, takes_an_empty_file_for_an_input)
{
	write_file("a", "");
	expect_walk("a", "a=|");
}

Test(source, keeps_nul_bytes)
{
	struct record record = { 0 };
	struct error err;

	write_bytes("a", "PK\0\0PK", 6);
	cr_assert(walk("a", &record, &err));
	cr_expect(eq(sz, record.bytes, 6));
}

Test(source, walks_folders_in_the_order_of_their_names)
{
	make_folder("in");
	make_folder("in/b");
	write_file("in/c", "3");
	write_file("in/B", "0");
	write_file("in/b/z", "2");
	write_file("in/b/.a", "1");
	write_file("in/\xc3\xa4", "4");
	expect_walk("in", "in/B=0|in/b/.a=1|in/b/z=2|in/c=3|in/\xc3\xa4=4|");
	cr_expect(eq(sz, source_count("in"), 5));
}

Test(source, reads_cur_and_new_of_a_maildir)
{
	make_folder("mail");
	make_folder("mail/cur");
	make_folder("mail/new");
	make_folder("mail/tmp");
	make_folder("mail/.Junk");
	make_folder("mail/.Junk/cur");
	make_folder("mail/.Junk/new");
	make_folder("mail/.Junk/tmp");
	write_file("mail/dovecot-uidlist", "3 V1");
	write_file("mail/new/2", "b");
	write_file("mail/cur/1:2,S", "a");
	write_file("mail/tmp/3", "half a mess");
	write_file("mail/.Junk/tmp/4", "ha");
	write_file("mail/.Junk/new/5", "c");
	expect_walk(
	    "mail", "mail/.Junk/new/5=c|mail/cur/1:2,S=a|mail/new/2=b|");
	cr_expect(eq(sz, source_count("mail"), 3));
}

Test(source, reads_tmp_of_a_folder_that_is_no_maildir)
{
	make_folder("in");
	make_folder("in/tmp");
	write_file("in/tmp/a", "1");
	expect_walk("in", "in/tmp/a=1|");
}

Test(source, does_not_follow_links_in_folders)
{
	make_folder("in");
	write_file("in/a", "1");
	cr_assert(symlink("..", "in/loop") == 0);
	cr_assert(symlink("a", "in/link") == 0);
	cr_assert(symlink("nowhere", "in/dangling") == 0);
	expect_walk("in", "in/a=1|");
	cr_expect(eq(sz, source_count("in"), 1));
}

Test(source, follows_a_link_that_was_asked_for)
{
	make_folder("in");
	write_file("in/a", "1");
	cr_assert(symlink("in", "link") == 0);
	cr_assert(symlink("in/a", "link2") == 0);
	expect_walk("link", "link/a=1|");
	expect_walk("link2", "link2=1|");
}

Test(source, reads_nothing_but_regular_files_in_folders, .timeout = 10)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = "in/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_folder("in");
	cr_assert(mkfifo("in/fifo", 0666) == 0);
	cr_assert(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	write_file("in/z", "1");
	expect_walk("in", "in/z=1|");
	close(fd);
}

Test(source, splits_an_mbox)
{
	write_file("mbox",
	    "From a@example.org Sun Mar  1 00:00:00 2026\n"
	    "Subject: 1\n\nbody\nFrom here on\n\n"
	    "From MAILER-DAEMON\n"
	    "Subject: 2\n\n>From the start\n>>From it\n> From\n>Fro\n\n\n"
	    "From c\n"
	    "Subject: 3\n\nno line end");
	expect_walk("mbox",
	    "mbox: message 1=Subject: 1\n\nbody\nFrom here on\n|"
	    "mbox: message 2=Subject: 2\n\nFrom the start\n>From it\n"
	    "> From\n>Fro\n\n|"
	    "mbox: message 3=Subject: 3\n\nno line end|");
	cr_expect(eq(sz, source_count("mbox"), 1));
}

Test(source, splits_an_mbox_with_crlf)
{
	write_file("mbox",
	    "From a\r\nSubject: 1\r\n\r\n>From\r\n>From x\r\n\r\n"
	    "From b\r\n\r\nbody\r\n\r\n");
	expect_walk("mbox",
	    "mbox: message 1=Subject: 1\r\n\r\n>From\r\nFrom x\r\n|"
	    "mbox: message 2=\r\nbody\r\n|");
}

Test(source, splits_odd_mboxes)
{
	write_file("one", "From a");
	write_file("two", "From a\n\nFrom b\n\n");
	write_file("none", "Fromage: a\n\nFrom b\n");
	expect_walk("one", "one: message 1=|");
	expect_walk("two", "two: message 1=|two: message 2=|");
	expect_walk("none", "none=Fromage: a\n\nFrom b\n|");
}

static void
write_times(
    const char *path, const char *start, size_t megabytes, const char *end)
{
	static char block[1024 * 1024];
	FILE *file = fopen(path, "wb");
	size_t i;

	memset(block, 'x', sizeof(block));
	cr_assert(file != NULL);
	fputs(start, file);
	for (i = 0; i < megabytes; i++) {
		fwrite(block, 1, sizeof(block), file);
		if (end[0] == '\n')
			fputc('\n', file);
	}
	fputs(end, file);
	cr_assert(fclose(file) == 0);
}

Test(source, passes_over_a_message_that_is_too_large)
{
	/* once of many lines, once of a single one */
	write_times(
	    "a", "From a\n\nfirst\n\nFrom b\n\n", 51, "\n\nFrom c\n\nlast\n");
	write_times("b", "From b\n\n", 120, "y\n\nFrom c\n\nlast\n");
	expect_walk("a",
	    "a: message 1=\nfirst\n|"
	    "!'a: message 2' is larger than 50 MB|"
	    "a: message 3=\nlast\n|");
	expect_walk(
	    "b", "!'b: message 1' is larger than 50 MB|b: message 2=\nlast\n|");
}

Test(source, finds_the_message_that_begins_where_room_ends)
{
	static const char start[] = "From b\n\n";
	static const char next[] = "\n\nFrom c@example.org\n\nlast\n";
	FILE *file = fopen("mbox", "wb");
	size_t i;

	/* of the line, two bytes come with one piece, the rest with the next */
	cr_assert(file != NULL);
	fputs(start, file);
	for (i = strlen(start); i < MAX_MESSAGE - 4; i++)
		fputc('x', file);
	fputs(next, file);
	cr_assert(fclose(file) == 0);
	expect_walk("mbox",
	    "!'mbox: message 1' is larger than 50 MB|"
	    "mbox: message 2=\nlast\n|");
}

Test(source, passes_over_a_file_that_is_too_large)
{
	make_folder("in");
	write_file("in/a", "");
	cr_assert(truncate("in/a", MAX_FILE + 1) == 0);
	write_file("in/b", "1");
	expect_walk("in", "!'in/a' is larger than 192 MB|in/b=1|");
}

Test(source, reads_a_file_of_the_largest_size)
{
	struct record record = { 0 };
	struct error err;

	write_file("a", "");
	cr_assert(truncate("a", MAX_FILE) == 0);
	cr_assert(walk("a", &record, &err));
	cr_expect(eq(sz, record.bytes, MAX_FILE));
}

/* Standard input becomes a socket that gives one byte at a time. */
static void
feed_in(const char *text)
{
	int ends[2];

	cr_assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
	for (; *text != '\0'; text++)
		cr_assert(write(ends[1], text, 1) == 1);
	close(ends[1]);
	cr_assert(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	close(ends[0]);
}

Test(source, reads_standard_input)
{
	feed_in("{\"policies\":[]}");
	expect_walk("-", "standard input={\"policies\":[]}|");
	cr_expect(eq(sz, source_count("-"), 1));
}

Test(source, reads_an_mbox_from_standard_input)
{
	feed_in("From a\n1\n\nFrom b\n2\n\n");
	expect_walk("-",
	    "standard input: message 1=1\n|standard input: message 2=2\n|");
}

Test(source, reads_a_fifo_that_was_asked_for, .timeout = 10)
{
	cr_assert(mkfifo("fifo", 0666) == 0);
	if (fork() == 0) {
		write_file("fifo", "abc");
		_exit(0);
	}
	expect_walk("fifo", "fifo=abc|");
}

Test(source, goes_on_after_what_it_cannot_read)
{
	make_folder("in");
	make_folder("in/closed");
	write_file("in/a", "1");
	write_file("in/b", "2");
	write_file("in/c", "3");
	cr_assert(chmod("in/b", 0) == 0);
	cr_assert(chmod("in/closed", 0) == 0);
	cr_assert(chmod(folder, 0755) == 0);
	if (geteuid() == 0) /* root may read anything */
		cr_assert(seteuid(65534) == 0);
	expect_walk("in",
	    "in/a=1|!cannot open 'in/b': Permission denied|in/c=3|"
	    "!cannot read folder 'in/closed': Permission denied|");
	if (getuid() == 0)
		cr_assert(seteuid(0) == 0);
}

Test(source, fails_for_a_path_that_cannot_be_read)
{
	struct record record = { 0 };
	struct error err = { 0 };

	cr_expect(not(walk("nowhere", &record, &err)));
	cr_expect(eq(
	    str, err.text, "cannot open 'nowhere': No such file or directory"));
	cr_expect(eq(int, err.kind, ERROR_NO_INPUT));
	cr_expect(eq(str, record.text, ""));
	cr_expect(eq(sz, source_count("nowhere"), 0));
}

Test(source, ends_where_the_visitor_fails)
{
	struct record record = { .most = 2 };
	struct error err = { 0 };

	make_folder("in");
	make_folder("in/a");
	write_file("in/a/mbox", "From a\n1\n\nFrom b\n2\n\nFrom c\n3\n");
	write_file("in/b", "4");
	cr_expect(not(walk("in", &record, &err)));
	cr_expect(eq(str, err.text, "enough"));
	cr_expect(eq(str, record.text,
	    "in/a/mbox: message 1=1\n|in/a/mbox: message 2=2\n|"));
}

Test(source, goes_down_only_so_far)
{
	char path[1024] = "in", expect[2048];
	size_t i;

	make_folder(path);
	for (i = 0; i < MAX_FOLDER_DEPTH; i++) {
		strcat(path, "/d");
		make_folder(path);
	}
	write_file("in/e", "1");
	snprintf(expect, sizeof(expect),
	    "!'%s' is more than 64 folders deep|in/e=1|", path);
	expect_walk("in", expect);
}
