/*
 * Whether a report came from whom it says, as our own mail system saw it when
 * it took the message.
 */
#ifndef PARSE_VERDICT_H
#define PARSE_VERDICT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/compiler.h"

/* The numbers are in databases. */
enum verdict {
	VERDICT_UNKNOWN,    /* nothing was there to tell it by */
	VERDICT_VERIFIED,   /* authenticated */
	VERDICT_UNVERIFIED, /* neither authenticated nor failing */
	VERDICT_SUSPICIOUS, /* what should tell it has been tampered with */
	VERDICT_FAILED,     /* forged, or sent in a way that looks like it */
};
#define VERDICT_COUNT 5

/* "unknown", "verified", "unverified", "suspicious", "failed". */
const char *verdict_name(enum verdict verdict);

/* The verdict of that name; case does not matter. */
MUST_CHECK bool verdict_parse(struct bytes name, enum verdict *out);

#endif
