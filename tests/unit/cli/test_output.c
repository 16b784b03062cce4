#include <criterion/criterion.h>

#include <locale.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "cli/output.h"
#include "cli/text.h"

static void
use_utf8(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	unsetenv("COLUMNS");
}

TestSuite(output, .init = use_utf8);

static const struct output_column columns[] = {
	{ .key = "id", .heading = "ID", .type = OUTPUT_COUNT },
	{ .key = "org_name", .heading = "ORG_NAME", .min = 6 },
	{ .key = "email" },
	{ .key = "begin", .heading = "BEGIN", .type = OUTPUT_TIME },
	{ .key = "conflict", .heading = "", .type = OUTPUT_FLAG },
	{ .key = "report_id",
	    .heading = "REPORT_ID",
	    .min = 6,
	    .is_optional = true },
};

static char *
print_in(const struct output_style *style, const char *org_name, size_t rows)
{
	size_t len, i;
	char *text;
	FILE *file = open_memstream(&text, &len);
	struct output *output;
	struct error err;

	cr_assert(
	    output_new(&output, file, style, columns, COUNT_OF(columns), &err));
	for (i = 0; i < rows; i++)
		output_row(output,
		    (struct output_value[]) { output_count((int64_t)i + 9),
			output_text(org_name), output_text(NULL),
			output_time(1769817600), output_flag(i == 1),
			output_text("r-1") });
	output_free(output);
	fclose(file);
	return text;
}

static char *
print(enum output_format format, const char *org_name, size_t rows)
{
	const struct output_style style = { .format = format };

	return print_in(&style, org_name, rows);
}

Test(output, sorts_by_a_column_and_stops_at_the_limit)
{
	static const struct {
		const char *by;
		size_t limit;
		const char *ids[3];
	} cases[] = {
		{ "id", 0, { "11", "10", "9" } },
		{ "id:asc", 2, { "9", "10" } },
		{ "conflict", 1, { "10" } },
		{ "report_id", 3, { "9", "10", "11" } },
		{ "report_id:desc", 3, { "9", "10", "11" } },
		{ "email", 3, { "9", "10", "11" } },
		{ NULL, 2, { "9", "10" } },
	};
	struct output_style style = { .format = OUTPUT_CSV, .no_header = true };
	char *text, *line;
	size_t i, n;

	for (i = 0; i < COUNT_OF(cases); i++) {
		style.sort = cases[i].by;
		style.limit = cases[i].limit;
		text = print_in(&style, "Bigmail", 3);
		line = strtok(text, "\n");
		for (n = 0; n < 3 && cases[i].ids[n] != NULL; n++) {
			cr_assert_not_null(line, "case %zu", i);
			line[strcspn(line, ",")] = '\0';
			cr_expect_str_eq(line, cases[i].ids[n], "case %zu", i);
			line = strtok(NULL, "\n");
		}
		cr_expect_null(line, "case %zu", i);
		free(text);
	}
}

Test(output, says_what_it_can_be_sorted_by)
{
	static const char *const keys[][2] = {
		{ "frob",
		    "--sort: 'frob' is none of id, org_name, email, begin, "
		    "conflict, report_id" },
		{ "id:up", "--sort: 'up' is neither asc nor desc" },
	};
	struct output_style style = { .format = OUTPUT_CSV };
	struct output *output;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++) {
		style.sort = keys[i][0];
		cr_expect(!output_new(
		    &output, stdout, &style, columns, COUNT_OF(columns), &err));
		cr_expect_str_eq(err.text, keys[i][1]);
	}
}

Test(output, tells_how_many_rows_a_table_leaves_out)
{
	const struct output_style style = { .limit = 1 };
	char *text = print_in(&style, "Bigmail", 3);

	cr_expect(strstr(text, " 9 Bigmail") != NULL, "%s", text);
	cr_expect(strstr(text, "\n2 more; --limit 3 shows them\n") != NULL);
	free(text);
}

Test(output, begins_with_a_mark_for_excel)
{
	const struct output_style style = { .format = OUTPUT_CSV, .bom = true };
	char *text = print_in(&style, "Bigmail", 1);

	cr_expect(strncmp(text, "\xef\xbb\xbfid,", 6) == 0);
	free(text);
}

Test(output, leaves_out_headings_and_shows_local_time)
{
	const struct output_style style = { .no_header = true, .local = true };
	char *text;

	setenv("TZ", "EST5", 1);
	text = print_in(&style, "Bigmail", 1);
	cr_expect_str_eq(text, "9 Bigmail 2026-01-30 19:00 r-1\n");
	free(text);
}

static const struct output_column alarms[] = {
	{ .key = "n", .heading = "N", .type = OUTPUT_COUNT, .is_alarm = true },
};

Test(output, is_coloured_when_asked)
{
	struct output_style style = { .color = OUTPUT_COLOR_ALWAYS };
	struct output *output;
	size_t len;
	char *text;
	FILE *file;

	for (; style.color <= OUTPUT_COLOR_NEVER; style.color++) {
		file = open_memstream(&text, &len);
		output = output_part(file, OUTPUT_TABLE, &style, alarms, 1);
		output_row(output, (struct output_value[]) { output_count(0) });
		output_row(output, (struct output_value[]) { output_count(1) });
		output_free(output);
		fclose(file);
		cr_expect_eq(strstr(text, "\x1b[31m1") != NULL,
		    style.color == OUTPUT_COLOR_ALWAYS, "%s", text);
		cr_expect(strstr(text, "\x1b[31m0") == NULL, "%s", text);
		free(text);
	}
}

Test(output, honours_no_color)
{
	const struct output_style style = { .color = OUTPUT_COLOR_AUTO };

	setenv("TERM", "xterm", 1);
	cr_expect(!output_has_color(stdin, &style) || isatty(0),
	    "no terminal, no colours");
	setenv("NO_COLOR", "1", 1);
	cr_expect(!output_has_color(stdout, &style));
}

Test(output, writes_csv)
{
	char *text = print(OUTPUT_CSV, "Big, \"Mail\"", 2);

	cr_expect_str_eq(text,
	    "id,org_name,email,begin,conflict,report_id\n"
	    "9,\"Big, \"\"Mail\"\"\",,2026-01-31T00:00:00Z,false,r-1\n"
	    "10,\"Big, \"\"Mail\"\"\",,2026-01-31T00:00:00Z,true,r-1\n");
	free(text);
}

Test(output, writes_json)
{
	char *text = print(OUTPUT_JSON, "R\xc3\xa9\xff\x1b", 2);

	cr_expect_str_eq(text,
	    "[\n"
	    "{\"id\": 9, \"org_name\": \"R\\u00E9\\uFFFD\\u001B\", "
	    "\"email\": null, \"begin\": \"2026-01-31T00:00:00Z\", "
	    "\"conflict\": false, \"report_id\": \"r-1\"},\n"
	    "{\"id\": 10, \"org_name\": \"R\\u00E9\\uFFFD\\u001B\", "
	    "\"email\": null, \"begin\": \"2026-01-31T00:00:00Z\", "
	    "\"conflict\": true, \"report_id\": \"r-1\"}\n"
	    "]\n");
	free(text);
}

Test(output, draws_a_table)
{
	char *text = print(OUTPUT_TABLE, "Bigmail", 2);

	cr_expect_str_eq(text,
	    "ID ORG_NAME BEGIN               REPORT_ID\n"
	    " 9 Bigmail  2026-01-31          r-1\n"
	    "10 Bigmail  2026-01-31 conflict r-1\n");
	free(text);
}

Test(output, has_notes_below_the_rows_of_a_table)
{
	static const struct output_column noted[] = {
		{ .key = "name", .heading = "NAME", .min = 4 },
		{ .key = "why", .heading = "WHY", .is_note = true },
		{ .key = "n", .heading = "N", .type = OUTPUT_COUNT },
	};
	const struct output_style style = { .format = OUTPUT_TABLE };
	size_t len;
	char *text;
	FILE *file = open_memstream(&text, &len);
	struct output *output;
	struct error err;

	cr_assert(
	    output_new(&output, file, &style, noted, COUNT_OF(noted), &err));
	output_row(output,
	    (struct output_value[]) {
		output_text("a"), output_text("so"), output_count(100) });
	output_row(output,
	    (struct output_value[]) { output_text("bcdef"),
		output_text("it is\x1b"), output_count(7) });
	output_free(output);
	fclose(file);
	cr_expect_str_eq(text,
	    "NAME    N\n"
	    "a     100\n"
	    "  -> so\n"
	    "bcdef   7\n"
	    "  -> it is\\x1b\n");
	free(text);
}

Test(output, fits_a_table_and_shows_what_it_cut)
{
	char *text;

	setenv("COLUMNS", "40", 1);
	text = print(OUTPUT_TABLE, "An organisation with a name", 1);
	cr_expect_str_eq(text,
	    "ID ORG_NAME         BEGIN      REPORT_ID\n"
	    " 9 An organisation\xe2\x80\xa6 2026-01-31 r-1\n",
	    "%s", text);
	free(text);
	setenv("COLUMNS", "28", 1);
	text = print(OUTPUT_TABLE, "Bigmail", 1);
	cr_expect_str_eq(text,
	    "ID ORG_N\xe2\x80\xa6 BEGIN      REPORT\xe2\x80\xa6\n"
	    " 9 Bigma\xe2\x80\xa6 2026-01-31 r-1\n",
	    "%s", text);
	free(text);
}

Test(output, leaves_out_a_column_for_which_there_is_no_room)
{
	char *text;

	setenv("COLUMNS", "25", 1);
	text = print(OUTPUT_TABLE, "An organisation with a name", 1);
	cr_expect_str_eq(text,
	    "ID ORG_NAME    BEGIN\n"
	    " 9 An organis\xe2\x80\xa6 2026-01-31\n",
	    "%s", text);
	free(text);
}

Test(output, escapes_once_in_a_table)
{
	char *text = print(OUTPUT_TABLE, "a\x1b[2J\n\xe2\x80\xae", 1);

	cr_expect(strstr(text, " a\\x1b[2J\\n\\u202e ") != NULL, "%s", text);
	free(text);
}

Test(output, is_whole_without_rows)
{
	char *text;

	text = print(OUTPUT_CSV, "", 0);
	cr_expect_str_eq(text, "id,org_name,email,begin,conflict,report_id\n");
	free(text);
	text = print(OUTPUT_JSON, "", 0);
	cr_expect_str_eq(text, "[]\n");
	free(text);
	text = print(OUTPUT_TABLE, "", 0);
	cr_expect_str_eq(text, "");
	free(text);
}

Test(output, makes_csv_harmless_for_spreadsheets)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a,b", "\"a,b\"" },
		{ "a;b", "\"a;b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "=1+1", "'=1+1" },
		{ "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "\tx", "'\\tx" },
		{ "\rx", "'\\rx" },
		{ "\xef\xbc\x9d"
		  "1",
		    "'\xef\xbc\x9d"
		    "1" },
		{ "a=b", "a=b" },
		{ "two\nlines", "two\\nlines" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "R\xc3\xa9", "R\xc3\xa9" },
		{ "\xff", "\\xff" },
	};
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect_str_eq(output_csv_text(&arena, cases[i].text),
		    cases[i].cell, "case %zu", i);
	arena_release(&arena);
}
