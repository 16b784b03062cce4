/*
 * A command is one file in cli/ that defines one struct command.  To add one:
 * write the file, declare it here, list it in cli/help.c, describe it in
 * docs/manual/COMMAND.mdoc.  Options and arguments come into its manual page,
 * its help and the completions by themselves.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "cli/config.h"
#include "cli/options.h"

struct error;
struct store;

/* How main opens the database for a command. */
enum command_store {
	COMMAND_NO_STORE,
	COMMAND_READ,
	COMMAND_WRITE,
};

/* What main has ready for a command. */
struct context {
	struct arena *arena;
	const struct options *options;
	const struct config *config;
	const char *db;      /* the path of the database */
	struct store *store; /* NULL for COMMAND_NO_STORE */
	int status; /* what to exit with after success: 0, or 1 for what
		     * --fail-on asked about */
};

struct command {
	const char *name;
	const char *usage;   /* its arguments, as the manual shows them */
	const char *summary; /* one line for 'reports help' */
	uint64_t takes;      /* options, besides TAKES_ALWAYS */
	int min_arguments, max_arguments;
	enum command_store store;
	/* What can be wrong before the database is opened; or NULL. */
	bool (*check)(const struct context *context, struct error *err);
	/* argv holds the arguments alone, without options. */
	bool (*run)(
	    struct context *context, int argc, char **argv, struct error *err);
};

extern const struct command command_backup;
extern const struct command command_check;
extern const struct command command_digest;
extern const struct command command_doctor;
extern const struct command command_export;
extern const struct command command_failures;
extern const struct command command_help;
extern const struct command command_html;
extern const struct command command_import;
extern const struct command command_leaks;
extern const struct command command_list;
extern const struct command command_listen;
extern const struct command command_migrate;
extern const struct command command_prune;
extern const struct command command_quarantine;
extern const struct command command_reparse;
extern const struct command command_restore;
extern const struct command command_senders;
extern const struct command command_show;
extern const struct command command_status;
extern const struct command command_summary;
extern const struct command command_tls;

/* For shells; not one of the following. */
extern const struct command command_complete;

/* All of them, in the order of the help. */
const struct command *const *command_all(size_t *count);

/* The command of that name; fails with ERROR_USAGE. */
MUST_CHECK bool command_find(
    const char *name, const struct command **out, struct error *err);

/* What --version, 'reports help' and 'reports help COMMAND' print. */
void command_print_version(FILE *out);
void command_print_all(FILE *out);
void command_print(FILE *out, const struct command *command);

#endif
