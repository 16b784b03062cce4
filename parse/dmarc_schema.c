/* The elements of a report, and where their values go. */

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "parse/dmarc_reader.h"
#include "parse/dmarc_words.h"

/* A part that holds others; a value with a function of its own; and a value
 * that goes to a field as it is. */
#define SECTION(in, tag, opens, on_begin, on_end)                              \
	{                                                                      \
		.parent = in, .name = tag, .section = opens,                   \
		.begin = on_begin, .end = on_end                               \
	}
#define SPECIAL(in, tag, on_end)                                               \
	{                                                                      \
		.parent = in, .name = tag, .section = LEAF, .end = on_end      \
	}
#define VALUE(in, tag, of, type, field, is)                                    \
	{                                                                      \
		.parent = in, .name = tag, .section = LEAF, .owner = of,       \
		.form = is, .offset = offsetof(struct type, field)             \
	}
#define REPORT(in, tag, field, is) VALUE(in, tag, OF_REPORT, report, field, is)
#define DMARC(in, tag, field, is)                                              \
	VALUE(in, tag, OF_DMARC, dmarc_report, field, is)
#define OF_POLICY(tag, field, is) DMARC(POLICY_PUBLISHED, tag, field, is)
#define OF_ROW(in, tag, is)       VALUE(in, #tag, OF_RECORD, dmarc_record, tag, is)

/* RFC 9990 3.1.1 and RFC 7489 appendix C, and the names some use instead
 * (deviations.md, element-alias). */
static const struct element elements[] = {
	SECTION(OUTSIDE, "feedback", FEEDBACK, NULL, dmarc_end_feedback),
	/* IKEA put the tag of a schema around its reports. */
	SECTION(OUTSIDE, "schema", OUTSIDE, NULL, NULL),

	SECTION(
	    FEEDBACK, "record", RECORD, dmarc_begin_record, dmarc_end_record),
	DMARC(FEEDBACK, "version", version, TEXT),
	SECTION(
	    FEEDBACK, "report_metadata", METADATA, dmarc_begin_metadata, NULL),
	SECTION(FEEDBACK, "policy_published", POLICY_PUBLISHED,
	    dmarc_begin_policy, NULL),

	REPORT(METADATA, "org_name", org_name, TEXT),
	SPECIAL(METADATA, "email", dmarc_end_email),
	SPECIAL(METADATA, "extra_contact_info", dmarc_end_contact),
	SPECIAL(METADATA, "report_id", dmarc_end_report_id),
	SPECIAL(METADATA, "error", dmarc_end_error),
	DMARC(METADATA, "generator", generator, TEXT),
	SECTION(METADATA, "date_range", DATE_RANGE, NULL, NULL),
	SECTION(METADATA, "data_range", DATE_RANGE, NULL, NULL),
	SPECIAL(DATE_RANGE, "begin", dmarc_end_begin),
	SPECIAL(DATE_RANGE, "end", dmarc_end_end),

	REPORT(POLICY_PUBLISHED, "domain", domain, NAME),
	OF_POLICY("discovery_method", discovery_method, TEXT),
	OF_POLICY("p", p, POLICY),
	OF_POLICY("sp", sp, POLICY),
	OF_POLICY("np", np, POLICY),
	OF_POLICY("adkim", adkim, ALIGNMENT),
	OF_POLICY("aspf", aspf, ALIGNMENT),
	OF_POLICY("pct", pct, TEXT),
	OF_POLICY("fo", fo, TEXT),
	OF_POLICY("testing", testing, TEXT),

	SECTION(RECORD, "row", ROW, NULL, NULL),
	SECTION(RECORD, "identifiers", IDENTIFIERS, NULL, NULL),
	SECTION(RECORD, "identities", IDENTIFIERS, NULL, NULL),
	SECTION(RECORD, "auth_results", AUTH_RESULTS, NULL, NULL),

	SPECIAL(ROW, "source_ip", dmarc_end_source_ip),
	SPECIAL(ROW, "count", dmarc_end_count),
	SECTION(ROW, "policy_evaluated", POLICY_EVALUATED, NULL, NULL),
	OF_ROW(POLICY_EVALUATED, disposition, DISPOSITION),
	OF_ROW(POLICY_EVALUATED, dkim, EVALUATED),
	OF_ROW(POLICY_EVALUATED, spf, EVALUATED),
	SECTION(POLICY_EVALUATED, "reason", REASON, dmarc_begin_reason,
	    dmarc_end_reason),
	VALUE(REASON, "type", OF_REASON, dmarc_reason, type, NAME),
	SPECIAL(REASON, "comment", dmarc_end_comment),

	OF_ROW(IDENTIFIERS, header_from, NAME),
	OF_ROW(IDENTIFIERS, envelope_from, NAME),
	OF_ROW(IDENTIFIERS, envelope_to, NAME),

	SECTION(AUTH_RESULTS, "dkim", DKIM, dmarc_begin_dkim, dmarc_end_dkim),
	VALUE(DKIM, "domain", OF_DKIM, dmarc_dkim, domain, NAME),
	VALUE(DKIM, "selector", OF_DKIM, dmarc_dkim, selector, TEXT),
	VALUE(DKIM, "result", OF_DKIM, dmarc_dkim, result, DKIM_RESULT),
	VALUE(DKIM, "human_result", OF_DKIM, dmarc_dkim, human_result, TEXT),

	SECTION(AUTH_RESULTS, "spf", SPF, dmarc_begin_spf, dmarc_end_spf),
	VALUE(SPF, "domain", OF_SPF, dmarc_spf, domain, NAME),
	VALUE(SPF, "scope", OF_SPF, dmarc_spf, scope, NAME),
	VALUE(SPF, "result", OF_SPF, dmarc_spf, result, SPF_RESULT),
	VALUE(SPF, "human_result", OF_SPF, dmarc_spf, human_result, TEXT),
};

const struct element dmarc_outside = { .section = OUTSIDE };
const struct element dmarc_skipped = { .section = SKIPPED };

const struct element *
dmarc_find_element(enum section parent, const char *name)
{
	size_t i;

	/* The first letter tells most of them apart; some write it large. */
	for (i = 0; i < COUNT_OF(elements); i++)
		if (elements[i].parent == parent
		    && (elements[i].name[0] | 0x20) == (name[0] | 0x20)
		    && strcasecmp(elements[i].name, name) == 0)
			return &elements[i];
	return &dmarc_skipped;
}

static void *
owner_of(struct dmarc_reader *r, enum owner owner)
{
	switch (owner) {
	case OF_REPORT:
		return &r->report;
	case OF_DMARC:
		return &r->dmarc;
	case OF_RECORD:
		return r->record;
	case OF_REASON:
		return r->reason;
	case OF_DKIM:
		return r->dkim;
	case OF_SPF:
		return r->spf;
	case NOBODY:
		break;
	}
	return NULL;
}

static struct choice
read_choice(struct dmarc_reader *r, enum form form, struct bytes text)
{
	switch (form) {
	case POLICY:
		return dmarc_read_policy(text, r->arena);
	case DISPOSITION:
		return dmarc_read_disposition(text, r->arena);
	case EVALUATED:
		return dmarc_read_evaluated(text, r->arena);
	case ALIGNMENT:
		return dmarc_read_alignment(text, r->arena);
	case DKIM_RESULT:
		return dmarc_read_dkim_result(text, r->arena);
	default:
		return dmarc_read_spf_result(text, r->arena);
	}
}

void
dmarc_set_value(
    struct dmarc_reader *r, const struct element *element, struct bytes text)
{
	void *field = (char *)owner_of(r, element->owner) + element->offset;

	if (element->form == TEXT)
		*(const char **)field = dmarc_keep(r, text);
	else if (element->form == NAME)
		*(const char **)field = dmarc_keep_name(r, text);
	else
		*(struct choice *)field = read_choice(r, element->form, text);
}
