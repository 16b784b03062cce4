/*
 * What became of the messages of a record, in one number: the disposition,
 * and how DKIM and SPF came out.  It follows from the record alone.  The
 * numbers are in databases.
 */
#ifndef PARSE_OUTCOME_H
#define PARSE_OUTCOME_H

#include <stdbool.h>

#include "parse/dmarc.h"

/*
 * How DKIM or SPF came out.  Only HOW_PASS counts for DMARC: the aligned
 * result under policy_evaluated passes.  The others look at auth_results to
 * tell why it does not.
 */
enum outcome_how {
	HOW_PASS,
	HOW_NONE,      /* no signature, no SPF record, or nothing is said */
	HOW_UNALIGNED, /* something passes, for another domain */
	HOW_BROKEN,    /* there are results, and none passes */
	HOW_ERROR,     /* the receiver could not tell: temperror, permerror */
};
#define HOW_COUNT 5

/* disposition | dkim << 3 | spf << 6; below OUTCOME_COUNT. */
#define OUTCOME(disposition, dkim, spf)                                        \
	((unsigned)(disposition) | (unsigned)(dkim) << 3 | (unsigned)(spf) << 6)
#define OUTCOME_COUNT 512

unsigned outcome_of(const struct dmarc_record *record);

static inline enum dmarc_disposition
outcome_disposition(unsigned outcome)
{
	return (enum dmarc_disposition)(outcome & 7);
}

static inline enum outcome_how
outcome_dkim(unsigned outcome)
{
	return (enum outcome_how)(outcome >> 3 & 7);
}

static inline enum outcome_how
outcome_spf(unsigned outcome)
{
	return (enum outcome_how)(outcome >> 6 & 7);
}

/* As dmarc_record_passes(). */
static inline bool
outcome_passes(unsigned outcome)
{
	return outcome_dkim(outcome) == HOW_PASS
	    || outcome_spf(outcome) == HOW_PASS;
}

/* "pass", "none", "unaligned", "broken", "error". */
const char *outcome_how_name(enum outcome_how how);

#endif
