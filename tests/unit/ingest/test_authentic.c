#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/authentic.h"
#include "ingest/author.h"
#include "ingest/read.h"
#include "parse/report.h"

/* The lines of a header; the message has come from mail.sender.example to
 * mx.example.org, whose name is ours. */
#define RECEIVED "Received: from mail.sender.example by mx.example.org\r\n"
#define EARLIER  "Received: from client by mail.sender.example\r\n"
#define FROM     "From: Reports <dmarc@sender.example>\r\n"
#define AR       "Authentication-Results: mx.example.org; "
#define DMARC(result)                                                          \
	AR "dmarc=" result " (p=reject) header.from=sender.example\r\n"
#define DKIM(result) AR "dkim=" result " header.d=sender.example\r\n"
#define SPF(result)  AR "spf=" result " smtp.mailfrom=sender.example\r\n"

static const char *const ours[] = { "MX.example.org", "second.example.org" };

struct mail {
	const char *header;
	enum verdict verdict;
	const char *reason;
};

static void
check(const struct mail *mail, const struct report *report, size_t trusted)
{
	const struct read_config config = { ours, 2, trusted, NULL };
	struct arena arena = { 0 };
	struct authentic authentic;
	enum verdict verdict;
	const char *reason = NULL;

	authentic_read(bytes_of(mail->header), &config, &arena, &authentic);
	verdict = authentic_judge(&authentic, report, &arena, &reason);
	cr_expect_str_eq(verdict_name(verdict), verdict_name(mail->verdict),
	    "%s is %s, not %s", mail->header, verdict_name(verdict),
	    verdict_name(mail->verdict));
	cr_expect_str_eq(reason, mail->reason, "%s\n got: %s\nwant: %s",
	    mail->header, reason, mail->reason);
	arena_release(&arena);
}

#define CHECK_ALL(mails, report, trusted)                                      \
	do {                                                                   \
		size_t i_;                                                     \
                                                                               \
		for (i_ = 0; i_ < sizeof(mails) / sizeof((mails)[0]); i_++)    \
			check(&(mails)[i_], report, trusted);                  \
	} while (0)

static const struct report dmarc_report = { .kind = REPORT_DMARC,
	.email = "dmarc@sender.example" };
static const struct report tls_report = { .kind = REPORT_TLSRPT,
	.email = "tls@sender.example" };

Test(authentic, judges_dmarc_reports)
{
	static const struct mail mails[] = {
		{ RECEIVED DMARC("pass") EARLIER FROM, VERDICT_VERIFIED,
		    "dmarc=pass for sender.example" },
		{ RECEIVED "authentication-results:\r\n MX.EXAMPLE.ORG/4F2;\r\n"
			   "\tdmarc=Pass header.from=Sender.Example.\r\n" FROM,
		    VERDICT_VERIFIED, "dmarc=pass for sender.example" },
		{ RECEIVED "Authentication-Results: second.example.org;"
			   " dmarc=pass header.from=sender.example\r\n" FROM,
		    VERDICT_VERIFIED, "dmarc=pass for sender.example" },
		{ RECEIVED DKIM("pass") FROM, VERDICT_VERIFIED,
		    "dkim=pass for sender.example" },
		{ RECEIVED AR
		    "dkim=pass header.i=@mail.sender.example\r\n" FROM,
		    VERDICT_VERIFIED, "dkim=pass for mail.sender.example" },
		{ RECEIVED AR
		    "spf=pass"
		    " smtp.mailfrom=b-1@bounce.sender.example\r\n" FROM,
		    VERDICT_VERIFIED, "spf=pass for bounce.sender.example" },
		{ RECEIVED DMARC("none") DKIM("fail") SPF("pass") FROM,
		    VERDICT_VERIFIED,
		    "dmarc=none for sender.example, dkim=fail for"
		    " sender.example, spf=pass for sender.example" },

		{ RECEIVED DMARC("fail") FROM, VERDICT_FAILED,
		    "dmarc=fail for sender.example" },
		{ RECEIVED AR "dmarc=fail\r\n" FROM, VERDICT_FAILED,
		    "dmarc=fail for sender.example" },
		{ RECEIVED DMARC("fail") DKIM("pass") SPF("pass") FROM,
		    VERDICT_FAILED, "dmarc=fail for sender.example" },
		{ RECEIVED DKIM("fail") SPF("fail") FROM, VERDICT_FAILED,
		    "dkim=fail for sender.example, spf=fail for"
		    " sender.example" },
		{ RECEIVED AR "dkim=none; spf=softfail"
			      " smtp.mailfrom=sender.example\r\n" FROM,
		    VERDICT_FAILED,
		    "dkim=none, spf=softfail for sender.example" },

		/* no word of ours, or none that tells */
		{ RECEIVED FROM, VERDICT_UNVERIFIED,
		    "no Authentication-Results of ours" },
		{ RECEIVED AR "none\r\n" FROM, VERDICT_UNVERIFIED,
		    "no Authentication-Results of ours" },
		{ RECEIVED "Authentication-Results: mx.sender.example;"
			   " dmarc=pass header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED, "no Authentication-Results of ours" },
		{ RECEIVED "Authentication-Results-Original: mx.example.org;"
			   " dmarc=pass header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED, "no Authentication-Results of ours" },
		{ RECEIVED "Authentication-Results: spf=pass"
			   " smtp.mailfrom=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED, "no Authentication-Results of ours" },
		{ RECEIVED AR "dmarc=pass (header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "our Authentication-Results cannot be read: a"
		    " comment has no end" },
		{ RECEIVED "Authentication-Results: mx.example.org 2;"
			   " dmarc=pass header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "our Authentication-Results cannot be read: '2' is"
		    " not version 1" },
		{ RECEIVED DMARC("none") DKIM("none") SPF("none") FROM,
		    VERDICT_UNVERIFIED,
		    "dmarc=none for sender.example, dkim=none for"
		    " sender.example, spf=none for sender.example:"
		    " nothing that passes for sender.example" },
		{ RECEIVED DKIM("fail") FROM, VERDICT_UNVERIFIED,
		    "dkim=fail for sender.example: nothing that passes"
		    " for sender.example" },
		{ RECEIVED DKIM("temperror") SPF("fail") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=temperror for sender.example, spf=fail for"
		    " sender.example: nothing that passes for"
		    " sender.example" },
		{ RECEIVED DKIM("fail") SPF("temperror") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=fail for sender.example, spf=temperror for"
		    " sender.example: nothing that passes for"
		    " sender.example" },
		/* a pass, but for another domain */
		{ RECEIVED DKIM("fail") AR
		    "spf=pass smtp.mailfrom=other.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=fail for sender.example, spf=pass for other.example:"
		    " nothing that passes for sender.example" },
		{ RECEIVED SPF("fail") AR
		    "dkim=pass header.d=other.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for other.example, spf=fail for sender.example:"
		    " nothing that passes for sender.example" },
		/* of others */
		{ RECEIVED AR "dmarc=pass header.from=other.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dmarc=pass for other.example: nothing that passes"
		    " for sender.example" },
		{ RECEIVED AR "dmarc=pass\r\n" FROM, VERDICT_UNVERIFIED,
		    "dmarc=pass: nothing that passes for sender.example" },
		{ RECEIVED AR "dkim=pass header.d=badsender.example; spf=pass"
			      " smtp.mailfrom=a@other.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for badsender.example, spf=pass for"
		    " other.example: nothing that passes for"
		    " sender.example" },
		{ RECEIVED AR "spf=pass smtp.helo=mail.sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "spf=pass: nothing that passes for sender.example" },
		{ RECEIVED AR "dkim=pass header.d=example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass: nothing that passes for sender.example" },
		/* an empty value, and a blank after it */
		{ RECEIVED AR "spf=pass smtp.mailfrom="
			      " smtp.helo=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "spf=pass: nothing that passes for sender.example" },

		/* from nobody, or several */
		{ RECEIVED DMARC("pass"), VERDICT_UNVERIFIED,
		    "From is not a single address" },
		{ RECEIVED DMARC("pass") "From: a@sender.example,"
					 " b@sender.example\r\n",
		    VERDICT_UNVERIFIED, "From is not a single address" },
		{ RECEIVED DMARC("pass") FROM FROM, VERDICT_UNVERIFIED,
		    "From is not a single address" },
	};

	CHECK_ALL(mails, &dmarc_report, 0);
}

Test(authentic, uses_only_what_stands_above_the_second_received)
{
	static const struct mail mails[] = {
		{ DMARC("pass") RECEIVED EARLIER FROM, VERDICT_VERIFIED,
		    "dmarc=pass for sender.example" },
		{ RECEIVED "X-Filter: yes\r\n" DMARC("pass") FROM EARLIER,
		    VERDICT_VERIFIED, "dmarc=pass for sender.example" },
		{ RECEIVED EARLIER DMARC("pass") FROM, VERDICT_UNVERIFIED,
		    "no Authentication-Results of ours" },
		{ RECEIVED EARLIER DMARC("fail") FROM, VERDICT_UNVERIFIED,
		    "no Authentication-Results of ours" },
		{ RECEIVED DMARC("none") EARLIER DMARC("pass") FROM,
		    VERDICT_UNVERIFIED,
		    "dmarc=none for sender.example: nothing that passes"
		    " for sender.example" },
	};

	CHECK_ALL(mails, &dmarc_report, 1);
}

/* A forged field right below ours: only their number tells. */
Test(authentic, suspects_a_field_too_many)
{
	static const struct mail of_one[] = {
		{ RECEIVED DMARC("none") DMARC("pass") FROM, VERDICT_SUSPICIOUS,
		    "2 Authentication-Results with our name, 1 expected" },
		{ RECEIVED DMARC("pass") DMARC("pass") FROM, VERDICT_SUSPICIOUS,
		    "2 Authentication-Results with our name, 1 expected" },
		/* who adds one to what fails does not make it better */
		{ RECEIVED DMARC("fail") DMARC("pass") FROM, VERDICT_FAILED,
		    "dmarc=fail for sender.example" },
		/* and one that cannot be read is one too */
		{ RECEIVED DMARC("pass") AR "x=(\r\n" FROM, VERDICT_SUSPICIOUS,
		    "2 Authentication-Results with our name, 1 expected" },
		/* others write their own */
		{ RECEIVED DMARC("pass") "Authentication-Results: a.example;"
					 " dmarc=pass\r\n" FROM,
		    VERDICT_VERIFIED, "dmarc=pass for sender.example" },
	};
	static const struct mail of_any[] = {
		{ RECEIVED DKIM("pass") DMARC("pass") FROM, VERDICT_VERIFIED,
		    "dmarc=pass for sender.example" },
		{ RECEIVED DMARC("fail") DMARC("pass") FROM, VERDICT_FAILED,
		    "dmarc=fail for sender.example, and a dmarc=pass"
		    " beside it" },
	};
	static const struct mail of_two[] = {
		{ RECEIVED DKIM("pass") DMARC("pass") FROM, VERDICT_VERIFIED,
		    "dmarc=pass for sender.example" },
	};

	CHECK_ALL(of_one, &dmarc_report, 1);
	CHECK_ALL(of_two, &dmarc_report, 2);
	CHECK_ALL(of_any, &dmarc_report, 0);
}

Test(authentic, suspects_very_many_fields)
{
	struct arena arena = { 0 };
	char *header = arena_copy(&arena, bytes_of(RECEIVED FROM));
	struct mail mail = { NULL, VERDICT_SUSPICIOUS,
		"11 Authentication-Results with our name, 10"
		" expected" };
	size_t i;

	for (i = 0; i < MAX_AUTHRES_FIELDS + 1; i++)
		header = arena_printf(&arena, "%s%s", header, DMARC("pass"));
	mail.header = header;
	check(&mail, &dmarc_report, 0);
	arena_release(&arena);
}

/* What a sender may write to look like our own system. */
#define AS(id)                                                                 \
	"Authentication-Results: " id                                          \
	"; dmarc=pass header.from=sender.example\r\n"

Test(authentic, is_not_deceived_by_likenesses)
{
	static const char *const forged[] = {
		AS("mx.example.org.evil.example"),
		AS("notmx.example.org"),
		AS("mx.example.orgx"),
		AS("example.org"),
		AS("evil.example/mx.example.org"),
		AS("\"evil.example mx.example.org\""),
		AS("(mx.example.org) evil.example"),
		AS("evil.example (; mx.example.org)"),
		AS("evil.example\r\n\tmx.example.org"),
		AS("\"mx.example.org; dmarc=pass header.from=sender.example\""),
		"X-" DMARC("pass"),
		"ARC-" DMARC("pass"),
		"Old-" DMARC("pass"),
		"ARC-Authentication-Results: i=1; mx.example.org; dmarc=pass"
		" header.from=sender.example\r\n",
		"X-Fold: a\r\n " DMARC("pass"),
		"Authentication-Results : mx.example.org; dmarc=pass"
		" header.from=sender.example\r\n",
		"Comments: a\r" DMARC("pass"),
	};
	struct arena arena = { 0 };
	struct mail mail = { NULL, VERDICT_UNVERIFIED,
		"no Authentication-Results of ours" };
	struct mail fails = { NULL, VERDICT_FAILED,
		"dmarc=fail for sender.example" };
	size_t i;

	for (i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		mail.header =
		    arena_printf(&arena, RECEIVED "%s" FROM, forged[i]);
		check(&mail, &dmarc_report, 0);
		/* above ours and below it */
		fails.header =
		    arena_printf(&arena, RECEIVED "%s" DMARC("fail") "%s" FROM,
			forged[i], forged[i]);
		check(&fails, &dmarc_report, 1);
	}
	arena_release(&arena);
}

/* A sender has a hand in what stands in comments and quoted strings. */
Test(authentic, reads_over_what_a_sender_can_put_into_our_own_field)
{
	static const struct mail mails[] = {
		{ RECEIVED AR "dmarc=fail (p=none; dmarc=pass"
			      " header.from=sender.example)"
			      " header.from=sender.example\r\n" FROM,
		    VERDICT_FAILED, "dmarc=fail for sender.example" },
		{ RECEIVED AR "dmarc=fail reason=\"; dmarc=pass"
			      " header.from=sender.example\""
			      " header.from=sender.example\r\n" FROM,
		    VERDICT_FAILED, "dmarc=fail for sender.example" },
		{ RECEIVED AR "spf=fail smtp.mailfrom=\"a; dmarc=pass"
			      " header.from=sender.example; \"@evil.example;"
			      " dmarc=none header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dmarc=none for sender.example, spf=fail for"
		    " evil.example: nothing that passes for sender.example" },
		{ RECEIVED AR "spf=pass (a (b\\) ; dmarc=pass"
			      " header.from=sender.example) c)"
			      " smtp.mailfrom=evil.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "spf=pass for evil.example: nothing that passes for"
		    " sender.example" },
		{ RECEIVED AR
		    "dkim=pass"
		    " header.i=\"@sender.example\"@evil.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for evil.example: nothing that passes for"
		    " sender.example" },
		{ RECEIVED AR "dkim=pass header.d=evil.example"
			      " header.d=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for evil.example: nothing that passes for"
		    " sender.example" },
		{ RECEIVED AR
		    "dmarc/2=pass header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED, "no Authentication-Results of ours" },
		{ RECEIVED AR
		    "arc=pass header.d=sender.example;"
		    " x-dmarc=pass header.from=sender.example\r\n" FROM,
		    VERDICT_UNVERIFIED,
		    "nothing that passes for sender.example" },
	};

	CHECK_ALL(mails, &dmarc_report, 1);
}

#define SIGNATURE(d, tags)                                                     \
	"DKIM-Signature: v=1; a=rsa-sha256; d=" d "; s=sel;" tags              \
	" h=from;\r\n bh=x; b=Ab12\r\n cd34ef==\r\n"
#define SIGNED(d)                                                              \
	AR "dkim=pass header.d=" d " header.s=sel header.b=Ab12cd34\r\n"
#define SUBMITTER(d) "TLS-Report-Submitter: " d "\r\n"

Test(authentic, judges_tls_reports)
{
	static const struct mail mails[] = {
		{ RECEIVED SIGNED("sender.example")
			SIGNATURE("sender.example", "") FROM,
		    VERDICT_VERIFIED,
		    "dkim=pass for sender.example: signed for the"
		    " submitter; submitter sender.example" },
		/* the signer is above the submitter */
		{ RECEIVED SIGNED("sender.example") SIGNATURE("sender.example",
		      "") SUBMITTER("mail.Sender.example") FROM,
		    VERDICT_VERIFIED,
		    "dkim=pass for sender.example: signed for the"
		    " submitter; submitter mail.sender.example" },
		/* a result that says no more than the domain */
		{ RECEIVED DKIM("pass") SIGNATURE("sender.example", "") FROM,
		    VERDICT_VERIFIED,
		    "dkim=pass for sender.example: signed for the"
		    " submitter; submitter sender.example" },

		{ RECEIVED SIGNED("sender.example")
			SIGNATURE("sender.example", " l=10;") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: only part of the"
		    " body is signed (l=); submitter sender.example" },
		/* however it is written */
		{ RECEIVED SIGNED("sender.example") SIGNATURE(
		      "sender.example", " c=relaxed;\r\n\tl =\t0;") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: only part of the"
		    " body is signed (l=); submitter sender.example" },
		/* two that it may be, of which one is not good */
		{ RECEIVED SIGNED("sender.example") SIGNATURE("sender.example",
		      "") SIGNATURE("sender.example", " l=10;") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: only part of the"
		    " body is signed (l=); submitter sender.example" },
		/* another signature may have one */
		{ RECEIVED SIGNED("sender.example") SIGNATURE("other.example",
		      " l=10;") SIGNATURE("sender.example", "") FROM,
		    VERDICT_VERIFIED,
		    "dkim=pass for sender.example: signed for the"
		    " submitter; submitter sender.example" },
		{ RECEIVED SIGNED("sender.example") FROM, VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: the signature is not"
		    " in the message; submitter sender.example" },
		{ RECEIVED AR "dkim=pass header.d=sender.example"
			      " header.s=sel header.b=Zz12cd34\r\n" SIGNATURE(
				  "sender.example", "") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: the signature is not"
		    " in the message; submitter sender.example" },
		{ RECEIVED AR
		    "dkim=pass header.d=sender.example"
		    " header.s=other\r\n" SIGNATURE("sender.example", "") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for sender.example: the signature is not"
		    " in the message; submitter sender.example" },
		{ RECEIVED SIGNED("mail.sender.example")
			SIGNATURE("mail.sender.example", "") FROM,
		    VERDICT_UNVERIFIED,
		    "dkim=pass for mail.sender.example: signed by a"
		    " domain below the submitter; submitter"
		    " sender.example" },

		{ RECEIVED SIGNED("other.example")
			SIGNATURE("other.example", "") FROM,
		    VERDICT_FAILED,
		    "dkim=pass for other.example: not signed for the"
		    " submitter; submitter sender.example" },
		{ RECEIVED SIGNED("sender.example") SIGNATURE(
		      "sender.example", "") SUBMITTER("other.example") FROM,
		    VERDICT_FAILED,
		    "dkim=pass for sender.example: not signed for the"
		    " submitter; submitter other.example" },
		/* signed for the submitter, but not from it */
		{ RECEIVED SIGNED("sender.example") SIGNATURE(
		      "sender.example", "") "From: tls@other.example\r\n",
		    VERDICT_FAILED,
		    "dkim=pass for sender.example: not signed for the"
		    " submitter; submitter sender.example" },
		{ RECEIVED DKIM("none") FROM, VERDICT_FAILED,
		    "dkim=none for sender.example: no valid DKIM"
		    " signature" },
		{ RECEIVED DKIM("fail") SPF("pass") FROM, VERDICT_FAILED,
		    "dkim=fail for sender.example, spf=pass for"
		    " sender.example: no valid DKIM signature" },
		{ RECEIVED DMARC("fail") SIGNED("sender.example")
			SIGNATURE("sender.example", "") FROM,
		    VERDICT_FAILED, "dmarc=fail for sender.example" },

		/* DMARC says nothing of a signature */
		{ RECEIVED DMARC("pass") FROM, VERDICT_UNVERIFIED,
		    "dmarc=pass for sender.example: no word on a DKIM"
		    " signature" },
		{ RECEIVED DKIM("temperror") FROM, VERDICT_UNVERIFIED,
		    "dkim=temperror for sender.example: no word on a"
		    " DKIM signature" },
		/* of several signatures one is enough */
		{ RECEIVED SIGNED("other.example") SIGNED("sender.example")
			SIGNATURE("other.example", "")
			    SIGNATURE("sender.example", "") FROM,
		    VERDICT_VERIFIED,
		    "dkim=pass for other.example, dkim=pass for"
		    " sender.example: signed for the submitter;"
		    " submitter sender.example" },
	};

	CHECK_ALL(mails, &tls_report, 0);
}

Test(authentic, looks_at_no_more_signatures_than_it_keeps)
{
	struct arena arena = { 0 };
	char *header = arena_copy(
	    &arena, bytes_of(RECEIVED SIGNED("sender.example") FROM));
	struct mail mail = { NULL, VERDICT_UNVERIFIED,
		"dkim=pass for sender.example: the signature is not"
		" in the message; submitter sender.example" };
	size_t i;

	for (i = 0; i < MAX_SIGNATURES + 1; i++)
		header = arena_printf(
		    &arena, "%s%s", header, SIGNATURE("sender.example", ""));
	mail.header = header;
	check(&mail, &tls_report, 0);
	arena_release(&arena);
}

Test(authentic, knows_nothing_without_a_name)
{
	static const struct read_config empty = { NULL, 0, 1, NULL };
	const struct read_config *const configs[] = { NULL, &empty };
	struct arena arena = { 0 };
	struct authentic authentic;
	const char *reason;
	size_t i;

	for (i = 0; i < 2; i++) {
		authentic_read(bytes_of(RECEIVED DMARC("fail") FROM),
		    configs[i], &arena, &authentic);
		cr_expect_eq(
		    authentic_judge(&authentic, &dmarc_report, &arena, &reason),
		    VERDICT_UNKNOWN);
		cr_expect_str_eq(reason, "no authserv_id is configured");
	}
	arena_release(&arena);
}

static const char *
note_on(const char *header, const char *email, struct arena *arena)
{
	const struct read_config config = { ours, 2, 0, NULL };
	struct report report = { .kind = REPORT_DMARC, .email = email };
	struct authentic authentic;

	authentic_read(bytes_of(header), &config, arena, &authentic);
	authentic_note_claims(&authentic, &report, arena);
	return report.notes == NULL ? "" : report.notes->code;
}

Test(authentic, notes_who_claims_another_domain)
{
	struct arena arena = { 0 };

	cr_expect_str_eq(
	    note_on(FROM, "a@other.example", &arena), "claims-another-domain");
	cr_expect_str_eq(note_on(FROM, "a@sender.example", &arena), "");
	cr_expect_str_eq(note_on(FROM, "a@mail.sender.example", &arena), "");
	cr_expect_str_eq(note_on(FROM, "", &arena), "");
	cr_expect_str_eq(note_on(FROM, NULL, &arena), "");
	cr_expect_str_eq(note_on("", "a@other.example", &arena), "");
	arena_release(&arena);
}

Test(author, is_the_one_address)
{
	static const struct {
		const char *from, *domain; /* NULL: not a single one */
	} cases[] = {
		{ "a@b.example", "b.example" },
		{ " a@B.Example. ", "b.example" },
		{ "Name, of \"x@y.example\": one (c@d.example)"
		  " <a@b.example> (x)",
		    "b.example" },
		{ "=?utf-8?Q?R=C3=A9ports?= <a@b.example>", "b.example" },
		{ "\"a@c.example\"@b.example", "b.example" },
		{ "<a @ (x) b.example>", "b.example" },
		{ "a@b.example, c@d.example", NULL },
		{ "a@b.example <c@d.example>", NULL },
		{ "<a@b.example> <c@d.example>", NULL },
		{ "<a@b.example>, c@d.example", NULL },
		{ "<@r.example:a@b.example>", NULL },
		{ "x, a@b.example", NULL },
		{ "g: a@b.example;", NULL },
		{ "a@[192.0.2.1]", NULL },
		{ "a@localhost", NULL },
		{ "a@b@c.example", NULL },
		{ "<a@b.example", NULL },
		{ "a@b.example>", NULL },
		{ "\"a@b.example", NULL },
		{ "(a@b.example", NULL },
		{ "a@b.example (x", NULL },
		{ "a@", NULL },
		{ "a", NULL },
		{ "", NULL },
	};
	struct arena arena = { 0 };
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = author_domain(bytes_of(cases[i].from), &arena);
		cr_expect_str_eq(got == NULL ? "none" : got,
		    cases[i].domain == NULL ? "none" : cases[i].domain, "'%s'",
		    cases[i].from);
	}
	arena_release(&arena);
}
