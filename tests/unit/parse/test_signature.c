#include <criterion/criterion.h>

#include "base/arena.h"
#include "parse/signature.h"

static const struct {
	const char *value, *d, *s, *b;
	bool has_length;
} cases[] = {
	{ "v=1; a=rsa-sha256; c=relaxed/relaxed; d=Sender.Example; s=Sel;"
	  " h=from:to; bh=xx==; b=Ab1/\r\n\t cd==",
	    "sender.example", "sel", "Ab1/cd==", false },
	{ "v=1; d=a.example; l=100; b=xx", "a.example", "", "xx", true },
	{ "v=1; d=a.example;l = 0", "a.example", "", "", true },
	/* what only looks like a length */
	{ "v=1; d=a.example; h=l=1:x; bl=5; x=l", "a.example", "", "", false },
	{ "", "", "", "", false },
	{ ";;=;d;d=", "", "", "", false },
};

Test(signature, reads_its_tags)
{
	struct arena arena = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct signature got =
		    signature_parse(bytes_of(cases[i].value), &arena);

		cr_expect_str_eq(got.d, cases[i].d, "%s", cases[i].value);
		cr_expect_str_eq(got.s, cases[i].s, "%s", cases[i].value);
		cr_expect_str_eq(got.b, cases[i].b, "%s", cases[i].value);
		cr_expect_eq(
		    got.has_length, cases[i].has_length, "%s", cases[i].value);
	}
	arena_release(&arena);
}
