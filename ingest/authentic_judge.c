#include "base/arena.h"
#include "base/compiler.h"
#include "ingest/authentic.h"
#include "ingest/header.h"
#include "parse/report.h"
#include "parse/value.h"

/* One verdict in the making. */
struct judge {
	const struct authentic *mail;
	struct arena *arena;
	const char **reason;
};

static const struct authentic_result *
find(const struct authentic_result *result, const char *method)
{
	while (result != NULL && strcmp(result->method, method) != 0)
		result = result->next;
	return result;
}

static bool
says(const struct authentic_result *result, const char *word)
{
	return strcmp(result->result, word) == 0;
}

static bool
is_aligned(const char *domain, const char *other)
{
	return domain != NULL
	    && (domain_is_below(domain, other)
		|| domain_is_below(other, domain));
}

/* All results of the three methods in words, as far as a line goes. */
static const char *
list_results(struct judge *j)
{
	static const char *const methods[] = { "dmarc", "dkim", "spf" };
	const struct authentic_result *r;
	const char *text = "";
	size_t i;

	for (i = 0; i < COUNT_OF(methods); i++) {
		for (r = find(j->mail->results, methods[i]);
		     r != NULL && strlen(text) < 200;
		     r = find(r->next, methods[i])) {
			text = arena_printf(j->arena, "%s%s%s=%.40s%s%.80s",
			    text, text[0] == '\0' ? "" : ", ", r->method,
			    r->result, r->domain == NULL ? "" : " for ",
			    r->domain == NULL ? "" : r->domain);
		}
	}
	return text;
}

/*
 * What a filter says who has looked at everything.  A fail wins: a field with
 * a pass in it is easily put below our own.  VERDICT_UNKNOWN when there is
 * neither.
 */
static enum verdict
judge_by_dmarc(struct judge *j)
{
	const char *from = j->mail->from_domain;
	const struct authentic_result *r;
	bool passes = false, fails = false;

	for (r = find(j->mail->results, "dmarc"); r != NULL;
	     r = find(r->next, "dmarc")) {
		if (r->domain != NULL && strcmp(r->domain, from) != 0)
			continue;
		passes = passes || (r->domain != NULL && says(r, "pass"));
		fails = fails || says(r, "fail");
	}
	if (fails) {
		*j->reason = arena_printf(j->arena, "dmarc=fail for %.200s%s",
		    from, passes ? ", and a dmarc=pass beside it" : "");
		return VERDICT_FAILED;
	}
	if (passes) {
		*j->reason =
		    arena_printf(j->arena, "dmarc=pass for %.200s", from);
		return VERDICT_VERIFIED;
	}
	return VERDICT_UNKNOWN;
}

static const struct authentic_result *
find_aligned_pass(struct judge *j, const char *method)
{
	const struct authentic_result *r;

	for (r = find(j->mail->results, method); r != NULL;
	     r = find(r->next, method)) {
		if (says(r, "pass")
		    && is_aligned(r->domain, j->mail->from_domain))
			return r;
	}
	return NULL;
}

static bool
has_result(struct judge *j, const char *method, const char *word)
{
	const struct authentic_result *r;

	for (r = find(j->mail->results, method); r != NULL;
	     r = find(r->next, method))
		if (says(r, word))
			return true;
	return false;
}

/* Both were looked at, neither passes for anybody, and one does fail. */
static bool
fails_both(struct judge *j)
{
	return find(j->mail->results, "dkim") != NULL
	    && find(j->mail->results, "spf") != NULL
	    && !has_result(j, "dkim", "pass")
	    && !has_result(j, "dkim", "temperror")
	    && !has_result(j, "spf", "pass")
	    && !has_result(j, "spf", "temperror")
	    && (has_result(j, "dkim", "fail") || has_result(j, "spf", "fail")
		|| has_result(j, "spf", "softfail"));
}

static enum verdict
judge_dmarc_report(struct judge *j)
{
	const char *from = j->mail->from_domain;
	enum verdict verdict = judge_by_dmarc(j);
	const char *results;

	if (verdict != VERDICT_UNKNOWN)
		return verdict;
	if (find_aligned_pass(j, "dkim") != NULL
	    || find_aligned_pass(j, "spf") != NULL) {
		*j->reason = list_results(j);
		return VERDICT_VERIFIED;
	}
	if (fails_both(j)) {
		*j->reason = list_results(j);
		return VERDICT_FAILED;
	}
	results = list_results(j);
	*j->reason =
	    arena_printf(j->arena, "%s%snothing that passes for %.200s",
		results, results[0] == '\0' ? "" : ": ", from);
	return VERDICT_UNVERIFIED;
}

/* --- TLS reports: RFC 8460 section 3 --- */

/* How good a signature is that has passed, the best last. */
enum signer {
	SIGNER_IS_ANOTHER,
	SIGNER_IS_BELOW, /* the submitter, for which it cannot speak */
	SIGNER_NOT_FOUND,
	SIGNER_USES_LENGTH,
	SIGNER_IS_GOOD,
};

static enum signer
judge_signer(const struct judge *j, const struct authentic_result *result,
    const char *submitter)
{
	static const enum signer signers[] = {
		[SIGNATURE_NOT_FOUND] = SIGNER_NOT_FOUND,
		[SIGNATURE_OF_A_PART] = SIGNER_USES_LENGTH,
		[SIGNATURE_OF_ALL] = SIGNER_IS_GOOD,
	};

	if (!is_aligned(result->domain, submitter)
	    || !is_aligned(result->domain, j->mail->from_domain))
		return SIGNER_IS_ANOTHER;
	return domain_is_below(submitter, result->domain)
	    ? signers[result->signature]
	    : SIGNER_IS_BELOW;
}

static const char *
submitter_of(struct judge *j, const struct report *report)
{
	const char *submitter = j->mail->submitter;

	if (submitter == NULL || submitter[0] == '\0')
		submitter = domain_of_email(j->arena, report->email);
	return submitter[0] == '\0' ? j->mail->from_domain : submitter;
}

static enum verdict
judge_pass(struct judge *j, const char *submitter)
{
	static const struct {
		enum verdict verdict;
		const char *reason;
	} outcomes[] = {
		[SIGNER_IS_ANOTHER] = { VERDICT_FAILED,
		    "not signed for the submitter" },
		[SIGNER_IS_BELOW] = { VERDICT_UNVERIFIED,
		    "signed by a domain below the submitter" },
		[SIGNER_NOT_FOUND] = { VERDICT_UNVERIFIED,
		    "the signature is not in the message" },
		[SIGNER_USES_LENGTH] = { VERDICT_UNVERIFIED,
		    "only part of the body is signed (l=)" },
		[SIGNER_IS_GOOD] = { VERDICT_VERIFIED,
		    "signed for the submitter" },
	};
	enum signer best = SIGNER_IS_ANOTHER, signer;
	const struct authentic_result *r;

	for (r = find(j->mail->results, "dkim"); r != NULL;
	     r = find(r->next, "dkim")) {
		if (!says(r, "pass"))
			continue;
		signer = judge_signer(j, r, submitter);
		if (signer > best)
			best = signer;
	}
	*j->reason = arena_printf(j->arena, "%s: %s; submitter %.100s",
	    list_results(j), outcomes[best].reason, submitter);
	return outcomes[best].verdict;
}

/* A TLS report without a valid signature is to be ignored. */
static enum verdict
judge_tls_report(struct judge *j, const struct report *report)
{
	if (judge_by_dmarc(j) == VERDICT_FAILED)
		return VERDICT_FAILED;
	if (has_result(j, "dkim", "pass"))
		return judge_pass(j, submitter_of(j, report));
	if (find(j->mail->results, "dkim") == NULL
	    || has_result(j, "dkim", "temperror")) {
		*j->reason = arena_printf(j->arena,
		    "%s: no word on a DKIM signature", list_results(j));
		return VERDICT_UNVERIFIED;
	}
	*j->reason = arena_printf(
	    j->arena, "%s: no valid DKIM signature", list_results(j));
	return VERDICT_FAILED;
}

static enum verdict
judge(struct judge *j, const struct report *report)
{
	const struct authentic *mail = j->mail;

	if (mail->from_domain == NULL) {
		*j->reason = "From is not a single address";
		return VERDICT_UNVERIFIED;
	}
	if (mail->results == NULL) {
		*j->reason = mail->unreadable == NULL
		    ? "no Authentication-Results of ours"
		    : arena_printf(j->arena,
			"our Authentication-Results cannot be read: %s",
			mail->unreadable);
		return VERDICT_UNVERIFIED;
	}
	return report->kind == REPORT_DMARC ? judge_dmarc_report(j)
					    : judge_tls_report(j, report);
}

static enum verdict
judge_with_suspicion(struct judge *j, const struct report *report)
{
	const struct authentic *mail = j->mail;
	enum verdict verdict;

	if (mail->trouble != NULL) {
		*j->reason = mail->trouble;
		return VERDICT_UNKNOWN;
	}
	verdict = judge(j, report);
	if (verdict == VERDICT_FAILED
	    || mail->field_count <= mail->trusted_count)
		return verdict;
	*j->reason = arena_printf(j->arena,
	    "%zu Authentication-Results with our name, %zu expected",
	    mail->field_count, mail->trusted_count);
	return VERDICT_SUSPICIOUS;
}

enum verdict
authentic_judge(const struct authentic *mail, const struct report *report,
    struct arena *arena, const char **reason)
{
	struct judge j = { mail, arena, reason };
	enum verdict verdict = judge_with_suspicion(&j, report);

	/* What stands in a header need not be UTF-8. */
	*reason = header_copy(bytes_of(*reason), arena);
	return verdict;
}

void
authentic_note_claims(
    const struct authentic *mail, struct report *report, struct arena *arena)
{
	const char *claimed = domain_of_email(arena, report->email);

	if (mail->from_domain == NULL || claimed[0] == '\0'
	    || is_aligned(claimed, mail->from_domain))
		return;
	report_note(report, arena, "claims-another-domain",
	    "the message is from %.200s, its report claims to be from %.200s",
	    header_copy(bytes_of(mail->from_domain), arena), claimed);
}
