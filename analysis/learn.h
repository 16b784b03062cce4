/*
 * What all rows together teach, once they are in: sums over each channel,
 * which are ours, and where each of our selectors is at home.
 */
#ifndef ANALYSIS_LEARN_H
#define ANALYSIS_LEARN_H

#include "analysis/world.h"

/* Sums over flows: the fields of struct channel, and of parties. */
void learn_sums(struct analysis *analysis);

/* Settles what SPF authorises: CLASS_OWN or CLASS_VENDOR. */
void learn_own(struct analysis *analysis);

/* What else comes from networks that send with our envelope. */
void learn_networks(struct analysis *analysis);

/* Whether From holds domains that our own servers never send with: then
 * nobody relays what they sent.  After learn_froms(). */
void learn_froms(struct analysis *analysis);
bool learn_is_strange(struct analysis *analysis, const struct channel *host);

/* Where selectors are at home; then sig_home of the channels. */
void learn_selectors(struct analysis *analysis);

/* What SPF authorises and signs as our servers do.  After
 * learn_selectors(). */
void learn_new_servers(struct analysis *analysis);

/* Days on which much more of our own mail was reported than on others, in
 * order: somebody wrote to many at once.  For free(). */
int32_t *learn_mailings(
    const struct analysis *analysis, const char *domain, size_t *count);

/* Whether a signature that passes is that of an organisation that brings its
 * mail itself, and not this channel's or ours.  After learn_signers(). */
void learn_signers(struct analysis *analysis);
bool learn_is_anothers(struct analysis *analysis, const struct channel *channel,
    const struct flow *flow);

/* The flows of a channel, channel->flow_count of them. */
static inline const struct flow *
learn_flows(const struct analysis *analysis, const struct channel *channel)
{
	return analysis->flows + channel->first_flow;
}

/* The number of the selector of a signature of ours that passes; INDEX_NONE
 * if none is named. */
uint32_t learn_selector(struct analysis *analysis, const char *policy_domain,
    const struct facts *facts);

#endif
