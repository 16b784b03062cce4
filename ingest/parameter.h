/*
 * Parameters of MIME fields that come in pieces or encoded (RFC 2231):
 *
 *	filename*0="receiver.example!exam"; filename*1="ple.org!1!2.xml.gz"
 *	filename*=utf-8''r%C3%A9ceiver.xml
 */
#ifndef INGEST_PARAMETER_H
#define INGEST_PARAMETER_H

#include "base/bytes.h"

struct arena;

/* The value of a parameter as it stands in the field; NULL when absent. */
typedef const char *parameter_find(const void *field, const char *name);

/*
 * The value of name put together and decoded, as valid UTF-8; NULL when there
 * is none.  A charset other than UTF-8 is not converted: what is no UTF-8 is
 * replaced.
 */
const char *parameter_value(parameter_find *find, const void *field,
    const char *name, struct arena *arena);

#endif
