/*
 * Tables in HTML: a heading for each column, rows of cells.
 *
 *	html_table_begin(out, "Reporters of the period", columns, 3);
 *	html_row_begin(out);
 *	html_cell_name(out, "Bigmail Inc.");
 *	html_cell_count(out, 17);
 *	html_cell_share(out, 16, 17);
 *	html_row_end(out);
 *	html_table_end(out);
 *
 * What can be sorted by a script carries its value beside the text.
 */
#ifndef CLI_HTML_TABLE_H
#define CLI_HTML_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct html_column {
	const char *heading;
	bool is_number; /* stands to the right */
	bool is_plain;  /* nothing to sort by */
};

void html_table_begin(FILE *out, const char *caption,
    const struct html_column *columns, size_t count);
void html_table_end(FILE *out);

void html_row_begin(FILE *out);
void html_row_end(FILE *out);

/* The heading of the row: escaped text, NULL for none. */
void html_cell_name(FILE *out, const char *text);
void html_cell_text(FILE *out, const char *text);
void html_cell_sentence(FILE *out, const char *text);
void html_cell_count(FILE *out, int64_t count);
void html_cell_share(FILE *out, int64_t part, int64_t whole);
void html_cell_day(FILE *out, int64_t time);
void html_cell_bar(FILE *out, int64_t good, int64_t bad, int64_t whole);

#endif
