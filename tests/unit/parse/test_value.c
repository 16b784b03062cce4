#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <inttypes.h>

#include "base/arena.h"
#include "parse/value.h"

enum { FRUIT_APPLE = 1, FRUIT_PEAR, FRUIT_OTHER };

static const struct choice_name fruits[] = {
	{ "apple", FRUIT_APPLE },
	{ "pear", FRUIT_PEAR },
	{ "pomme", FRUIT_APPLE },
};

static struct arena arena;

static void
release(void)
{
	arena_release(&arena);
}

TestSuite(value, .fini = release);

static struct choice
choose(const char *text)
{
	return choice_parse(
	    fruits, COUNT_OF(fruits), FRUIT_OTHER, bytes_of(text), &arena);
}

Test(value, chooses_a_word)
{
	struct choice choice = choose("pear");

	cr_expect(eq(int, choice.value, FRUIT_PEAR));
	cr_expect(choice.raw == NULL);
	choice = choose("\n apple ");
	cr_expect(eq(int, choice.value, FRUIT_APPLE));
	cr_expect(choice.raw == NULL);
}

Test(value, keeps_what_is_not_the_words_own_spelling)
{
	static const struct {
		const char *text, *raw;
		int value;
	} rows[] = {
		{ " Pear ", "Pear", FRUIT_PEAR },
		{ "pomme", "pomme", FRUIT_APPLE },
		{ "POMME", "POMME", FRUIT_APPLE },
		{ " Plum\t", "Plum", FRUIT_OTHER },
		{ "pea", "pea", FRUIT_OTHER },
		{ "pears", "pears", FRUIT_OTHER },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct choice choice = choose(rows[i].text);

		cr_expect(
		    eq(int, choice.value, rows[i].value), "%s", rows[i].text);
		cr_assert(choice.raw != NULL, "%s", rows[i].text);
		cr_expect(eq(str, (char *)choice.raw, (char *)rows[i].raw));
	}
}

Test(value, chooses_nothing_from_nothing)
{
	cr_expect(eq(int, choose("").value, 0));
	cr_expect(eq(int, choose(" \n").value, 0));
	cr_expect(choose("").raw == NULL);
}

Test(value, names_a_value_by_its_first_spelling)
{
	cr_expect(
	    eq(str, (char *)choice_name(fruits, COUNT_OF(fruits), FRUIT_APPLE),
		"apple"));
	cr_expect(choice_name(fruits, COUNT_OF(fruits), FRUIT_OTHER) == NULL);
	cr_expect(choice_name(fruits, COUNT_OF(fruits), 0) == NULL);
}

Test(value, reads_numbers)
{
	static const struct {
		const char *text;
		int64_t expect;
	} rows[] = {
		{ "0", 0 },
		{ "  12 ", 12 },
		{ "\n1559606399 ", 1559606399 },
		{ "007", 7 },
		{ "1337270400.0", 1337270400 },
		{ "1.9", 1 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775807.9", INT64_MAX },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		int64_t number = -1;

		cr_expect(number_parse(bytes_of(rows[i].text), &number), "%s",
		    rows[i].text);
		cr_expect(number == rows[i].expect, "%s: %" PRId64,
		    rows[i].text, number);
	}
}

Test(value, refuses_what_is_no_number)
{
	static const char *const texts[] = { "", " ", "-1", "+1", "1e5",
		"12abc", "0x10", "1,5", "1 2", ".5", "1.", "1.2.3", "1.-2",
		"9223372036854775808", "18446744073709551616",
		"99999999999999999999999999999", "\xd9\xa1" };
	int64_t number;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++)
		cr_expect(not(number_parse(bytes_of(texts[i]), &number)), "%s",
		    texts[i]);
	cr_expect(not(number_parse((struct bytes) { "1\0", 2 }, &number)));
	cr_expect(not(number_parse((struct bytes) { NULL, 0 }, &number)));
}

Test(value, copies_domains)
{
	static const struct {
		const char *text, *expect;
	} rows[] = {
		{ "example.org", "example.org" },
		{ " Example.ORG.\n", "example.org" },
		{ "xn--BCHER-kva.example", "xn--bcher-kva.example" },
		{ "B\xc3\x9c.example", "b\xc3\x9c.example" },
		{ ".", "" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		cr_expect(
		    eq(str, (char *)domain_copy(&arena, bytes_of(rows[i].text)),
			(char *)rows[i].expect));
}

Test(value, finds_the_domain_of_an_email)
{
	static const struct {
		const char *text, *expect;
	} rows[] = {
		{ "a@Example.org", "example.org" },
		{ "<a@example.org>", "example.org" },
		{ " < a@example.org > ", "example.org" },
		{ "mailto:a@example.org", "example.org" },
		{ "mailto:a@example.org?subject=b@example.net", "example.org" },
		{ "A \"b@example.net\" C <a@example.org>", "example.org" },
		{ "a@example.org, b@example.net", "example.org" },
		{ "a@example.org (A. <b>)", "example.org" },
		{ "\"a@b\"@example.org.", "example.org" },
		{ "example.org", "" },
		{ "a@", "" },
		{ "", "" },
		{ NULL, "" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		cr_expect(eq(str, (char *)domain_of_email(&arena, rows[i].text),
			      (char *)rows[i].expect),
		    "%s", rows[i].text);
}

Test(value, compares_words_without_case)
{
	cr_expect(text_is(bytes_of("FaIl"), "fail"));
	cr_expect(text_is(bytes_of(""), ""));
	cr_expect(not(text_is(bytes_of("fai"), "fail")));
	cr_expect(not(text_is(bytes_of("fails"), "fail")));
	cr_expect(not(text_is((struct bytes) { "fail\0", 5 }, "fail")));
}

Test(value, knows_what_is_below_a_domain)
{
	static const struct {
		const char *domain, *parent;
		bool is_below;
	} cases[] = {
		{ "example.org", "example.org", true },
		{ "a.b.example.org", "example.org", true },
		{ "example.org", "a.example.org", false },
		{ "badexample.org", "example.org", false },
		{ "org", "example.org", false },
		{ "example.org", "", false },
		{ "", "", false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(domain_is_below(cases[i].domain, cases[i].parent),
		    cases[i].is_below, "%s below %s", cases[i].domain,
		    cases[i].parent);
}
