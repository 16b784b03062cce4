/*
 * DMARC aggregate reports: the XML of RFC 9990 and of RFC 7489, appendix C.
 *
 * Elements are known by their local names, in any order and any namespace;
 * what is unknown is skipped.  A DOCTYPE is refused.  What senders get wrong,
 * and what is made of it, is listed in docs/deviations.md.
 */
#ifndef PARSE_DMARC_H
#define PARSE_DMARC_H

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

/* In all of these, 0 is "not in the report" and OTHER a word we don't know. */

enum dmarc_policy {
	DMARC_POLICY_NONE = 1,
	DMARC_POLICY_QUARANTINE,
	DMARC_POLICY_REJECT,
	DMARC_POLICY_OTHER,
};

enum dmarc_disposition {
	DMARC_DISPOSITION_NONE = 1,
	DMARC_DISPOSITION_PASS, /* RFC 9990: passed under an enforcing policy */
	DMARC_DISPOSITION_QUARANTINE,
	DMARC_DISPOSITION_REJECT,
	DMARC_DISPOSITION_OTHER,
};

/* The aligned result of policy_evaluated. */
enum dmarc_evaluated {
	DMARC_PASS = 1,
	DMARC_FAIL,
	DMARC_EVALUATED_OTHER,
};

/* The results of RFC 8601 2.7.1 and 2.7.2 together. */
enum dmarc_auth_result {
	DMARC_AUTH_NONE = 1,
	DMARC_AUTH_PASS,
	DMARC_AUTH_FAIL,
	DMARC_AUTH_SOFTFAIL,
	DMARC_AUTH_POLICY,
	DMARC_AUTH_NEUTRAL,
	DMARC_AUTH_TEMPERROR,
	DMARC_AUTH_PERMERROR,
	DMARC_AUTH_OTHER,
};

enum dmarc_alignment {
	DMARC_RELAXED = 1, /* r */
	DMARC_STRICT,      /* s */
	DMARC_ALIGNMENT_OTHER,
};

/* Text with its lang attribute, NULL when it has none (RFC 9990 3.1.1). */
struct dmarc_text {
	const struct dmarc_text *next;
	const char *text;
	const char *lang;
};

/* One signature; NULL is absent, "" is there but empty, here as below. */
struct dmarc_dkim {
	const struct dmarc_dkim *next;
	const char *domain;
	const char *selector;
	struct choice result; /* enum dmarc_auth_result */
	const char *human_result;
};

struct dmarc_spf {
	const struct dmarc_spf *next;
	const char *domain;
	const char *scope;    /* "mfrom", "helo", or as written */
	struct choice result; /* enum dmarc_auth_result */
	const char *human_result;
};

struct dmarc_reason {
	const struct dmarc_reason *next;
	const char *type; /* lower case; the words of RFC 9990 3.1.6, of RFC
			   * 7489, or any other */
	const struct dmarc_text *comment; /* or NULL */
};

struct dmarc_record {
	const struct dmarc_record *next;
	size_t number;             /* its place in the report, from 1 */
	struct address source_ip;  /* none when it was not an address */
	const char *source_ip_raw; /* the text, when source_ip is none */
	int64_t count;             /* messages */
	struct choice disposition; /* enum dmarc_disposition */
	struct choice dkim, spf;   /* enum dmarc_evaluated */
	const struct dmarc_reason *reasons;
	const char *header_from;
	const char *envelope_from;
	const char *envelope_to;
	const struct dmarc_dkim *dkim_results;
	const struct dmarc_spf *spf_results;
};

struct dmarc_report {
	const char *xml_namespace; /* of the root element; NULL for none */
	const char *version;
	const struct dmarc_text *extra_contact_info;
	const struct dmarc_text *errors;
	const char *generator;

	/* policy_published; its domain is the report's */
	struct choice p, sp, np;   /* enum dmarc_policy */
	struct choice adkim, aspf; /* enum dmarc_alignment */
	const char *pct, *fo, *testing, *discovery_method;

	const struct dmarc_record *records; /* in the order of the report */
	size_t record_count;
	size_t skipped_count; /* records that could not be read, see notes */
	int64_t messages;     /* the sum of the counts */
};

/* DMARC pass is an aligned pass of DKIM or of SPF, and nothing else. */
bool dmarc_record_passes(const struct dmarc_record *record);

/* The words of the standard for values; NULL for 0 and OTHER. */
const char *dmarc_policy_name(int policy);
const char *dmarc_disposition_name(int disposition);
const char *dmarc_evaluated_name(int evaluated);
const char *dmarc_auth_result_name(int result);
const char *dmarc_alignment_name(int alignment);

struct dmarc_reader;

/* mends: for a document that is not well-formed, see parse/mend.h.  is_utf8:
 * whatever encoding it declares. */
struct dmarc_reader *dmarc_reader_new(
    struct arena *arena, bool mends, bool is_utf8);
void dmarc_reader_free(struct dmarc_reader *reader);

/* As report_reader_feed and report_reader_finish, which call them. */
MUST_CHECK bool dmarc_reader_feed(
    struct dmarc_reader *reader, struct bytes xml, struct error *err);
MUST_CHECK bool dmarc_reader_finish(
    struct dmarc_reader *reader, struct report *out, struct error *err);

#endif
