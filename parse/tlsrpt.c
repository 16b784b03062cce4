#include "parse/tlsrpt.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/datetime.h"
#include "parse/report.h"
#include "parse/tlsrpt_reader.h"

#define DAY_SECONDS 86400

/* --- failure details --- */

static bool
read_failure(
    struct tlsrpt_reader *r, const json_t *detail, struct tlsrpt_failure *out)
{
	static const char count[] = "failed-session-count";

	if (!json_is_object(detail)) {
		tlsrpt_note_value(r, "tlsrpt-bad-type", "entry", detail);
		return false;
	}
	if (!tlsrpt_read_count(r, detail, count, &out->failed_session_count))
		return false;
	if (tlsrpt_find(detail, count) == NULL)
		tlsrpt_note(r, "tlsrpt-no-count", count, "missing, taken as 0");
	out->result_type = tlsrpt_read_lower(r, detail, "result-type");
	out->sending_mta_ip = tlsrpt_read_address(r, detail, "sending-mta-ip");
	out->receiving_mx_hostname =
	    tlsrpt_read_text(r, detail, "receiving-mx-hostname");
	out->receiving_mx_helo =
	    tlsrpt_read_text(r, detail, "receiving-mx-helo");
	out->receiving_ip = tlsrpt_read_address(r, detail, "receiving-ip");
	out->additional_information = tlsrpt_read_text(r, detail,
	    tlsrpt_choose_key(
		detail, "additional-information", "additional-info-uri"));
	out->failure_reason_code =
	    tlsrpt_read_text(r, detail, "failure-reason-code");
	return true;
}

static bool
read_failures(
    struct tlsrpt_reader *r, const json_t *entry, struct tlsrpt_policy *policy)
{
	const json_t *details = tlsrpt_find(entry, "failure-details");
	const struct tlsrpt_failure **end = &policy->failure_details;
	struct tlsrpt_failure *failure;
	size_t count = details == NULL ? 0 : json_element_count(details);

	r->failure_total += count;
	if (r->failure_total > MAX_TLS_FAILURES)
		return error_limit(r->err, "limit-failures",
		    "policy %zu: more than %d failure details in the report",
		    r->policy, MAX_TLS_FAILURES);
	for (r->failure = 1; r->failure <= count; r->failure++) {
		failure = arena_alloc(r->arena, 1, sizeof(*failure));
		if (!read_failure(
			r, json_element(details, r->failure - 1), failure)) {
			r->out->skipped_count++;
			continue;
		}
		*end = failure;
		end = &failure->next;
		policy->failure_count++;
	}
	r->failure = 0;
	return true;
}

/* --- policies --- */

/* The part of that name; some write its fields right into the entry. */
static const json_t *
find_part(const json_t *entry, const char *name)
{
	const json_t *part = tlsrpt_find(entry, name);

	return json_is_object(part) ? part : entry;
}

static bool
read_summary(
    struct tlsrpt_reader *r, const json_t *entry, struct tlsrpt_policy *out)
{
	static const char success[] = "total-successful-session-count";
	static const char failure[] = "total-failure-session-count";
	const json_t *summary = find_part(entry, "summary");

	if (!tlsrpt_read_count(
		r, summary, success, &out->total_successful_session_count)
	    || !tlsrpt_read_count(
		r, summary, failure, &out->total_failure_session_count))
		return false;
	if (tlsrpt_find(summary, success) == NULL
	    || tlsrpt_find(summary, failure) == NULL)
		tlsrpt_note(r, "tlsrpt-no-summary", "summary",
		    "a count is missing, and taken as 0");
	return true;
}

static bool
read_strings(
    struct tlsrpt_reader *r, const json_t *part, struct tlsrpt_policy *out)
{
	return tlsrpt_read_list(r, part, "policy-string", tlsrpt_clean_nothing,
		   &out->policy_string)
	    && tlsrpt_read_list(r, part,
		tlsrpt_choose_key(part, "mx-host", "mx-host-pattern"),
		tlsrpt_clean_mx_host, &out->mx_host);
}

static void
add_policy(struct tlsrpt_reader *r, struct tlsrpt_policy *policy,
    const struct tlsrpt_policy ***end)
{
	**end = policy;
	*end = &policy->next;
	r->out->policy_count++;
}

/* False only for a limit; an entry that cannot be read is skipped. */
static bool
read_policy(struct tlsrpt_reader *r, const json_t *entry,
    const struct tlsrpt_policy ***end)
{
	struct tlsrpt_policy *out = arena_alloc(r->arena, 1, sizeof(*out));
	const json_t *part = find_part(entry, "policy");

	out->number = r->policy;
	if (!json_is_object(entry)) {
		tlsrpt_note_value(r, "tlsrpt-bad-type", "entry", entry);
		r->out->skipped_count++;
		return true;
	}
	if (!read_summary(r, entry, out)) {
		r->out->skipped_count++;
		return true;
	}
	out->policy_type = tlsrpt_read_lower(r, part, "policy-type");
	out->policy_domain = tlsrpt_read_domain(r, part, "policy-domain");
	if (!read_strings(r, part, out) || !read_failures(r, entry, out))
		return false;
	add_policy(r, out, end);
	return true;
}

static bool
read_policies(struct tlsrpt_reader *r, const json_t *policies)
{
	const struct tlsrpt_policy **end = &r->out->policies;
	size_t count = policies == NULL ? 0 : json_element_count(policies);

	if (count == 0
	    || (!json_is_array(policies) && !json_is_object(policies))) {
		tlsrpt_note(r, "tlsrpt-no-policies", "policies",
		    "there are none in the report");
		return true;
	}
	if (json_is_object(policies))
		tlsrpt_note(r, "tlsrpt-policies-object", "policies",
		    "one object instead of an array");
	if (count > MAX_TLS_POLICIES)
		return error_limit(r->err, "limit-policies",
		    "more than %d policies", MAX_TLS_POLICIES);
	for (r->policy = 1; r->policy <= count; r->policy++)
		if (!read_policy(
			r, json_element(policies, r->policy - 1), &end))
			return false;
	r->policy = 0;
	return true;
}

/* --- the report --- */

static bool
read_time(
    struct tlsrpt_reader *r, const json_t *range, const char *key, int64_t *out)
{
	const char *text = tlsrpt_read_text(r, range, key);
	int64_t ignored;

	if (text == NULL)
		return false;
	if (!datetime_parse(bytes_of(text), out)) {
		tlsrpt_note_value(
		    r, "tlsrpt-bad-time", key, tlsrpt_find(range, key));
		return false;
	}
	/* One that can take a zone has none. */
	if (datetime_parse(
		bytes_of(arena_printf(r->arena, "%sZ", text)), &ignored))
		tlsrpt_note_value(
		    r, "tlsrpt-time-zone", key, tlsrpt_find(range, key));
	return true;
}

static void
read_period(struct tlsrpt_reader *r, const json_t *root)
{
	const json_t *range = tlsrpt_find(root, "date-range");
	struct report *report = r->report;
	bool has_begin = read_time(r, range, "start-datetime", &report->begin);
	bool has_end = read_time(r, range, "end-datetime", &report->end);

	report->has_period = has_begin || has_end;
	if (!report->has_period) {
		tlsrpt_note(r, "tlsrpt-no-period", "date-range", "no times");
	} else if (!has_begin) {
		tlsrpt_note(r, "tlsrpt-no-start", "date-range",
		    "no start, the end stands in");
		report->begin = report->end;
	} else if (!has_end) {
		tlsrpt_note(r, "tlsrpt-no-end", "date-range",
		    "no end, taken as one day");
		report->end = report->begin + DAY_SECONDS - 1;
	} else if (report->end < report->begin) {
		report_note(report, r->arena, "date-range",
		    "the period ends before it begins");
	}
}

/* The domain of a tlsa policy is often an MX host. */
static const char *
find_domain(const struct tlsrpt_policy *policies)
{
	const struct tlsrpt_policy *policy;
	const char *fallback = NULL;

	for (policy = policies; policy != NULL; policy = policy->next) {
		if (policy->policy_domain == NULL
		    || policy->policy_domain[0] == '\0')
			continue;
		if (policy->policy_type == NULL
		    || strcmp(policy->policy_type, "tlsa") != 0)
			return policy->policy_domain;
		if (fallback == NULL)
			fallback = policy->policy_domain;
	}
	return fallback;
}

static bool
is_report(const json_t *root)
{
	return json_object_get(root, "policies") != NULL
	    || (json_object_get(root, "report-id") != NULL
		&& json_object_get(root, "date-range") != NULL);
}

static bool
read_report(struct tlsrpt_reader *r, const json_t *root)
{
	struct report *report = r->report;
	const char *report_id;
	const json_t *first = json_element(root, 0);

	if (!is_report(first))
		return error_input(
		    r->err, "not-a-report", "JSON, but not a TLS report");
	if (json_element_count(root) != 1)
		return error_input(r->err, "tlsrpt-several-reports",
		    "an array of %zu", json_element_count(root));
	if (json_is_array(root))
		tlsrpt_note(r, "tlsrpt-array", "report", "in an array");
	report->org_name = tlsrpt_read_text(r, first, "organization-name");
	report->email = tlsrpt_read_text(r, first, "contact-info");
	report_id = tlsrpt_read_text(r, first, "report-id");
	if (report_id != NULL)
		report->report_id = report_id;
	read_period(r, first);
	if (!read_policies(r, tlsrpt_find(first, "policies")))
		return false;
	report->domain = find_domain(r->out->policies);
	return true;
}

bool
tlsrpt_parse(struct bytes json, struct arena *arena, struct report *out,
    struct error *err)
{
	struct tlsrpt_reader r = { .arena = arena, .report = out, .err = err };
	json_t *root;
	bool ok;

	*out = (struct report) { .kind = REPORT_TLSRPT, .report_id = "" };
	r.out = arena_alloc(arena, 1, sizeof(*r.out));
	out->tlsrpt = r.out;
	root = json_parse(json, arena, out, err);
	if (root == NULL)
		return false;
	ok = read_report(&r, root);
	json_decref(root);
	return ok;
}
