/* reports listen: takes messages by LMTP. */

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "cli/text.h"
#include "ingest/server.h"

/* Postfix connects as its own user; what may reach the folder may connect. */
#define SOCKET_MODE 0666

/* --- one line for each message --- */

static void
write_log(void *context, const char *text)
{
	struct arena arena = { 0 };

	(void)context;
	fprintf(stderr, "%s\n", text_escape(&arena, text_charset(), text));
	arena_release(&arena);
}

static const char *
describe_recipients(struct arena *arena, const struct lmtp_envelope *envelope)
{
	const char *first = arena_printf(arena, "<%s>",
	    envelope->rcpt_count == 0 ? "" : envelope->rcpt_to[0]);

	if (envelope->rcpt_count < 2)
		return text_log(arena, first);
	return arena_printf(
	    arena, "%s,+%zu", text_log(arena, first), envelope->rcpt_count - 1);
}

static const char *
describe_envelope(struct arena *arena, const struct server_message *message)
{
	const struct lmtp_envelope *envelope = message->envelope;
	const char *from = arena_printf(arena, "<%s>",
	    envelope->mail_from == NULL ? "" : envelope->mail_from);

	return arena_printf(arena, "from=%s to=%s size=%zu",
	    text_log(arena, from), describe_recipients(arena, envelope),
	    message->message.len);
}

/* The first report, and the first that could not be read. */
static const char *
describe_findings(struct arena *arena, const struct reading *reading)
{
	const struct finding *finding, *good = NULL, *bad = NULL;
	const struct report *report;
	const char *text = "";

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		if (finding->report != NULL && good == NULL)
			good = finding;
		if (finding->report == NULL && bad == NULL)
			bad = finding;
	}
	if (good != NULL) {
		report = good->report;
		text = arena_printf(arena, " domain=%s org=%s id=%s",
		    text_log(
			arena, report->domain == NULL ? "" : report->domain),
		    text_log(arena,
			report->org_name == NULL ? "" : report->org_name),
		    text_log(arena, report->report_id));
	}
	if (bad != NULL)
		text = arena_printf(arena, "%s reason=%s detail=%s", text,
		    bad->reason,
		    text_log(arena, bad->detail == NULL ? "" : bad->detail));
	return text;
}

static const char *
describe_result(struct arena *arena, const struct reading *reading,
    const struct store_result *result)
{
	return arena_printf(arena,
	    "message-id=%s reports=%zu known=%zu conflicts=%zu "
	    "unreadable=%zu%s",
	    text_log(
		arena, reading->message_id == NULL ? "" : reading->message_id),
	    result->stored, result->duplicates, result->conflicts,
	    result->quarantined, describe_findings(arena, reading));
}

/* --- a round --- */

struct round {
	struct store *store;
	const struct read_config *config;
	struct arena arena; /* for the lines, which wait for the commit */
	const char **lines;
	struct server_message *messages;
	size_t count;
};

static const char *
join_recipients(struct arena *arena, const struct lmtp_envelope *envelope)
{
	size_t i, size = 1;
	char *joined, *at;

	for (i = 0; i < envelope->rcpt_count; i++)
		size += strlen(envelope->rcpt_to[i]) + 1;
	joined = at = arena_alloc(arena, size, 1);
	for (i = 0; i < envelope->rcpt_count; i++)
		at += sprintf(
		    at, "%s%s", i == 0 ? "" : ",", envelope->rcpt_to[i]);
	return joined;
}

static void
fail_message(struct round *round, size_t i, const struct error *err)
{
	struct server_message *message = &round->messages[i];
	bool is_full = strcmp(err->reason, "full") == 0;

	message->verdict = is_full ? LMTP_NO_ROOM : LMTP_TRY_LATER;
	round->lines[i] = arena_printf(&round->arena, "%s %s error=%s",
	    is_full ? "no-room" : "try-later",
	    describe_envelope(&round->arena, message),
	    text_log(&round->arena, err->text));
}

static void
add_message(struct round *round, size_t i)
{
	struct server_message *message = &round->messages[i];
	const struct lmtp_envelope *envelope = message->envelope;
	struct arena arena = { 0 };
	struct delivery delivery = {
		.raw = message->message,
		.received = (int64_t)time(NULL),
		.is_lmtp = true,
		.source = message->peer,
		.mail_from = envelope->mail_from,
		.rcpt_to = join_recipients(&arena, envelope),
	};
	struct reading reading;
	struct store_result result;
	struct error err;

	if (intake_add(round->store, round->config, &delivery, &arena, &reading,
		&result, &err)) {
		message->verdict = LMTP_STORED;
		round->lines[i] = arena_printf(&round->arena, "%s %s %s",
		    store_outcome_name(result.outcome),
		    describe_envelope(&round->arena, message),
		    describe_result(&round->arena, &reading, &result));
	} else {
		fail_message(round, i, &err);
	}
	arena_release(&arena);
}

/* Nothing of the round is on disk. */
static void
fail_round(struct round *round, const struct error *err)
{
	size_t i;

	for (i = 0; i < round->count; i++)
		fail_message(round, i, err);
}

static void
deliver_round(struct round *round)
{
	struct error err;
	size_t i;

	if (!store_begin(round->store, &err)) {
		fail_round(round, &err);
		return;
	}
	for (i = 0; i < round->count; i++)
		add_message(round, i);
	if (!store_commit(round->store, &err)) {
		store_rollback(round->store);
		fail_round(round, &err);
	}
}

static void
deliver(void *context, struct server_message *messages, size_t count)
{
	struct context *command = context;
	struct round round = {
		.store = command->store,
		.config = &command->config->authentication,
		.messages = messages,
		.count = count,
	};
	size_t i;

	round.lines = arena_alloc(&round.arena, count, sizeof(*round.lines));
	deliver_round(&round);
	for (i = 0; i < count; i++)
		write_log(NULL, round.lines[i]);
	arena_release(&round.arena);
}

/* --- the server --- */

static bool
accepts(void *context, const char *rcpt_to)
{
	const struct context *command = context;

	return config_accepts(command->config, rcpt_to);
}

static const char *
choose_hostname(const struct config *config, char *own, size_t size)
{
	if (config->hostname != NULL)
		return config->hostname;
	if (gethostname(own, size) != 0 || own[0] == '\0')
		return "localhost";
	own[size - 1] = '\0';
	return own;
}

static unsigned
choose_socket_mode(const struct options *options, const struct config *config)
{
	if (options->has_socket_mode)
		return options->socket_mode;
	return config->has_socket_mode ? config->socket_mode : SOCKET_MODE;
}

/*
 * Where to listen: what the command line names is all there is, else what
 * systemd hands over, else what the configuration names.
 */
static bool
choose_sockets(
    const struct context *context, struct server_config *out, struct error *err)
{
	const struct options *options = context->options;
	const struct config *config = context->config;

	if (!activation_take(&out->activation, err))
		return false;
	if (options->socket != NULL || options->inet != NULL) {
		out->activation.count = 0;
		out->socket_path = options->socket;
		out->inet = options->inet;
	} else if (out->activation.count == 0) {
		out->socket_path = config->socket;
		out->inet = config->inet;
	}
	return true;
}

/* Before a database is made for nothing. */
static bool
check(const struct context *context, struct error *err)
{
	const struct options *options = context->options;
	const struct config *config = context->config;

	if (options->socket != NULL || options->inet != NULL
	    || config->socket != NULL || config->inet != NULL
	    || activation_is_offered())
		return true;
	return error_set(err, ERROR_USAGE,
	    "nothing to listen on; give --socket PATH or --inet ADDR:PORT, or "
	    "name one under [listen] in the configuration");
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const struct options *options = context->options;
	const struct config *config = context->config;
	char own[256];
	struct server_config server = {
		.socket_mode = choose_socket_mode(options, config),
		.lmtp = {
			.hostname = choose_hostname(config, own, sizeof(own)),
			.max_message = MAX_MESSAGE,
			.accepts = accepts,
			.context = context,
		},
		.deliver = deliver,
		.log = write_log,
		.context = context,
	};

	(void)argc;
	(void)argv;
	/* A client that hangs up is no reason to end. */
	signal(SIGPIPE, SIG_IGN);
	return choose_sockets(context, &server, err)
	    && server_run(&server, err);
}

const struct command command_listen = {
	.name = "listen",
	.usage = "",
	.summary = "take reports by LMTP, from Postfix",
	.takes = TAKES(OPTION_SOCKET) | TAKES(OPTION_SOCKET_MODE)
	    | TAKES(OPTION_INET),
	.store = COMMAND_WRITE,
	.check = check,
	.run = run,
};
