#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/options.h"
#include "parse/address.h"

#define MAX_ARGUMENTS 8

static struct arena arena;

/* Parses words as arguments of that command; "NULL" ends them. */
static bool
parse(const char *command, uint64_t takes, const char *const words[],
    struct options *out, int *first, struct error *err)
{
	char *argv[MAX_ARGUMENTS + 2];
	int argc = 0;

	argv[argc++] = arena_copy(&arena, bytes_of("reports"));
	while (*words != NULL && argc <= MAX_ARGUMENTS)
		argv[argc++] = arena_copy(&arena, bytes_of(*words++));
	argv[argc] = NULL;
	*out = (struct options) { 0 };
	return options_parse(
	    out, takes, command, argc, argv, first, &arena, err);
}

Test(options, reads_those_before_the_command)
{
	static const char *const words[] = { "--config", "a", "--db=b", "list",
		"--all", NULL };
	struct options options;
	struct error err;
	int first;

	cr_assert(parse(NULL, TAKES_ALWAYS, words, &options, &first, &err));
	cr_expect_str_eq(options.config, "a");
	cr_expect_str_eq(options.db, "b");
	cr_expect_eq(first, 4, "the command");
	cr_expect(!options.all);
}

Test(options, reads_those_behind_the_command_mixed_with_arguments)
{
	static const char *const words[] = { "17", "--format", "json", "--db",
		"b", "18", NULL };
	struct options options;
	struct error err;
	int first;

	cr_assert(parse("show", TAKES_ALWAYS | command_show.takes, words,
	    &options, &first, &err));
	cr_expect_eq(options.style.format, OUTPUT_JSON);
	cr_expect_str_eq(options.db, "b");
	cr_expect_eq(first, 5, "two arguments are left");
}

Test(options, collects_domains)
{
	static const char *const words[] = { "--domain", "Example.ORG.",
		"--domain", "example.net", NULL };
	struct options options;
	struct error err;
	int first;

	cr_assert(parse("list", TAKES_ALWAYS | command_list.takes, words,
	    &options, &first, &err));
	cr_assert_eq(options.domain_count, 2);
	cr_expect_str_eq(options.domains[0], "example.org");
	cr_expect_str_eq(options.domains[1], "example.net");
}

Test(options, collects_verdicts)
{
	static const struct {
		const char *words[5];
		unsigned verdicts;
	} cases[] = {
		{ { "--limit", "1" }, 0 },
		{ { "--verified", "failed" }, STORE_VERDICT(VERDICT_FAILED) },
		{ { "--verified", "Verified,unknown" },
		    STORE_VERDICT(VERDICT_VERIFIED)
			| STORE_VERDICT(VERDICT_UNKNOWN) },
		{ { "--verified", "verified", "--verified", "suspicious" },
		    STORE_VERDICT(VERDICT_VERIFIED)
			| STORE_VERDICT(VERDICT_SUSPICIOUS) },
		{ { "--verified", "all" }, STORE_ALL_VERDICTS },
	};
	struct options options;
	struct error err;
	size_t i;
	int first;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_assert(parse("list", TAKES_ALWAYS | command_list.takes,
		    cases[i].words, &options, &first, &err));
		cr_expect_eq(
		    options.verdicts, cases[i].verdicts, "case %zu", i);
	}
}

Test(options, collects_what_records_are_asked_for)
{
	static const char *const words[] = { "--source", "192.0.2.0/24",
		"--source", "2001:db8::1", "--disposition", "none", "--result",
		"dkim-fail,spf-fail", NULL };
	const struct network *network;
	struct options options;
	struct error err;
	char text[ADDRESS_TEXT];
	int first;

	cr_assert(parse("list", TAKES_ALWAYS | command_list.takes, words,
	    &options, &first, &err));
	cr_assert_eq(options.source_count, 2);
	network = options.sources;
	cr_expect_str_eq(address_format(&network->last, text), "192.0.2.255");
	cr_expect_str_eq(
	    address_format(&network[1].first, text), "2001:db8::1");
	cr_expect_eq(options.dispositions,
	    STORE_DISPOSITION(DMARC_DISPOSITION_NONE)
		| STORE_DISPOSITION(DMARC_DISPOSITION_PASS));
	cr_expect_eq(
	    options.results, STORE_ALL_RESULTS & ~STORE_RESULT(true, true));
}

Test(options, wants_both_of_two_results)
{
	static const char *const words[] = { "--result", "fail,dkim-pass",
		"--result", "spf-fail", "--reporter", "Big Mail", NULL };
	struct options options;
	struct error err;
	int first;

	cr_assert(parse("list", TAKES_ALWAYS | command_list.takes, words,
	    &options, &first, &err));
	cr_expect_eq(options.results,
	    STORE_RESULT(false, false) | STORE_RESULT(true, false));
	cr_assert_eq(options.reporter_count, 1);
	cr_expect_str_eq(options.reporters[0], "big mail");
}

Test(options, leaves_alone_what_is_behind_two_dashes)
{
	static const char *const words[] = { "--", "--all", NULL };
	struct options options;
	struct error err;
	int first;

	cr_assert(parse("import", TAKES_ALWAYS | command_import.takes, words,
	    &options, &first, &err));
	cr_expect_eq(first, 2);
}

Test(options, says_what_is_wrong)
{
	static const struct {
		const struct command *command;
		const char *words[3];
		const char *error;
	} cases[] = {
		{ NULL, { "--frob" },
		    "unknown option '--frob'; see 'reports help'" },
		{ NULL, { "--all", "list" },
		    "option '--all' goes behind the command; see 'reports "
		    "help'" },
		{ &command_list, { "--frob" },
		    "unknown option '--frob'; see 'reports help list'" },
		{ &command_list, { "-x" },
		    "unknown option '-x'; see 'reports help list'" },
		{ &command_list, { "--socket", "x" },
		    "option '--socket' is not one of 'list'; see 'reports "
		    "help list'" },
		{ &command_list, { "--limit" },
		    "option '--limit' wants an argument; see 'reports help "
		    "list'" },
		{ &command_list, { "--all=yes" },
		    "option '--all=yes' takes no argument; see 'reports help "
		    "list'" },
		{ &command_list, { "--limit", "0" },
		    "--limit: '0' is not a number from 1" },
		{ &command_list, { "--limit", "-1" },
		    "--limit: '-1' is not a number from 1" },
		{ &command_list, { "--format", "xml" },
		    "--format: 'xml' is none of table, csv, json, jsonl" },
		{ &command_list, { "--verified", "verified," },
		    "--verified: '' is none of verified, unknown, unverified, "
		    "suspicious, failed, all" },
		{ &command_list, { "--domain", "." },
		    "--domain wants the name of a domain" },
		{ &command_list, { "--since", "soon" },
		    "--since: 'soon' is not a date; write 2026-01-31, "
		    "yesterday or today, or 7d, 4w or 3m for days, weeks or "
		    "months back from the newest report" },
		{ &command_list, { "--period", "last-moon" },
		    "--period: 'last-moon' is none of today, yesterday, "
		    "this-week, last-week, this-month, last-month, "
		    "this-quarter, last-quarter, this-year, last-year, nor a "
		    "month or year such as 2026-01 and 2026" },
		{ &command_list, { "--period=2026", "--since=1d" },
		    "--period is both --since and --until: give one or the "
		    "other" },
		{ &command_list, { "--since=1d", "--period=2026" },
		    "--period is both --since and --until: give one or the "
		    "other" },
		{ &command_list, { "--source", "192.0.2.0/33" },
		    "--source: '192.0.2.0/33' is no address and no network "
		    "such as 192.0.2.0/24" },
		{ &command_list, { "--disposition", "none,rejected" },
		    "--disposition: 'rejected' is none of none, quarantine, "
		    "reject, other" },
		{ &command_list, { "--result=pass", "--result=fail" },
		    "--result: no message can be all of that at once" },
		{ &command_list, { "--result", "" },
		    "--result: '' is none of pass, fail, dkim-pass, "
		    "dkim-fail, spf-pass, spf-fail" },
		{ &command_list, { "--color", "yes" },
		    "--color: 'yes' is none of auto, always, never" },
		{ &command_list, { "--reporter", " " },
		    "--reporter wants the name of an organisation or the "
		    "domain of its address, or a part of one" },
		{ &command_listen, { "--socket-mode", "rw" },
		    "--socket-mode: 'rw' is no octal mode such as 0660" },
	};
	struct options options;
	struct error err;
	size_t i;
	int first;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct command *command = cases[i].command;

		cr_expect(
		    !parse(command == NULL ? NULL : command->name,
			TAKES_ALWAYS | (command == NULL ? 0 : command->takes),
			cases[i].words, &options, &first, &err),
		    "case %zu", i);
		cr_expect_str_eq(err.text, cases[i].error);
		cr_expect_eq(err.kind, ERROR_USAGE);
	}
}

Test(command, is_found_by_its_name_or_suggested)
{
	static const struct {
		const char *name, *error;
	} cases[] = {
		{ "lst",
		    "unknown command 'lst'; did you mean 'list'? See 'reports "
		    "help'" },
		{ "imoprt",
		    "unknown command 'imoprt'; did you mean 'import'? See "
		    "'reports help'" },
		{ "summary2",
		    "unknown command 'summary2'; did you mean 'summary'? See "
		    "'reports help'" },
		{ "frobnicate",
		    "unknown command 'frobnicate'; see 'reports help'" },
		{ "", "unknown command ''; see 'reports help'" },
	};
	const struct command *command = NULL;
	struct error err;
	size_t i;

	cr_assert(command_find("show", &command, &err));
	cr_expect_eq(command, &command_show);
	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect(!command_find(cases[i].name, &command, &err));
		cr_expect_str_eq(err.text, cases[i].error);
		cr_expect_eq(err.kind, ERROR_USAGE);
	}
}
