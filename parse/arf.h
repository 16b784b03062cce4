/*
 * Reports about one message rather than a day of them: DMARC failure reports
 * (RFC 9991, RFC 6591) and other abuse reports (RFC 5965), and what the same
 * senders write without that format.
 *
 * Such a report carries somebody's mail and names its readers.  What comes
 * out here holds none of that: of the original's addresses no field is read,
 * and a value with an @ where none belongs is left out.
 */
#ifndef PARSE_ARF_H
#define PARSE_ARF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "parse/address.h"

struct arena;

/*
 * The names are those of the fields.  NULL is absent, or nothing that could
 * stand there; words and domains are in lower case.
 */
struct failure {
	const struct failure *next;
	const char *reporter; /* a domain: whose message it came in says so */
	const char *feedback_type;
	const char *user_agent;
	const char *auth_failure;
	const char *delivery_result;
	const char *reported_domain;
	const char *reporting_mta;
	/* As written: RFC 7489 lists in it what was aligned, and RFC 9991
	 * what was not. */
	const char *identity_alignment;
	const char *dkim_domain, *dkim_selector;
	struct address source_ip; /* none when it is absent or no address */
	bool has_arrival_date;
	int64_t arrival_date; /* seconds since the epoch, UTC */
	int64_t incidents;    /* 1 when absent */
};

/*
 * Reads the fields of a message/feedback-report part, in any order and of any
 * size.  What cannot be read is absent: it cannot fail.  Of a field that
 * repeats, the first counts.
 */
void arf_parse(struct bytes fields, struct arena *arena, struct failure *out);

/*
 * Whether it tells of failed authentication, and not of spam.  Without a type
 * it does: that is what was asked for at the address it came to.
 */
bool arf_is_auth_failure(const struct failure *failure);

/*
 * Reads what Exim sends as a failure report: words for people, with lines
 * such as "  Sender Domain: example.org".  False when text is something else.
 */
MUST_CHECK bool arf_parse_text(
    struct bytes text, struct arena *arena, struct failure *out);

/* The domain that text is, or that of the address that it is, in lower case;
 * NULL when it is neither. */
const char *arf_domain(struct bytes text, struct arena *arena);

/* Whether text is the report of RFC 7489 7.2.2: an aggregate report could not
 * be delivered to us. */
bool arf_is_error_report(struct bytes text);

#endif
