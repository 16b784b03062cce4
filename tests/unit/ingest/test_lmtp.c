#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/lmtp.h"
#include "ingest/spool.h"
#include "tests/unit/ingest/transcripts.h"

struct talk {
	struct lmtp *lmtp;
	enum lmtp_state state;
	struct buffer heard, handed_out;
};

static void
keep(struct buffer *buffer, struct bytes bytes)
{
	cr_assert(buffer_add(buffer, bytes));
}

static void
start(struct talk *talk, size_t max_message)
{
	struct lmtp_config config = { .hostname = "host",
		.max_message = max_message,
		.accepts = transcript_accepts };

	*talk = (struct talk) { .lmtp = lmtp_new(&config),
		.heard = { .max = 1 << 20 },
		.handed_out = { .max = 100UL << 20 } };
}

static void
stop(struct talk *talk)
{
	lmtp_free(talk->lmtp);
	buffer_release(&talk->heard);
	buffer_release(&talk->handed_out);
}

static struct bytes
message_of(struct lmtp *lmtp)
{
	struct bytes bytes;
	struct error err;

	cr_assert(spool_bytes(lmtp_message(lmtp), &bytes, &err));
	return bytes;
}

static void
take_message(struct talk *talk)
{
	const struct lmtp_envelope *envelope = lmtp_envelope(talk->lmtp);
	size_t i;

	cr_expect_str_eq(envelope->lhlo, "client");
	keep(&talk->handed_out, bytes_of(envelope->mail_from));
	for (i = 0; i < envelope->rcpt_count; i++) {
		keep(&talk->handed_out, bytes_of(i == 0 ? ">" : ","));
		keep(&talk->handed_out, bytes_of(envelope->rcpt_to[i]));
	}
	keep(&talk->handed_out, bytes_of("|"));
	keep(&talk->handed_out, message_of(talk->lmtp));
	keep(&talk->handed_out, bytes_of("\n"));
	lmtp_finish(talk->lmtp, transcript_verdict(envelope), &talk->heard);
}

/* Feeds pieces of that length, each from memory of just its size, so that
 * AddressSanitizer sees a read past its end. */
static void
say(struct talk *talk, struct bytes text, size_t step)
{
	while (text.len > 0) {
		size_t len = step < text.len ? step : text.len, used;
		char *piece = malloc(len);

		memcpy(piece, text.data, len);
		talk->state = lmtp_feed(talk->lmtp,
		    (struct bytes) { piece, len }, &used, &talk->heard);
		free(piece);
		cr_assert(
		    talk->state == LMTP_WAITING ? used <= len : used == len);
		text = bytes_skip(text, used);
		if (talk->state == LMTP_WAITING)
			take_message(talk);
	}
}

static bool
is_same(struct buffer *got, struct bytes expected)
{
	if (got->len == expected.len
	    && memcmp(buffer_bytes(got).data, expected.data, got->len) == 0)
		return true;
	cr_log_error("got '%.*s', not '%.*s'", (int)got->len,
	    buffer_bytes(got).data, (int)expected.len, expected.data);
	return false;
}

static void
check_transcript(const struct transcript *row, bool greeted)
{
	static const size_t steps[] = { SIZE_MAX, 1, 2, 3, 7 };
	struct talk talk;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		start(&talk, 100);
		if (greeted)
			say(&talk, bytes_of(LHLO), SIZE_MAX);
		buffer_clear(&talk.heard);
		say(&talk, row->says, steps[i]);
		cr_expect(is_same(&talk.heard, row->hears),
		    "%s, %zu at a time: replies", row->name, steps[i]);
		cr_expect(is_same(&talk.handed_out, row->handed_out),
		    "%s, %zu at a time: messages", row->name, steps[i]);
		stop(&talk);
	}
}

Test(lmtp, has_enough_of_them)
{
	cr_expect_geq(COUNT_OF(first_words) + COUNT_OF(transcripts), 120);
}

Test(lmtp, answers_before_lhlo)
{
	size_t i;

	for (i = 0; i < sizeof(first_words) / sizeof(first_words[0]); i++)
		check_transcript(&first_words[i], false);
}

Test(lmtp, answers_each_command)
{
	size_t i;

	for (i = 0; i < sizeof(transcripts) / sizeof(transcripts[0]); i++)
		check_transcript(&transcripts[i], true);
}

Test(lmtp, greets)
{
	struct talk talk;

	start(&talk, 100);
	lmtp_greet(talk.lmtp, &talk.heard);
	cr_expect(
	    is_same(&talk.heard, bytes_of("220 host LMTP reports ready\r\n")));
	stop(&talk);
}

/* A command of len octets with its CRLF. */
static void
say_long(struct talk *talk, const char *name, size_t len, size_t step)
{
	char *text = malloc(len);

	memset(text, 'x', len);
	memcpy(text, name, strlen(name));
	memcpy(text + len - 2, "\r\n", 2);
	say(talk, (struct bytes) { text, len }, step);
	free(text);
}

Test(lmtp, refuses_a_long_line_once)
{
	static const size_t steps[] = { SIZE_MAX, 1, 1000 };
	struct talk talk;
	size_t i;

	for (i = 0; i < 3; i++) {
		start(&talk, 100);
		say_long(&talk, "NOOP ", MAX_COMMAND, steps[i]);
		say_long(&talk, "NOOP ", MAX_COMMAND + 1, steps[i]);
		say_long(&talk, "NOOP ", 300000, steps[i]);
		say(&talk, bytes_of("QUIT\r\n"), steps[i]);
		cr_expect(is_same(&talk.heard,
		    bytes_of("250 2.0.0 Still here\r\n"
			     "500 5.5.2 The line is too long\r\n"
			     "500 5.5.2 The line is too long\r\n" BYE)));
		stop(&talk);
	}
}

Test(lmtp, finds_the_end_of_a_long_line_between_two_feeds)
{
	struct talk talk;

	start(&talk, 100);
	say_long(&talk, "NOOP ", MAX_COMMAND, MAX_COMMAND - 1);
	say_long(&talk, "NOOP ", 5000, 4999);
	say(&talk, bytes_of("QUIT\r\n"), SIZE_MAX);
	cr_expect(is_same(&talk.heard,
	    bytes_of("250 2.0.0 Still here\r\n"
		     "500 5.5.2 The line is too long\r\n" BYE)));
	stop(&talk);
}

Test(lmtp, takes_paths_and_names_up_to_their_limit)
{
	char text[2000];
	struct talk talk;

	start(&talk, 100);
	snprintf(text, sizeof(text), "LHLO %0*d\r\n", MAX_LHLO_NAME + 1, 0);
	say(&talk, bytes_of(text), SIZE_MAX);
	snprintf(text, sizeof(text), "LHLO %0*d\r\n", MAX_LHLO_NAME, 0);
	say(&talk, bytes_of(text), SIZE_MAX);
	snprintf(text, sizeof(text), "MAIL FROM:<%0*d@b>\r\n",
	    MAX_PATH_LENGTH - 3, 0);
	say(&talk, bytes_of(text), SIZE_MAX);
	snprintf(text, sizeof(text), "MAIL FROM:<%0*d@b>\r\n",
	    MAX_PATH_LENGTH - 4, 0);
	say(&talk, bytes_of(text), SIZE_MAX);
	cr_expect(is_same(&talk.heard,
	    bytes_of("501 5.5.4 Syntax: LHLO name\r\n" FULL NO_FROM M)));
	stop(&talk);
}

Test(lmtp, takes_recipients_up_to_their_limit)
{
	struct talk talk;
	size_t i;

	start(&talk, 100);
	say(&talk, bytes_of(LHLO MAIL), SIZE_MAX);
	for (i = 0; i < MAX_RECIPIENTS; i++)
		say(&talk, bytes_of(RCPT), SIZE_MAX);
	buffer_clear(&talk.heard);
	say(&talk, bytes_of(RCPT "DATA\r\nx\r\n.\r\n"), SIZE_MAX);

	cr_expect(bytes_start(buffer_bytes(&talk.heard),
	    bytes_of("452 4.5.3 Too many recipients\r\n" D S S)));
	cr_expect_eq(talk.heard.len,
	    strlen("452 4.5.3 Too many recipients\r\n" D)
		+ MAX_RECIPIENTS * strlen(S));
	stop(&talk);
}

Test(lmtp, hangs_up_on_too_many_errors)
{
	struct talk talk;
	size_t i;

	start(&talk, 100);
	for (i = 0; i < MAX_SESSION_ERRORS; i++)
		say(&talk, bytes_of("x\r\n"), SIZE_MAX);
	cr_expect_eq(talk.state, LMTP_READING);
	buffer_clear(&talk.heard);
	say(&talk, bytes_of("x\r\nx\r\n"), SIZE_MAX);
	cr_expect_eq(talk.state, LMTP_CLOSING);
	cr_expect(
	    is_same(&talk.heard, bytes_of("421 4.7.0 Too many errors\r\n")));
	stop(&talk);
}

Test(lmtp, forgives_errors_after_a_message)
{
	struct talk talk;
	size_t i, j;

	start(&talk, 100);
	say(&talk, bytes_of(LHLO), SIZE_MAX);
	for (j = 0; j < 3; j++) {
		for (i = 0; i < MAX_SESSION_ERRORS; i++)
			say(&talk, bytes_of("x\r\n"), SIZE_MAX);
		say(&talk, bytes_of(BEGIN ".\r\n"), SIZE_MAX);
	}
	cr_expect_eq(talk.state, LMTP_WAITING);
	stop(&talk);
}

Test(lmtp, does_not_count_unknown_recipients_as_errors)
{
	struct talk talk;
	size_t i;

	start(&talk, 100);
	say(&talk, bytes_of(LHLO MAIL), SIZE_MAX);
	for (i = 0; i < 2 * MAX_SESSION_ERRORS; i++)
		say(&talk, bytes_of("RCPT TO:<nobody@s>\r\n"), SIZE_MAX);
	cr_expect_eq(talk.state, LMTP_READING);
	stop(&talk);
}

Test(lmtp, takes_a_line_of_ten_megabytes)
{
	size_t len = 10000000;
	char *line = malloc(len);
	struct talk talk;

	memset(line, '.', len);
	memcpy(line + len - 2, "\r\n", 2);
	start(&talk, MAX_MESSAGE);
	say(&talk, bytes_of(LHLO BEGIN), SIZE_MAX);
	say(&talk, (struct bytes) { line, len }, 65536);
	say(&talk, bytes_of(".\r\n"), 1);

	cr_expect_eq(talk.handed_out.len, strlen("a@b>r@s|\n") + len - 1);
	cr_expect_arr_eq(
	    talk.handed_out.data + strlen("a@b>r@s|"), line + 1, len - 1);
	stop(&talk);
	free(line);
}

Test(lmtp, hands_out_nothing_larger_than_the_limit)
{
	size_t len = 1000000, i;
	char *text = malloc(len);
	struct talk talk;

	memset(text, 'x', len);
	start(&talk, len);
	say(&talk, bytes_of(LHLO BEGIN), SIZE_MAX);
	buffer_clear(&talk.heard);
	for (i = 0; i < 20; i++)
		say(&talk, (struct bytes) { text, len }, SIZE_MAX);
	say(&talk, bytes_of("\r\n.\r\n" BEGIN ".\r\n"), SIZE_MAX);
	cr_expect(is_same(&talk.heard, bytes_of(BIG BEGUN S)));
	cr_expect(is_same(&talk.handed_out, bytes_of("a@b>r@s|\n")));
	stop(&talk);
	free(text);
}

Test(lmtp, is_busy_from_data_to_the_verdict)
{
	struct bytes text = bytes_of(LHLO BEGIN "x\r\n.\r\nQUIT\r\n");
	size_t data = strlen(LHLO BEGIN), used;
	struct talk talk;

	start(&talk, 100);
	say(&talk, (struct bytes) { text.data, data - 1 }, SIZE_MAX);
	cr_expect_not(lmtp_is_busy(talk.lmtp));
	say(&talk, (struct bytes) { text.data + data - 1, 1 }, SIZE_MAX);
	cr_expect(lmtp_is_busy(talk.lmtp));

	talk.state =
	    lmtp_feed(talk.lmtp, bytes_skip(text, data), &used, &talk.heard);
	cr_expect_eq(talk.state, LMTP_WAITING);
	cr_expect_eq(used, strlen("x\r\n.\r\n"));
	cr_expect(lmtp_is_busy(talk.lmtp));
	lmtp_finish(talk.lmtp, LMTP_STORED, &talk.heard);
	cr_expect_not(lmtp_is_busy(talk.lmtp));
	stop(&talk);
}

Test(lmtp, takes_nothing_while_a_message_waits)
{
	struct talk talk;
	size_t used;

	start(&talk, 100);
	say(&talk, bytes_of(LHLO BEGIN), SIZE_MAX);
	talk.state =
	    lmtp_feed(talk.lmtp, bytes_of(".\r\n"), &used, &talk.heard);
	talk.state =
	    lmtp_feed(talk.lmtp, bytes_of("QUIT\r\n"), &used, &talk.heard);
	cr_expect_eq(talk.state, LMTP_WAITING);
	cr_expect_eq(used, 0);
	stop(&talk);
}

Test(lmtp, says_why_it_hangs_up)
{
	struct talk talk;

	start(&talk, 100);
	lmtp_hang_up(talk.lmtp, "421 4.4.2 Idle", &talk.heard);
	say(&talk, bytes_of("NOOP\r\n"), SIZE_MAX);
	cr_expect_eq(talk.state, LMTP_CLOSING);
	cr_expect(is_same(&talk.heard, bytes_of("421 4.4.2 Idle\r\n")));
	stop(&talk);
}

Test(lmtp, closes_when_a_reply_does_not_fit)
{
	struct talk talk;

	start(&talk, 100);
	talk.heard.max = 30;
	say(&talk, bytes_of("NOOP\r\nNOOP\r\nNOOP\r\n"), SIZE_MAX);
	cr_expect_eq(talk.state, LMTP_CLOSING);
	cr_expect(is_same(&talk.heard, bytes_of("250 2.0.0 Still here\r\n")));
	stop(&talk);
}
