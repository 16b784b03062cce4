#include "parse/dmarc.h"

#include <err.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/dmarc_reader.h"
#include "parse/mend.h"
#include "parse/xml.h"

/* Which would be one with the other's records, or without. */
static bool
several_reports(struct error *err)
{
	return error_input(err, "xml-several-reports",
	    "there is a second 'feedback' after the first");
}

static bool
on_start(void *context, const struct xml_element *xml, struct error *err)
{
	struct dmarc_reader *r = context;
	const struct element *element =
	    dmarc_find_element(r->open[r->depth]->section, xml->name);

	if (r->depth == 0 && element == &dmarc_skipped)
		return error_input(err, "not-a-report",
		    "the root element is '%.40s', not 'feedback'", xml->name);
	if (element->section == FEEDBACK && r->seen_feedbacks++ > 0)
		return several_reports(err);
	if (element->section == FEEDBACK && xml->xml_namespace != NULL)
		r->dmarc.xml_namespace =
		    arena_copy(r->arena, bytes_of(xml->xml_namespace));
	if (element->section == RECORD && r->seen_records == MAX_DMARC_RECORDS)
		return error_limit(err, "limit-records", "more than %d records",
		    MAX_DMARC_RECORDS);
	if (element->begin != NULL && !element->begin(r))
		element = &dmarc_skipped;
	r->lang = xml->lang.data == NULL ? NULL : dmarc_keep(r, xml->lang);
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
		dmarc_set_value(r, element, text);
	return true;
}

struct dmarc_reader *
dmarc_reader_new(struct arena *arena, bool mends, bool is_utf8)
{
	struct dmarc_reader *r = calloc(1, sizeof(*r));
	const struct xml_handler handler = { on_start, on_end, r };

	if (r == NULL)
		err(1, "dmarc");
	r->arena = arena;
	r->strings.arena = arena;
	r->xml = xml_parser_new(&handler, is_utf8);
	r->mend = mends ? mend_new() : NULL;
	r->open[0] = &dmarc_outside;
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
	if (mend_has_second(r->mend))
		return several_reports(err);
	for (i = 0; (code = mend_code(r->mend, i)) != NULL; i++)
		report_note(&r->report, r->arena, code,
		    "the XML was not well-formed, and was mended");
	return xml_parser_feed(r->xml, mend_finish(r->mend), err);
}

/* The report may be whole when what is around it is not. */
static bool
finish_xml(struct dmarc_reader *r, struct error *err)
{
	bool is_whole = xml_parser_finish(r->xml, err);

	if (!is_whole
	    && (!r->has[FEEDBACK] || strcmp(err->reason, "xml-truncated") != 0))
		return false;
	if (!r->has[FEEDBACK])
		return error_input(
		    err, "not-a-report", "there is no 'feedback' in it");
	if (!is_whole)
		report_note(&r->report, r->arena, "xml-schema-tag",
		    "what is around the report does not end");
	return true;
}

/* The From domain that all records share; NULL when there is none. */
static const char *
shared_from(const struct dmarc_reader *r)
{
	const struct dmarc_record *record = r->dmarc.records;
	const char *shared = record == NULL ? NULL : record->header_from;

	/* Interned: the same is identical. */
	for (; record != NULL; record = record->next)
		if (record->header_from != shared)
			return NULL;
	return dmarc_is_blank(shared) ? NULL : shared;
}

/* Without a policy domain, a From domain that all records share says whom the
 * report is about.  If there is none, nobody is named. */
static void
fill_domain(struct dmarc_reader *r)
{
	const char *shared;

	if (!dmarc_is_blank(r->report.domain))
		return;
	shared = shared_from(r);
	r->report.domain = shared == NULL ? "" : shared;
	if (shared == NULL)
		report_note(&r->report, r->arena, "no-policy-domain",
		    "policy_published has no domain, and the records do not "
		    "share one");
	else
		report_note(&r->report, r->arena, "no-policy-domain",
		    "policy_published has no domain; '%.200s' of header_from "
		    "stands in",
		    shared);
}

static bool
is_empty(const struct dmarc_reader *r)
{
	return !r->has[METADATA] && !r->has[POLICY_PUBLISHED]
	    && r->seen_records == 0;
}

static void
finish_period(struct dmarc_reader *r)
{
	struct report *report = &r->report;

	if (r->has_begin && r->has_end && report->begin == 0
	    && report->end == 0) {
		report_note(report, r->arena, "date-range",
		    "the period is the first second of 1970");
		return;
	}
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

	if (!finish_mending(r, err) || !finish_xml(r, err))
		return false;
	if (is_empty(r))
		return error_input(
		    err, "empty-report", "there is nothing in 'feedback'");
	fill_domain(r);
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
