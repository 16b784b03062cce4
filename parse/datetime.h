/*
 * Times, in seconds since the epoch, UTC.
 */
#ifndef PARSE_DATETIME_H
#define PARSE_DATETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"

#define DATETIME_TEXT 32 /* the longest text, with its terminator */

/* The day a time lies in, counted from the epoch. */
int64_t datetime_day(int64_t time);

/*
 * Reads RFC 3339 as TLS reports have it, also without a zone (older Microsoft
 * reports; taken as UTC), with a fraction, with a blank for the T.
 */
MUST_CHECK bool datetime_parse(struct bytes text, int64_t *out);

/* Reads 2026-01-31: the first second of that day. */
MUST_CHECK bool datetime_parse_date(struct bytes text, int64_t *out);

/* Reads the Date: of a message (RFC 5322 3.3, obsolete zones too). */
MUST_CHECK bool datetime_parse_mail(struct bytes text, int64_t *out);

/* "2026-01-31T23:59:59Z"; returns out. */
const char *datetime_format(int64_t time, char out[DATETIME_TEXT]);

/* "2026-01-31"; returns out. */
const char *datetime_format_date(int64_t time, char out[DATETIME_TEXT]);

#endif
