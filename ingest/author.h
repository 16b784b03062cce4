/*
 * Whom a message is from, as DMARC asks (RFC 9989 4.2): the From field has to
 * hold one address.
 */
#ifndef INGEST_AUTHOR_H
#define INGEST_AUTHOR_H

#include "base/bytes.h"

struct arena;

/*
 * The domain of the only address in a From field, which is unfolded and not
 * decoded; in lower case.  NULL when there is no address, more than one, or
 * one that has no domain.
 */
const char *author_domain(struct bytes from, struct arena *arena);

/* The domain in the text of a domain or an address, in lower case, NULL when
 * there is none: no name of a host on the Internet. */
const char *author_domain_of(struct bytes text, struct arena *arena);

#endif
