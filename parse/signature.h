/*
 * The DKIM-Signature field (RFC 6376 3.5), as far as it can be judged without
 * verifying it.
 */
#ifndef PARSE_SIGNATURE_H
#define PARSE_SIGNATURE_H

#include <stdbool.h>

#include "base/bytes.h"

struct arena;

/* Tags; "" for those that are absent. */
struct signature {
	const char *d;   /* the signer, lower case */
	const char *s;   /* the selector, lower case */
	const char *b;   /* base64 without blanks */
	bool has_length; /* l=: only the start of the body is signed */
};

/* Reads the value of one field, folded or not, as far as it makes sense. */
struct signature signature_parse(struct bytes value, struct arena *arena);

#endif
