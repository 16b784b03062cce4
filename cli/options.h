/*
 * The options of the command line.  One table (cli/options.c) is what they
 * are parsed by and what 'reports help' prints.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "cli/output.h"
#include "cli/period.h"

struct arena;
struct error;

enum option_id {
	OPTION_CONFIG,
	OPTION_DB,
	OPTION_DOMAIN,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_ALL,
	OPTION_VERIFIED,
	OPTION_LIMIT,
	OPTION_FORMAT,
	OPTION_SOCKET,
	OPTION_SOCKET_MODE,
	OPTION_INET,
	OPTION_HELP,
	OPTION_VERSION,
};
#define OPTION_COUNT 14

/* Sets of options: which a command takes. */
#define TAKES(option) (1u << (option))
#define TAKES_ALWAYS                                                           \
	(TAKES(OPTION_CONFIG) | TAKES(OPTION_DB) | TAKES(OPTION_HELP)          \
	    | TAKES(OPTION_VERSION))
#define TAKES_PERIOD                                                           \
	(TAKES(OPTION_DOMAIN) | TAKES(OPTION_SINCE) | TAKES(OPTION_UNTIL)      \
	    | TAKES(OPTION_ALL))

struct options {
	const char *config; /* NULL where not given, here as below */
	const char *db;
	const char **domains; /* lower case */
	size_t domain_count;
	struct bound since, until;
	bool all;
	unsigned verdicts; /* STORE_VERDICT of each; 0 when not given */
	size_t limit;      /* 0 when not given */
	enum output_format format;
	const char *socket;
	bool has_socket_mode;
	unsigned socket_mode;
	const char *inet;
	bool help, version;
};

/*
 * Parses the options of a command, or, with command NULL, those before the
 * command, up to the first argument that is none.  *first is the index of
 * what follows; behind a command, options and arguments may be mixed.  Adds
 * to out.  Fails with ERROR_USAGE.
 */
MUST_CHECK bool options_parse(struct options *out, unsigned takes,
    const char *command, int argc, char **argv, int *first, struct arena *arena,
    struct error *err);

/* Reads permissions such as 0660, in octal. */
MUST_CHECK bool options_parse_mode(const char *text, unsigned *out);

/* A line or more of help for each option of the set. */
void options_print(FILE *out, unsigned takes);

#endif
