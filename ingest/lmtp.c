#include "ingest/lmtp.h"

#include <assert.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/argument.h"
#include "ingest/unstuff.h"

#define CRLF    "\r\n"
#define NO_ROOM "452 4.3.1 No room, try again later"

enum phase {
	COMMANDS,
	DATA,
	WAITING,
	CLOSING,
};

struct lmtp {
	struct lmtp_config config;
	enum phase phase;
	size_t errors; /* since the last message */

	char line[MAX_COMMAND];
	size_t line_len;
	bool line_too_long;
	char last; /* octet before what is fed next */

	char lhlo[MAX_LHLO_NAME + 1]; /* "" before LHLO */
	char keywords[MAX_LHLO_NAME + 128];

	struct arena arena; /* of one transaction */
	struct lmtp_envelope envelope;
	const char **rcpt_to;
	struct unstuff data;
};

struct lmtp *
lmtp_new(const struct lmtp_config *config)
{
	struct lmtp *lmtp = calloc(1, sizeof(*lmtp));

	if (lmtp == NULL)
		err(1, "lmtp");
	lmtp->config = *config;
	spool_start(&lmtp->data.message, config->room);
	lmtp->data.max = config->max_message;
	lmtp->envelope.lhlo = lmtp->lhlo;
	return lmtp;
}

void
lmtp_free(struct lmtp *lmtp)
{
	arena_release(&lmtp->arena);
	spool_release(&lmtp->data.message);
	free(lmtp);
}

static void
reply(struct lmtp *lmtp, const char *text, struct buffer *out)
{
	/* Whole or not at all: half a line would spoil the next. */
	if (strlen(text) + strlen(CRLF) > out->max - out->len
	    || !buffer_add(out, bytes_of(text))
	    || !buffer_add(out, bytes_of(CRLF)))
		lmtp->phase = CLOSING;
}

static void
reply_to_each(struct lmtp *lmtp, const char *text, struct buffer *out)
{
	size_t i;

	for (i = 0; i < lmtp->envelope.rcpt_count; i++)
		reply(lmtp, text, out);
}

static void
end_transaction(struct lmtp *lmtp)
{
	arena_release(&lmtp->arena);
	lmtp->envelope = (struct lmtp_envelope) { .lhlo = lmtp->lhlo };
	unstuff_reset(&lmtp->data);
}

/* --- commands: each returns its reply --- */

static const char *
do_lhlo(struct lmtp *lmtp, struct bytes arg)
{
	if (arg.len > MAX_LHLO_NAME || memchr(arg.data, ' ', arg.len) != NULL)
		return "501 5.5.4 Syntax: LHLO name";
	end_transaction(lmtp);
	memcpy(lmtp->lhlo, arg.data, arg.len);
	lmtp->lhlo[arg.len] = '\0';
	snprintf(lmtp->keywords, sizeof(lmtp->keywords),
	    "250-%.*s" CRLF "250-PIPELINING" CRLF "250-ENHANCEDSTATUSCODES" CRLF
	    "250-8BITMIME" CRLF "250-SMTPUTF8" CRLF "250 SIZE %zu",
	    MAX_LHLO_NAME, lmtp->config.hostname, lmtp->config.max_message);
	return lmtp->keywords;
}

static const char *
do_helo(struct lmtp *lmtp, struct bytes arg)
{
	(void)lmtp, (void)arg;
	return "500 5.5.1 This is LMTP: say LHLO";
}

static const char *
do_mail(struct lmtp *lmtp, struct bytes arg)
{
	struct spool_room *room = lmtp->config.room;
	struct argument_mail mail = { .max_message = lmtp->config.max_message };
	const char *refusal;
	struct bytes mailbox;

	if (lmtp->envelope.mail_from != NULL)
		return "503 5.5.1 MAIL was said already";
	if (!argument_path(&arg, ARGUMENT_FROM, &mailbox))
		return "501 5.1.7 Syntax: MAIL FROM:<address>";
	refusal = argument_mail_parameters(arg, &mail);
	if (refusal != NULL)
		return refusal;
	if (room != NULL && mail.size > room->max - room->used) {
		room->refused++;
		return NO_ROOM;
	}
	lmtp->envelope.mail_from = arena_copy(&lmtp->arena, mailbox);
	lmtp->rcpt_to =
	    arena_alloc(&lmtp->arena, MAX_RECIPIENTS, sizeof(*lmtp->rcpt_to));
	lmtp->envelope.rcpt_to = lmtp->rcpt_to;
	return "250 2.1.0 Sender taken";
}

static const char *
do_rcpt(struct lmtp *lmtp, struct bytes arg)
{
	const struct lmtp_config *config = &lmtp->config;
	struct bytes mailbox;
	char *rcpt_to;

	if (lmtp->envelope.mail_from == NULL)
		return "503 5.5.1 Say MAIL first";
	if (!argument_path(&arg, ARGUMENT_TO, &mailbox))
		return "501 5.1.3 Syntax: RCPT TO:<address>";
	if (bytes_trim(arg).len > 0)
		return "555 5.5.4 Parameter not known";
	if (lmtp->envelope.rcpt_count == MAX_RECIPIENTS)
		return "452 4.5.3 Too many recipients";
	rcpt_to = arena_copy(&lmtp->arena, mailbox);
	if (config->accepts != NULL
	    && !config->accepts(config->context, rcpt_to))
		return "550 5.1.1 No reports are taken for this address";
	lmtp->rcpt_to[lmtp->envelope.rcpt_count++] = rcpt_to;
	return "250 2.1.5 Recipient taken";
}

static const char *
do_data(struct lmtp *lmtp, struct bytes arg)
{
	(void)arg;
	if (lmtp->envelope.rcpt_count == 0)
		return "503 5.5.1 There is no recipient";
	lmtp->phase = DATA;
	return "354 End with a dot on a line by itself";
}

static const char *
do_rset(struct lmtp *lmtp, struct bytes arg)
{
	(void)arg;
	end_transaction(lmtp);
	return "250 2.0.0 Forgotten";
}

static const char *
do_noop(struct lmtp *lmtp, struct bytes arg)
{
	(void)lmtp, (void)arg;
	return "250 2.0.0 Still here";
}

static const char *
do_vrfy(struct lmtp *lmtp, struct bytes arg)
{
	(void)lmtp, (void)arg;
	return "252 2.0.0 Try RCPT";
}

static const char *
do_help(struct lmtp *lmtp, struct bytes arg)
{
	(void)lmtp, (void)arg;
	return "214 2.0.0 LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT";
}

static const char *
do_quit(struct lmtp *lmtp, struct bytes arg)
{
	(void)arg;
	lmtp->phase = CLOSING;
	return "221 2.0.0 Bye";
}

enum argument {
	ARGUMENT_NONE,
	ARGUMENT_ONE,
	ARGUMENT_ANY,
};

static const struct command {
	const char *name;
	const char *(*run)(struct lmtp *lmtp, struct bytes arg);
	enum argument argument;
	bool before_lhlo;
} commands[] = {
	{ "LHLO", do_lhlo, ARGUMENT_ONE, true },
	{ "MAIL", do_mail, ARGUMENT_ONE, false },
	{ "RCPT", do_rcpt, ARGUMENT_ONE, false },
	{ "DATA", do_data, ARGUMENT_NONE, false },
	{ "RSET", do_rset, ARGUMENT_NONE, true },
	{ "NOOP", do_noop, ARGUMENT_ANY, true },
	{ "VRFY", do_vrfy, ARGUMENT_ONE, true },
	{ "HELP", do_help, ARGUMENT_ANY, true },
	{ "QUIT", do_quit, ARGUMENT_NONE, true },
	{ "HELO", do_helo, ARGUMENT_ANY, true },
	{ "EHLO", do_helo, ARGUMENT_ANY, true },
};

/* --- lines --- */

static const char *
run_line(struct lmtp *lmtp, struct bytes line)
{
	const struct command *command = commands;
	struct bytes name;

	while (line.len > 0 && strchr(" \t", line.data[line.len - 1]) != NULL
	    && line.data[line.len - 1] != '\0')
		line.len--; /* RFC 5321 4.1.1 wants it tolerated */
	if (!argument_is_text(line))
		return "500 5.5.2 Control characters, or not UTF-8";
	name = argument_cut(&line, ' ');
	while (!argument_is_word(name, command->name))
		if (++command == commands + COUNT_OF(commands))
			return "500 5.5.1 Command not known";
	if (!command->before_lhlo && lmtp->lhlo[0] == '\0')
		return "503 5.5.1 Say LHLO first";
	line = bytes_trim(line);
	if (line.len == 0 && command->argument == ARGUMENT_ONE)
		return "501 5.5.4 An argument is missing";
	if (line.len > 0 && command->argument == ARGUMENT_NONE)
		return "501 5.5.4 There is no argument to this";
	return command->run(lmtp, line);
}

/* A recipient we do not know is no error of the client's. */
static bool
is_client_error(const char *text)
{
	return strncmp(text, "50", 2) == 0 || strncmp(text, "555", 3) == 0;
}

static void
end_line(struct lmtp *lmtp, struct buffer *out)
{
	struct bytes line = { lmtp->line, lmtp->line_len - strlen(CRLF) };
	const char *text = "500 5.5.2 The line is too long";

	if (!lmtp->line_too_long)
		text = run_line(lmtp, line);
	lmtp->line_len = 0;
	lmtp->line_too_long = false;
	if (is_client_error(text) && ++lmtp->errors > MAX_SESSION_ERRORS)
		lmtp_hang_up(lmtp, "421 4.7.0 Too many errors", out);
	else
		reply(lmtp, text, out);
}

/* Takes octets up to the next LF; a line it ends is run. */
static size_t
take_command(struct lmtp *lmtp, struct bytes in, struct buffer *out)
{
	const char *lf = memchr(in.data, '\n', in.len);
	size_t len = lf == NULL ? in.len : (size_t)(lf - in.data) + 1;
	size_t room = sizeof(lmtp->line) - lmtp->line_len;
	char before_last = len > 1 ? in.data[len - 2] : lmtp->last;

	lmtp->line_too_long |= len > room;
	memcpy(lmtp->line + lmtp->line_len, in.data, len < room ? len : room);
	lmtp->line_len += len < room ? len : room;
	lmtp->last = in.data[len - 1];
	if (lf != NULL && before_last == '\r')
		end_line(lmtp, out);
	return len;
}

static size_t
take_data(struct lmtp *lmtp, struct bytes in, struct buffer *out)
{
	size_t len = unstuff_take(&lmtp->data, in);

	if (lmtp->data.state != UNSTUFF_END)
		return len;
	lmtp->phase = WAITING;
	if (lmtp->data.too_large || lmtp->data.has_no_room) {
		lmtp->phase = COMMANDS;
		reply_to_each(lmtp,
		    lmtp->data.too_large
			? "552 5.3.4 Message is larger than SIZE"
			: NO_ROOM,
		    out);
		end_transaction(lmtp);
	}
	return len;
}

/* --- the conversation --- */

void
lmtp_greet(struct lmtp *lmtp, struct buffer *out)
{
	char text[MAX_LHLO_NAME + 64];

	snprintf(text, sizeof(text), "220 %.*s LMTP reports ready",
	    MAX_LHLO_NAME, lmtp->config.hostname);
	reply(lmtp, text, out);
}

static bool
may_read(const struct lmtp *lmtp)
{
	return lmtp->phase == COMMANDS || lmtp->phase == DATA;
}

enum lmtp_state
lmtp_feed(struct lmtp *lmtp, struct bytes in, size_t *used, struct buffer *out)
{
	*used = 0;
	while (*used < in.len && may_read(lmtp)) {
		struct bytes rest = bytes_skip(in, *used);

		*used += lmtp->phase == DATA ? take_data(lmtp, rest, out)
					     : take_command(lmtp, rest, out);
	}
	if (lmtp->phase == WAITING)
		return LMTP_WAITING;
	if (lmtp->phase != CLOSING)
		return LMTP_READING;
	*used = in.len;
	return LMTP_CLOSING;
}

const struct lmtp_envelope *
lmtp_envelope(const struct lmtp *lmtp)
{
	return &lmtp->envelope;
}

struct spool *
lmtp_message(struct lmtp *lmtp)
{
	return &lmtp->data.message;
}

void
lmtp_finish(struct lmtp *lmtp, enum lmtp_verdict verdict, struct buffer *out)
{
	static const char *const replies[] = {
		[LMTP_STORED] = "250 2.0.0 Stored",
		[LMTP_TRY_LATER] = "451 4.3.0 Not stored, try again later",
		[LMTP_NO_ROOM] = NO_ROOM,
	};

	assert(lmtp->phase == WAITING);
	lmtp->phase = COMMANDS;
	lmtp->errors = 0;
	reply_to_each(lmtp, replies[verdict], out);
	end_transaction(lmtp);
}

bool
lmtp_is_busy(const struct lmtp *lmtp)
{
	return lmtp->phase == DATA || lmtp->phase == WAITING;
}

void
lmtp_hang_up(struct lmtp *lmtp, const char *code_and_text, struct buffer *out)
{
	reply(lmtp, code_and_text, out);
	lmtp->phase = CLOSING;
}
