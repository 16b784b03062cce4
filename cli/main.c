/* Options, configuration, database, then the command; errors to a status. */

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/text.h"
#include "ingest/read.h"
#include "ingest/worker.h"
#include "store/store.h"

#define DEFAULT_DB "/var/lib/reports/reports.db"

static int
exit_status(enum error_kind kind)
{
	switch (kind) {
	case ERROR_INPUT:
	case ERROR_LIMIT:
		return EX_DATAERR;
	case ERROR_SYSTEM:
		return EX_TEMPFAIL;
	case ERROR_USAGE:
		return EX_USAGE;
	case ERROR_CONFIG:
		return EX_CONFIG;
	case ERROR_NO_INPUT:
		return EX_NOINPUT;
	case ERROR_NO_PERM:
		return EX_NOPERM;
	case ERROR_UNAVAILABLE:
		return EX_UNAVAILABLE;
	}
	return EX_SOFTWARE;
}

/* $REPORTS_DB that is empty is not set. */
static const char *
choose_db(const struct options *options, const struct config *config)
{
	const char *db = getenv("REPORTS_DB");

	if (options->db != NULL)
		return options->db;
	if (db != NULL && *db != '\0')
		return db;
	return config->store_path != NULL ? config->store_path : DEFAULT_DB;
}

static bool
check_arguments(const struct command *command, int argc, struct error *err)
{
	if (argc >= command->min_arguments && argc <= command->max_arguments)
		return true;
	return error_set(err, ERROR_USAGE, "%s argument; usage: reports %s%s%s",
	    argc < command->min_arguments ? "missing" : "unexpected",
	    command->name, *command->usage == '\0' ? "" : " ", command->usage);
}

static bool
keeps_raw(const struct config *config)
{
	return config->keep_raw.kind != AGE_NONE
	    && config->keep_raw.kind != AGE_NEVER;
}

static bool
open_store(
    struct context *context, const struct command *command, struct error *err)
{
	if (command->store == COMMAND_NO_STORE)
		return true;
	if (!store_open(&context->store, context->db,
		command->store == COMMAND_READ ? STORE_READ : STORE_WRITE, err))
		return false;
	store_keep_raw(context->store, keeps_raw(context->config));
	return true;
}

static bool
run_command(struct context *context, const struct command *command, int argc,
    char **argv, struct error *err)
{
	struct config config = { 0 };
	bool ok = check_arguments(command, argc, err)
	    && (command == &command_help
		|| config_read(
		    context->options->config, context->arena, &config, err));

	context->config = &config;
	context->db = choose_db(context->options, &config);
	ok = ok && (command->check == NULL || command->check(context, err))
	    && open_store(context, command, err)
	    && command->run(context, argc, argv, err)
	    && output_flush(stdout, err);
	store_close(context->store);
	return ok;
}

/* The command and its options; *first is its first argument. */
static bool
find_command(struct options *options, const struct command **command,
    int *first, int argc, char **argv, struct arena *arena, struct error *err)
{
	int behind;

	if (!options_parse(
		options, TAKES_ALWAYS, NULL, argc, argv, first, arena, err))
		return false;
	if (options->help || options->version)
		return true;
	if (*first == argc)
		return error_set(err, ERROR_USAGE,
		    "no command; 'reports help' has the list");
	if (!command_find(argv[*first], command, err))
		return false;
	if (!options_parse(options, TAKES_ALWAYS | (*command)->takes,
		(*command)->name, argc - *first, argv + *first, &behind, arena,
		err))
		return false;
	*first += behind;
	return true;
}

static bool
run(int argc, char **argv, const struct command **command, struct arena *arena,
    int *status, struct error *err)
{
	struct options options = { 0 };
	struct context context = { .arena = arena, .options = &options };
	int first = 0;

	if (!find_command(&options, command, &first, argc, argv, arena, err))
		return false;
	if (options.version)
		command_print_version(stdout);
	else if (options.help && *command != NULL)
		command_print(stdout, *command);
	else if (options.help)
		command_print_all(stdout);
	else
		return run_command(
			   &context, *command, argc - first, argv + first, err)
		    && (*status = context.status, true);
	return output_flush(stdout, err);
}

/* Started by ourselves, with a socket as standard input. */
static bool
is_worker(int argc, char **argv)
{
	struct stat status;

	return argc > 1 && strcmp(argv[1], "worker") == 0
	    && fstat(STDIN_FILENO, &status) == 0 && S_ISSOCK(status.st_mode);
}

int
main(int argc, char **argv)
{
	struct arena arena = { 0 };
	const struct command *command = NULL;
	struct error err;
	int status = EX_OK;

	if (is_worker(argc, argv))
		worker_run(argc == 2, read_input);
	/* Only this: numbers stay plain in any language. */
	setlocale(LC_CTYPE, "");
	/* A closed pipe ends us quietly, whoever started us. */
	signal(SIGPIPE, SIG_DFL);
	/* A file that may not grow is a full disk, and no reason to end. */
	signal(SIGXFSZ, SIG_IGN);

	if (!run(argc, argv, &command, &arena, &status, &err)) {
		fflush(stdout);
		fprintf(stderr, "reports%s%s: %s\n", command == NULL ? "" : " ",
		    command == NULL ? "" : command->name,
		    text_escape(&arena, text_charset(), err.text));
		status = exit_status(err.kind);
	}
	arena_release(&arena);
	return status;
}
