#include "base/limits.h"
#include "ingest/codec_part.h"
#include "parse/tlsrpt.h"

#if defined(__LP64__)
CODEC_HAS_SIZE(struct tlsrpt_failure, 72);
CODEC_HAS_SIZE(struct tlsrpt_policy, 80);
CODEC_HAS_SIZE(struct tlsrpt_report, 24);
#endif

static bool
code_string(struct wire *wire, void *item)
{
	struct text_list *text = item;

	return codec_word(wire, &text->text);
}

static bool
code_failure_detail(struct wire *wire, void *item)
{
	struct tlsrpt_failure *failure = item;

	return wire_text(wire, &failure->result_type)
	    && wire_text(wire, &failure->sending_mta_ip)
	    && wire_text(wire, &failure->receiving_mx_hostname)
	    && wire_text(wire, &failure->receiving_mx_helo)
	    && wire_text(wire, &failure->receiving_ip)
	    && wire_count(wire, &failure->failed_session_count)
	    && wire_text(wire, &failure->additional_information)
	    && wire_text(wire, &failure->failure_reason_code);
}

static bool
code_policy(struct wire *wire, void *item)
{
	static const struct codec_items strings = { sizeof(struct text_list),
		MAX_ENCODED_ITEMS, code_string, false };
	static const struct codec_items failures = { sizeof(
							 struct tlsrpt_failure),
		MAX_TLS_FAILURES, code_failure_detail, false };
	struct tlsrpt_policy *policy = item;
	bool ok = wire_size(wire, &policy->number, MAX_TLS_POLICIES)
	    && wire_text(wire, &policy->policy_type)
	    && codec_list(wire, &strings, &policy->policy_string)
	    && wire_text(wire, &policy->policy_domain)
	    && codec_list(wire, &strings, &policy->mx_host)
	    && wire_count(wire, &policy->total_successful_session_count)
	    && wire_count(wire, &policy->total_failure_session_count)
	    && codec_list(wire, &failures, &policy->failure_details);

	if (ok && wire->is_reading)
		policy->failure_count = codec_count(policy->failure_details);
	return ok;
}

static bool
check_policies(struct wire *wire, struct tlsrpt_report *tlsrpt)
{
	const struct tlsrpt_policy *policy;
	size_t last = 0, failures = 0;

	tlsrpt->policy_count = codec_count(tlsrpt->policies);
	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next) {
		failures += policy->failure_count;
		if (policy->number <= last || failures > MAX_TLS_FAILURES)
			return wire_fail(wire);
		last = policy->number;
	}
	return true;
}

bool
codec_tlsrpt(struct wire *wire, struct tlsrpt_report *tlsrpt)
{
	static const struct codec_items policies = { sizeof(
							 struct tlsrpt_policy),
		MAX_TLS_POLICIES, code_policy, false };

	return wire_size(wire, &tlsrpt->skipped_count, MAX_ENCODED_ITEMS)
	    && codec_list(wire, &policies, &tlsrpt->policies)
	    && (!wire->is_reading || check_policies(wire, tlsrpt));
}
