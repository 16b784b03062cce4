/*
 * Sums by domain and something else, for pages that show all domains: one
 * question each, from the roll-ups where they can tell.  As in store/query.h, rows come through a
 * callback and conflicts are in no sum.  A filter may not be about records or
 * reporters.
 */
#ifndef STORE_TOTALS_H
#define STORE_TOTALS_H

#include "store/query.h"

/* A day of a domain. */
struct store_day {
	const char *domain;
	int64_t day; /* its first second */
	int64_t records, messages, passed;
	int64_t delivered, quarantined, rejected; /* of the failed ones */
};
/* By domain, then day. */
MUST_CHECK bool store_days(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_day *day, struct error *err),
    void *context, struct error *err);

/* Sessions of a day, of one type of policy; not to be added up over types. */
struct store_tls_day {
	const char *domain;      /* that the report is about */
	const char *policy_type; /* "" when absent */
	int64_t day;             /* its first second */
	int64_t successful, failed;
};
/* By domain, policy type, then day. */
MUST_CHECK bool store_tls_days(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_day *day, struct error *err),
    void *context, struct error *err);

/* Why sessions failed.  One session may have several reasons. */
struct store_tls_failure {
	const char *domain; /* that the report is about */
	const char *policy_type, *result_type, *mx; /* "" when absent */
	int64_t sessions, reporters;
	int64_t last_begin;
};
/* By domain, then most sessions first. */
MUST_CHECK bool store_tls_failures(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_tls_failure *failure,
	struct error *err),
    void *context, struct error *err);

/* What one reporter said. */
struct store_reporter_total {
	const char *domain;   /* "" for all together */
	const char *org_name; /* as it last wrote it; "" when absent */
	int64_t dmarc_reports, tls_reports;
	int64_t messages, passed;  /* DMARC */
	int64_t sessions, success; /* TLS, over all types of policy */
	int64_t last_day;          /* the first second of it */
};
/* By domain if so wanted, then most messages, then sessions first. */
MUST_CHECK bool store_reporter_totals(struct store *store,
    const struct store_filter *filter, bool by_domain,
    bool (*row)(void *context, const struct store_reporter_total *total,
	struct error *err),
    void *context, struct error *err);

/* Messages by what became of them (parse/outcome.h). */
struct store_outcome_total {
	const char *domain;
	unsigned outcome;
	int64_t messages;
};
/* By domain, then most messages first. */
MUST_CHECK bool store_outcome_totals(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_outcome_total *total,
	struct error *err),
    void *context, struct error *err);

/* Failed messages by what receivers gave as reasons not to follow the policy. */
struct store_reason_total {
	const char *domain;
	const char *reasons; /* their types, with commas between; "" when no
			      * type is said */
	enum dmarc_disposition disposition;
	int64_t messages;
};
/* By domain, then most messages first.  Reads the records. */
MUST_CHECK bool store_reason_totals(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_reason_total *total,
	struct error *err),
    void *context, struct error *err);

/* A policy as reports saw it. */
struct store_policy {
	const char *domain;
	enum dmarc_policy p, sp, np;
	enum dmarc_alignment adkim, aspf;
	const char *pct, *testing; /* "" when absent */
	int64_t first_begin, last_begin;
	int64_t reports, reporters;
};
/* By domain, then in the order in which they were first seen. */
MUST_CHECK bool store_policies(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_policy *policy, struct error *err),
    void *context, struct error *err);

/* One address that sends for a domain. */
struct store_source_total {
	const char *domain;
	struct address source_ip; /* none when it was not an address */
	int64_t messages, passed;
	int64_t quarantined, rejected; /* of the failed ones */
	int64_t first_day, last_day;   /* the first second of each */
};
/*
 * Of each domain at most limit sources: first those with most failed messages,
 * up to half of the limit, then those with most messages.  By domain; count is
 * how many sources it has in all.
 */
MUST_CHECK bool store_source_totals(struct store *store,
    const struct store_filter *filter, size_t limit,
    bool (*row)(void *context, const struct store_source_total *total,
	size_t count, struct error *err),
    void *context, struct error *err);

#endif
