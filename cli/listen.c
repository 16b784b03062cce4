/* reports listen: takes messages by LMTP. */

#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>

#include "base/error.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/listener.h"

/* Sessions, large messages, sockets of workers, and the database. */
#define WANTED_FILES 4096
/* Postfix connects as its own user; what may reach the folder may connect. */
#define SOCKET_MODE 0666

/* --- the server --- */

static bool
accepts(void *context, const char *rcpt_to)
{
	const struct listener *listener = context;

	return config_accepts(listener->context->config, rcpt_to);
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

/* Large messages and sessions are files, and more of them are allowed than
 * are usual. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0
	    || limit.rlim_cur >= WANTED_FILES)
		return;
	limit.rlim_cur =
	    limit.rlim_max < WANTED_FILES ? limit.rlim_max : WANTED_FILES;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Beside the database, where whoever reads it can look. */
const char *
listener_control(const struct context *context)
{
	if (context->options->control != NULL)
		return context->options->control;
	if (context->config->control != NULL)
		return context->config->control;
	return arena_printf(context->arena, "%s.status", context->db);
}

/* A file that has become wrong changes nothing. */
static void
reload(void *context)
{
	struct listener *listener = context;
	struct context *command = listener->context;
	struct config *config = arena_alloc(command->arena, 1, sizeof(*config));
	struct error err;

	if (!config_read(
		command->options->config, command->arena, config, &err)) {
		error_at(&err, "the configuration is not taken");
		listener_say(NULL, err.text);
		return;
	}
	/* Those conversations under way have its texts: it stays. */
	command->config = config;
	listener->pool.read = &config->authentication;
	if (config->hostname != NULL)
		listener->server.lmtp.hostname = config->hostname;
	listener_say(NULL, "the configuration was read again");
}

static void
set_server(struct listener *listener, const char *hostname)
{
	const struct context *context = listener->context;
	const struct options *options = context->options;
	const struct config *config = context->config;

	listener->server = (struct server_config) {
		.socket_mode = choose_socket_mode(options, config),
		.socket_group = config->group,
		.control_path = listener_control(context),
		.lmtp = {
			.hostname = hostname,
			.max_message = MAX_MESSAGE,
			.accepts = accepts,
			.context = listener,
		},
		.pool = &listener->pool,
		.add = listener_add,
		.commit = listener_commit,
		.reload = reload,
		.status = listener_status,
		.log = listener_say,
		.context = listener,
	};
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct listener listener = {
		.context = context,
		.store = context->store,
		.pool = intake_pool_config(context),
		.started = (int64_t)time(NULL),
	};
	char own[256];

	(void)argc;
	(void)argv;
	listener.pool.starts_all = true;
	listener.pool.log = listener_say;
	set_server(
	    &listener, choose_hostname(context->config, own, sizeof(own)));
	/* What fails together is tried again alone. */
	store_isolate(context->store, false);
	/* The server waits itself, and goes on meanwhile. */
	raise_file_limit();
	if (!store_serve(context->store, err)
	    || !choose_sockets(context, &listener.server, err))
		return false;
	if (server_run(&listener.server, err))
		return true;
	return err->kind == ERROR_UNAVAILABLE && strstr(err->text, "worker")
	    ? intake_pool_failed(err)
	    : false;
}

const struct command command_listen = {
	.name = "listen",
	.usage = "",
	.summary = "take reports by LMTP, from Postfix",
	.takes = TAKES(OPTION_SOCKET) | TAKES(OPTION_SOCKET_MODE)
	    | TAKES(OPTION_INET) | TAKES(OPTION_CONTROL) | TAKES(OPTION_WORKERS)
	    | TAKES(OPTION_NO_SANDBOX),
	.store = COMMAND_WRITE,
	.check = check,
	.run = run,
};
