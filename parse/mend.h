/*
 * Makes XML of what some senders take for it, byte by byte as it streams by.
 *
 * Used for a document that was found not to be well-formed; what is mended
 * here, and only that, is listed in docs/deviations.md under its code:
 *
 *	xml-stray-text	  something beside the root element: left out
 *	xml-declaration	  an XML declaration in the wrong place, or with an
 *			  encoding that it has not: left out
 *	xml-schema-tag	  a tag of an XML schema around the report: left out
 *	xml-raw-bracket	  a < in text, as in <a@example.org>: escaped
 *	xml-raw-ampersand an & that begins no reference: escaped
 *	xml-encoding	  bytes that are no UTF-8, control characters:
 *			  replaced by U+FFFD
 */
#ifndef PARSE_MEND_H
#define PARSE_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"

struct mend;

struct mend *mend_new(void);
void mend_free(struct mend *mend);

/* Takes the next bytes and returns them mended, valid until the next call;
 * what cannot be judged yet is held back. */
struct bytes mend_feed(struct mend *mend, struct bytes in);

/* What was held back to the end. */
struct bytes mend_finish(struct mend *mend);

/* Whether a second report began after the first, which is lost then. */
bool mend_has_second(const struct mend *mend);

/* The code of the i-th kind of thing that was mended, from 0; NULL after the
 * last. */
const char *mend_code(const struct mend *mend, size_t i);

#endif
