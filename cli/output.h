/*
 * Rows on standard output, as a table for people, as CSV or as JSON.
 *
 *	static const struct output_column columns[] = {
 *		{ .key = "id", .heading = "ID", .type = OUTPUT_COUNT },
 *		{ .key = "org_name", .heading = "ORG_NAME", .min = 8 },
 *	};
 *	output = output_new(stdout, OUTPUT_CSV, columns, COUNT_OF(columns));
 *	output_row(output, (struct output_value[]) {
 *	    output_count(17), output_text("Bigmail Inc.") });
 *	output_free(output);
 *
 * CSV (RFC 4180, lines end in LF), JSON (an array of objects, in ASCII) and
 * JSON lines (an object a line) go out row by row.  A table waits for its last row, to know the widths; it
 * is as wide as the terminal, else 80 columns, or $COLUMNS.
 *
 * The keys of all commands are documented in docs/output.md, which a test
 * holds against them: append, never rename, never reorder.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/compiler.h"

struct arena;
struct error;

enum output_format {
	OUTPUT_TABLE,
	OUTPUT_CSV,
	OUTPUT_JSON,
	OUTPUT_JSONL,
};

/* False for a word that is no format. */
MUST_CHECK bool output_format_parse(const char *text, enum output_format *out);

enum output_type {
	OUTPUT_TEXT,
	OUTPUT_RIGHT, /* text that stands to the right in a table */
	OUTPUT_COUNT,
	OUTPUT_TIME,  /* ISO 8601, UTC; in a table the day alone */
	OUTPUT_WORDS, /* text of words with a blank between; a JSON array */
	OUTPUT_FLAG,  /* true and false; in a table the key, or nothing */
};

struct output_column {
	const char *key;     /* in CSV and JSON; NULL: only in the table */
	const char *heading; /* in the table; NULL: not there */
	enum output_type type;
	size_t min;       /* a table may cut the text to so many columns;
			   * 0: never */
	bool is_optional; /* a table may leave it out, the last one first */
};

/* Of the type of its column. */
struct output_value {
	bool is_absent; /* empty in CSV, null in JSON */
	const char *text;
	int64_t number;
};

static inline struct output_value
output_text(const char *text)
{
	return (
	    struct output_value) { .is_absent = text == NULL, .text = text };
}

static inline struct output_value
output_count(int64_t count)
{
	return (struct output_value) { .number = count };
}

static inline struct output_value
output_time(int64_t time)
{
	return (struct output_value) { .number = time };
}

static inline struct output_value
output_flag(bool flag)
{
	return (struct output_value) { .number = flag };
}

#define OUTPUT_ABSENT ((struct output_value) { .is_absent = true })

struct output;

struct output *output_new(FILE *file, enum output_format format,
    const struct output_column *columns, size_t count);
/* One value for each column. */
void output_row(struct output *output, const struct output_value *values);
/* Ends the output: the table is printed now. */
void output_free(struct output *output);

/* The row as a JSON object. */
json_t *output_object(const struct output_column *columns, size_t count,
    const struct output_value *values);

/* How wide text may be on this file. */
size_t output_width(FILE *file);

/* Text as a JSON string, null for NULL. */
json_t *output_json_text(const char *text);

/* Says whether everything that was written has arrived. */
MUST_CHECK bool output_flush(FILE *file, struct error *err);

/* A cell of CSV: harmless for spreadsheets, quoted where needed. */
const char *output_csv_text(struct arena *arena, const char *text);

#endif
