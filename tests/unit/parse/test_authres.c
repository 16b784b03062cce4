#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/authres.h"

/* The field in one line: "id: method=result[reason] ptype.property=value". */
static char *
describe(struct bytes value)
{
	struct arena arena = { 0 };
	const struct authres_property *p;
	const struct authres_result *r;
	struct authres authres;
	struct error err;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (authres_parse(value, &arena, &authres, &err)) {
		fprintf(out, "%s:", authres.authserv_id);
		for (r = authres.results; r != NULL; r = r->next) {
			fprintf(out, " %s=%s", r->method, r->result);
			if (r->reason != NULL)
				fprintf(out, "[%s]", r->reason);
			for (p = r->properties; p != NULL; p = p->next)
				fprintf(out, " %s.%s=%s", p->ptype, p->property,
				    p->value);
			fputs(r->next == NULL ? "" : ";", out);
		}
	} else {
		fprintf(out, "error: %s%s%s",
		    authres.authserv_id == NULL ? "" : authres.authserv_id,
		    authres.authserv_id == NULL ? "" : ": ", err.text);
		cr_expect(authres.results == NULL);
	}
	fclose(out);
	arena_release(&arena);
	return text;
}

static const struct {
	const char *value, *expected;
} cases[] = {
	/* what filters write */
	{ "mx.example.org; dkim=pass (2048-bit key; unprotected)"
	  " header.d=sender.example header.i=@sender.example"
	  " header.a=rsa-sha256 header.s=sel header.b=\"Ab/12+cd\"",
	    "mx.example.org: dkim=pass header.d=sender.example"
	    " header.i=@sender.example header.a=rsa-sha256 header.s=sel"
	    " header.b=Ab/12+cd" },
	{ "mx.example.org/4F2A1C; dmarc=pass (p=reject dis=none)"
	  " header.from=sender.example",
	    "mx.example.org/4F2A1C: dmarc=pass header.from=sender.example" },
	{ "mx.example.org;\r\n\tdkim=pass header.d=sender.example"
	  " header.s=sel header.b=Ab12cd34;\r\n\tspf=pass (mx.example.org:"
	  " domain of a@sender.example designates 192.0.2.1 as permitted"
	  " sender) smtp.mailfrom=a@sender.example;\r\n\tdmarc=fail"
	  " reason=\"SPF not aligned (relaxed), No valid DKIM\""
	  " header.from=other.example (policy=none)",
	    "mx.example.org: dkim=pass header.d=sender.example header.s=sel"
	    " header.b=Ab12cd34; spf=pass smtp.mailfrom=a@sender.example;"
	    " dmarc=fail[SPF not aligned (relaxed), No valid DKIM]"
	    " header.from=other.example" },
	{ "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=sender.example;"
	  " dkim=pass (signature was verified) header.d=sender.example;"
	  "dmarc=pass action=none header.from=sender.example;compauth=pass"
	  " reason=100",
	    "error: no authserv-id" },
	{ "mx.example.org; dmarc=pass action=none header.from=a.example",
	    "mx.example.org: dmarc=pass header.from=a.example" },

	/* the grammar */
	{ "mx.example.org; none", "mx.example.org:" },
	{ "mx.example.org 1; none", "mx.example.org:" },
	{ "mx.example.org", "mx.example.org:" },
	{ "mx.example.org;", "mx.example.org:" },
	{ "mx.example.org; dkim=pass;", "mx.example.org: dkim=pass" },
	{ "\"mx example\" (a (b) \\) c) 1 ; (x) DKIM (x) / (x) 1 (x) ="
	  " (x) PASS (x) Header (x) . (x) D (x) = (x) A.example",
	    "mx example: dkim=pass header.d=A.example" },
	{ "mx; dkim=pass(good)header.d=a.example(x)header.s=s",
	    "mx: dkim=pass header.d=a.example header.s=s" },
	{ "mx; spf=pass smtp.mailfrom=\"john \\\"d\\\" doe\"@a.example",
	    "mx: spf=pass smtp.mailfrom=john \"d\" doe@a.example" },
	{ "mx; spf=pass smtp.mailfrom=SRS0=x/y=T:1=a@b.example",
	    "mx: spf=pass smtp.mailfrom=SRS0=x/y=T:1=a@b.example" },
	{ "mx; spf=none smtp.mailfrom=; dkim=none",
	    "mx: spf=none smtp.mailfrom=; dkim=none" },
	{ "mx; dkim/2=pass header.d=a.example; dkim/1=fail", "mx: dkim=fail" },
	{ "mx 2; dkim=pass", "error: mx: '2' is not version 1" },
	{ "mx is great; dkim=pass", "error: mx: 'is' is not version 1" },
	{ "mx 1 2; dkim=pass",
	    "error: mx: a semicolon is missing after the authserv-id" },

	/* hostile */
	{ "", "error: no authserv-id" },
	{ "; dkim=pass", "error: no authserv-id" },
	{ "dkim (x) = pass", "error: no authserv-id" },
	{ "mx; dkim=pass (no end header.d=a.example",
	    "error: mx: a comment has no end" },
	{ "mx; dkim=pass header.d=\"a.example",
	    "error: mx: a quoted string has no end" },
	{ "mx; spf=fail (\") ; dmarc=pass (\") smtp.mailfrom=a.example",
	    "mx: spf=fail; dmarc=pass smtp.mailfrom=a.example" },
	{ "mx; spf=fail \"; dmarc=pass header.from=a.example\" x.y=z",
	    "mx: spf=fail x.y=z" },
	{ "mx; spf=fail smtp.mailfrom=\"; dmarc=pass header.from=b\"@a.example",
	    "mx: spf=fail smtp.mailfrom=; dmarc=pass header.from=b@a.example" },
	{ "mx; spf=fail (; dmarc=pass header.from=a.example)", "mx: spf=fail" },
	{ "mx; x dmarc=pass header.from=a.example; spf=none", "mx: spf=none" },
	{ "mx; .=. ..= = == .x= x.= ;;", "mx: .=." },
};

Test(authres, reads_what_filters_write)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = describe(bytes_of(cases[i].value));

		cr_expect_str_eq(got, cases[i].expected,
		    "%s\n got: %s\nwant: %s", cases[i].value, got,
		    cases[i].expected);
		free(got);
	}
}

Test(authres, refuses_a_nul)
{
	char *got = describe((struct bytes) { "mx; dkim=pass\0x", 15 });

	cr_expect_str_eq(got, "error: a NUL in it");
	free(got);
}

/* "mx; " and count times piece. */
static char *
repeat(const char *piece, size_t count)
{
	struct arena arena = { 0 };
	size_t len = strlen(piece), i;
	char *value = arena_alloc(&arena, 4 + len * count + 1, 1), *got;

	memcpy(value, "mx; ", 4);
	for (i = 0; i < count; i++)
		memcpy(value + 4 + i * len, piece, len);
	got = describe(bytes_of(value));
	arena_release(&arena);
	return got;
}

Test(authres, has_bounds)
{
	static const struct {
		const char *piece;
		size_t max;
		const char *expected;
	} bounds[] = {
		{ "a=b;", MAX_AUTHRES_RESULTS - 1, NULL },
		{ "a=b;", MAX_AUTHRES_RESULTS,
		    "error: mx: more than 100 results" },
		{ "a.b=c ", MAX_AUTHRES_PROPERTIES + 2,
		    "error: mx: more than 50 properties of one result" },
		{ "(", MAX_COMMENT_DEPTH, "error: mx: a comment has no end" },
		{ "(", MAX_COMMENT_DEPTH + 1,
		    "error: mx: more than 200 comments in comments" },
	};
	size_t i;

	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		char *got = repeat(bounds[i].piece, bounds[i].max);

		if (bounds[i].expected != NULL)
			cr_expect_str_eq(got, bounds[i].expected);
		else
			cr_expect(strstr(got, "error") == NULL, "%s", got);
		free(got);
	}
}

/* A field cut anywhere is read or refused, and never read past its end. */
Test(authres, takes_a_field_that_is_cut)
{
	struct arena arena = { 0 };
	const char *whole = cases[10].value;
	struct authres authres;
	struct error err;
	size_t len;
	char *copy;

	for (len = 0; len < strlen(whole); len++) {
		copy = malloc(len + 1);
		memcpy(copy, whole, len);
		if (authres_parse(
			(struct bytes) { copy, len }, &arena, &authres, &err))
			cr_expect(authres.authserv_id != NULL);
		free(copy);
	}
	arena_release(&arena);
}

Test(authres, finds_a_property)
{
	struct arena arena = { 0 };
	struct authres authres;
	struct error err;

	cr_assert(authres_parse(bytes_of("mx; dkim=pass header.d=a smtp.d=b"),
	    &arena, &authres, &err));
	cr_expect_str_eq(authres_property(authres.results, "header", "d"), "a");
	cr_expect_str_eq(authres_property(authres.results, "smtp", "d"), "b");
	cr_expect(authres_property(authres.results, "header", "s") == NULL);
	arena_release(&arena);
}
