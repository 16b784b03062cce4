/*
 * What one record says about the way of its messages, apart from who reports
 * it.
 */
#ifndef ANALYSIS_FACTS_H
#define ANALYSIS_FACTS_H

#include <stdbool.h>

#include "parse/flow.h"

struct own;

/* The signatures of the domain in From: one that passes is enough. */
enum own_signature {
	SIGNATURE_NONE, /* there is none, or nobody could check it */
	SIGNATURE_PASS,
	SIGNATURE_FAIL,
};

struct facts {
	const struct flow_shape *shape;

	/* The domain of MAIL FROM; NULL when it is that of From, or of the
	 * same organisation, or there is none (a null sender). */
	const char *envelope;
	int spf; /* enum dmarc_auth_result for that domain; 0 for none */

	bool passes;      /* DMARC */
	bool aligned_spf; /* SPF passes for the domain in From */
	enum own_signature own_signature;
	const char *own_domain, *own_selector; /* of the signature that counts;
						* NULL where there is none */
	const char *signer;   /* a foreign domain whose signature passes; the
			      * envelope's own comes first; or NULL */
	bool relay_signs;     /* signer and envelope belong together */
	bool is_own_envelope; /* the envelope is another domain of ours */
};

struct facts facts_of_shape(
    const struct flow_shape *shape, const struct own *own);

/* What the override reasons say. */
struct reason_facts {
	bool mailing_list;
	bool trusted_forwarder;
	bool arc_pass;        /* a receiver went by ARC */
	const char *arc_seal; /* the comment with "as[", or NULL */
};

struct reason_facts facts_of_reasons(const struct dmarc_reason *reasons);

/* Whether a comment names, as as[N].d=, a domain of that organisation. */
bool facts_sealed_by(const char *arc_seal, const char *domain);

#endif
