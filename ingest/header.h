/*
 * The header of a message (RFC 5322 2.2), read leniently: what cannot be a
 * field is passed over, line ends may be CRLF or LF.
 */
#ifndef INGEST_HEADER_H
#define INGEST_HEADER_H

#include <stdbool.h>

#include "base/bytes.h"

struct arena;

/* The header of a message: its bytes up to the empty line. */
struct bytes header_of(struct bytes message);

/* What follows the empty line that the bytes begin with, if they do. */
struct bytes header_skip_empty(struct bytes bytes);

/* Whether the bytes begin with a header field. */
bool header_looks_like(struct bytes bytes);

/* One field, as it stands there: its lines still folded. */
struct header_field {
	struct bytes name;
	struct bytes value;
};

/* Takes the next field off the front of header; false when there is none. */
bool header_next(struct bytes *header, struct header_field *field);

/*
 * Adds to a field just taken the lines behind it that are none: some forget to
 * indent them.  Not for a field that is to be trusted.
 */
void header_add_lines(struct bytes *header, struct header_field *field);

/* A value on one line: its line ends go, the blanks after them stay. */
struct bytes header_unfold(struct bytes value, struct arena *arena);

/*
 * The first field of that name, unfolded and trimmed, its encoded words
 * (RFC 2047) decoded to UTF-8 and cut at MAX_HEADER_TEXT bytes; NULL when
 * there is none.
 */
const char *header_find(
    struct bytes header, const char *name, struct arena *arena);

/* Text cut at MAX_HEADER_TEXT bytes, invalid UTF-8 replaced. */
const char *header_copy(struct bytes text, struct arena *arena);

/* Text with its encoded words decoded and invalid UTF-8 replaced. */
const char *header_decode(struct bytes text, struct arena *arena);

#endif
