/*
 * Tells authentic reports from forged ones, by what our own mail system wrote
 * into the header of the message: Authentication-Results (RFC 8601).
 *
 * Such a field proves nothing by itself, as anybody can write one.  Only those
 * count that bear a name the operator has configured and stand above the
 * second Received field, which the message had before it came to us.  The
 * mail system has to remove such fields from mail that comes in (RFC 8601 5):
 * they may stand right below its own, and nothing tells them apart then but
 * their number.
 *
 * Domains are aligned when they are equal or one is below the other.  That is
 * an approximation of DMARC's rule, which needs a list of public suffixes or
 * DNS: it takes siblings such as a.example.org and b.example.org for
 * strangers, which costs a report its "verified" and nothing else, and only
 * where no filter has judged DMARC as a whole.
 */
#ifndef INGEST_AUTHENTIC_H
#define INGEST_AUTHENTIC_H

#include <stddef.h>

#include "base/bytes.h"
#include "parse/verdict.h"

struct arena;
struct read_config;
struct report;

/* What the message holds of a signature that has passed. */
enum authentic_signature {
	SIGNATURE_NOT_FOUND,
	SIGNATURE_OF_A_PART, /* with l=: more may follow what is signed */
	SIGNATURE_OF_ALL,
};

/* One result of our mail system. */
struct authentic_result {
	const struct authentic_result *next;
	const char *method, *result; /* lower case */
	const char *domain; /* that it is about, lower case; NULL for none: of
			     * header.from, header.d or smtp.mailfrom */
	enum authentic_signature signature; /* of a dkim=pass */
};

/* What the header says about who sent the message. */
struct authentic {
	const char *trouble;     /* why nothing can be told; NULL when it can */
	const char *from_domain; /* lower case; NULL unless From: is a single
				  * address */
	const char *submitter;   /* TLS-Report-Submitter, lower case; NULL when
				  * absent */
	size_t field_count;      /* Authentication-Results of ours */
	size_t trusted_count;    /* of which so many are used */
	const struct authentic_result *results; /* what those say */
	const char *unreadable; /* what was wrong with one of them, or NULL */
};

/* Looks at the header of a message.  Without a config, or names in it, the
 * verdict on every report will be unknown. */
void authentic_read(struct bytes header, const struct read_config *config,
    struct arena *arena, struct authentic *out);

/* The verdict on a report of that message, and why, in one line. */
enum verdict authentic_judge(const struct authentic *mail,
    const struct report *report, struct arena *arena, const char **reason);

/*
 * Notes "claims-another-domain" when the report's email is not of the domain
 * the message is from.  That is no fault: some have others send their
 * reports.
 */
void authentic_note_claims(
    const struct authentic *mail, struct report *report, struct arena *arena);

#endif
