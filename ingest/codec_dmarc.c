#include "base/limits.h"
#include "ingest/codec_part.h"
#include "parse/dmarc.h"

#if defined(__LP64__)
CODEC_HAS_SIZE(struct dmarc_text, 24);
CODEC_HAS_SIZE(struct dmarc_dkim, 48);
CODEC_HAS_SIZE(struct dmarc_spf, 48);
CODEC_HAS_SIZE(struct dmarc_reason, 24);
CODEC_HAS_SIZE(struct dmarc_record, 152);
CODEC_HAS_SIZE(struct dmarc_report, 184);
#endif

static bool
code_text(struct wire *wire, void *item)
{
	struct dmarc_text *text = item;

	return wire_text(wire, &text->text) && wire_text(wire, &text->lang);
}

static bool
code_texts(struct wire *wire, const struct dmarc_text **head)
{
	static const struct codec_items list = { sizeof(struct dmarc_text),
		MAX_ENCODED_ITEMS, code_text, false };

	return codec_list(wire, &list, head);
}

static bool
code_dkim(struct wire *wire, void *item)
{
	struct dmarc_dkim *dkim = item;

	return wire_text(wire, &dkim->domain)
	    && wire_text(wire, &dkim->selector)
	    && codec_choice(wire, &dkim->result, DMARC_AUTH_OTHER)
	    && wire_text(wire, &dkim->human_result);
}

static bool
code_spf(struct wire *wire, void *item)
{
	struct dmarc_spf *spf = item;

	return wire_text(wire, &spf->domain) && wire_text(wire, &spf->scope)
	    && codec_choice(wire, &spf->result, DMARC_AUTH_OTHER)
	    && wire_text(wire, &spf->human_result);
}

static bool
code_lists_of_results(struct wire *wire, struct dmarc_record *record)
{
	static const struct codec_items dkim = { sizeof(struct dmarc_dkim),
		MAX_DKIM_RESULTS, code_dkim, true };
	static const struct codec_items spf = { sizeof(struct dmarc_spf),
		MAX_SPF_RESULTS, code_spf, true };

	return codec_list(wire, &dkim, &record->dkim_results)
	    && codec_list(wire, &spf, &record->spf_results);
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
	static const struct codec_items reasons = { sizeof(struct dmarc_reason),
		MAX_REASONS, code_reason, false };
	struct dmarc_record *record = item;

	return wire_size(wire, &record->number, MAX_DMARC_RECORDS)
	    && codec_address(wire, &record->source_ip)
	    && wire_text(wire, &record->source_ip_raw)
	    && ((record->source_ip.len > 0) != (record->source_ip_raw != NULL)
		|| wire_fail(wire))
	    && wire_count(wire, &record->count)
	    && codec_choice(wire, &record->disposition, DMARC_DISPOSITION_OTHER)
	    && codec_choice(wire, &record->dkim, DMARC_EVALUATED_OTHER)
	    && codec_choice(wire, &record->spf, DMARC_EVALUATED_OTHER)
	    && codec_list(wire, &reasons, &record->reasons)
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
	dmarc->record_count = codec_count(dmarc->records);
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
	return codec_choice(wire, &dmarc->p, DMARC_POLICY_OTHER)
	    && codec_choice(wire, &dmarc->sp, DMARC_POLICY_OTHER)
	    && codec_choice(wire, &dmarc->np, DMARC_POLICY_OTHER)
	    && codec_choice(wire, &dmarc->adkim, DMARC_ALIGNMENT_OTHER)
	    && codec_choice(wire, &dmarc->aspf, DMARC_ALIGNMENT_OTHER)
	    && wire_text(wire, &dmarc->pct) && wire_text(wire, &dmarc->fo)
	    && wire_text(wire, &dmarc->testing)
	    && wire_text(wire, &dmarc->discovery_method);
}

bool
codec_dmarc(struct wire *wire, struct dmarc_report *dmarc)
{
	static const struct codec_items records = { sizeof(struct dmarc_record),
		MAX_DMARC_RECORDS, code_record, false };

	return wire_text(wire, &dmarc->xml_namespace)
	    && wire_text(wire, &dmarc->version)
	    && code_texts(wire, &dmarc->extra_contact_info)
	    && code_texts(wire, &dmarc->errors)
	    && wire_text(wire, &dmarc->generator)
	    && code_policy_published(wire, dmarc)
	    && wire_size(wire, &dmarc->skipped_count, MAX_ENCODED_ITEMS)
	    && codec_list(wire, &records, &dmarc->records)
	    && (!wire->is_reading || sum_up(wire, dmarc));
}
