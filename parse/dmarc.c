#include "parse/dmarc.h"

#include <err.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/dmarc_words.h"
#include "parse/intern.h"
#include "parse/mend.h"
#include "parse/report.h"
#include "parse/xml.h"

/* The sections of a report: what an element means depends on where it is. */
enum section {
	OUTSIDE,
	SKIPPED, /* what we don't know, and all in it */
	LEAF,
	FEEDBACK,
	METADATA,
	DATE_RANGE,
	POLICY_PUBLISHED,
	RECORD,
	ROW,
	POLICY_EVALUATED,
	REASON,
	IDENTIFIERS,
	AUTH_RESULTS,
	DKIM,
	SPF,
	SECTION_COUNT,
};

struct element;

struct dmarc_reader {
	struct arena *arena;
	struct intern strings;
	struct xml_parser *xml;
	struct mend *mend; /* or NULL */

	/* The open elements, outermost first; [0] is around the root. */
	const struct element *open[MAX_XML_DEPTH + 1];
	size_t depth;
	bool has[SECTION_COUNT]; /* which sections came already */

	struct report report;
	struct dmarc_report dmarc;
	bool has_begin, has_end, has_cut_text;
	size_t seen_records; /* kept or not */
	size_t error_count;

	/* what is under construction, and where the next of each goes */
	struct dmarc_record *record;
	bool has_count;
	const char *count_text; /* as written; NULL when absent */
	struct dmarc_reason *reason;
	struct dmarc_dkim *dkim;
	struct dmarc_spf *spf;
	size_t reason_count, dkim_count, spf_count;
	const char *lang; /* of the value that is open, or NULL */
	const struct dmarc_record **next_record;
	const struct dmarc_text **next_error;
	const struct dmarc_reason **next_reason;
	const struct dmarc_text **next_comment;
	const struct dmarc_dkim **next_dkim;
	const struct dmarc_spf **next_spf;
};

/* --- what begins with an element; false leaves it out --- */

static void
note_record(struct dmarc_reader *r, const char *code, const char *what)
{
	report_note(&r->report, r->arena, code, "record %zu: %s",
	    r->record->number, what);
}

/* True if one more of these may be kept; says once when it may not. */
static bool
count_one(struct dmarc_reader *r, size_t *count, size_t max, const char *code)
{
	if (++*count == max + 1)
		note_record(r, code, "too many, the rest is dropped");
	return *count <= max;
}

/* It stands once; a second is as good as unknown. */
static bool
begin_once(struct dmarc_reader *r, enum section section, const char *name)
{
	if (r->has[section]) {
		report_note(&r->report, r->arena, "section-repeated",
		    "a second %s is left out", name);
		return false;
	}
	r->has[section] = true;
	return true;
}

static bool
begin_metadata(struct dmarc_reader *r)
{
	return begin_once(r, METADATA, "report_metadata");
}

static bool
begin_policy(struct dmarc_reader *r)
{
	return begin_once(r, POLICY_PUBLISHED, "policy_published");
}

static bool
begin_record(struct dmarc_reader *r)
{
	r->record = arena_alloc(r->arena, 1, sizeof(*r->record));
	r->record->number = ++r->seen_records;
	r->has_count = false;
	r->count_text = NULL;
	r->next_reason = &r->record->reasons;
	r->next_dkim = &r->record->dkim_results;
	r->next_spf = &r->record->spf_results;
	r->reason_count = r->dkim_count = r->spf_count = 0;
	return true;
}

static bool
begin_reason(struct dmarc_reader *r)
{
	if (!count_one(r, &r->reason_count, MAX_REASONS, "limit-reasons"))
		return false;
	r->reason = arena_alloc(r->arena, 1, sizeof(*r->reason));
	r->next_comment = &r->reason->comment;
	return true;
}

static bool
begin_dkim(struct dmarc_reader *r)
{
	if (!count_one(r, &r->dkim_count, MAX_DKIM_RESULTS, "limit-dkim"))
		return false;
	r->dkim = arena_alloc(r->arena, 1, sizeof(*r->dkim));
	return true;
}

static bool
begin_spf(struct dmarc_reader *r)
{
	if (!count_one(r, &r->spf_count, MAX_SPF_RESULTS, "limit-spf"))
		return false;
	r->spf = arena_alloc(r->arena, 1, sizeof(*r->spf));
	return true;
}

/* --- what ends with an element --- */

static const char *
keep(struct dmarc_reader *r, struct bytes text)
{
	return intern(&r->strings, text);
}

/* A domain or a word: in lower case, without the dot of the root. */
static const char *
keep_name(struct dmarc_reader *r, struct bytes text)
{
	char lower[256];
	size_t i;

	if (text.len > 0 && text.data[text.len - 1] == '.')
		text.len--;
	/* Longer than any domain: an address, or nonsense, kept as it is. */
	if (text.len > sizeof(lower))
		return keep(r, text);
	for (i = 0; i < text.len; i++)
		lower[i] = text.data[i] >= 'A' && text.data[i] <= 'Z'
		    ? (char)(text.data[i] + ('a' - 'A'))
		    : text.data[i];
	return keep(r, (struct bytes) { lower, text.len });
}

static struct dmarc_text *
make_text(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made = arena_alloc(r->arena, 1, sizeof(*made));

	made->text = keep(r, text);
	made->lang = r->lang;
	return made;
}

/* GoDaddy and others write an address as &lt;a@example&gt;. */
static struct bytes
strip_angles(struct bytes text)
{
	if (text.len >= 2 && text.data[0] == '<'
	    && text.data[text.len - 1] == '>')
		return bytes_trim(
		    (struct bytes) { text.data + 1, text.len - 2 });
	return text;
}

static bool
read_time(
    struct dmarc_reader *r, const char *name, struct bytes text, int64_t *time)
{
	if (number_parse(text, time))
		return true;
	report_note(&r->report, r->arena, "date-range",
	    "%s: '%.40s' is not a time", name, keep(r, text));
	return false;
}

static void
end_begin(struct dmarc_reader *r, struct bytes text)
{
	r->has_begin = read_time(r, "begin", text, &r->report.begin);
}

static void
end_end(struct dmarc_reader *r, struct bytes text)
{
	r->has_end = read_time(r, "end", text, &r->report.end);
}

static void
end_email(struct dmarc_reader *r, struct bytes text)
{
	r->report.email = keep(r, strip_angles(text));
}

static void
end_report_id(struct dmarc_reader *r, struct bytes text)
{
	r->report.report_id = keep(r, strip_angles(text));
}

static void
end_contact(struct dmarc_reader *r, struct bytes text)
{
	r->dmarc.extra_contact_info = make_text(r, text);
}

static void
end_error(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made;

	if (++r->error_count > MAX_METADATA_ERRORS)
		return;
	made = make_text(r, text);
	*r->next_error = made;
	r->next_error = &made->next;
}

static void
end_reason(struct dmarc_reader *r, struct bytes text)
{
	/* Old rspamd: <reason>sampled_out</reason>. */
	if (r->reason->type == NULL && text.len > 0)
		r->reason->type = keep_name(r, text);
	*r->next_reason = r->reason;
	r->next_reason = &r->reason->next;
}

static void
end_comment(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made = make_text(r, text);

	*r->next_comment = made;
	r->next_comment = &made->next;
}

static bool
is_blank(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* Some write empty elements where they have no result. */
static void
end_dkim(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (is_blank(r->dkim->domain) && is_blank(r->dkim->selector)
	    && is_blank(r->dkim->human_result) && r->dkim->result.value == 0)
		return;
	*r->next_dkim = r->dkim;
	r->next_dkim = &r->dkim->next;
}

static void
end_spf(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (is_blank(r->spf->domain) && is_blank(r->spf->human_result)
	    && r->spf->result.value == 0)
		return;
	*r->next_spf = r->spf;
	r->next_spf = &r->spf->next;
}

static void
end_source_ip(struct dmarc_reader *r, struct bytes text)
{
	if (address_parse(text, &r->record->source_ip))
		return;
	r->record->source_ip_raw = keep(r, text);
}

static void
end_count(struct dmarc_reader *r, struct bytes text)
{
	r->has_count = number_parse(text, &r->record->count);
	r->count_text = keep(r, text);
}

/* A record needs to say from where and how many; all else may be missing. */
static bool
record_is_usable(struct dmarc_reader *r)
{
	const struct dmarc_record *record = r->record;

	if (record->source_ip.len == 0 && is_blank(record->source_ip_raw)) {
		note_record(r, "record-source-ip", "source_ip is missing");
		return false;
	}
	if (!r->has_count) {
		report_note(&r->report, r->arena, "record-count",
		    r->count_text == NULL
			? "record %zu: count is missing"
			: "record %zu: count: '%.40s' is not a number",
		    r->record->number, r->count_text);
		return false;
	}
	if (record->count > INT64_MAX - r->dmarc.messages) {
		note_record(
		    r, "record-count", "count: the sum would be over 2^63");
		return false;
	}
	return true;
}

static void
end_record(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (!record_is_usable(r)) {
		r->dmarc.skipped_count++;
		return;
	}
	if (r->record->source_ip.len == 0)
		report_note(&r->report, r->arena, "source-ip",
		    "record %zu: source_ip: '%.60s' is not an IP address",
		    r->record->number, r->record->source_ip_raw);
	r->dmarc.messages += r->record->count;
	r->dmarc.record_count++;
	*r->next_record = r->record;
	r->next_record = &r->record->next;
}

/* --- the schema --- */

/* Which struct a plain value belongs to, */
enum owner {
	NOBODY,
	OF_REPORT,
	OF_DMARC,
	OF_RECORD,
	OF_REASON,
	OF_DKIM,
	OF_SPF,
};

/* and what it is: text as written, a name without regard to case, or one of
 * a fixed set of words. */
enum form {
	TEXT,
	NAME,
	POLICY,
	DISPOSITION,
	EVALUATED,
	ALIGNMENT,
	DKIM_RESULT,
	SPF_RESULT,
};

struct element {
	enum section parent;
	const char *name;
	enum section section; /* what it opens */

	bool (*begin)(struct dmarc_reader *r);
	void (*end)(struct dmarc_reader *r, struct bytes text);

	enum owner owner; /* for a plain value */
	enum form form;
	size_t offset;
};

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
	SECTION(OUTSIDE, "feedback", FEEDBACK, NULL, NULL),

	SECTION(FEEDBACK, "record", RECORD, begin_record, end_record),
	DMARC(FEEDBACK, "version", version, TEXT),
	SECTION(FEEDBACK, "report_metadata", METADATA, begin_metadata, NULL),
	SECTION(
	    FEEDBACK, "policy_published", POLICY_PUBLISHED, begin_policy, NULL),

	REPORT(METADATA, "org_name", org_name, TEXT),
	SPECIAL(METADATA, "email", end_email),
	SPECIAL(METADATA, "extra_contact_info", end_contact),
	SPECIAL(METADATA, "report_id", end_report_id),
	SPECIAL(METADATA, "error", end_error),
	DMARC(METADATA, "generator", generator, TEXT),
	SECTION(METADATA, "date_range", DATE_RANGE, NULL, NULL),
	SECTION(METADATA, "data_range", DATE_RANGE, NULL, NULL),
	SPECIAL(DATE_RANGE, "begin", end_begin),
	SPECIAL(DATE_RANGE, "end", end_end),

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

	SPECIAL(ROW, "source_ip", end_source_ip),
	SPECIAL(ROW, "count", end_count),
	SECTION(ROW, "policy_evaluated", POLICY_EVALUATED, NULL, NULL),
	OF_ROW(POLICY_EVALUATED, disposition, DISPOSITION),
	OF_ROW(POLICY_EVALUATED, dkim, EVALUATED),
	OF_ROW(POLICY_EVALUATED, spf, EVALUATED),
	SECTION(POLICY_EVALUATED, "reason", REASON, begin_reason, end_reason),
	VALUE(REASON, "type", OF_REASON, dmarc_reason, type, NAME),
	SPECIAL(REASON, "comment", end_comment),

	OF_ROW(IDENTIFIERS, header_from, NAME),
	OF_ROW(IDENTIFIERS, envelope_from, NAME),
	OF_ROW(IDENTIFIERS, envelope_to, NAME),

	SECTION(AUTH_RESULTS, "dkim", DKIM, begin_dkim, end_dkim),
	VALUE(DKIM, "domain", OF_DKIM, dmarc_dkim, domain, NAME),
	VALUE(DKIM, "selector", OF_DKIM, dmarc_dkim, selector, TEXT),
	VALUE(DKIM, "result", OF_DKIM, dmarc_dkim, result, DKIM_RESULT),
	VALUE(DKIM, "human_result", OF_DKIM, dmarc_dkim, human_result, TEXT),

	SECTION(AUTH_RESULTS, "spf", SPF, begin_spf, end_spf),
	VALUE(SPF, "domain", OF_SPF, dmarc_spf, domain, NAME),
	VALUE(SPF, "scope", OF_SPF, dmarc_spf, scope, NAME),
	VALUE(SPF, "result", OF_SPF, dmarc_spf, result, SPF_RESULT),
	VALUE(SPF, "human_result", OF_SPF, dmarc_spf, human_result, TEXT),
};

static const struct element outside = { .section = OUTSIDE };
static const struct element skipped = { .section = SKIPPED };

static const struct element *
find_element(enum section parent, const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(elements); i++)
		if (elements[i].parent == parent
		    && strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return &skipped;
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

static void
set_value(
    struct dmarc_reader *r, const struct element *element, struct bytes text)
{
	void *field = (char *)owner_of(r, element->owner) + element->offset;

	if (element->form == TEXT)
		*(const char **)field = keep(r, text);
	else if (element->form == NAME)
		*(const char **)field = keep_name(r, text);
	else
		*(struct choice *)field = read_choice(r, element->form, text);
}

/* --- elements as they come --- */

static bool
check_root(struct dmarc_reader *r, const struct element *element,
    const struct xml_element *xml, struct error *err)
{
	if (element->section != FEEDBACK)
		return error_input(err, "not-a-report",
		    "the root element is '%.40s', not 'feedback'", xml->name);
	if (xml->xml_namespace != NULL)
		r->dmarc.xml_namespace =
		    arena_copy(r->arena, bytes_of(xml->xml_namespace));
	return true;
}

static bool
on_start(void *context, const struct xml_element *xml, struct error *err)
{
	struct dmarc_reader *r = context;
	const struct element *element =
	    find_element(r->open[r->depth]->section, xml->name);

	if (r->depth == 0 && !check_root(r, element, xml, err))
		return false;
	if (element->section == RECORD && r->seen_records == MAX_DMARC_RECORDS)
		return error_limit(err, "limit-records", "more than %d records",
		    MAX_DMARC_RECORDS);
	if (element->begin != NULL && !element->begin(r))
		element = &skipped;
	r->lang = xml->lang.data == NULL ? NULL : keep(r, xml->lang);
	r->open[++r->depth] = element;
	return true;
}

static bool
on_end(void *context, struct bytes text, bool is_cut, struct error *err)
{
	struct dmarc_reader *r = context;
	const struct element *element = r->open[r->depth--];

	(void)err;
	if (is_cut && element->section == LEAF && !r->has_cut_text) {
		r->has_cut_text = true;
		report_note(&r->report, r->arena, "text-truncated",
		    "%s: cut at %d bytes", element->name, MAX_ELEMENT_TEXT);
	}
	if (element->end != NULL)
		element->end(r, text);
	else if (element->owner != NOBODY)
		set_value(r, element, text);
	return true;
}

/* --- the reader --- */

struct dmarc_reader *
dmarc_reader_new(struct arena *arena, bool mends)
{
	struct dmarc_reader *r = calloc(1, sizeof(*r));
	const struct xml_handler handler = { on_start, on_end, r };

	if (r == NULL)
		err(1, "dmarc");
	r->arena = arena;
	r->strings.arena = arena;
	r->xml = xml_parser_new(&handler);
	r->mend = mends ? mend_new() : NULL;
	r->open[0] = &outside;
	r->report.kind = REPORT_DMARC;
	r->next_record = &r->dmarc.records;
	r->next_error = &r->dmarc.errors;
	return r;
}

void
dmarc_reader_free(struct dmarc_reader *r)
{
	if (r == NULL)
		return;
	xml_parser_free(r->xml);
	mend_free(r->mend);
	intern_release(&r->strings);
	free(r);
}

bool
dmarc_reader_feed(struct dmarc_reader *r, struct bytes xml, struct error *err)
{
	if (r->mend != NULL)
		xml = mend_feed(r->mend, xml);
	return xml_parser_feed(r->xml, xml, err);
}

static bool
finish_mending(struct dmarc_reader *r, struct error *err)
{
	const char *code;
	size_t i;

	if (r->mend == NULL)
		return true;
	for (i = 0; (code = mend_code(r->mend, i)) != NULL; i++)
		report_note(&r->report, r->arena, code,
		    "the XML was not well-formed, and was mended");
	return xml_parser_feed(r->xml, mend_finish(r->mend), err);
}

/* Without a policy domain, a From domain that all records share says whom the
 * report is about. */
static bool
fill_domain(struct dmarc_reader *r)
{
	const struct dmarc_record *record = r->dmarc.records;
	const char *shared;

	if (!is_blank(r->report.domain))
		return true;
	if (record == NULL || is_blank(record->header_from))
		return false;
	shared = record->header_from; /* interned: the same is identical */
	for (; record != NULL; record = record->next)
		if (record->header_from != shared)
			return false;
	r->report.domain = shared;
	report_note(&r->report, r->arena, "no-policy-domain",
	    "policy_published has no domain; '%.200s' of header_from stands in",
	    shared);
	return true;
}

static void
finish_period(struct dmarc_reader *r)
{
	struct report *report = &r->report;

	/* One of the two is enough to know the day. */
	if (r->has_begin && !r->has_end)
		report->end = report->begin;
	if (r->has_end && !r->has_begin)
		report->begin = report->end;
	report->has_period = r->has_begin || r->has_end;
	if (r->has_begin != r->has_end)
		report_note(report, r->arena, "date-range",
		    "only one end of the period is there");
	else if (report->has_period && report->begin > report->end)
		report_note(report, r->arena, "date-range",
		    "the period ends before it begins");
}

bool
dmarc_reader_finish(
    struct dmarc_reader *r, struct report *out, struct error *err)
{
	struct dmarc_report *dmarc;

	if (!finish_mending(r, err) || !xml_parser_finish(r->xml, err))
		return false;
	if (!fill_domain(r))
		return error_input(
		    err, "no-policy-domain", "policy_published has no domain");
	finish_period(r);
	if (r->report.report_id == NULL)
		r->report.report_id = "";
	dmarc = arena_alloc(r->arena, 1, sizeof(*dmarc));
	*dmarc = r->dmarc;
	*out = r->report;
	out->dmarc = dmarc;
	return true;
}

bool
dmarc_record_passes(const struct dmarc_record *record)
{
	return record->dkim.value == DMARC_PASS
	    || record->spf.value == DMARC_PASS;
}
