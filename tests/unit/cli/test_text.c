#include <criterion/criterion.h>

#include <locale.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "cli/text.h"

static void
use_utf8(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

TestSuite(text, .init = use_utf8);

Test(text, escapes_what_harms_a_terminal)
{
	static const struct {
		const char *text, *utf8, *ascii;
	} cases[] = {
		{ "", "", "" },
		{ "Bigmail Inc.", "Bigmail Inc.", "Bigmail Inc." },
		{ "a\\b", "a\\b", "a\\b" },
		{ "a\x1b[2Jb", "a\\x1b[2Jb", "a\\x1b[2Jb" },
		{ "a\nb\tc\rd", "a\\nb\\tc\\rd", "a\\nb\\tc\\rd" },
		{ "\x7f\x01", "\\x7f\\x01", "\\x7f\\x01" },
		{ "R\xc3\xa9", "R\xc3\xa9", "R\\u00e9" },
		{ "\xc2\x9b"
		  "31m",
		    "\\u009b31m", "\\u009b31m" },
		{ "a\xe2\x80\xae"
		  "b",
		    "a\\u202eb", "a\\u202eb" },
		{ "\xe2\x81\xa6", "\\u2066", "\\u2066" },
		{ "\xe2\x80\x8b", "\\u200b", "\\u200b" },
		{ "\xe2\x80\xa8", "\\u2028", "\\u2028" },
		{ "\xef\xbb\xbf", "\\ufeff", "\\ufeff" },
		{ "\xf3\xa0\x80\x81", "\\U000e0001", "\\U000e0001" },
		{ "\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7", "\\U0001f4e7" },
		{ "\xff", "\\xff", "\\xff" },
		{ "\xc3", "\\xc3", "\\xc3" },
		{ "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\x8a", "\\xe0\\x80\\x8a", "\\xe0\\x80\\x8a" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
		    "\\xf4\\x90\\x80\\x80" },
		{ "\xf0\x9f\x93", "\\xf0\\x9f\\x93", "\\xf0\\x9f\\x93" },
	};
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect_str_eq(text_escape(&arena, TEXT_UTF8, cases[i].text),
		    cases[i].utf8, "case %zu", i);
		cr_expect_str_eq(text_escape(&arena, TEXT_ASCII, cases[i].text),
		    cases[i].ascii, "case %zu", i);
	}
	arena_release(&arena);
}

/* CSV is UTF-8 wherever it is made. */
Test(text, escapes_control_characters_in_any_locale)
{
	struct arena arena = { 0 };

	setlocale(LC_CTYPE, "C");
	cr_expect_str_eq(text_escape(&arena, TEXT_UTF8, "R\xc3\xa9\xc2\x9b"),
	    "R\xc3\xa9\\u009b");
	arena_release(&arena);
}

Test(text, replaces_what_is_no_utf8)
{
	struct arena arena = { 0 };

	cr_expect_str_eq(text_utf8(&arena,
			     "a\xff"
			     "b\xc3"),
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd");
	cr_expect_str_eq(text_utf8(&arena, "R\xc3\xa9\n"), "R\xc3\xa9\n");
	arena_release(&arena);
}

Test(text, counts_columns_not_bytes)
{
	cr_expect_eq(text_width(""), 0);
	cr_expect_eq(text_width("R\xc3\xa9"), 2);
	cr_expect_eq(text_width("e\xcc\x81"), 1, "a combining accent");
	cr_expect_eq(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
}

Test(text, cuts_with_an_ellipsis)
{
	static const struct {
		const char *text;
		size_t width;
		const char *utf8, *ascii;
	} cases[] = {
		{ "abcdef", 6, "abcdef", "abcdef" },
		{ "abcdef", 5, "abcd\xe2\x80\xa6", "abcd~" },
		{ "abcdef", 1, "\xe2\x80\xa6", "~" },
		/* a wide character does not fit into half of it */
		{ "\xe6\x97\xa5\xe6\x9c\xac", 3, "\xe6\x97\xa5\xe2\x80\xa6",
		    "\xe6\x97\xa5~" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 2, "\xe2\x80\xa6", "~" },
	};
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect_str_eq(
		    text_cut(&arena, TEXT_UTF8, cases[i].text, cases[i].width),
		    cases[i].utf8, "case %zu", i);
		cr_expect_str_eq(
		    text_cut(&arena, TEXT_ASCII, cases[i].text, cases[i].width),
		    cases[i].ascii, "case %zu", i);
	}
	arena_release(&arena);
}

Test(text, keeps_a_log_value_in_its_place)
{
	static const struct {
		const char *text, *log;
	} cases[] = {
		{ "<a@example.org>", "<a@example.org>" },
		{ "", "\"\"" },
		{ "Bigmail Inc.", "\"Bigmail Inc.\"" },
		{ "x outcome=stored", "\"x outcome=stored\"" },
		{ "a=b", "\"a=b\"" },
		{ "a\" b=\"c", "\"a\\x22 b=\\x22c\"" },
		{ "a\nstored", "\"a\\nstored\"" },
	};
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect_str_eq(text_log(&arena, cases[i].text), cases[i].log,
		    "case %zu", i);
	arena_release(&arena);
}

Test(text, bounds_a_log_value)
{
	struct arena arena = { 0 };
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cr_expect(strlen(text_log(&arena, text)) < 300);
	arena_release(&arena);
}

Test(text, folds_at_blanks)
{
	static const struct {
		size_t width;
		const char *text, *folded;
	} cases[] = {
		{ 80, "one two", "x: one two\n" },
		{ 10, "one two", "x: one two\n" },
		{ 9, "one two", "x: one\n  two\n" },
		{ 9, "one  two", "x: one\n  two\n" },
		{ 5, "longerthanthat two", "x: longerthanthat\n  two\n" },
		{ 80, "", "x: \n" },
	};
	size_t i, len;
	char *folded;
	FILE *out;

	for (i = 0; i < COUNT_OF(cases); i++) {
		out = open_memstream(&folded, &len);
		fputs("x: ", out);
		text_fold(out, cases[i].width, 3, 2, cases[i].text);
		fclose(out);
		cr_expect_str_eq(folded, cases[i].folded, "case %zu", i);
		free(folded);
	}
}
