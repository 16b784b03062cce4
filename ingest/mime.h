/*
 * What a part says about itself (RFC 2045), and its transfer encoding undone.
 *
 * Read leniently: a field that is missing, misspelt or makes no sense leaves
 * its default, and the first bytes of the body have the last word on how it
 * is encoded.
 */
#ifndef INGEST_MIME_H
#define INGEST_MIME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;

enum mime_encoding {
	MIME_IDENTITY,
	MIME_BASE64,
	MIME_QUOTED_PRINTABLE,
	MIME_UUENCODE, /* older than MIME */
};

struct mime {
	struct bytes body;
	const char *type;     /* lower case: "text/plain" */
	bool has_type;        /* it is declared */
	const char *boundary; /* of a multipart; NULL when it has none */
	const char *filename; /* decoded; "" when it has none */
	enum mime_encoding encoding;
};

/* Splits an entity (RFC 2045 2.4) into what its header says and its body,
 * which is still encoded.  False when the header is larger than MAX_HEADER. */
MUST_CHECK bool mime_split(
    struct bytes entity, struct arena *arena, struct mime *out);

/* The body decoded.  What that takes is in *memory, for free(); NULL when it is
 * the body as it stands there. */
struct bytes mime_decode(const struct mime *mime, char **memory);

#endif
