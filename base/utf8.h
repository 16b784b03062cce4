/* UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* What stands for bytes that are no UTF-8: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/*
 * The length of the character that text begins with, 1 to 4, or 0 when it
 * begins with none: a stray or missing byte, an overlong form, a surrogate,
 * or past U+10FFFF.  len is at least 1.
 */
size_t utf8_len(const char *text, size_t len);

/* Puts '?' for bytes that are no UTF-8: what "%.40s" leaves of a character
 * that it cuts. */
void utf8_mend(char *text);

#endif
