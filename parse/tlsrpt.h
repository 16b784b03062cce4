/*
 * SMTP TLS reports: the JSON of RFC 8460 section 4.
 *
 * Next to everything may be missing; what senders really write is listed in
 * docs/deviations.md.  Counts are sessions.  The counts of failure details
 * may overlap (section 4.3): totals come from the summary alone.  The same
 * sessions may stand under an sts and a tlsa policy: never add those up.
 */
#ifndef PARSE_TLSRPT_H
#define PARSE_TLSRPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "parse/address.h"
#include "parse/value.h"

struct arena;
struct error;
struct report;

/* NULL is absent, here as below; texts that name addresses stay texts when
 * they are none. */
struct tlsrpt_failure {
	const struct tlsrpt_failure *next;
	const char *result_type;    /* lower case: section 4.3, or any other */
	const char *sending_mta_ip; /* canonical where it is one */
	const char *receiving_mx_hostname;
	const char *receiving_mx_helo;
	const char *receiving_ip; /* canonical where it is one */
	int64_t failed_session_count;
	const char *additional_information; /* or additional-info-uri */
	const char *failure_reason_code;
};

struct tlsrpt_policy {
	const struct tlsrpt_policy *next;
	size_t number;           /* its place in the report, from 1 */
	const char *policy_type; /* lower case: "tlsa", "sts",
				  * "no-policy-found", or any other */
	const struct text_list *policy_string;
	const char *policy_domain; /* lower case */
	const struct text_list *mx_host;
	int64_t total_successful_session_count;
	int64_t total_failure_session_count;
	const struct tlsrpt_failure *failure_details;
	size_t failure_count; /* how many details, not sessions */
};

struct tlsrpt_report {
	const struct tlsrpt_policy *policies; /* in the order of the report */
	size_t policy_count;
	size_t skipped_count; /* policies and failure details that could not be
			       * read, see notes */
};

/*
 * Reads one report; it lives in the arena.  The report's domain is the first
 * policy-domain of a policy that is not tlsa (whose domain is an MX host),
 * else the first of any.  Fails with ERROR_INPUT or ERROR_LIMIT, with
 * "not-a-report" for JSON that is no TLS report.
 */
MUST_CHECK bool tlsrpt_parse(struct bytes json, struct arena *arena,
    struct report *out, struct error *err);

#endif
