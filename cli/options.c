#include "cli/options.h"

#include <getopt.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "parse/value.h"
#include "parse/verdict.h"
#include "store/query.h"

struct reader {
	struct options *out;
	struct arena *arena;
	struct error *err;
};

static bool
set_config(struct reader *r, const char *value)
{
	r->out->config = value;
	return true;
}

static bool
set_db(struct reader *r, const char *value)
{
	r->out->db = value;
	return true;
}

static bool
add_domain(struct reader *r, const char *value)
{
	struct options *out = r->out;
	const char **domains =
	    arena_alloc(r->arena, out->domain_count + 1, sizeof(*domains));
	const char *domain = domain_copy(r->arena, bytes_of(value));

	if (*domain == '\0')
		return error_set(
		    r->err, ERROR_USAGE, "--domain wants the name of a domain");
	if (out->domain_count > 0)
		memcpy(domains, out->domains,
		    out->domain_count * sizeof(*domains));
	domains[out->domain_count++] = domain;
	out->domains = domains;
	return true;
}

static bool
set_since(struct reader *r, const char *value)
{
	return bound_parse(value, (int64_t)time(NULL), &r->out->since, r->err)
	    || error_at(r->err, "--since");
}

static bool
set_until(struct reader *r, const char *value)
{
	return bound_parse(value, (int64_t)time(NULL), &r->out->until, r->err)
	    || error_at(r->err, "--until");
}

static bool
set_all(struct reader *r, const char *value)
{
	(void)value;
	r->out->all = true;
	return true;
}

/* Verdicts with commas between, or all. */
static bool
set_verified(struct reader *r, const char *value)
{
	enum verdict verdict;
	size_t len;

	if (strcmp(value, "all") == 0) {
		r->out->verdicts = STORE_ALL_VERDICTS;
		return true;
	}
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (!verdict_parse((struct bytes) { value, len }, &verdict))
			return error_set(r->err, ERROR_USAGE,
			    "--verified: '%.*s' is none of verified, unknown, "
			    "unverified, suspicious, failed, all",
			    len > 40 ? 40 : (int)len, value);
		r->out->verdicts |= STORE_VERDICT(verdict);
		if (value[len] == '\0')
			return true;
	}
}

static bool
set_limit(struct reader *r, const char *value)
{
	int64_t limit;

	if (!number_parse(bytes_of(value), &limit) || limit == 0)
		return error_set(r->err, ERROR_USAGE,
		    "--limit: '%.40s' is not a number from 1", value);
	r->out->limit = (size_t)limit;
	return true;
}

static bool
set_format(struct reader *r, const char *value)
{
	if (output_format_parse(value, &r->out->format))
		return true;
	return error_set(r->err, ERROR_USAGE,
	    "--format: '%.40s' is none of table, csv, json, jsonl", value);
}

static bool
set_socket(struct reader *r, const char *value)
{
	r->out->socket = value;
	return true;
}

static bool
set_socket_mode(struct reader *r, const char *value)
{
	r->out->has_socket_mode = true;
	return options_parse_mode(value, &r->out->socket_mode)
	    || error_set(r->err, ERROR_USAGE,
		"--socket-mode: '%.40s' is no octal mode such as 0660", value);
}

static bool
set_inet(struct reader *r, const char *value)
{
	r->out->inet = value;
	return true;
}

static bool
set_help(struct reader *r, const char *value)
{
	(void)value;
	r->out->help = true;
	return true;
}

static bool
set_version(struct reader *r, const char *value)
{
	(void)value;
	r->out->version = true;
	return true;
}

/* The index is enum option_id, the order that of the help. */
static const struct option_row {
	const char *name;
	const char *argument; /* NULL when it takes none */
	const char *help;     /* lines below the first are indented */
	bool (*set)(struct reader *r, const char *value);
} rows[OPTION_COUNT] = {
	[OPTION_CONFIG] = { "config", "FILE",
	    "the configuration, instead of /etc/reports/reports.conf",
	    set_config },
	[OPTION_DB] = { "db", "FILE",
	    "the database, instead of $REPORTS_DB, that of the\n"
	    "configuration, or /var/lib/reports/reports.db",
	    set_db },
	[OPTION_DOMAIN] = { "domain", "NAME",
	    "only about this domain and those below it; can be\n"
	    "given again for more",
	    add_domain },
	[OPTION_SINCE] = { "since", "DATE",
	    "reports that begin on this day or later: 2026-01-31,\n"
	    "today, yesterday, or 7d, 4w, 3m: the last days, weeks,\n"
	    "months up to the newest report",
	    set_since },
	[OPTION_UNTIL] = { "until", "DATE",
	    "reports that begin on this day or before", set_until },
	[OPTION_ALL] = { "all", NULL,
	    "all there is, not only the last 30 days of data", set_all },
	[OPTION_VERIFIED] = { "verified", "LIST",
	    "only reports that are verified, unknown, unverified,\n"
	    "suspicious or failed, with commas between, or all;\n"
	    "without this option all but the failed ones",
	    set_verified },
	[OPTION_LIMIT] = { "limit", "N", "at most so many", set_limit },
	[OPTION_FORMAT] = { "format", "FORMAT",
	    "table (for people; the default), csv, json or jsonl", set_format },
	[OPTION_SOCKET] = { "socket", "PATH", "listen on this unix socket",
	    set_socket },
	[OPTION_SOCKET_MODE] = { "socket-mode", "MODE",
	    "the permissions of the socket; 0666", set_socket_mode },
	[OPTION_INET] = { "inet", "ADDR:PORT",
	    "listen on this address; [ADDR]:PORT for IPv6", set_inet },
	[OPTION_HELP] = { "help", NULL, "this text", set_help },
	[OPTION_VERSION] = { "version", NULL, "the version", set_version },
};

/* Returns what getopt_long() returns for an option: its index and this. */
#define FIRST_CODE 256

static void
list_options(unsigned takes, struct option out[OPTION_COUNT + 1])
{
	int i;
	size_t n = 0;

	for (i = 0; i < OPTION_COUNT; i++)
		if ((takes & TAKES(i)) != 0)
			out[n++] = (struct option) { .name = rows[i].name,
				.has_arg = rows[i].argument != NULL,
				.val = FIRST_CODE + i };
	out[n] = (struct option) { 0 };
}

static bool
is_known(const char *option)
{
	size_t i, len = strcspn(option, "=");

	for (i = 0; i < OPTION_COUNT; i++)
		if (strlen(rows[i].name) == len
		    && strncmp(rows[i].name, option, len) == 0)
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
options_parse(struct options *out, unsigned takes, const char *command,
    int argc, char **argv, int *first, struct arena *arena, struct error *err)
{
	struct reader r = { out, arena, err };
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
		if (!rows[code - FIRST_CODE].set(&r, optarg))
			return false;
	}
	*first = optind;
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
options_print(FILE *out, unsigned takes)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if ((takes & TAKES(i)) != 0)
			print_option(out, &rows[i]);
}
