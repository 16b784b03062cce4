#include "ingest/codec.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/wire.h"
#include "parse/dmarc.h"
#include "parse/reading.h"
#include "parse/tlsrpt.h"

/*
 * A field that is not coded here would be lost on its way.  Whoever changes
 * one of these structs finds the place by this, and then changes the number.
 */
#if defined(__LP64__)
#define HAS_SIZE(type, size)                                                   \
	_Static_assert(sizeof(type) == (size), "ingest/codec.c: " #type)
HAS_SIZE(struct dmarc_text, 24);
HAS_SIZE(struct dmarc_dkim, 48);
HAS_SIZE(struct dmarc_spf, 48);
HAS_SIZE(struct dmarc_reason, 24);
HAS_SIZE(struct dmarc_record, 152);
HAS_SIZE(struct dmarc_report, 184);
HAS_SIZE(struct tlsrpt_failure, 72);
HAS_SIZE(struct tlsrpt_policy, 80);
HAS_SIZE(struct tlsrpt_report, 24);
HAS_SIZE(struct note, 24);
HAS_SIZE(struct report, 96);
HAS_SIZE(struct finding, 88);
HAS_SIZE(struct failure, 128);
HAS_SIZE(struct reading, 160);
#endif

/*
 * A list, whose items all begin with the pointer to the next: 1 before each,
 * 0 behind the last.  Writing changes nothing, so const is cast away.
 */
struct list {
	size_t size; /* of an item */
	size_t max;
	bool (*code)(struct wire *wire, void *item);
	bool is_in_set;
};

static bool
write_list(struct wire *wire, const struct list *list, const void *item)
{
	bool more = true;

	while (item != NULL) {
		if (!wire_bool(wire, &more)
		    || !list->code(wire, (void *)(uintptr_t)item))
			return false;
		if (!list->is_in_set)
			wire_flush(wire);
		memcpy(&item, item, sizeof(item));
	}
	more = false;
	return wire_bool(wire, &more);
}

static bool
read_list(struct wire *wire, const struct list *list, const void *head)
{
	void *place = (void *)(uintptr_t)head, *item;
	bool more = false;
	size_t count;

	for (count = 0; wire_bool(wire, &more) && more; count++) {
		item = count == list->max ? NULL : wire_alloc(wire, list->size);
		if (item == NULL || !list->code(wire, item))
			return wire_fail(wire);
		memcpy(place, &item, sizeof(item));
		place = item;
	}
	return !wire->failed;
}

/* head is the address of the pointer to the first. */
static bool
code_list(struct wire *wire, const struct list *list, const void *head)
{
	const void *first;

	if (wire->is_reading)
		return read_list(wire, list, head);
	memcpy(&first, head, sizeof(first));
	return write_list(wire, list, first);
}

/* --- values --- */

/* A text that must be there. */
static bool
code_word(struct wire *wire, const char **text)
{
	return wire_text(wire, text) && (*text != NULL || wire_fail(wire));
}

/* A code of docs/deviations.md. */
static bool
code_code(struct wire *wire, const char **code)
{
	size_t len;

	if (!code_word(wire, code))
		return false;
	len = strspn(*code, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return (len > 0 && len <= MAX_CODE && (*code)[len] == '\0')
	    || wire_fail(wire);
}

static bool
code_choice(struct wire *wire, struct choice *choice, int max)
{
	return wire_int(wire, &choice->value, max)
	    && wire_text(wire, &choice->raw);
}

static bool
code_address(struct wire *wire, struct address *address)
{
	int len = address->len;

	if (!wire_int(wire, &len, ADDRESS_MAX))
		return false;
	address->len = (uint8_t)len;
	if (len == 0)
		return true;
	if (!wire_octets(wire, address->data, address->len))
		return false;
	return (len == 5 && address->data[0] == 4)
	    || (len == 17 && address->data[0] == 6) || wire_fail(wire);
}

static size_t
count_list(const void *item)
{
	size_t count = 0;

	for (; item != NULL; count++)
		memcpy(&item, item, sizeof(item));
	return count;
}

/* --- DMARC --- */

static bool
code_text(struct wire *wire, void *item)
{
	struct dmarc_text *text = item;

	return wire_text(wire, &text->text) && wire_text(wire, &text->lang);
}

static bool
code_texts(struct wire *wire, const struct dmarc_text **head)
{
	static const struct list list = { sizeof(struct dmarc_text),
		MAX_ENCODED_ITEMS, code_text, false };

	return code_list(wire, &list, head);
}

static bool
code_dkim(struct wire *wire, void *item)
{
	struct dmarc_dkim *dkim = item;

	return wire_text(wire, &dkim->domain)
	    && wire_text(wire, &dkim->selector)
	    && code_choice(wire, &dkim->result, DMARC_AUTH_OTHER)
	    && wire_text(wire, &dkim->human_result);
}

static bool
code_spf(struct wire *wire, void *item)
{
	struct dmarc_spf *spf = item;

	return wire_text(wire, &spf->domain) && wire_text(wire, &spf->scope)
	    && code_choice(wire, &spf->result, DMARC_AUTH_OTHER)
	    && wire_text(wire, &spf->human_result);
}

static bool
code_lists_of_results(struct wire *wire, struct dmarc_record *record)
{
	static const struct list dkim = { sizeof(struct dmarc_dkim),
		MAX_DKIM_RESULTS, code_dkim, true };
	static const struct list spf = { sizeof(struct dmarc_spf),
		MAX_SPF_RESULTS, code_spf, true };

	return code_list(wire, &dkim, &record->dkim_results)
	    && code_list(wire, &spf, &record->spf_results);
}

/* Few senders make most of the records, and these are most of a report. */
static bool
code_results(struct wire *wire, struct dmarc_record *record)
{
	const struct dmarc_record *known;
	const void *value;
	size_t mark;

	if (!wire->is_reading)
		return wire_set_begin(wire, &mark)
		    && code_lists_of_results(wire, record)
		    && wire_set_end(wire, mark);
	if (!wire_set_known(wire, &value))
		return false;
	if (value == NULL)
		return code_lists_of_results(wire, record)
		    && wire_set_learn(wire, record);
	known = value;
	record->dkim_results = known->dkim_results;
	record->spf_results = known->spf_results;
	return true;
}

static bool
code_reason(struct wire *wire, void *item)
{
	struct dmarc_reason *reason = item;

	return wire_text(wire, &reason->type)
	    && code_texts(wire, &reason->comment);
}

static bool
code_record(struct wire *wire, void *item)
{
	static const struct list reasons = { sizeof(struct dmarc_reason),
		MAX_REASONS, code_reason, false };
	struct dmarc_record *record = item;

	return wire_size(wire, &record->number, MAX_DMARC_RECORDS)
	    && code_address(wire, &record->source_ip)
	    && wire_text(wire, &record->source_ip_raw)
	    && ((record->source_ip.len > 0) != (record->source_ip_raw != NULL)
		|| wire_fail(wire))
	    && wire_count(wire, &record->count)
	    && code_choice(wire, &record->disposition, DMARC_DISPOSITION_OTHER)
	    && code_choice(wire, &record->dkim, DMARC_EVALUATED_OTHER)
	    && code_choice(wire, &record->spf, DMARC_EVALUATED_OTHER)
	    && code_list(wire, &reasons, &record->reasons)
	    && wire_text(wire, &record->header_from)
	    && wire_text(wire, &record->envelope_from)
	    && wire_text(wire, &record->envelope_to)
	    && code_results(wire, record);
}

/* What follows from the records, and what has to be true of them. */
static bool
sum_up(struct wire *wire, struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;
	size_t last = 0;

	dmarc->messages = 0;
	dmarc->record_count = count_list(dmarc->records);
	for (record = dmarc->records; record != NULL; record = record->next) {
		if (record->number <= last
		    || record->count > INT64_MAX - dmarc->messages)
			return wire_fail(wire);
		dmarc->messages += record->count;
		last = record->number;
	}
	return last <= dmarc->record_count + dmarc->skipped_count
	    || wire_fail(wire);
}

static bool
code_policy_published(struct wire *wire, struct dmarc_report *dmarc)
{
	return code_choice(wire, &dmarc->p, DMARC_POLICY_OTHER)
	    && code_choice(wire, &dmarc->sp, DMARC_POLICY_OTHER)
	    && code_choice(wire, &dmarc->np, DMARC_POLICY_OTHER)
	    && code_choice(wire, &dmarc->adkim, DMARC_ALIGNMENT_OTHER)
	    && code_choice(wire, &dmarc->aspf, DMARC_ALIGNMENT_OTHER)
	    && wire_text(wire, &dmarc->pct) && wire_text(wire, &dmarc->fo)
	    && wire_text(wire, &dmarc->testing)
	    && wire_text(wire, &dmarc->discovery_method);
}

static bool
code_dmarc(struct wire *wire, struct dmarc_report *dmarc)
{
	static const struct list records = { sizeof(struct dmarc_record),
		MAX_DMARC_RECORDS, code_record, false };

	return wire_text(wire, &dmarc->xml_namespace)
	    && wire_text(wire, &dmarc->version)
	    && code_texts(wire, &dmarc->extra_contact_info)
	    && code_texts(wire, &dmarc->errors)
	    && wire_text(wire, &dmarc->generator)
	    && code_policy_published(wire, dmarc)
	    && wire_size(wire, &dmarc->skipped_count, MAX_ENCODED_ITEMS)
	    && code_list(wire, &records, &dmarc->records)
	    && (!wire->is_reading || sum_up(wire, dmarc));
}

/* --- TLS --- */

static bool
code_string(struct wire *wire, void *item)
{
	struct text_list *text = item;

	return code_word(wire, &text->text);
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
	static const struct list strings = { sizeof(struct text_list),
		MAX_ENCODED_ITEMS, code_string, false };
	static const struct list failures = { sizeof(struct tlsrpt_failure),
		MAX_TLS_FAILURES, code_failure_detail, false };
	struct tlsrpt_policy *policy = item;
	bool ok = wire_size(wire, &policy->number, MAX_TLS_POLICIES)
	    && wire_text(wire, &policy->policy_type)
	    && code_list(wire, &strings, &policy->policy_string)
	    && wire_text(wire, &policy->policy_domain)
	    && code_list(wire, &strings, &policy->mx_host)
	    && wire_count(wire, &policy->total_successful_session_count)
	    && wire_count(wire, &policy->total_failure_session_count)
	    && code_list(wire, &failures, &policy->failure_details);

	if (ok && wire->is_reading)
		policy->failure_count = count_list(policy->failure_details);
	return ok;
}

static bool
check_policies(struct wire *wire, struct tlsrpt_report *tlsrpt)
{
	const struct tlsrpt_policy *policy;
	size_t last = 0, failures = 0;

	tlsrpt->policy_count = count_list(tlsrpt->policies);
	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next) {
		failures += policy->failure_count;
		if (policy->number <= last || failures > MAX_TLS_FAILURES)
			return wire_fail(wire);
		last = policy->number;
	}
	return true;
}

static bool
code_tlsrpt(struct wire *wire, struct tlsrpt_report *tlsrpt)
{
	static const struct list policies = { sizeof(struct tlsrpt_policy),
		MAX_TLS_POLICIES, code_policy, false };

	return wire_size(wire, &tlsrpt->skipped_count, MAX_ENCODED_ITEMS)
	    && code_list(wire, &policies, &tlsrpt->policies)
	    && (!wire->is_reading || check_policies(wire, tlsrpt));
}

/* --- reports --- */

static bool
code_note(struct wire *wire, void *item)
{
	struct note *note = item;

	return code_code(wire, &note->code) && code_word(wire, &note->detail);
}

static bool
code_notes(struct wire *wire, struct report *report)
{
	static const struct list notes = { sizeof(struct note), MAX_NOTES,
		code_note, false };
	size_t kept;

	if (!wire_size(wire, &report->note_count, MAX_ENCODED_ITEMS)
	    || !code_list(wire, &notes, &report->notes))
		return false;
	kept = report->note_count < MAX_NOTES ? report->note_count : MAX_NOTES;
	return count_list(report->notes) == kept || wire_fail(wire);
}

static bool
code_contents(struct wire *wire, struct report *report)
{
	struct dmarc_report *dmarc = (void *)(uintptr_t)report->dmarc;
	struct tlsrpt_report *tlsrpt = (void *)(uintptr_t)report->tlsrpt;

	if (report->kind == REPORT_DMARC) {
		if (wire->is_reading)
			report->dmarc = dmarc =
			    wire_alloc(wire, sizeof(*dmarc));
		return dmarc != NULL && code_dmarc(wire, dmarc);
	}
	if (wire->is_reading)
		report->tlsrpt = tlsrpt = wire_alloc(wire, sizeof(*tlsrpt));
	return tlsrpt != NULL && code_tlsrpt(wire, tlsrpt);
}

/* As ingest/read.c leaves it: with a name, a domain and a period. */
static bool
code_report(struct wire *wire, struct report *report)
{
	int kind = (int)report->kind;

	if (!wire_int(wire, &kind, REPORT_TLSRPT)
	    || (kind == 0 && !wire_fail(wire)))
		return false;
	report->kind = (enum report_kind)kind;
	report->has_period = true;
	return code_word(wire, &report->org_name)
	    && wire_text(wire, &report->email)
	    && code_word(wire, &report->report_id)
	    && code_word(wire, &report->domain)
	    && wire_time(wire, &report->begin) && wire_time(wire, &report->end)
	    && code_notes(wire, report) && code_contents(wire, report);
}

/* --- the reading --- */

static bool
code_good(struct wire *wire, struct finding *finding)
{
	struct report *report = (void *)(uintptr_t)finding->report;
	int verdict = (int)finding->verdict;

	if (wire->is_reading)
		finding->report = report = wire_alloc(wire, sizeof(*report));
	if (report == NULL || !code_report(wire, report)
	    || !wire_octets(
		wire, finding->digest.data, sizeof(finding->digest.data))
	    || !wire_int(wire, &verdict, VERDICT_COUNT - 1)
	    || !code_word(wire, &finding->verdict_reason))
		return false;
	finding->verdict = (enum verdict)verdict;
	return true;
}

static bool
code_finding(struct wire *wire, void *item)
{
	struct finding *finding = item;
	bool is_good = finding->report != NULL;

	if (!code_word(wire, &finding->part) || !wire_bool(wire, &is_good))
		return false;
	if (is_good)
		return code_good(wire, finding);
	return code_code(wire, &finding->reason)
	    && code_word(wire, &finding->detail)
	    && (finding->detail[0] != '\0' || wire_fail(wire));
}

static bool
code_failure(struct wire *wire, void *item)
{
	struct failure *failure = item;

	return wire_text(wire, &failure->reporter)
	    && wire_text(wire, &failure->feedback_type)
	    && wire_text(wire, &failure->user_agent)
	    && wire_text(wire, &failure->auth_failure)
	    && wire_text(wire, &failure->delivery_result)
	    && wire_text(wire, &failure->reported_domain)
	    && wire_text(wire, &failure->reporting_mta)
	    && wire_text(wire, &failure->identity_alignment)
	    && wire_text(wire, &failure->dkim_domain)
	    && wire_text(wire, &failure->dkim_selector)
	    && code_address(wire, &failure->source_ip)
	    && wire_bool(wire, &failure->has_arrival_date)
	    && wire_time(wire, &failure->arrival_date)
	    && wire_count(wire, &failure->incidents)
	    && (failure->incidents > 0 || wire_fail(wire));
}

static bool
code_header(struct wire *wire, struct reading *reading)
{
	int class = (int)reading->class;

	if (!wire_bool(wire, &reading->is_message)
	    || !wire_int(wire, &class, MESSAGE_ERROR_REPORT))
		return false;
	reading->class = (enum message_class) class;
	return wire_text(wire, &reading->message_id)
	    && wire_text(wire, &reading->from)
	    && wire_text(wire, &reading->subject)
	    && wire_text(wire, &reading->remark)
	    && wire_text(wire, &reading->tls_report_domain)
	    && wire_text(wire, &reading->tls_report_submitter)
	    && wire_bool(wire, &reading->has_date)
	    && wire_time(wire, &reading->date);
}

static bool
code_reading(struct wire *wire, struct reading *reading)
{
	static const struct list findings = { sizeof(struct finding),
		MAX_ENCODED_ITEMS, code_finding, false };
	static const struct list failures = { sizeof(struct failure),
		MAX_ENCODED_ITEMS, code_failure, false };

	return code_header(wire, reading)
	    && code_list(wire, &findings, &reading->findings)
	    && code_list(wire, &failures, &reading->failures)
	    && wire_bytes(wire, &reading->original, MAX_UNPACKED);
}

/* Of somebody else's mail, nothing is to be kept. */
static bool
is_sound(const struct reading *reading)
{
	bool is_private = reading->class == MESSAGE_FAILURE
	    || reading->class == MESSAGE_ABUSE;

	if (!reading->is_message && reading->class != MESSAGE_OTHER)
		return false;
	if ((reading->class == MESSAGE_FAILURE) != (reading->failures != NULL))
		return false;
	return !is_private
	    || (reading->findings == NULL && reading->subject == NULL
		&& reading->original.len == 0);
}

static void
count_findings(struct reading *reading)
{
	const struct finding *finding = reading->findings;

	for (; finding != NULL; finding = finding->next) {
		if (finding->report != NULL)
			reading->report_count++;
		else
			reading->broken_count++;
	}
}

bool
codec_encode(const struct reading *reading, const struct codec_sink *sink)
{
	struct wire wire;

	wire_write_to(&wire, sink);
	if (!code_reading(&wire, (struct reading *)(uintptr_t)reading))
		wire.failed = true;
	return wire_end(&wire);
}

bool
codec_decode(struct bytes encoded, struct arena *arena, struct reading *out,
    struct error *err)
{
	struct wire wire;
	bool ok;

	*out = (struct reading) { 0 };
	if (encoded.len > MAX_ANSWER)
		return error_limit(err, "worker-memory",
		    "what was found in it takes more than %lu MB",
		    MAX_ANSWER / (1024 * 1024));
	wire_read_from(&wire, encoded, arena);
	ok = code_reading(&wire, out);
	if (!wire_end(&wire) || !ok || !is_sound(out))
		return error_input(
		    err, "worker-crashed", "the reader's answer is damaged");
	count_findings(out);
	return true;
}
