/*
 * Parameters of a MIME field (RFC 2045 5.1), put together and decoded when
 * they come in pieces (RFC 2231):
 *
 *	filename*0="receiver.example!exam"; filename*1="ple.org!1!2.xml.gz"
 *	filename*=utf-8''r%C3%A9ceiver.xml
 *
 * Read leniently: without quotes where there should be some, with a quote that
 * does not end, with semicolons too many.
 */
#ifndef INGEST_PARAMETER_H
#define INGEST_PARAMETER_H

#include "base/bytes.h"

struct arena;

struct parameter {
	const struct parameter *next;
	struct bytes name;
	const char *value; /* without its quotes */
};

/* The parameters in what stands behind the value of a field, on one line; the
 * first MAX_PARAMETERS of them. */
const struct parameter *parameter_list(struct bytes text, struct arena *arena);

/* A value as it stands there; NULL when absent. */
const char *parameter_raw(const struct parameter *list, const char *name);

/*
 * The value of name put together and decoded, as valid UTF-8; NULL when there
 * is none.  A charset other than UTF-8 is not converted: what is no UTF-8 is
 * replaced.
 */
const char *parameter_value(
    const struct parameter *list, const char *name, struct arena *arena);

#endif
