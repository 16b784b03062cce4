/*
 * The Authentication-Results field (RFC 8601 2.2): what one mail system found
 * out about a message.
 *
 * Read as filters write it, which is more than the grammar allows: an unquoted
 * value goes up to a blank, a semicolon or a parenthesis.  Comments are
 * skipped.  A field that cannot be read to its end is not to be used at all:
 * a sender may have had a hand in it.
 */
#ifndef PARSE_AUTHRES_H
#define PARSE_AUTHRES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;
struct error;

/* header.from=example.org: names in lower case, the value as written. */
struct authres_property {
	const struct authres_property *next;
	const char *ptype;
	const char *property;
	const char *value; /* may be empty */
};

/* dkim=pass, and what belongs to it. */
struct authres_result {
	const struct authres_result *next;
	const char *method; /* lower case, as result */
	const char *result;
	const char *reason; /* NULL when absent */
	const struct authres_property *properties;
};

struct authres {
	const char *authserv_id;              /* as written: also "ID/JOBID" */
	const struct authres_result *results; /* none for "none" */
};

/*
 * Reads the value of one field, folded or not.  Fails with ERROR_INPUT when
 * it names no authserv-id, has a version other than 1 or is malformed, and
 * with ERROR_LIMIT; then out->authserv_id is set if it could be read, and
 * NULL if not.  Results of a method's version other than 1 are left out, and
 * so is what is no result or property.
 */
MUST_CHECK bool authres_parse(struct bytes value, struct arena *arena,
    struct authres *out, struct error *err);

/* The value of a property; NULL when the result has none. */
const char *authres_property(const struct authres_result *result,
    const char *ptype, const char *property);

#endif
