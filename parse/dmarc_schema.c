/* The elements of a report, and where their values go. */

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "parse/dmarc_reader.h"
#include "parse/dmarc_words.h"

/* A part that holds others; a value with a function of its own; and a value
 * that goes to a field as it is. */
#define SECTION(tag, opens, on_begin, on_end)                                  \
	{                                                                      \
		.name = tag, .section = opens, .begin = on_begin,              \
		.end = on_end                                                  \
	}
#define SPECIAL(tag, on_end)                                                   \
	{                                                                      \
		.name = tag, .section = LEAF, .end = on_end                    \
	}
#define VALUE(tag, of, type, field, is)                                        \
	{                                                                      \
		.name = tag, .section = LEAF, .owner = of, .form = is,         \
		.offset = offsetof(struct type, field)                         \
	}
#define REPORT(tag, field, is) VALUE(tag, OF_REPORT, report, field, is)
#define DMARC(tag, field, is)  VALUE(tag, OF_DMARC, dmarc_report, field, is)
#define OF_ROW(tag, is)        VALUE(#tag, OF_RECORD, dmarc_record, tag, is)

/* RFC 9990 3.1.1 and RFC 7489 appendix C, and the names some use instead
 * (deviations.md, element-alias). */
static const struct element outside[] = {
	SECTION("feedback", FEEDBACK, NULL, dmarc_end_feedback),
	/* IKEA put the tag of a schema around its reports. */
	SECTION("schema", OUTSIDE, NULL, NULL),
};

static const struct element in_feedback[] = {
	SECTION("record", RECORD, dmarc_begin_record, dmarc_end_record),
	DMARC("version", version, TEXT),
	SECTION("report_metadata", METADATA, dmarc_begin_metadata, NULL),
	SECTION("policy_published", POLICY_PUBLISHED, dmarc_begin_policy, NULL),
};

static const struct element in_metadata[] = {
	REPORT("org_name", org_name, TEXT),
	SPECIAL("email", dmarc_end_email),
	SPECIAL("extra_contact_info", dmarc_end_contact),
	SPECIAL("report_id", dmarc_end_report_id),
	SPECIAL("error", dmarc_end_error),
	DMARC("generator", generator, TEXT),
	SECTION("date_range", DATE_RANGE, NULL, NULL),
	SECTION("data_range", DATE_RANGE, NULL, NULL),
};

static const struct element in_date_range[] = {
	SPECIAL("begin", dmarc_end_begin),
	SPECIAL("end", dmarc_end_end),
};

static const struct element in_policy_published[] = {
	REPORT("domain", domain, NAME),
	DMARC("discovery_method", discovery_method, TEXT),
	DMARC("p", p, POLICY),
	DMARC("sp", sp, POLICY),
	DMARC("np", np, POLICY),
	DMARC("adkim", adkim, ALIGNMENT),
	DMARC("aspf", aspf, ALIGNMENT),
	DMARC("pct", pct, TEXT),
	DMARC("fo", fo, TEXT),
	DMARC("testing", testing, TEXT),
};

static const struct element in_record[] = {
	SECTION("row", ROW, NULL, NULL),
	SECTION("identifiers", IDENTIFIERS, NULL, NULL),
	SECTION("identities", IDENTIFIERS, NULL, NULL),
	SECTION("auth_results", AUTH_RESULTS, NULL, NULL),
};

static const struct element in_row[] = {
	SPECIAL("source_ip", dmarc_end_source_ip),
	SPECIAL("count", dmarc_end_count),
	SECTION("policy_evaluated", POLICY_EVALUATED, NULL, NULL),
};

static const struct element in_policy_evaluated[] = {
	OF_ROW(disposition, DISPOSITION),
	OF_ROW(dkim, EVALUATED),
	OF_ROW(spf, EVALUATED),
	SECTION("reason", REASON, dmarc_begin_reason, dmarc_end_reason),
};

static const struct element in_reason[] = {
	VALUE("type", OF_REASON, dmarc_reason, type, WORD),
	SPECIAL("comment", dmarc_end_comment),
};

static const struct element in_identifiers[] = {
	OF_ROW(header_from, NAME),
	OF_ROW(envelope_from, NAME),
	OF_ROW(envelope_to, NAME),
};

static const struct element in_auth_results[] = {
	SECTION("dkim", DKIM, dmarc_begin_dkim, dmarc_end_dkim),
	SECTION("spf", SPF, dmarc_begin_spf, dmarc_end_spf),
};

static const struct element in_dkim[] = {
	VALUE("domain", OF_DKIM, dmarc_dkim, domain, NAME),
	VALUE("selector", OF_DKIM, dmarc_dkim, selector, TEXT),
	VALUE("result", OF_DKIM, dmarc_dkim, result, DKIM_RESULT),
	VALUE("human_result", OF_DKIM, dmarc_dkim, human_result, TEXT),
};

static const struct element in_spf[] = {
	VALUE("domain", OF_SPF, dmarc_spf, domain, NAME),
	VALUE("scope", OF_SPF, dmarc_spf, scope, WORD),
	VALUE("result", OF_SPF, dmarc_spf, result, SPF_RESULT),
	VALUE("human_result", OF_SPF, dmarc_spf, human_result, TEXT),
};

#define LIST(elements)                                                         \
	{                                                                      \
		elements, COUNT_OF(elements)                                   \
	}

/* What stands in each section. */
static const struct {
	const struct element *elements;
	size_t count;
} sections[SECTION_COUNT] = {
	[OUTSIDE] = LIST(outside),
	[FEEDBACK] = LIST(in_feedback),
	[METADATA] = LIST(in_metadata),
	[DATE_RANGE] = LIST(in_date_range),
	[POLICY_PUBLISHED] = LIST(in_policy_published),
	[RECORD] = LIST(in_record),
	[ROW] = LIST(in_row),
	[POLICY_EVALUATED] = LIST(in_policy_evaluated),
	[REASON] = LIST(in_reason),
	[IDENTIFIERS] = LIST(in_identifiers),
	[AUTH_RESULTS] = LIST(in_auth_results),
	[DKIM] = LIST(in_dkim),
	[SPF] = LIST(in_spf),
};

const struct element dmarc_outside = { .section = OUTSIDE };
const struct element dmarc_skipped = { .section = SKIPPED };

const struct element *
dmarc_find_element(enum section parent, const char *name)
{
	const struct element *element = sections[parent].elements;
	size_t count = sections[parent].count;

	/* The first letter tells most of them apart; some write it large. */
	for (; count > 0; element++, count--)
		if ((element->name[0] | 0x20) == (name[0] | 0x20)
		    && strcasecmp(element->name, name) == 0)
			return element;
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
	else if (element->form == WORD)
		*(const char **)field = dmarc_keep_word(r, text);
	else
		*(struct choice *)field = read_choice(r, element->form, text);
}
