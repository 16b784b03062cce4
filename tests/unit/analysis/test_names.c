#include "world.h"

#include "analysis/org.h"

TestSuite(names, .init = make_world, .fini = leave_world);

Test(names, have_organisational_domains)
{
	static const struct {
		const char *name, *org;
	} cases[] = {
		{ "example.org", "example.org" },
		{ "a.b.example.org", "example.org" },
		{ "a.example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" },
		{ "example.com.au", "example.com.au" },
		{ "www.example.de", "example.de" },
		{ "mail.example.ltd.uk", "example.ltd.uk" },
		{ "a.b.example.city.kawasaki.jp", "city.kawasaki.jp" },
		{ "me.github.io", "me.github.io" },
		{ "localhost", "localhost" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect_str_eq(org_domain(cases[i].name), cases[i].org);
	cr_expect(org_is_same("a.example.org", "b.example.org"));
	cr_expect(org_is_same("a.example.co.uk", "example.co.uk"));
	cr_expect(not(org_is_same("one.co.uk", "two.co.uk")));
	cr_expect(not(org_is_same("one.github.io", "two.github.io")));
	cr_expect(not(org_is_same("a.example.org", NULL)));
	cr_expect(not(org_is_same("", "")));
}

Test(names, are_found_in_tables_with_those_below)
{
	const char *key;

	cr_expect_str_eq(knowledge_find_above(&world.knowledge,
			     KNOWLEDGE_GATEWAYS, "x.pool.example", &key),
	    "customer");
	cr_expect_str_eq(key, "pool.example");
	cr_expect(knowledge_find(
		      &world.knowledge, KNOWLEDGE_GATEWAYS, "x.pool.example")
	    == NULL);
	cr_expect(knowledge_find_above(&world.knowledge, KNOWLEDGE_LISTS,
		      "notietf.example", NULL)
	    == NULL);
}

Test(names, have_labels_without_the_digits_at_their_ends)
{
	const struct knowledge *known = &world.knowledge;

	cr_expect_not_null(knowledge_label(known, "lists2.a.example", "list"));
	cr_expect_null(knowledge_label(known, "listsx.a.example", "list"));
	cr_expect_null(knowledge_label(known, "lists.a.example", "forward"));
}

Test(names, refuse_tables_that_are_wrong)
{
	static const char *const wrong[] = { "a.example word\n",
		"a.example service b\n", "\n#\n b.example\n" };
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++)
		cr_expect(
		    not(knowledge_read(&world.knowledge, KNOWLEDGE_SERVICES,
			bytes_of(wrong[i]), &world.arena, &err)),
		    "%s", wrong[i]);
	cr_expect_str_eq(err.text,
	    "services:3: '' is not what belongs behind 'b.example'; the head "
	    "of the file says what does");
}
