/*
 * Text and numbers in HTML.  Text of reports is hostile: it is put between
 * tags and into quoted attributes only, and only by html_text().
 */
#ifndef CLI_HTML_TEXT_H
#define CLI_HTML_TEXT_H

#include <stdint.h>
#include <stdio.h>

/*
 * The text, escaped for HTML.  What text_escape() shows on a terminal as \n or
 * \u202e it shows here as well: it would be invisible, or turn the line around.
 */
void html_text(FILE *out, const char *text);

/* 1234567 as 1,234,567. */
void html_count(FILE *out, int64_t count);

/* A share of a hundred with one digit, "98.7%"; "100%" and "0%" only when it
 * is all or nothing; an en dash of nothing. */
void html_share(FILE *out, int64_t part, int64_t whole);

/* A short number for an axis: 1200 as 1.2k. */
void html_short(FILE *out, int64_t count);

/* The day of a time, 2026-03-10. */
void html_day(FILE *out, int64_t time);

#endif
