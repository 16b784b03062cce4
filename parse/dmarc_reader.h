/*
 * How parse/dmarc.c reads a report: what is under construction, the elements
 * that the schema knows, and what each does when it begins and ends.
 */
#ifndef PARSE_DMARC_READER_H
#define PARSE_DMARC_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "parse/dmarc.h"
#include "parse/intern.h"
#include "parse/report.h"

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
	size_t seen_feedbacks, seen_records; /* kept or not */
	size_t error_count;

	/* what is under construction, and where the next of each goes */
	struct dmarc_record *record;
	bool has_count;
	const char *count_text; /* as written; NULL when absent */
	struct dmarc_reason *reason;
	struct dmarc_dkim *dkim;
	struct dmarc_spf *spf;
	size_t reason_count, dkim_count, spf_count;
	const char *noted_word;
	const char *lang; /* of the value that is open, or NULL */
	const struct dmarc_record **next_record;
	const struct dmarc_text **next_error;
	const struct dmarc_reason **next_reason;
	const struct dmarc_text **next_comment;
	const struct dmarc_dkim **next_dkim;
	const struct dmarc_spf **next_spf;
};

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
	WORD,
	POLICY,
	DISPOSITION,
	EVALUATED,
	ALIGNMENT,
	DKIM_RESULT,
	SPF_RESULT,
};

struct element {
	const char *name;
	enum section section; /* what it opens */

	bool (*begin)(struct dmarc_reader *r);
	void (*end)(struct dmarc_reader *r, struct bytes text);

	enum owner owner; /* for a plain value */
	enum form form;
	size_t offset;
};

extern const struct element dmarc_outside; /* around the root */
extern const struct element dmarc_skipped; /* what we don't know */

/* The element of that name in that section; &dmarc_skipped when unknown. */
const struct element *dmarc_find_element(enum section parent, const char *name);

/* Puts the text of a plain value where it belongs. */
void dmarc_set_value(
    struct dmarc_reader *r, const struct element *element, struct bytes text);

/* What begins and ends with the other elements; false leaves one out. */
bool dmarc_begin_metadata(struct dmarc_reader *r);
bool dmarc_begin_policy(struct dmarc_reader *r);
bool dmarc_begin_record(struct dmarc_reader *r);
bool dmarc_begin_reason(struct dmarc_reader *r);
bool dmarc_begin_dkim(struct dmarc_reader *r);
bool dmarc_begin_spf(struct dmarc_reader *r);
void dmarc_end_feedback(struct dmarc_reader *r, struct bytes text);
void dmarc_end_begin(struct dmarc_reader *r, struct bytes text);
void dmarc_end_end(struct dmarc_reader *r, struct bytes text);
void dmarc_end_email(struct dmarc_reader *r, struct bytes text);
void dmarc_end_report_id(struct dmarc_reader *r, struct bytes text);
void dmarc_end_contact(struct dmarc_reader *r, struct bytes text);
void dmarc_end_error(struct dmarc_reader *r, struct bytes text);
void dmarc_end_reason(struct dmarc_reader *r, struct bytes text);
void dmarc_end_comment(struct dmarc_reader *r, struct bytes text);
void dmarc_end_dkim(struct dmarc_reader *r, struct bytes text);
void dmarc_end_spf(struct dmarc_reader *r, struct bytes text);
void dmarc_end_source_ip(struct dmarc_reader *r, struct bytes text);
void dmarc_end_count(struct dmarc_reader *r, struct bytes text);
void dmarc_end_record(struct dmarc_reader *r, struct bytes text);

/* Text as written, and a name in lower case without the dot at its end. */
const char *dmarc_keep(struct dmarc_reader *r, struct bytes text);
const char *dmarc_keep_name(struct dmarc_reader *r, struct bytes text);
/* A word of a set that is open, in lower case; says how it was written. */
const char *dmarc_keep_word(struct dmarc_reader *r, struct bytes text);

/* Absent or empty. */
bool dmarc_is_blank(const char *text);

#endif
