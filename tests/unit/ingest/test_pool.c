#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/pool.h"
#include "ingest/read.h"
#include "parse/report.h"

/* A message that is read, and whose header tells a hostile reader what to
 * do. */
#define MESSAGE                                                                \
	"From: a@sender.example\r\nSubject: a subject\r\n"                     \
	"Hostile: %s\r\n\r\nhello\r\n"

static const char *const hostile[] = { HOSTILE, "worker", NULL };

struct one {
	struct pool_job job;
	struct spool spool;
	bool is_done;
	struct arena arena;
	struct reading reading;
};

static void
on_done(struct pool_job *job)
{
	struct one *one = job->context;

	one->is_done = true;
}

static struct bytes
bytes_in(struct one *one)
{
	struct bytes bytes;
	struct error err;

	cr_assert(spool_bytes(&one->spool, &bytes, &err));
	return bytes;
}

static void
submit(struct pool *pool, struct one *one, struct bytes bytes)
{
	struct error err;

	*one = (struct one) { .job = { .message = &one->spool,
				  .done = on_done,
				  .context = one } };
	spool_start(&one->spool, NULL);
	cr_assert(spool_add(&one->spool, bytes, &err));
	pool_submit(pool, &one->job);
}

static void
submit_deed(struct pool *pool, struct one *one, const char *deed)
{
	char text[200];

	snprintf(text, sizeof(text), MESSAGE, deed);
	submit(pool, one, bytes_of(text));
}

/* Takes what was read; the caller releases. */
static void
await(struct pool *pool, struct one *one)
{
	struct error err;

	while (!one->is_done)
		pool_wait(pool, 1000);
	cr_assert(pool_reading(&one->job, bytes_in(one), &one->arena,
		      &one->reading, &err),
	    "%s", err.text);
}

static void
release(struct one *one)
{
	pool_job_release(&one->job);
	spool_release(&one->spool);
	arena_release(&one->arena);
}

static struct pool *
start(const struct pool_config *config)
{
	struct pool *pool;
	struct error err;

	cr_assert(pool_new(&pool, NULL, config, &err), "%s", err.text);
	return pool;
}

static void
expect_read(const struct one *one)
{
	cr_expect(one->reading.is_message);
	cr_expect_null(one->reading.findings);
	cr_assert_not_null(one->reading.subject);
	cr_expect_str_eq(one->reading.subject, "a subject");
}

static void
expect_broken(const struct one *one, const char *reason)
{
	cr_assert_eq(one->reading.broken_count, 1);
	cr_expect_str_eq(one->reading.findings->reason, reason);
	cr_expect(one->reading.findings->detail[0] != '\0');
	cr_expect_eq(one->reading.size, one->spool.len);
}

/* --- what a worker that was taken over tries --- */

struct deed {
	char name[16];
};

ParameterizedTestParameters(pool, stops_what_a_worker_tries)
{
	static struct deed deeds[] = { { "connect" }, { "exec" }, { "ptrace" },
		{ "fork" }, { "kill" }, { "limits" } };

	return cr_make_param_array(struct deed, deeds, COUNT_OF(deeds));
}

ParameterizedTest(struct deed *deed, pool, stops_what_a_worker_tries)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 1 });
	struct one bad, good;

	submit_deed(pool, &bad, deed->name);
	submit_deed(pool, &good, "nothing");
	await(pool, &bad);
	await(pool, &good);
	expect_broken(&bad, "worker-crashed");
	cr_expect(strstr(bad.reading.findings->detail, "forbidden") != NULL,
	    "%s", bad.reading.findings->detail);
	expect_read(&good);
	release(&bad);
	release(&good);
	pool_free(pool);
}

Test(pool, lets_a_worker_open_nothing)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 1 });
	struct one one;

	submit_deed(pool, &one, "open");
	await(pool, &one);
	expect_read(&one); /* it would say ESCAPED */
	release(&one);
	cr_expect_neq(access("/tmp/escaped", F_OK), 0);
	pool_free(pool);
}

Test(pool, lets_a_worker_have_no_memory_with_code)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 1 });
	struct one one;

	submit_deed(pool, &one, "code");
	await(pool, &one);
	expect_broken(&one, "worker-crashed");
	release(&one);
	pool_free(pool);
}

/* The hooks do what they say: without a sandbox they succeed. */
Test(pool, has_no_sandbox_when_told)
{
	struct pool *pool = start(&(struct pool_config) {
	    .command = hostile, .workers = 1, .has_no_sandbox = true });
	struct one one;

	submit_deed(pool, &one, "open");
	await(pool, &one);
	cr_expect_str_eq(one.reading.subject, "ESCAPED");
	release(&one);
	unlink("/tmp/escaped");
	pool_free(pool);
}

/* --- what goes wrong in one --- */

static const struct trouble {
	char deed[16], reason[24];
} troubles[] = {
	{ "crash", "worker-crashed" },
	{ "leave", "worker-crashed" },
	{ "babble", "worker-crashed" },
	{ "loop", "worker-timeout" },
	{ "sleep", "worker-timeout" },
	{ "storm", "worker-memory" },
};

ParameterizedTestParameters(pool, replaces_a_worker)
{
	return cr_make_param_array(
	    struct trouble, (void *)troubles, COUNT_OF(troubles));
}

/* The messages before and behind it are read all the same. */
ParameterizedTest(struct trouble *trouble, pool, replaces_a_worker)
{
	struct pool *pool = start(&(struct pool_config) {
	    .command = hostile, .workers = 1, .cpu_seconds = 1, .seconds = 3 });
	struct one ones[5];
	size_t i;

	for (i = 0; i < 5; i++)
		submit_deed(pool, &ones[i], i == 2 ? trouble->deed : "nothing");
	for (i = 0; i < 5; i++) {
		await(pool, &ones[i]);
		if (i == 2)
			expect_broken(&ones[i], trouble->reason);
		else
			expect_read(&ones[i]);
		release(&ones[i]);
	}
	cr_expect_eq(pool_counts(pool).replaced, 1);
	cr_expect_eq(pool_count(pool), 0);
	pool_free(pool);
}

/* Its owner would let go of it, with the rest of it still to send. */
Test(pool, believes_no_answer_to_what_was_not_sent)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 1 });
	static char large[60 * 1024];
	struct one ones[8];
	size_t i, broken = 0;

	memset(large, 'x', sizeof(large));
	memcpy(large, "From: a\n\n", 9);
	submit_deed(pool, &ones[0], "hurry");
	for (i = 1; i < COUNT_OF(ones); i++)
		submit(pool, &ones[i], (struct bytes) { large, sizeof(large) });
	for (i = 0; i < COUNT_OF(ones); i++) {
		await(pool, &ones[i]);
		broken += ones[i].job.result == POOL_BROKEN;
		release(&ones[i]);
	}
	cr_expect_eq(broken, 1);
	cr_expect_eq(pool_counts(pool).replaced, 1);
	pool_free(pool);
}

Test(pool, survives_one_broken_message_after_another)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 2 });
	struct one ones[20];
	size_t i;

	for (i = 0; i < COUNT_OF(ones); i++)
		submit_deed(pool, &ones[i], i % 2 == 0 ? "crash" : "nothing");
	for (i = 0; i < COUNT_OF(ones); i++) {
		await(pool, &ones[i]);
		if (i % 2 == 0)
			expect_broken(&ones[i], "worker-crashed");
		else
			expect_read(&ones[i]);
		release(&ones[i]);
	}
	pool_free(pool);
}

/* --- starting --- */

Test(pool, says_when_there_is_no_program)
{
	static const char *const command[] = { "/nonexistent", NULL };
	struct pool *pool;
	struct error err;

	cr_assert_not(pool_new(
	    &pool, NULL, &(struct pool_config) { .command = command }, &err));
	cr_expect_null(pool);
	cr_expect(strstr(err.text, "/nonexistent") != NULL, "%s", err.text);
}

Test(pool, says_when_a_worker_does_not_start)
{
	static const char *const command[] = { "/bin/false", NULL };
	struct pool *pool;
	struct error err;

	cr_assert_not(pool_new(
	    &pool, NULL, &(struct pool_config) { .command = command }, &err));
	cr_expect_eq(err.kind, ERROR_UNAVAILABLE);
	cr_expect(
	    strstr(err.text, "cannot start a worker") != NULL, "%s", err.text);
}

/* --- messages --- */

/* A file without a name goes to the worker, larger than a socket holds. */
Test(pool, reads_a_large_message)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 1 });
	size_t len = (size_t)3 * 1024 * 1024;
	char *text = malloc(len);
	struct one one;

	memset(text, 'x', len);
	memcpy(text, "Subject: a subject\r\n\r\n", 22);
	submit(pool, &one, (struct bytes) { text, len });
	cr_expect(one.spool.has_file);
	await(pool, &one);
	expect_read(&one);
	cr_expect_eq(one.reading.size, len);
	cr_expect_eq(
	    memcmp(&one.reading.digest,
		&(struct digest[]) { digest_of((struct bytes) { text, len }) },
		sizeof(struct digest)),
	    0);
	release(&one);
	free(text);
	pool_free(pool);
}

Test(pool, reads_more_than_it_gives_out_at_once)
{
	struct pool *pool =
	    start(&(struct pool_config) { .command = hostile, .workers = 3 });
	struct one *ones = calloc(500, sizeof(*ones));
	size_t i;

	for (i = 0; i < 500; i++)
		submit_deed(pool, &ones[i], "nothing");
	cr_expect_eq(pool_count(pool), 500);
	for (i = 0; i < 500; i++) {
		await(pool, &ones[i]);
		expect_read(&ones[i]);
		release(&ones[i]);
	}
	cr_expect_eq(pool_count(pool), 0);
	cr_expect_eq(pool_counts(pool).replaced, 0);
	free(ones);
	pool_free(pool);
}

/* A verdict needs the names that workers are told. */
Test(pool, tells_workers_how_to_read)
{
	static const char *const ids[] = { "other.example", "mx.example.org" };
	struct read_config read = { ids, 2, 1, NULL };
	struct digest wanted, digest;
	struct pool *pool = start(&(struct pool_config) {
	    .command = hostile, .workers = 1, .read = &read });
	struct arena arena = { 0 };
	char text[65536];
	FILE *file = fopen(FIXTURES "/authentic/rspamd-fail.eml", "rb");
	struct bytes mail = { text, 0 };
	struct one one;

	cr_assert_not_null(file);
	mail.len = fread(text, 1, sizeof(text), file);
	fclose(file);
	submit(pool, &one, mail);
	await(pool, &one);
	cr_assert_eq(one.reading.report_count, 1);
	cr_expect_eq(one.reading.findings->verdict, VERDICT_FAILED);
	cr_expect_eq(one.reading.original.len, 0);
	wanted = one.reading.findings->digest;
	read.original = &wanted;
	release(&one);

	pool_configure(pool, &read);
	submit(pool, &one, mail);
	await(pool, &one);
	cr_expect_eq(one.reading.findings->verdict, VERDICT_FAILED);
	digest = digest_of(one.reading.original);
	cr_expect_eq(memcmp(&digest, read.original, sizeof(digest)), 0);
	release(&one);

	pool_configure(pool, &(struct read_config) { 0 });
	submit(pool, &one, mail);
	await(pool, &one);
	cr_expect_eq(one.reading.findings->verdict, VERDICT_UNKNOWN);
	cr_expect_eq(one.reading.original.len, 0);
	release(&one);
	cr_expect_eq(pool_counts(pool).replaced, 0);
	arena_release(&arena);
	pool_free(pool);
}
