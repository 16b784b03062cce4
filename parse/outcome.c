#include "parse/outcome.h"

#include <stddef.h>

/* Adds one result to what is known; HOW_NONE is the beginning. */
static enum outcome_how
combine(enum outcome_how how, int result)
{
	switch (result) {
	case DMARC_AUTH_PASS:
		return HOW_UNALIGNED;
	case DMARC_AUTH_NONE:
	case 0:
		return how;
	case DMARC_AUTH_TEMPERROR:
	case DMARC_AUTH_PERMERROR:
		return how == HOW_NONE ? HOW_ERROR : how;
	default:
		return how == HOW_UNALIGNED ? how : HOW_BROKEN;
	}
}

/* Some receivers write "neutral" of nobody where there was no signature. */
static bool
is_signature(const struct dmarc_dkim *dkim)
{
	return dkim->result.value == DMARC_AUTH_PASS
	    || (dkim->domain != NULL && *dkim->domain != '\0');
}

unsigned
outcome_of(const struct dmarc_record *record)
{
	enum outcome_how dkim = HOW_NONE, spf = HOW_NONE;
	const struct dmarc_dkim *signature;
	const struct dmarc_spf *check;

	for (signature = record->dkim_results; signature != NULL;
	     signature = signature->next)
		if (is_signature(signature))
			dkim = combine(dkim, signature->result.value);
	for (check = record->spf_results; check != NULL; check = check->next)
		spf = combine(spf, check->result.value);
	if (record->dkim.value == DMARC_PASS)
		dkim = HOW_PASS;
	if (record->spf.value == DMARC_PASS)
		spf = HOW_PASS;
	return OUTCOME(record->disposition.value, dkim, spf);
}

const char *
outcome_how_name(enum outcome_how how)
{
	static const char *const names[HOW_COUNT] = { "pass", "none",
		"unaligned", "broken", "error" };

	return how < HOW_COUNT ? names[how] : "none";
}
