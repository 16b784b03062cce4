/* TLS reports: why sessions failed, and the policies that senders saw. */
#ifndef STORE_TLS_H
#define STORE_TLS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "store/query.h"

/* Failures that have all of this in common; "" is absent.  One session may
 * have failed for several reasons (RFC 8460 section 4.3). */
struct store_tls_group {
	const char *domain; /* the policy-domain, else the report's */
	const char *policy_type, *result_type;
	const char *receiving_mx_hostname, *sending_mta_ip;
	int64_t sessions;
	int64_t reports, reporters;
	int64_t first, last; /* days, their first seconds */
};
/* By domain and policy type, then most sessions first. */
MUST_CHECK bool store_tls_groups(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_group *group, struct error *err),
    void *context, struct error *err);

/* A policy as senders saw it; lists are joined by "|". */
struct store_tls_policy {
	const char *domain, *policy_type;
	const char *policy_string, *mx_host;
	int64_t reports, reporters;
	int64_t first, last; /* days, their first seconds */
};
/* By domain and policy type, then in the order in which they were first seen. */
MUST_CHECK bool store_tls_policies(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_tls_policy *policy,
	struct error *err),
    void *context, struct error *err);

#endif
