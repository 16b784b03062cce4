/*
 * What one delivered message or file was found to hold.  Plain data: ingest
 * makes it, store keeps it, and neither knows the other.
 */
#ifndef PARSE_READING_H
#define PARSE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "parse/arf.h"
#include "parse/report.h"
#include "parse/verdict.h"

/* One thing that was found: a report, or why there is none. */
struct finding {
	const struct finding *next;
	const char *part; /* where: "2", "2: report.xml", "1.2: a.zip: b.xml" */
	const struct report *report; /* NULL when it could not be read */
	struct digest digest;        /* of the unpacked report */
	enum verdict verdict;        /* on the report, */
	const char *verdict_reason;  /* and why, in words */
	const char *reason;          /* why not: a code of docs/deviations.md */
	const char *detail;          /* and in words */
};

/* A message without any report is one of these. */
enum message_class {
	MESSAGE_OTHER,        /* no report, and none of our business */
	MESSAGE_BOUNCE,       /* a delivery status notification (RFC 3464) */
	MESSAGE_FAILURE,      /* a DMARC failure report (RFC 9991) */
	MESSAGE_ABUSE,        /* another feedback report (RFC 5965) */
	MESSAGE_ERROR_REPORT, /* a report that could not be sent (RFC 7489) */
};

struct reading {
	struct digest digest; /* of the bytes as delivered */
	size_t size;          /* and their number */
	bool is_message;      /* else a report or container by itself */
	enum message_class class;

	/* header fields as text, decoded; NULL when absent */
	const char *message_id;
	const char *from;
	const char *subject;           /* NULL too where it may be another's */
	const char *tls_report_domain; /* RFC 8460 5.3 */
	const char *tls_report_submitter; /* RFC 8460 5.3 */
	bool has_date;
	int64_t date; /* seconds since the epoch, UTC */

	const char *remark; /* what a file is that is no report, in words, or
			     * NULL */
	const struct finding *findings; /* in the order of the message */
	size_t report_count;
	size_t broken_count;

	const struct failure *failures; /* of MESSAGE_FAILURE, at least one */

	struct bytes original; /* the report that was asked for, unpacked as
				* its sender wrote it; else empty */
};

#endif
