/*
 * Why: the rules that fired, and records that say so.
 */
#ifndef ANALYSIS_EVIDENCE_H
#define ANALYSIS_EVIDENCE_H

#include "analysis/world.h"
#include "base/compiler.h"

/*
 * Adds a rule behind those that are there, if evidence is wanted.  Its rows are those of flows for
 * which says is true; NULL: of any.
 */
void evidence_add(struct analysis *analysis, struct channel *channel,
    const char *rule, int points, bool (*says)(const struct flow *flow),
    const char *fmt, ...) PRINTF_LIKE(6, 7);

/* What a flow may say. */
bool says_aligned_spf(const struct flow *flow);
bool says_own_pass(const struct flow *flow);
bool says_away(const struct flow *flow);
bool says_own_fail(const struct flow *flow);
bool says_no_signature(const struct flow *flow);
bool says_spf_pass(const struct flow *flow);
bool says_relay_signs(const struct flow *flow);
bool says_signed(const struct flow *flow);
bool says_arc(const struct flow *flow);
bool says_mailing_list(const struct flow *flow);
bool says_trusted_forwarder(const struct flow *flow);

#endif
