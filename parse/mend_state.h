/*
 * Inside of parse/mend: what is known of the document so far.  parse/mend.c
 * makes characters of bytes, parse/mend_markup.c makes XML of characters.
 */
#ifndef PARSE_MEND_STATE_H
#define PARSE_MEND_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum fix {
	STRAY_TEXT,
	DECLARATION,
	SCHEMA_TAG,
	RAW_BRACKET,
	RAW_AMPERSAND,
	ENCODING,
	FIX_COUNT,
};

enum state {
	TEXT,
	MARKUP,      /* held begins with < and its kind is not known yet */
	REFERENCE,   /* held begins with & */
	TAG,         /* inside of a tag whose name is known */
	DROPPED_TAG, /* the same, and nothing of it is kept */
	VERBATIM,    /* until its end: a comment, CDATA, a declaration */
};

/* A name that is longer is none, a declaration that is longer is kept. */
#define MAX_HELD 256

struct mend {
	enum state state;
	bool has_begun; /* something has come out */
	bool has_root, is_after_root;
	bool is_8bit;    /* declared as one byte a character: no UTF-8 */
	const char *end; /* what ends VERBATIM */
	size_t matched;  /* how much of it has come */
	char quote;      /* inside a TAG: the open quote, or 0 */
	size_t depth;    /* of open elements */
	bool is_end_tag, ends_in_slash;
	bool has_second; /* report, after the first */

	char held[MAX_HELD];
	size_t held_len;
	char partial[4]; /* the beginning of a UTF-8 character */
	size_t partial_len;
	bool has_fixed[FIX_COUNT];
	struct buffer out;
};

/* Takes the next byte of a character. */
void mend_take(struct mend *m, char c);

/* Puts bytes out as they are, and what is held. */
void mend_put(struct mend *m, const char *data, size_t len);
void mend_put_held(struct mend *m);

/* Whether there may be text here at all. */
bool mend_is_inside(const struct mend *m);

#endif
