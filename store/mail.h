/*
 * Mail, in groups: sums of the messages that DMARC records are about.
 *
 * What the sums are read from follows from the question: from the roll-ups
 * when these can tell the groups apart and what the filter asks for, else from
 * the records.  The sums are the same.
 */
#ifndef STORE_MAIL_H
#define STORE_MAIL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "parse/outcome.h"
#include "store/query.h"

/* What the messages of a group have in common; with no bit there is one group,
 * if there is mail at all. */
enum store_by {
	STORE_BY_DOMAIN = 1 << 0,
	STORE_BY_DAY = 1 << 1,
	STORE_BY_REPORTER = 1 << 2,
	STORE_BY_SOURCE = 1 << 3,
	STORE_BY_SENDER = 1 << 4, /* header_from and envelope_from */
	STORE_BY_REASON = 1 << 5,
	STORE_BY_OUTCOME = 1 << 6,
};

/* A group; what it is not grouped by is NULL, 0 or none. */
struct store_mail {
	const char *domain;                  /* the policy domain */
	int64_t day;                         /* the first second of it */
	const char *org_name, *email_domain; /* in lower case, "" when absent */
	struct address source_ip;            /* none when it was no address */
	const char *header_from, *envelope_from; /* "" when absent */
	const char *reasons; /* the types, with commas between; "" for none */
	unsigned outcome;    /* parse/outcome.h */

	int64_t messages, records;
	int64_t recent;      /* messages of middle or later, see below */
	int64_t first, last; /* days of reports about it, their first seconds */
};

/*
 * The groups of the filter's mail, in the order of what they are grouped by,
 * as the bits stand above; sources alone may be in any order, and those of one
 * of them stand together.  middle is a time within the period.  The period
 * is taken as whole days.
 */
MUST_CHECK bool store_mail(struct store *store,
    const struct store_filter *filter, unsigned by, int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *err);

#endif
