#include "store/contents.h"

#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/report.h"
#include "parse/tlsrpt.h"
#include "store/intern.h"
#include "store/sqlite.h"

static void
add_capped(int64_t *sum, int64_t count)
{
	if (__builtin_add_overflow(*sum, count, sum))
		*sum = INT64_MAX;
}

/* Whether something in it may say who received the mail. */
static bool
names_recipients(const struct dmarc_record *record)
{
	const struct dmarc_reason *reason;

	if (record->envelope_to != NULL)
		return true;
	for (reason = record->reasons; reason != NULL; reason = reason->next)
		if (reason->comment != NULL)
			return true;
	return false;
}

static struct contents_sums
sum_dmarc(const struct dmarc_report *dmarc)
{
	struct contents_sums sums = {
		.records = dmarc->record_count,
		.skipped = dmarc->skipped_count,
	};
	const struct dmarc_record *record;

	for (record = dmarc->records; record != NULL; record = record->next) {
		add_capped(&sums.messages, record->count);
		if (!sums.names_recipients)
			sums.names_recipients = names_recipients(record);
		if (dmarc_record_passes(record)) {
			add_capped(&sums.passed, record->count);
			continue;
		}
		switch (record->disposition.value) {
		case DMARC_DISPOSITION_NONE:
		case DMARC_DISPOSITION_PASS:
			add_capped(&sums.delivered, record->count);
			break;
		case DMARC_DISPOSITION_QUARANTINE:
			add_capped(&sums.quarantined, record->count);
			break;
		case DMARC_DISPOSITION_REJECT:
			add_capped(&sums.rejected, record->count);
			break;
		}
	}
	return sums;
}

struct contents_sums
contents_sum(const struct report *report)
{
	struct contents_sums sums = { 0 };
	const struct tlsrpt_policy *policy;

	if (report->kind == REPORT_DMARC)
		return sum_dmarc(report->dmarc);
	sums.records = report->tlsrpt->policy_count;
	sums.skipped = report->tlsrpt->skipped_count;
	for (policy = report->tlsrpt->policies; policy != NULL;
	     policy = policy->next) {
		add_capped(
		    &sums.messages, policy->total_successful_session_count);
		add_capped(&sums.messages, policy->total_failure_session_count);
		add_capped(
		    &sums.passed, policy->total_successful_session_count);
	}
	return sums;
}

static bool
add_texts(struct store *store, enum statement which, int64_t id,
    const struct dmarc_text *words, struct error *err)
{
	int64_t n;

	for (n = 1; words != NULL; words = words->next, n++)
		if (!statement_run(store, which,
			VALUES(number(id), number(n), text(words->text),
			    text(words->lang)),
			NULL, err))
			return false;
	return true;
}

static bool
add_head(struct store *store, int64_t id, const struct dmarc_report *dmarc,
    const struct contents_sums *sums, struct error *err)
{
	return statement_run(store, ADD_DMARC_REPORT,
		   VALUES(number(id), text(dmarc->xml_namespace),
		       text(dmarc->version), text(dmarc->generator),
		       number(dmarc->p.value), text(dmarc->p.raw),
		       number(dmarc->sp.value), text(dmarc->sp.raw),
		       number(dmarc->np.value), text(dmarc->np.raw),
		       number(dmarc->adkim.value), text(dmarc->adkim.raw),
		       number(dmarc->aspf.value), text(dmarc->aspf.raw),
		       text(dmarc->pct), text(dmarc->fo), text(dmarc->testing),
		       text(dmarc->discovery_method), number(sums->delivered),
		       number(sums->quarantined), number(sums->rejected)),
		   NULL, err)
	    && add_texts(store, ADD_CONTACT, id, dmarc->extra_contact_info, err)
	    && add_texts(store, ADD_ERROR, id, dmarc->errors, err);
}

static struct value
source_ip_value(const struct address *address)
{
	return address->len == 0 ? (struct value) { .type = VALUE_NULL }
				 : blob(address->data, address->len);
}

bool
contents_add_record(struct store *store, int64_t id,
    const struct dmarc_record *record, struct error *err)
{
	int64_t source_ip_raw, shape, reasons;

	return intern_text(store, record->source_ip_raw, &source_ip_raw, err)
	    && intern_shape(store, record, &shape, err)
	    && intern_reasons(store, record->reasons, &reasons, err)
	    && statement_run(store, ADD_RECORD,
		VALUES(number(id), number((int64_t)record->number),
		    source_ip_value(&record->source_ip),
		    id_or_null(source_ip_raw), number(record->count),
		    number(shape), id_or_null(reasons)),
		NULL, err);
}

static bool
add_records(struct store *store, int64_t id, const struct dmarc_report *dmarc,
    struct error *err)
{
	const struct dmarc_record *record;

	for (record = dmarc->records; record != NULL; record = record->next)
		if (!contents_add_record(store, id, record, err))
			return error_at(err, "record %zu", record->number);
	return true;
}

static bool
add_strings(struct store *store, enum statement which, int64_t id,
    int64_t policy, const struct text_list *list, struct error *err)
{
	int64_t n, words;

	for (n = 1; list != NULL; list = list->next, n++)
		if (!intern_text(store, list->text, &words, err)
		    || !statement_run(store, which,
			VALUES(number(id), number(policy), number(n),
			    id_or_null(words)),
			NULL, err))
			return false;
	return true;
}

static bool
add_failure(struct store *store, int64_t id, int64_t policy, int64_t n,
    const struct tlsrpt_failure *failure, struct error *err)
{
	int64_t type, sending_ip, hostname, helo, receiving_ip;

	return intern_text(store, failure->result_type, &type, err)
	    && intern_text(store, failure->sending_mta_ip, &sending_ip, err)
	    && intern_text(
		store, failure->receiving_mx_hostname, &hostname, err)
	    && intern_text(store, failure->receiving_mx_helo, &helo, err)
	    && intern_text(store, failure->receiving_ip, &receiving_ip, err)
	    && statement_run(store, ADD_TLS_FAILURE,
		VALUES(number(id), number(policy), number(n), id_or_null(type),
		    id_or_null(sending_ip), id_or_null(hostname),
		    id_or_null(helo), id_or_null(receiving_ip),
		    number(failure->failed_session_count),
		    text(failure->additional_information),
		    text(failure->failure_reason_code)),
		NULL, err);
}

static bool
add_failures(struct store *store, int64_t id,
    const struct tlsrpt_policy *policy, struct error *err)
{
	const struct tlsrpt_failure *failure = policy->failure_details;
	int64_t n;

	for (n = 1; failure != NULL; failure = failure->next, n++)
		if (!add_failure(
			store, id, (int64_t)policy->number, n, failure, err))
			return false;
	return true;
}

static bool
add_policy(struct store *store, int64_t id, const struct tlsrpt_policy *policy,
    struct error *err)
{
	int64_t n = (int64_t)policy->number, type, domain;

	return intern_text(store, policy->policy_type, &type, err)
	    && intern_text(store, policy->policy_domain, &domain, err)
	    && statement_run(store, ADD_TLS_POLICY,
		VALUES(number(id), number(n), id_or_null(type),
		    id_or_null(domain),
		    number(policy->total_successful_session_count),
		    number(policy->total_failure_session_count)),
		NULL, err)
	    && add_strings(
		store, ADD_TLS_POLICY_STRING, id, n, policy->policy_string, err)
	    && add_strings(store, ADD_TLS_MX_HOST, id, n, policy->mx_host, err)
	    && add_failures(store, id, policy, err);
}

static bool
add_policies(struct store *store, int64_t id,
    const struct tlsrpt_report *tlsrpt, struct error *err)
{
	const struct tlsrpt_policy *policy;

	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next)
		if (!add_policy(store, id, policy, err))
			return error_at(err, "policy %zu", policy->number);
	return true;
}

bool
contents_add(struct store *store, int64_t id, const struct report *report,
    const struct contents_sums *sums, struct error *err)
{
	const struct note *note;
	int64_t n = 1;

	for (note = report->notes; note != NULL; note = note->next, n++)
		if (!statement_run(store, ADD_NOTE,
			VALUES(number(id), number(n), text(note->code),
			    text(note->detail)),
			NULL, err))
			return false;
	if (report->kind == REPORT_TLSRPT)
		return add_policies(store, id, report->tlsrpt, err);
	return add_head(store, id, report->dmarc, sums, err)
	    && add_records(store, id, report->dmarc, err);
}
