#include "parse/tlsrpt.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/datetime.h"
#include "parse/json.h"
#include "parse/report.h"

#define DAY_SECONDS 86400

struct reader {
	struct arena *arena;
	struct report *report;
	struct tlsrpt_report *out;
	struct error *err;
	/* Where we are, for notes: counted from 1, 0 for outside of any. */
	size_t policy, failure;
	size_t failure_total;
};

/* --- notes --- */

static void
note(struct reader *r, const char *code, const char *key, const char *text)
{
	if (r->failure > 0)
		report_note(r->report, r->arena, code,
		    "policy %zu: failure %zu: %s: %s", r->policy, r->failure,
		    key, text);
	else if (r->policy > 0)
		report_note(r->report, r->arena, code, "policy %zu: %s: %s",
		    r->policy, key, text);
	else
		report_note(r->report, r->arena, code, "%s: %s", key, text);
}

/* Once notes are only counted, an excerpt would only cost memory. */
static void
note_value(
    struct reader *r, const char *code, const char *key, const json_t *value)
{
	note(r, code, key,
	    r->report->note_count < MAX_NOTES ? json_excerpt(value, r->arena)
					      : "");
}

/* --- single values; JSON's null is as good as absent --- */

static const json_t *
find(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static struct bytes
string_bytes(const json_t *value)
{
	return (struct bytes) { json_string_value(value),
		json_string_length(value) };
}

/* The first of two names that is there. */
static const char *
choose_key(const json_t *object, const char *key, const char *alias)
{
	return find(object, key) == NULL && find(object, alias) != NULL ? alias
									: key;
}

static struct bytes
cut(struct reader *r, const char *key, struct bytes text)
{
	if (text.len <= MAX_ELEMENT_TEXT)
		return text;
	note(r, "text-truncated", key, "the end was cut off");
	text.len = MAX_ELEMENT_TEXT;
	/* not in the middle of a character */
	while (
	    text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

/* The bytes of a string, trimmed; an integer is taken as its digits. */
static bool
read_bytes(
    struct reader *r, const char *key, const json_t *value, struct bytes *out)
{
	int64_t number;

	if (json_is_string(value)) {
		*out = cut(r, key, bytes_trim(string_bytes(value)));
		return true;
	}
	if (json_whole_number(value, &number)) {
		*out =
		    bytes_of(arena_printf(r->arena, "%lld", (long long)number));
		return true;
	}
	note_value(r, "tlsrpt-bad-type", key, value);
	return false;
}

/* NULL when there is none. */
static const char *
read_text(struct reader *r, const json_t *object, const char *key)
{
	const json_t *value = find(object, key);
	struct bytes text;

	if (value == NULL || !read_bytes(r, key, value, &text))
		return NULL;
	return arena_copy(r->arena, text);
}

static const char *
read_lower(struct reader *r, const json_t *object, const char *key)
{
	const char *text = read_text(r, object, key);

	return text == NULL ? NULL : text_lower(r->arena, bytes_of(text));
}

static const char *
read_domain(struct reader *r, const json_t *object, const char *key)
{
	const char *text = read_text(r, object, key);

	return text == NULL ? NULL : domain_copy(r->arena, bytes_of(text));
}

static const char *
read_address(struct reader *r, const json_t *object, const char *key)
{
	const char *text = read_text(r, object, key);
	struct address address;
	char canonical[ADDRESS_TEXT];

	if (text == NULL || !address_parse(bytes_of(text), &address))
		return text;
	address_format(&address, canonical);
	return arena_copy(r->arena, bytes_of(canonical));
}

/* A count in a string; one with a fraction is no count. */
static bool
read_count_text(
    struct reader *r, const char *key, const json_t *value, int64_t *out)
{
	struct bytes text = string_bytes(value);

	if (memchr(text.data, '.', text.len) != NULL
	    || !number_parse(text, out))
		return false;
	note_value(r, "tlsrpt-count-text", key, value);
	return true;
}

/* False, with a note, for what cannot be a count; 0 when there is none. */
static bool
read_count(
    struct reader *r, const json_t *object, const char *key, int64_t *out)
{
	const json_t *value = find(object, key);

	*out = 0;
	if (value == NULL)
		return true;
	if (json_is_string(value) ? read_count_text(r, key, value, out)
				  : json_whole_number(value, out) && *out >= 0)
		return true;
	note_value(r, "tlsrpt-bad-count", key, value);
	return false;
}

/* --- lists of strings --- */

struct list {
	const char *key;
	struct bytes (*clean)(struct bytes text);
	const struct text_list **end;
	size_t count;
};

static bool
add_text(struct reader *r, struct list *list, struct bytes text)
{
	struct text_list *item;

	text = cut(r, list->key, list->clean(bytes_trim(text)));
	if (text.len == 0)
		return true;
	if (++list->count > MAX_TLS_STRINGS)
		return error_limit(r->err, "limit-strings",
		    "policy %zu: %s: more than %d strings", r->policy,
		    list->key, MAX_TLS_STRINGS);
	item = arena_alloc(r->arena, 1, sizeof(*item));
	item->text = arena_copy(r->arena, text);
	*list->end = item;
	list->end = &item->next;
	return true;
}

static bool
add_lines(struct reader *r, struct list *list, struct bytes text)
{
	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.data);

		if (!add_text(r, list, (struct bytes) { text.data, len }))
			return false;
		text = bytes_skip(text, len + 1);
	}
	return true;
}

/* Microsoft puts the text of a JSON array of strings into one string. */
static bool
add_string(struct reader *r, struct list *list, struct bytes text)
{
	json_t *array = NULL;
	bool ok = true;
	size_t i;

	if (text.len > 0 && text.data[0] == '[')
		array = json_loadb(text.data, text.len, 0, NULL);
	if (array == NULL)
		return add_lines(r, list, text);
	for (i = 0; ok && i < json_array_size(array); i++) {
		const json_t *element = json_array_get(array, i);

		if (json_is_string(element))
			ok = add_lines(r, list, string_bytes(element));
		else
			note_value(r, "tlsrpt-bad-type", list->key, element);
	}
	json_decref(array);
	return ok;
}

static bool
read_list(struct reader *r, const json_t *object, const char *key,
    struct bytes (*clean)(struct bytes text), const struct text_list **out)
{
	const json_t *value = find(object, key), *element;
	struct list list = { key, clean, out, 0 };
	size_t i;

	if (value == NULL)
		return true;
	for (i = 0; i < json_element_count(value); i++) {
		element = json_element(value, i);
		if (json_is_null(element))
			continue;
		if (!json_is_string(element))
			note_value(r, "tlsrpt-bad-type", key, element);
		else if (!add_string(r, &list, string_bytes(element)))
			return false;
	}
	return true;
}

static struct bytes
clean_nothing(struct bytes text)
{
	return text;
}

/* An MX host as a line of an MTA-STS policy has it. */
static struct bytes
clean_mx_host(struct bytes text)
{
	if (text.len >= 3 && text_is((struct bytes) { text.data, 3 }, "mx:"))
		return bytes_trim(bytes_skip(text, 3));
	return text;
}

/* --- failure details --- */

static bool
read_failure(struct reader *r, const json_t *detail, struct tlsrpt_failure *out)
{
	if (!json_is_object(detail)) {
		note_value(r, "tlsrpt-bad-type", "entry", detail);
		return false;
	}
	if (!read_count(
		r, detail, "failed-session-count", &out->failed_session_count))
		return false;
	out->result_type = read_lower(r, detail, "result-type");
	out->sending_mta_ip = read_address(r, detail, "sending-mta-ip");
	out->receiving_mx_hostname =
	    read_text(r, detail, "receiving-mx-hostname");
	out->receiving_mx_helo = read_text(r, detail, "receiving-mx-helo");
	out->receiving_ip = read_address(r, detail, "receiving-ip");
	out->additional_information = read_text(r, detail,
	    choose_key(
		detail, "additional-information", "additional-info-uri"));
	out->failure_reason_code = read_text(r, detail, "failure-reason-code");
	return true;
}

static bool
read_failures(
    struct reader *r, const json_t *entry, struct tlsrpt_policy *policy)
{
	const json_t *details = find(entry, "failure-details");
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
	const json_t *part = find(entry, name);

	return json_is_object(part) ? part : entry;
}

static bool
read_summary(struct reader *r, const json_t *entry, struct tlsrpt_policy *out)
{
	static const char success[] = "total-successful-session-count";
	static const char failure[] = "total-failure-session-count";
	const json_t *summary = find_part(entry, "summary");

	if (find(summary, success) == NULL && find(summary, failure) == NULL)
		note(r, "tlsrpt-no-summary", "summary", "no counts");
	return read_count(
		   r, summary, success, &out->total_successful_session_count)
	    && read_count(
		r, summary, failure, &out->total_failure_session_count);
}

static bool
read_strings(struct reader *r, const json_t *part, struct tlsrpt_policy *out)
{
	return read_list(
		   r, part, "policy-string", clean_nothing, &out->policy_string)
	    && read_list(r, part,
		choose_key(part, "mx-host", "mx-host-pattern"), clean_mx_host,
		&out->mx_host);
}

static void
add_policy(struct reader *r, struct tlsrpt_policy *policy,
    const struct tlsrpt_policy ***end)
{
	**end = policy;
	*end = &policy->next;
	r->out->policy_count++;
}

/* False only for a limit; an entry that cannot be read is skipped. */
static bool
read_policy(
    struct reader *r, const json_t *entry, const struct tlsrpt_policy ***end)
{
	struct tlsrpt_policy *out = arena_alloc(r->arena, 1, sizeof(*out));
	const json_t *part = find_part(entry, "policy");

	out->number = r->policy;
	if (!json_is_object(entry)) {
		note_value(r, "tlsrpt-bad-type", "entry", entry);
		r->out->skipped_count++;
		return true;
	}
	if (!read_summary(r, entry, out)) {
		r->out->skipped_count++;
		return true;
	}
	out->policy_type = read_lower(r, part, "policy-type");
	out->policy_domain = read_domain(r, part, "policy-domain");
	if (!read_strings(r, part, out) || !read_failures(r, entry, out))
		return false;
	add_policy(r, out, end);
	return true;
}

static bool
read_policies(struct reader *r, const json_t *policies)
{
	const struct tlsrpt_policy **end = &r->out->policies;
	size_t count = policies == NULL ? 0 : json_element_count(policies);

	if (count == 0
	    || (!json_is_array(policies) && !json_is_object(policies))) {
		note(r, "tlsrpt-no-policies", "policies",
		    "there are none in the report");
		return true;
	}
	if (json_is_object(policies))
		note(r, "tlsrpt-policies-object", "policies",
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
read_time(struct reader *r, const json_t *range, const char *key, int64_t *out)
{
	const char *text = read_text(r, range, key);
	int64_t ignored;

	if (text == NULL)
		return false;
	if (!datetime_parse(bytes_of(text), out)) {
		note_value(r, "tlsrpt-bad-time", key, find(range, key));
		return false;
	}
	/* One that can take a zone has none. */
	if (datetime_parse(
		bytes_of(arena_printf(r->arena, "%sZ", text)), &ignored))
		note_value(r, "tlsrpt-time-zone", key, find(range, key));
	return true;
}

static void
read_period(struct reader *r, const json_t *root)
{
	const json_t *range = find(root, "date-range");
	struct report *report = r->report;

	if (!read_time(r, range, "start-datetime", &report->begin)) {
		note(r, "tlsrpt-no-period", "date-range", "no start");
		return;
	}
	report->has_period = true;
	if (!read_time(r, range, "end-datetime", &report->end)) {
		note(r, "tlsrpt-no-end", "date-range",
		    "no end, taken as one day");
		report->end = report->begin + DAY_SECONDS - 1;
	} else if (report->end < report->begin) {
		note(r, "tlsrpt-no-period", "date-range",
		    "the end is before the start");
		report->has_period = false;
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
read_report(struct reader *r, const json_t *root)
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
		note(r, "tlsrpt-array", "report", "in an array");
	report->org_name = read_text(r, first, "organization-name");
	report->email = read_text(r, first, "contact-info");
	report_id = read_text(r, first, "report-id");
	if (report_id != NULL)
		report->report_id = report_id;
	read_period(r, first);
	if (!read_policies(r, find(first, "policies")))
		return false;
	report->domain = find_domain(r->out->policies);
	return true;
}

bool
tlsrpt_parse(struct bytes json, struct arena *arena, struct report *out,
    struct error *err)
{
	struct reader r = { .arena = arena, .report = out, .err = err };
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
