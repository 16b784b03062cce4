/*
 * The options of the command line.  One table (cli/option_table.c) is what
 * they are parsed by and what 'reports help' and the completions show.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "cli/age.h"
#include "cli/output.h"
#include "cli/period.h"

struct arena;
struct error;
struct network;

/* The order is that of the help. */
enum option_id {
	OPTION_CONFIG,
	OPTION_DB,
	OPTION_DOMAIN,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_PERIOD,
	OPTION_ALL,
	OPTION_REPORTER,
	OPTION_VERIFIED,
	OPTION_SOURCE,
	OPTION_DISPOSITION,
	OPTION_RESULT,
	OPTION_BY,
	OPTION_RESOLVE,
	OPTION_TLS,
	OPTION_SINCE_ID,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_FORMAT,
	OPTION_COLOR,
	OPTION_NO_HEADER,
	OPTION_BOM,
	OPTION_LOCAL,
	OPTION_ORIGINAL,
	OPTION_WHY,
	OPTION_UNAUTHORISED,
	OPTION_CLASS,
	OPTION_NAMES,
	OPTION_ADVICE,
	OPTION_SELECTORS,
	OPTION_FAIL_ON,
	OPTION_STATE,
	OPTION_TO,
	OPTION_OUTPUT,
	OPTION_SOCKET,
	OPTION_SOCKET_MODE,
	OPTION_INET,
	OPTION_CONTROL,
	OPTION_WORKERS,
	OPTION_NO_SANDBOX,
	OPTION_OLDER_THAN,
	OPTION_KEEP_ROLLUPS,
	OPTION_RECIPIENTS_OLDER_THAN,
	OPTION_RAW_OLDER_THAN,
	OPTION_APPLY,
	OPTION_DEEP,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT
};

/* Sets of options: which a command takes. */
#define TAKES(option) (UINT64_C(1) << (option))
#define TAKES_ALWAYS                                                           \
	(TAKES(OPTION_CONFIG) | TAKES(OPTION_DB) | TAKES(OPTION_HELP)          \
	    | TAKES(OPTION_VERSION))
#define TAKES_PERIOD                                                           \
	(TAKES(OPTION_SINCE) | TAKES(OPTION_UNTIL) | TAKES(OPTION_PERIOD)      \
	    | TAKES(OPTION_ALL))
/* What reports a question is about, */
#define TAKES_REPORTS                                                          \
	(TAKES_PERIOD | TAKES(OPTION_DOMAIN) | TAKES(OPTION_REPORTER)          \
	    | TAKES(OPTION_VERIFIED))
/* and which of their records. */
#define TAKES_RECORDS                                                          \
	(TAKES_REPORTS | TAKES(OPTION_SOURCE) | TAKES(OPTION_DISPOSITION)      \
	    | TAKES(OPTION_RESULT))
/* How the answer is written, */
#define TAKES_FORMAT                                                           \
	(TAKES(OPTION_FORMAT) | TAKES(OPTION_COLOR) | TAKES(OPTION_NO_HEADER)  \
	    | TAKES(OPTION_BOM) | TAKES(OPTION_LOCAL))
/* and, where it is one table, which of its rows. */
#define TAKES_ROWS (TAKES_FORMAT | TAKES(OPTION_SORT) | TAKES(OPTION_LIMIT))

struct options {
	const char *config; /* NULL where not given, here as below */
	const char *db;
	const char **domains; /* lower case */
	size_t domain_count;
	struct bound since, until;
	bool has_period; /* they came from --period */
	bool all;
	const char **reporters; /* lower case */
	size_t reporter_count;
	struct network *sources;
	size_t source_count;
	unsigned verdicts; /* as in struct store_filter, here as below */
	unsigned dispositions;
	unsigned results;
	const char *by;
	bool resolve;
	bool tls;
	bool has_since_id;
	int64_t since_id;
	struct output_style style;
	bool has_format; /* it was given */
	bool original;
	bool why, unauthorised, names, advice, selectors;
	const char *fail_on;
	const char *state;
	const char *to;
	unsigned classes; /* bits of enum sender_class; 0 when not given */
	const char *output;
	const char *socket;
	bool has_socket_mode;
	unsigned socket_mode;
	const char *inet;
	const char *control;
	size_t workers; /* 0 when not given */
	bool no_sandbox;
	bool prometheus; /* was given as the format */
	struct age older_than, keep_rollups;
	struct age recipients_older_than, raw_older_than;
	bool apply;
	bool deep;
	bool help, version;
};

/*
 * Parses the options of a command, or, with command NULL, those before the
 * command, up to the first argument that is none.  *first is the index of
 * what follows; behind a command, options and arguments may be mixed.  Adds
 * to out.  Fails with ERROR_USAGE.
 */
MUST_CHECK bool options_parse(struct options *out, uint64_t takes,
    const char *command, int argc, char **argv, int *first, struct arena *arena,
    struct error *err);

/* Reads permissions such as 0660, in octal. */
MUST_CHECK bool options_parse_mode(const char *text, unsigned *out);

/* Reads a number from 1 to MAX_WORKERS. */
MUST_CHECK bool options_parse_workers(const char *text, size_t *out);

/* A line or more of help for each option of the set. */
void options_print(FILE *out, uint64_t takes);

#endif
