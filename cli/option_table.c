#include "cli/option_table.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "analysis/analysis.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/dmarc.h"
#include "parse/value.h"
#include "parse/verdict.h"
#include "store/query.h"

_Static_assert(OPTION_COUNT <= 64, "a set of options is 64 bits");

/* --- plain ones --- */

static bool
set_text(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	memcpy((char *)r->out + row->member, &value, sizeof(value));
	return true;
}

static bool
set_flag(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	const bool flag = true;

	(void)value;
	memcpy((char *)r->out + row->member, &flag, sizeof(flag));
	return true;
}

#define TEXT(name) set_text, offsetof(struct options, name)
#define FLAG(name) set_flag, offsetof(struct options, name)

/* A longer copy of a list, with room for one more at its end. */
static void *
grow(struct arena *arena, const void *items, size_t count, size_t size)
{
	void *more = arena_alloc(arena, count + 1, size);

	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

/* "'x' is none of ..." */
static bool
refuse_word(struct option_reader *r, const struct option_row *row,
    const char *value, size_t len)
{
	return error_set(r->err, ERROR_USAGE, "--%s: '%.*s' is none of %s",
	    row->name, len > 40 ? 40 : (int)len, value, row->words);
}

/*
 * Words with commas between, or all: the bits of each, which find() says, or 0
 * for a word that is none.
 */
static bool
read_set(struct option_reader *r, const struct option_row *row,
    const char *value, unsigned (*find)(struct bytes word), unsigned *out)
{
	unsigned bits;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		bits = find((struct bytes) { value, len });
		if (bits == 0)
			return refuse_word(r, row, value, len);
		*out |= bits;
		if (value[len] == '\0')
			return true;
	}
}

/* --- what a question is about --- */

static bool
add_domain(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	const char *domain = domain_copy(r->arena, bytes_of(value));

	(void)row;
	if (*domain == '\0')
		return error_set(
		    r->err, ERROR_USAGE, "--domain wants the name of a domain");
	out->domains = grow(
	    r->arena, out->domains, out->domain_count, sizeof(*out->domains));
	out->domains[out->domain_count++] = domain;
	return true;
}

static bool
add_reporter(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	const char *reporter = text_lower(r->arena, bytes_of(value));

	(void)row;
	if (*reporter == '\0')
		return error_set(r->err, ERROR_USAGE,
		    "--reporter wants the name of an organisation or the "
		    "domain of its address, or a part of one");
	out->reporters = grow(r->arena, out->reporters, out->reporter_count,
	    sizeof(*out->reporters));
	out->reporters[out->reporter_count++] = reporter;
	return true;
}

static bool
add_source(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	struct network network;

	(void)row;
	if (!network_parse(bytes_of(value), &network))
		return error_set(r->err, ERROR_USAGE,
		    "--source: '%.60s' is no address and no network such as "
		    "192.0.2.0/24",
		    value);
	out->sources = grow(
	    r->arena, out->sources, out->source_count, sizeof(*out->sources));
	out->sources[out->source_count++] = network;
	return true;
}

/* --period is both ends; another end beside it would be lost. */
static bool
set_bounds(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	int64_t now = (int64_t)time(NULL);
	bool is_period = row == &option_rows[OPTION_PERIOD];
	bool is_since = row == &option_rows[OPTION_SINCE];

	if (out->has_period
	    || (is_period
		&& (out->since.kind != BOUND_NONE
		    || out->until.kind != BOUND_NONE)))
		return error_set(r->err, ERROR_USAGE,
		    "--period is both --since and --until: give one or the "
		    "other");
	out->has_period = is_period;
	if (is_period
		? period_parse(value, now, &out->since, &out->until, r->err)
		: bound_parse(
		    value, now, is_since ? &out->since : &out->until, r->err))
		return true;
	return error_at(r->err, "--%s", row->name);
}

static unsigned
find_verdict(struct bytes word)
{
	enum verdict verdict;

	if (text_is(word, "all"))
		return STORE_ALL_VERDICTS;
	return verdict_parse(word, &verdict) ? STORE_VERDICT(verdict) : 0;
}

static bool
set_verified(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_verdict, &r->out->verdicts);
}

static unsigned
find_disposition(struct bytes word)
{
	if (text_is(word, "none"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_NONE)
		    | STORE_DISPOSITION(DMARC_DISPOSITION_PASS);
	if (text_is(word, "quarantine"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_QUARANTINE);
	if (text_is(word, "reject"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_REJECT);
	return text_is(word, "other")
	    ? STORE_DISPOSITION(0) | STORE_DISPOSITION(DMARC_DISPOSITION_OTHER)
	    : 0;
}

static bool
set_disposition(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_disposition, &r->out->dispositions);
}

static unsigned
find_result(struct bytes word)
{
	static const struct {
		const char *word;
		unsigned results;
	} words[] = {
		{ "pass", STORE_ALL_RESULTS & ~STORE_RESULT(false, false) },
		{ "fail", STORE_RESULT(false, false) },
		{ "dkim-pass",
		    STORE_RESULT(true, false) | STORE_RESULT(true, true) },
		{ "dkim-fail",
		    STORE_RESULT(false, false) | STORE_RESULT(false, true) },
		{ "spf-pass",
		    STORE_RESULT(false, true) | STORE_RESULT(true, true) },
		{ "spf-fail",
		    STORE_RESULT(false, false) | STORE_RESULT(true, false) },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (text_is(word, words[i].word))
			return words[i].results;
	return 0;
}

/* Given again, both must hold. */
static bool
set_result(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	unsigned results = 0, before = r->out->results;

	if (!read_set(r, row, value, find_result, &results))
		return false;
	r->out->results = before == 0 ? results : results & before;
	return r->out->results != 0
	    || error_set(r->err, ERROR_USAGE,
		"--result: no message can be all of that at once");
}

static bool
set_since_id(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	r->out->has_since_id = true;
	return number_parse(bytes_of(value), &r->out->since_id)
	    || error_set(r->err, ERROR_USAGE,
		"--since-id: '%.40s' is not the number of a report", value);
}

/* --- how it is written --- */

static bool
set_limit(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	int64_t limit;

	(void)row;
	if (!number_parse(bytes_of(value), &limit) || limit == 0)
		return error_set(r->err, ERROR_USAGE,
		    "--limit: '%.40s' is not a number from 1", value);
	r->out->style.limit = (size_t)limit;
	return true;
}

static bool
set_format(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	r->out->has_format = true;
	/* Numbers of a running process: 'reports status' alone. */
	r->out->prometheus = (r->takes & TAKES(OPTION_CONTROL)) != 0
	    && strcmp(value, "prometheus") == 0;
	return r->out->prometheus
	    || output_format_parse(value, &r->out->style.format)
	    || refuse_word(r, row, value, strlen(value));
}

static bool
set_color(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return output_color_parse(value, &r->out->style.color)
	    || refuse_word(r, row, value, strlen(value));
}

/* --- of the analysis --- */

static unsigned
find_class(struct bytes word)
{
	enum sender_class class;

	return sender_class_parse(word, &class) ? 1U << class : 0;
}

static bool
set_class(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_class, &r->out->classes);
}

/* --- of the server --- */

static bool
set_workers(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	return options_parse_workers(value, &r->out->workers)
	    || error_set(r->err, ERROR_USAGE,
		"--workers: '%.40s' is not a number from 1 to %d", value,
		MAX_WORKERS);
}

static bool
set_socket_mode(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	r->out->has_socket_mode = true;
	return options_parse_mode(value, &r->out->socket_mode)
	    || error_set(r->err, ERROR_USAGE,
		"--socket-mode: '%.40s' is no octal mode such as 0660", value);
}

/* --- of prune --- */

static bool
set_age(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct age age;

	if (!age_parse(value, false, &age))
		return error_set(r->err, ERROR_USAGE,
		    "--%s: '%.40s' is not an age such as 30d, 4w, 13m or 5y",
		    row->name, value);
	memcpy((char *)r->out + row->member, &age, sizeof(age));
	return true;
}

#define AGE(name) set_age, offsetof(struct options, name)

const struct option_row option_rows[OPTION_COUNT] = {
	[OPTION_CONFIG] = { "config", "FILE",
	    "the configuration, instead of /etc/reports/reports.conf",
	    TEXT(config), NULL },
	[OPTION_DB] = { "db", "FILE",
	    "the database, instead of $REPORTS_DB, that of the\n"
	    "configuration, or /var/lib/reports/reports.db",
	    TEXT(db), NULL },
	[OPTION_DOMAIN] = { "domain", "NAME",
	    "only about this domain and those below it; can be\n"
	    "given again for more",
	    add_domain, 0, NULL },
	[OPTION_SINCE] = { "since", "DATE",
	    "reports that begin on this day or later: 2026-01-31,\n"
	    "today, yesterday, or 7d, 4w, 3m: the last days, weeks,\n"
	    "months up to the newest report",
	    set_bounds, 0, "today yesterday 7d 4w 3m" },
	[OPTION_UNTIL] = { "until", "DATE",
	    "reports that begin on this day or before", set_bounds, 0,
	    "today yesterday 7d 4w 3m" },
	[OPTION_PERIOD] = { "period", "NAME",
	    "last-month, this-month, the same of week, quarter and\n"
	    "year; today, yesterday; or 2026-01, 2026: a month, a\n"
	    "year; by the clock, weeks begin on Monday",
	    set_bounds, 0, PERIOD_WORDS },
	[OPTION_ALL] = { "all", NULL,
	    "all there is, not only the last 30 days of data", FLAG(all),
	    NULL },
	[OPTION_REPORTER] = { "reporter", "NAME",
	    "only reports of the organisation with this name, or\n"
	    "domain of its address, or a part of one; can be given\n"
	    "again for more",
	    add_reporter, 0, NULL },
	[OPTION_VERIFIED] = { "verified", "LIST",
	    "only reports that are verified, unknown, unverified,\n"
	    "suspicious or failed, with commas between, or all;\n"
	    "without this option all but the failed ones",
	    set_verified, 0,
	    "verified, unknown, unverified, suspicious, failed, all" },
	[OPTION_SOURCE] = { "source", "ADDRESS",
	    "only mail from this address, or network such as\n"
	    "192.0.2.0/24; can be given again for more",
	    add_source, 0, NULL },
	[OPTION_DISPOSITION] = { "disposition", "LIST",
	    "only mail that the receiver delivered (none), or\n"
	    "quarantine, reject, other (it does not say); with\n"
	    "commas between",
	    set_disposition, 0, "none, quarantine, reject, other" },
	[OPTION_RESULT] = { "result", "LIST",
	    "only mail with this result: pass, fail, dkim-pass,\n"
	    "dkim-fail, spf-pass, spf-fail; with commas between, any\n"
	    "of them; given again, both",
	    set_result, 0,
	    "pass, fail, dkim-pass, dkim-fail, spf-pass, spf-fail" },
	[OPTION_BY] = { "by", "WHAT",
	    "failures: group by source (the default), sender,\n"
	    "reporter, day or reason; senders: source, down to\n"
	    "addresses",
	    TEXT(by), "source, sender, reporter, day, reason" },
	[OPTION_RESOLVE] = { "resolve", NULL,
	    "ask the DNS for the names of the addresses shown (with\n"
	    "--by source)",
	    FLAG(resolve), NULL },
	[OPTION_TLS] = { "tls", NULL, "TLS reports instead of DMARC reports",
	    FLAG(tls), NULL },
	[OPTION_SINCE_ID] = { "since-id", "ID",
	    "only reports with a larger number, of any time; the\n"
	    "last one is printed on standard error, for next time",
	    set_since_id, 0, NULL },
	[OPTION_SORT] = { "sort", "COLUMN",
	    "by this column of the CSV; numbers and times largest\n"
	    "first, COLUMN:asc and COLUMN:desc say it",
	    TEXT(style.sort), NULL },
	[OPTION_LIMIT] = { "limit", "N", "at most so many lines", set_limit, 0,
	    NULL },
	[OPTION_FORMAT] = { "format", "FORMAT",
	    "table (for people; the default), csv, json or jsonl", set_format,
	    0, "table, csv, json, jsonl" },
	[OPTION_COLOR] = { "color", "WHEN",
	    "auto (on a terminal, unless $NO_COLOR is set), always\n"
	    "or never",
	    set_color, 0, "auto, always, never" },
	[OPTION_NO_HEADER] = { "no-header", NULL,
	    "table and csv without the line of headings", FLAG(style.no_header),
	    NULL },
	[OPTION_BOM] = { "bom", NULL,
	    "csv with the mark by which Excel knows UTF-8", FLAG(style.bom),
	    NULL },
	[OPTION_LOCAL] = { "local", NULL,
	    "what is for people, in local time instead of UTC",
	    FLAG(style.local), NULL },
	[OPTION_ORIGINAL] = { "original", NULL,
	    "the report's own XML or JSON, unpacked, byte for byte;\n"
	    "where [store] keep_raw kept it",
	    FLAG(original), NULL },
	[OPTION_WHY] = { "why", NULL,
	    "the rules that made it so, and the records behind them", FLAG(why),
	    NULL },
	[OPTION_UNAUTHORISED] = { "unauthorised", NULL,
	    "only what sends without leave", FLAG(unauthorised), NULL },
	[OPTION_CLASS] = { "class", "LIST",
	    "only these, with commas between: own, unlisted, vendor,\n"
	    "list, forwarder, gateway, relay, service, spoof, unknown",
	    set_class, 0,
	    "own, unlisted, vendor, list, forwarder, gateway, relay, "
	    "service, spoof, unknown" },
	[OPTION_NAMES] = { "names", NULL, "the names of those who are exposed",
	    FLAG(names), NULL },
	[OPTION_ADVICE] = { "advice", NULL, "what can be done about it",
	    FLAG(advice), NULL },
	[OPTION_SELECTORS] = { "selectors", NULL,
	    "what DKIM selectors tell of who wrote", FLAG(selectors), NULL },
	[OPTION_FAIL_ON] = { "fail-on", "WHAT",
	    "exit status 1, for cron. leaks: solo, an organisation\n"
	    "with one subscriber is exposed. summary: a line for each\n"
	    "new-sender, failures, tls-failures, silent, quarantine;\n"
	    "with commas between, and :N for N or more",
	    TEXT(fail_on),
	    "new-sender, failures, tls-failures, silent, quarantine, solo" },
	[OPTION_STATE] = { "state", "FILE",
	    "remember there what --fail-on told, and tell it once", TEXT(state),
	    NULL },
	[OPTION_TO] = { "to", "ADDRESS",
	    "with the headers of a mail to this address; several\n"
	    "with commas between",
	    TEXT(to), NULL },
	[OPTION_OUTPUT] = { "output", "PATH",
	    "a file for one page, a folder (one that is there, or a\n"
	    "name that ends with /) for a page of each domain, or -\n"
	    "for standard output",
	    TEXT(output), NULL },
	[OPTION_SOCKET] = { "socket", "PATH", "listen on this unix socket",
	    TEXT(socket), NULL },
	[OPTION_SOCKET_MODE] = { "socket-mode", "MODE",
	    "the permissions of the socket; 0666", set_socket_mode, 0, NULL },
	[OPTION_INET] = { "inet", "ADDR:PORT",
	    "listen on this address; [ADDR]:PORT for IPv6", TEXT(inet), NULL },
	[OPTION_CONTROL] = { "control", "PATH",
	    "the socket that 'reports status' asks, instead of the\n"
	    "database's name with .status behind it",
	    TEXT(control), NULL },
	[OPTION_WORKERS] = { "workers", "N",
	    "so many processes that read; one for each processor", set_workers,
	    0, NULL },
	[OPTION_NO_SANDBOX] = { "no-sandbox", NULL,
	    "read without the sandbox, where the system has none",
	    FLAG(no_sandbox), NULL },
	[OPTION_OLDER_THAN] = { "older-than", "AGE",
	    "reports that begin before, and other messages: 30d, 4w,\n"
	    "13m, 5y",
	    AGE(older_than), "30d 13m 3y" },
	[OPTION_KEEP_ROLLUPS] = { "keep-rollups", "AGE",
	    "keep the sums by day of what goes, until they are of\n"
	    "this age; without it they go as well",
	    AGE(keep_rollups), "5y" },
	[OPTION_RECIPIENTS_OLDER_THAN] = { "recipients-older-than", "AGE",
	    "what tells who received mail, and the\n"
	    "bytes it is in",
	    AGE(recipients_older_than), "30d 3m" },
	[OPTION_RAW_OLDER_THAN] = { "raw-older-than", "AGE",
	    "the bytes of messages that came before", AGE(raw_older_than),
	    "30d" },
	[OPTION_APPLY] = { "apply", NULL,
	    "do it, instead of saying what would go", FLAG(apply), NULL },
	[OPTION_DEEP] = { "deep", NULL,
	    "compare every sum with the rows, which takes a while", FLAG(deep),
	    NULL },
	[OPTION_HELP] = { "help", NULL, "this text", FLAG(help), NULL },
	[OPTION_VERSION] = { "version", NULL, "the version", FLAG(version),
	    NULL },
};
