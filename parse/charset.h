/*
 * Text in UTF-16 or UTF-32 to UTF-8, as it streams by.  Which it is, the first
 * four bytes tell: a byte order mark, or where the zeros of the first
 * characters stand, as those of XML and JSON are ASCII (XML 1.0 appendix F,
 * RFC 4627 3).  Any other encoding is left as it is.
 */
#ifndef PARSE_CHARSET_H
#define PARSE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"

#define CHARSET_HEAD ((size_t)4)

struct charset {
	size_t width; /* of a unit in bytes: 2, 4, or 1 to leave all as it is */
	bool is_big;  /* the first byte of a unit is the highest */
	uint8_t unit[4]; /* as far as it has come */
	size_t unit_len;
	uint32_t high; /* the first half of a surrogate pair, or 0 */
	bool has_bad;  /* something was no character, and is U+FFFD now */
	struct buffer out;
};

/* By the first CHARSET_HEAD bytes, which may be fewer at the end of a
 * document. */
void charset_guess(struct charset *charset, struct bytes head);
void charset_release(struct charset *charset);

/* Takes the next bytes, the first ones too, and returns them in UTF-8, valid
 * until the next call. */
struct bytes charset_feed(struct charset *charset, struct bytes in);

/* After the last bytes: what a character that is cut off has become. */
struct bytes charset_finish(struct charset *charset);

#endif
