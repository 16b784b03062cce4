#include "ingest/codec.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/codec_part.h"
#include "parse/dmarc.h"
#include "parse/reading.h"
#include "parse/tlsrpt.h"

#if defined(__LP64__)
CODEC_HAS_SIZE(struct note, 24);
CODEC_HAS_SIZE(struct report, 96);
CODEC_HAS_SIZE(struct finding, 88);
CODEC_HAS_SIZE(struct failure, 128);
CODEC_HAS_SIZE(struct reading, 160);
#endif

/* --- reports --- */

static bool
code_note(struct wire *wire, void *item)
{
	struct note *note = item;

	return codec_code(wire, &note->code) && codec_word(wire, &note->detail);
}

static bool
code_notes(struct wire *wire, struct report *report)
{
	static const struct codec_items notes = { sizeof(struct note),
		MAX_NOTES, code_note, false };
	size_t kept;

	if (!wire_size(wire, &report->note_count, MAX_ENCODED_ITEMS)
	    || !codec_list(wire, &notes, &report->notes))
		return false;
	kept = report->note_count < MAX_NOTES ? report->note_count : MAX_NOTES;
	return codec_count(report->notes) == kept || wire_fail(wire);
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
		return dmarc != NULL && codec_dmarc(wire, dmarc);
	}
	if (wire->is_reading)
		report->tlsrpt = tlsrpt = wire_alloc(wire, sizeof(*tlsrpt));
	return tlsrpt != NULL && codec_tlsrpt(wire, tlsrpt);
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
	return codec_word(wire, &report->org_name)
	    && wire_text(wire, &report->email)
	    && codec_word(wire, &report->report_id)
	    && codec_word(wire, &report->domain)
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
	    || !codec_word(wire, &finding->verdict_reason))
		return false;
	finding->verdict = (enum verdict)verdict;
	return true;
}

static bool
code_finding(struct wire *wire, void *item)
{
	struct finding *finding = item;
	bool is_good = finding->report != NULL;

	if (!codec_word(wire, &finding->part) || !wire_bool(wire, &is_good))
		return false;
	if (is_good)
		return code_good(wire, finding);
	return codec_code(wire, &finding->reason)
	    && codec_word(wire, &finding->detail)
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
	    && codec_address(wire, &failure->source_ip)
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
	static const struct codec_items findings = { sizeof(struct finding),
		MAX_ENCODED_ITEMS, code_finding, false };
	static const struct codec_items failures = { sizeof(struct failure),
		MAX_ENCODED_ITEMS, code_failure, false };

	return code_header(wire, reading)
	    && codec_list(wire, &findings, &reading->findings)
	    && codec_list(wire, &failures, &reading->failures)
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
