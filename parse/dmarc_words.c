#include "parse/dmarc_words.h"

#include "parse/dmarc.h"

static const struct choice_name policies[] = {
	{ "none", DMARC_POLICY_NONE },
	{ "quarantine", DMARC_POLICY_QUARANTINE },
	{ "reject", DMARC_POLICY_REJECT },
};

static const struct choice_name dispositions[] = {
	{ "none", DMARC_DISPOSITION_NONE },
	{ "pass", DMARC_DISPOSITION_PASS },
	{ "quarantine", DMARC_DISPOSITION_QUARANTINE },
	{ "reject", DMARC_DISPOSITION_REJECT },
};

/* Some write raw SPF results where only pass and fail may stand: whatever is
 * not a pass did not give one (deviations.md, evaluated-result). */
static const struct choice_name evaluated[] = {
	{ "pass", DMARC_PASS },
	{ "fail", DMARC_FAIL },
	{ "none", DMARC_FAIL },
	{ "softfail", DMARC_FAIL },
	{ "hardfail", DMARC_FAIL },
	{ "neutral", DMARC_FAIL },
	{ "temperror", DMARC_FAIL },
	{ "permerror", DMARC_FAIL },
};

/* "r;" keeps the semicolon of the DNS record. */
static const struct choice_name alignments[] = {
	{ "r", DMARC_RELAXED },
	{ "s", DMARC_STRICT },
	{ "r;", DMARC_RELAXED },
	{ "s;", DMARC_STRICT },
	{ "relaxed", DMARC_RELAXED },
	{ "strict", DMARC_STRICT },
};

/* unknown and error: RFC 7489 appendix C, in the comments on SPF results. */
static const struct choice_name spf_results[] = {
	{ "none", DMARC_AUTH_NONE },
	{ "pass", DMARC_AUTH_PASS },
	{ "fail", DMARC_AUTH_FAIL },
	{ "softfail", DMARC_AUTH_SOFTFAIL },
	{ "policy", DMARC_AUTH_POLICY },
	{ "neutral", DMARC_AUTH_NEUTRAL },
	{ "temperror", DMARC_AUTH_TEMPERROR },
	{ "permerror", DMARC_AUTH_PERMERROR },
	{ "hardfail", DMARC_AUTH_FAIL },
	{ "unknown", DMARC_AUTH_TEMPERROR },
	{ "error", DMARC_AUTH_PERMERROR },
};

static const struct choice_name dkim_results[] = {
	{ "none", DMARC_AUTH_NONE },
	{ "pass", DMARC_AUTH_PASS },
	{ "fail", DMARC_AUTH_FAIL },
	{ "policy", DMARC_AUTH_POLICY },
	{ "neutral", DMARC_AUTH_NEUTRAL },
	{ "temperror", DMARC_AUTH_TEMPERROR },
	{ "permerror", DMARC_AUTH_PERMERROR },
	{ "hardfail", DMARC_AUTH_FAIL },
};

/* An element that is there and empty says no value; raw says it was there. */
static struct choice
read_choice(const struct choice_name *names, size_t count, int other,
    struct bytes text, struct arena *arena)
{
	if (bytes_trim(text).len == 0)
		return (struct choice) { 0, "" };
	return choice_parse(names, count, other, text, arena);
}

struct choice
dmarc_read_policy(struct bytes text, struct arena *arena)
{
	return read_choice(
	    policies, COUNT_OF(policies), DMARC_POLICY_OTHER, text, arena);
}

struct choice
dmarc_read_disposition(struct bytes text, struct arena *arena)
{
	return read_choice(dispositions, COUNT_OF(dispositions),
	    DMARC_DISPOSITION_OTHER, text, arena);
}

struct choice
dmarc_read_evaluated(struct bytes text, struct arena *arena)
{
	return read_choice(
	    evaluated, COUNT_OF(evaluated), DMARC_EVALUATED_OTHER, text, arena);
}

struct choice
dmarc_read_alignment(struct bytes text, struct arena *arena)
{
	return read_choice(alignments, COUNT_OF(alignments),
	    DMARC_ALIGNMENT_OTHER, text, arena);
}

struct choice
dmarc_read_dkim_result(struct bytes text, struct arena *arena)
{
	return read_choice(dkim_results, COUNT_OF(dkim_results),
	    DMARC_AUTH_OTHER, text, arena);
}

struct choice
dmarc_read_spf_result(struct bytes text, struct arena *arena)
{
	return read_choice(
	    spf_results, COUNT_OF(spf_results), DMARC_AUTH_OTHER, text, arena);
}

const char *
dmarc_policy_name(int policy)
{
	return choice_name(policies, COUNT_OF(policies), policy);
}

const char *
dmarc_disposition_name(int disposition)
{
	return choice_name(dispositions, COUNT_OF(dispositions), disposition);
}

const char *
dmarc_evaluated_name(int value)
{
	return choice_name(evaluated, COUNT_OF(evaluated), value);
}

/* The SPF results hold all those of DKIM. */
const char *
dmarc_auth_result_name(int result)
{
	return choice_name(spf_results, COUNT_OF(spf_results), result);
}

const char *
dmarc_alignment_name(int alignment)
{
	return choice_name(alignments, COUNT_OF(alignments), alignment);
}
