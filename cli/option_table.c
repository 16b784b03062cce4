#include "cli/option_table.h"

#include <stddef.h>

#include "cli/option_set.h"

_Static_assert(OPTION_COUNT <= 64, "a set of options is 64 bits");

#define TEXT(name) option_set_text, offsetof(struct options, name)
#define FLAG(name) option_set_flag, offsetof(struct options, name)
#define AGE(name)  option_set_age, offsetof(struct options, name)

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
	    option_add_domain, 0, NULL },
	[OPTION_SINCE] = { "since", "DATE",
	    "reports that begin on this day or later: 2026-01-31,\n"
	    "today, yesterday, or 7d, 4w, 3m: the last days, weeks,\n"
	    "months up to the newest report",
	    option_set_bounds, 0, "today yesterday 7d 4w 3m" },
	[OPTION_UNTIL] = { "until", "DATE",
	    "reports that begin on this day or before", option_set_bounds, 0,
	    "today yesterday 7d 4w 3m" },
	[OPTION_PERIOD] = { "period", "NAME",
	    "last-month, this-month, the same of week, quarter and\n"
	    "year; today, yesterday; or 2026-01, 2026: a month, a\n"
	    "year; by the clock, weeks begin on Monday",
	    option_set_bounds, 0, PERIOD_WORDS },
	[OPTION_ALL] = { "all", NULL,
	    "all there is, not only the last 30 days of data", FLAG(all),
	    NULL },
	[OPTION_REPORTER] = { "reporter", "NAME",
	    "only reports of the organisation with this name, or\n"
	    "domain of its address, or a part of one; can be given\n"
	    "again for more",
	    option_add_reporter, 0, NULL },
	[OPTION_VERIFIED] = { "verified", "LIST",
	    "only reports that are verified, unknown, unverified,\n"
	    "suspicious or failed, with commas between, or all;\n"
	    "without this option all but the failed ones",
	    option_set_verified, 0,
	    "verified, unknown, unverified, suspicious, failed, all" },
	[OPTION_SOURCE] = { "source", "ADDRESS",
	    "only mail from this address, or network such as\n"
	    "192.0.2.0/24; can be given again for more",
	    option_add_source, 0, NULL },
	[OPTION_DISPOSITION] = { "disposition", "LIST",
	    "only mail that the receiver delivered (none), or\n"
	    "quarantine, reject, other (it does not say); with\n"
	    "commas between",
	    option_set_disposition, 0, "none, quarantine, reject, other" },
	[OPTION_RESULT] = { "result", "LIST",
	    "only mail with this result: pass, fail, dkim-pass,\n"
	    "dkim-fail, spf-pass, spf-fail; with commas between, any\n"
	    "of them; given again, both",
	    option_set_result, 0,
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
	    option_set_since_id, 0, NULL },
	[OPTION_SORT] = { "sort", "COLUMN",
	    "by this column of the CSV; numbers and times largest\n"
	    "first, COLUMN:asc and COLUMN:desc say it",
	    TEXT(style.sort), NULL },
	[OPTION_LIMIT] = { "limit", "N", "at most so many lines",
	    option_set_limit, 0, NULL },
	[OPTION_FORMAT] = { "format", "FORMAT",
	    "table (for people; the default), csv (the default of\n"
	    "export, which has no table), json or jsonl; for status\n"
	    "prometheus as well",
	    option_set_format, 0, "table, csv, json, jsonl" },
	[OPTION_COLOR] = { "color", "WHEN",
	    "auto (on a terminal, unless $NO_COLOR is set), always\n"
	    "or never",
	    option_set_color, 0, "auto, always, never" },
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
	    option_set_class, 0,
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
	    "the permissions of the socket; 0666", option_set_socket_mode, 0,
	    NULL },
	[OPTION_INET] = { "inet", "ADDR:PORT",
	    "listen on this address; [ADDR]:PORT for IPv6", TEXT(inet), NULL },
	[OPTION_CONTROL] = { "control", "PATH",
	    "the socket that 'reports status' asks, instead of the\n"
	    "database's name with .status behind it",
	    TEXT(control), NULL },
	[OPTION_WORKERS] = { "workers", "N",
	    "so many processes that read; one for each processor",
	    option_set_workers, 0, NULL },
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

const char *
option_words(const struct option_row *row, uint64_t takes)
{
	if (row != &option_rows[OPTION_FORMAT])
		return row->words;
	if ((takes & TAKES(OPTION_CONTROL)) != 0) /* status */
		return "table, csv, json, jsonl, prometheus";
	if ((takes & TAKES(OPTION_SINCE_ID)) != 0) /* export */
		return "csv, json, jsonl";
	return row->words;
}
