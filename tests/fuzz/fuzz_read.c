/* Any bytes as a message or file: what comes out must hold together. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "ingest/read.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
must_be_text(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text), step;

	for (; len > 0; text += step, len -= step) {
		step = utf8_len(text, len);
		must(step > 0);
	}
}

static void
look_at_dmarc(const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;
	int64_t messages = 0;
	size_t count = 0;

	for (record = dmarc->records; record != NULL; record = record->next) {
		must(record->count >= 0);
		must(
		    record->source_ip.len > 0 || record->source_ip_raw != NULL);
		must_be_text(record->header_from);
		messages += record->count;
		count++;
	}
	must(messages == dmarc->messages && count == dmarc->record_count);
}

static void
look_at_tlsrpt(const struct tlsrpt_report *tlsrpt)
{
	const struct tlsrpt_policy *policy;
	size_t count = 0;

	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next) {
		must(policy->total_successful_session_count >= 0);
		must(policy->total_failure_session_count >= 0);
		must_be_text(policy->policy_domain);
		count++;
	}
	must(count == tlsrpt->policy_count);
}

static void
look_at_report(const struct report *report)
{
	const struct note *note;

	must(report->has_period && report->domain != NULL
	    && report->report_id != NULL && report->org_name != NULL);
	must_be_text(report->org_name);
	must_be_text(report->report_id);
	must_be_text(report->domain);
	for (note = report->notes; note != NULL; note = note->next)
		must(note->code[0] != '\0' && note->detail[0] != '\0');
	must((report->dmarc != NULL) != (report->tlsrpt != NULL));
	if (report->dmarc != NULL)
		look_at_dmarc(report->dmarc);
	else
		look_at_tlsrpt(report->tlsrpt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct reading reading;
	const struct finding *finding;
	size_t reports = 0, broken = 0;

	read_input(
	    (struct bytes) { (const char *)data, size }, &arena, &reading);
	must_be_text(reading.subject);
	must_be_text(reading.from);
	for (finding = reading.findings; finding != NULL;
	     finding = finding->next) {
		must_be_text(finding->part);
		if (finding->report != NULL) {
			look_at_report(finding->report);
			reports++;
		} else {
			must(finding->reason[0] != '\0'
			    && finding->detail[0] != '\0');
			broken++;
		}
	}
	must(reports == reading.report_count && broken == reading.broken_count);
	arena_release(&arena);
	return 0;
}
