#include <criterion/criterion.h>

#include <locale.h>

#include "base/arena.h"
#include "base/compiler.h"
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
print(enum output_format format, const char *org_name, size_t rows)
{
	size_t len, i;
	char *text;
	FILE *file = open_memstream(&text, &len);
	struct output *output =
	    output_new(file, format, columns, COUNT_OF(columns));

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
