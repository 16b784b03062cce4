#include "cli/options.h"

#include <getopt.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "cli/option_table.h"
#include "parse/value.h"

/* Returns what getopt_long() returns for an option: its index and this. */
#define FIRST_CODE 256

static void
list_options(uint64_t takes, struct option out[OPTION_COUNT + 1])
{
	int i;
	size_t n = 0;

	for (i = 0; i < OPTION_COUNT; i++)
		if ((takes & TAKES(i)) != 0)
			out[n++] =
			    (struct option) { .name = option_rows[i].name,
				    .has_arg = option_rows[i].argument != NULL,
				    .val = FIRST_CODE + i };
	out[n] = (struct option) { 0 };
}

static bool
is_known(const char *option)
{
	size_t i, len = strcspn(option, "=");

	for (i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_rows[i].name) == len
		    && strncmp(option_rows[i].name, option, len) == 0)
			return true;
	return false;
}

/* getopt_long() found no such option, or one without its argument. */
static bool
refuse(const char *command, int code, char **argv, struct error *err)
{
	const char *hint = command == NULL ? "" : " ";
	const char *given = argv[optind - 1];

	if (command == NULL)
		command = "";
	if (code == ':')
		return error_set(err, ERROR_USAGE,
		    "option '%.40s' wants an argument; see 'reports help%s%s'",
		    given, hint, command);
	if (optopt >= FIRST_CODE)
		return error_set(err, ERROR_USAGE,
		    "option '%.40s' takes no argument; see 'reports help%s%s'",
		    given, hint, command);
	if (optopt != 0)
		return error_set(err, ERROR_USAGE,
		    "unknown option '-%c'; see 'reports help%s%s'", optopt,
		    hint, command);
	if (is_known(given + 2) && *command != '\0')
		return error_set(err, ERROR_USAGE,
		    "option '%.40s' is not one of '%s'; see 'reports help %s'",
		    given, command, command);
	if (is_known(given + 2))
		return error_set(err, ERROR_USAGE,
		    "option '%.40s' goes behind the command; see 'reports "
		    "help'",
		    given);
	return error_set(err, ERROR_USAGE,
	    "unknown option '%.40s'; see 'reports help%s%s'", given, hint,
	    command);
}

bool
options_parse(struct options *out, uint64_t takes, const char *command,
    int argc, char **argv, int *first, struct arena *arena, struct error *err)
{
	struct option_reader r = { out, arena, err, takes };
	const struct option_row *row;
	struct option known[OPTION_COUNT + 1];
	int code;

	list_options(takes, known);
	opterr = 0;
	optind = 0; /* glibc and musl: from the beginning */
	while ((code = getopt_long(
		    argc, argv, command == NULL ? "+:h" : ":h", known, NULL))
	    != -1) {
		if (code == 'h')
			code = FIRST_CODE + OPTION_HELP;
		if (code < FIRST_CODE)
			return refuse(command, code, argv, err);
		row = &option_rows[code - FIRST_CODE];
		if (!row->set(&r, row, optarg))
			return false;
	}
	*first = optind;
	return true;
}

bool
options_parse_workers(const char *text, size_t *out)
{
	int64_t count;

	if (!number_parse(bytes_of(text), &count) || count < 1
	    || count > MAX_WORKERS)
		return false;
	*out = (size_t)count;
	return true;
}

bool
options_parse_mode(const char *text, unsigned *out)
{
	size_t len = strspn(text, "01234567");

	*out = 0;
	if (len == 0 || len > 4 || text[len] != '\0')
		return false;
	for (; *text != '\0'; text++)
		*out = *out * 8 + (unsigned)(*text - '0');
	return *out <= 0777;
}

static void
print_option(FILE *out, const struct option_row *row)
{
	const char *line = row->help, *end;
	int width = fprintf(out, "  --%s%s%s", row->name,
	    row->argument == NULL ? "" : " ",
	    row->argument == NULL ? "" : row->argument);

	for (; line != NULL; line = end == NULL ? NULL : end + 1) {
		end = strchr(line, '\n');
		fprintf(out, "%*s%.*s\n", 24 - width, "",
		    end == NULL ? (int)strlen(line) : (int)(end - line), line);
		width = 0;
	}
}

void
options_print(FILE *out, uint64_t takes)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if ((takes & TAKES(i)) != 0)
			print_option(out, &option_rows[i]);
}
