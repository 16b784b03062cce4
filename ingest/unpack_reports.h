/*
 * Several TLS reports in one JSON array, taken apart: each is a document of its
 * own, as if it had come alone.
 */
#ifndef INGEST_UNPACK_REPORTS_H
#define INGEST_UNPACK_REPORTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* Whether bytes begin like an array of objects. */
bool unpack_reports_maybe(struct bytes bytes);

/* How many objects an array has; 0 when it is anything else, or broken. */
size_t unpack_reports_count(struct bytes array);

/* Takes the next object off the front of an array that was counted. */
bool unpack_reports_next(struct bytes *array, struct bytes *object);

#endif
