/*
 * Text of reports on its way to people.  It is hostile: it may hold escape
 * sequences for terminals, change the direction of the writing, or be no
 * UTF-8 at all.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;

enum text_charset {
	TEXT_ASCII,
	TEXT_UTF8,
};

/* What the terminal can show; setlocale() has been called. */
enum text_charset text_charset(void);

/*
 * The text on one line: control characters, invisible ones, those that turn
 * the writing around, bytes that are no UTF-8, and what the charset lacks
 * become \n, \x1b, \u202e or \U000e0001.
 */
const char *text_escape(
    struct arena *arena, enum text_charset charset, const char *text);

/* The same text, with U+FFFD for every byte that is no UTF-8. */
const char *text_utf8(struct arena *arena, const char *text);

/* The columns that escaped text takes on a terminal. */
size_t text_width(const char *escaped);

/* Escaped text, cut to so many columns, with an ellipsis in the last. */
const char *text_cut(struct arena *arena, enum text_charset charset,
    const char *escaped, size_t width);

/*
 * Prints escaped text and ends the line, folded at blanks to stay within
 * width; the line has used columns already, further lines begin with indent
 * blanks.  Returns how many lines it took; without a file it only counts.
 */
size_t text_fold(
    FILE *out, size_t width, size_t used, size_t indent, const char *escaped);

/*
 * A value for a log line: as it is when it is one plain word, else escaped
 * and in double quotes, so that a value cannot look like the next key.
 */
const char *text_log(struct arena *arena, const char *text);

#endif
