/*
 * A report: what both kinds have in common, and the one entrance that reads
 * either.
 *
 * The bytes of an unpacked report are fed in as they come; the reader looks
 * at the first of them and chooses.  Only JSON is held in memory as a whole.
 * Everything that comes out lives in the arena.
 */
#ifndef PARSE_REPORT_H
#define PARSE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;
struct dmarc_report;
struct error;
struct tlsrpt_report;

enum report_kind {
	REPORT_DMARC = 1,
	REPORT_TLSRPT = 2,
};

/*
 * Something a reader had to put up with.  The code is a string constant of
 * docs/deviations.md; the detail says where, from the outside in.
 */
struct note {
	const struct note *next;
	const char *code;
	const char *detail;
};

/*
 * The field of TLS-RPT that stands in each place is named where it has
 * another name than in DMARC.
 */
struct report {
	enum report_kind kind;
	const char *org_name;  /* organization-name; NULL when absent */
	const char *email;     /* contact-info; NULL when absent */
	const char *report_id; /* report-id; "" when absent */
	const char *domain;    /* whom it is about, lower case: the DMARC policy
				* domain, the policy-domain of TLS-RPT; NULL
				* or "" when the report does not say */
	bool has_period;       /* else begin and end mean nothing */
	int64_t begin, end;    /* seconds since the epoch, UTC; both 0 when the
				* message has no date either */

	const struct note *notes; /* in the order they came up */
	size_t note_count;        /* may be more than are kept */

	const struct dmarc_report *dmarc;   /* for REPORT_DMARC */
	const struct tlsrpt_report *tlsrpt; /* for REPORT_TLSRPT */
};

/* "dmarc" or "tlsrpt". */
const char *report_kind_name(enum report_kind kind);

struct report_reader;

struct report_reader *report_reader_new(struct arena *arena);
void report_reader_free(struct report_reader *reader);

/* To be called first, for a document that was found to be "xml-malformed":
 * it is mended as it is read (parse/mend.h), and notes say how. */
void report_reader_mend(struct report_reader *reader);

/*
 * Takes the next bytes.  Fails with ERROR_INPUT or ERROR_LIMIT; the reason is
 * "not-a-report" when this is something else altogether, rather than a report
 * that is broken.  After a failure only report_reader_free may follow.
 */
MUST_CHECK bool report_reader_feed(
    struct report_reader *reader, struct bytes bytes, struct error *err);

/* After the last bytes: the report.  Fails like report_reader_feed. */
MUST_CHECK bool report_reader_finish(
    struct report_reader *reader, struct report *out, struct error *err);

/* Adds a note, up to MAX_NOTES; further ones are only counted. */
void report_note(struct report *report, struct arena *arena, const char *code,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
