/*
 * Rows on standard output, as a table for people, as CSV or as JSON.
 *
 *	static const struct output_column columns[] = {
 *		{ .key = "id", .heading = "ID", .type = OUTPUT_COUNT },
 *		{ .key = "org_name", .heading = "ORG_NAME", .min = 8 },
 *	};
 *	if (!output_new(&output, stdout, &options->style, columns,
 *		COUNT_OF(columns), err))
 *		return false;
 *	output_row(output, (struct output_value[]) {
 *	    output_count(17), output_text("Bigmail Inc.") });
 *	output_free(output);
 *
 * CSV (RFC 4180, lines end in LF), JSON (an array of objects, in ASCII) and
 * JSON lines (an object a line) go out row by row, unless they are to be
 * sorted.  A table waits for its last row, to know the widths; it is as wide
 * as the terminal, else 80 columns, or $COLUMNS.
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

enum output_color {
	OUTPUT_COLOR_AUTO, /* on a terminal, unless NO_COLOR is set */
	OUTPUT_COLOR_ALWAYS,
	OUTPUT_COLOR_NEVER,
};

/* False for a word that is not one of auto, always, never. */
MUST_CHECK bool output_color_parse(const char *text, enum output_color *out);

/* What the options say about the form of an answer. */
struct output_style {
	enum output_format format;
	enum output_color color;
	bool no_header;   /* of table and CSV */
	bool bom;         /* CSV begins with U+FEFF */
	bool local;       /* times in a table are local ones */
	const char *sort; /* KEY, KEY:asc or KEY:desc; NULL: as they come */
	size_t limit;     /* rows; 0: all */
};

enum output_type {
	OUTPUT_TEXT,
	OUTPUT_RIGHT, /* text that stands to the right in a table */
	OUTPUT_COUNT,
	OUTPUT_TIME,  /* ISO 8601, UTC; in a table the day alone */
	OUTPUT_DAY,   /* a time that stands for its day, 2026-01-31 */
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
	bool is_alarm;    /* a table shows what is not 0 in red */
	bool is_late;     /* filled in by output_fill(); not sorted by */
	bool is_note;     /* a table has it below the row, behind an arrow;
			   * needs a heading, which is not shown */
};

/* Of the type of its column.  Texts are copied where they are kept. */
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

/* One end of a report's period, which is from 0 to 0 when nobody has said
 * when. */
static inline struct output_value
output_period(int64_t time, int64_t begin, int64_t end)
{
	return (struct output_value) { .is_absent = begin == 0 && end == 0,
		.number = time };
}

static inline struct output_value
output_flag(bool flag)
{
	return (struct output_value) { .number = flag };
}

#define OUTPUT_ABSENT ((struct output_value) { .is_absent = true })

struct output;

/* The style is copied.  Fails with ERROR_USAGE when it is to be sorted by what
 * is no column. */
MUST_CHECK bool output_new(struct output **out, FILE *file,
    const struct output_style *style, const struct output_column *columns,
    size_t count, struct error *err);
/*
 * Before rows are printed, fill gets all that are, in order, and may change
 * what is not sorted by.  Texts that it sets must live as long as the output.
 * Before the first row.
 */
typedef void output_fill_fn(
    void *context, struct output_value *const *rows, size_t count);
void output_fill(struct output *output, output_fill_fn *fill, void *context);
/* One value for each column. */
void output_row(struct output *output, const struct output_value *values);
/* Counts rows that the style's limit leaves out in any case. */
void output_more(struct output *output, size_t count);
/*
 * Ends the output: what was held back is printed now.  Where rows are left out
 * for the limit, a line says how many; in a table below it, else on standard
 * error.
 */
void output_free(struct output *output);

/* A part of an answer, in that format, neither sorted nor limited. */
struct output *output_part(FILE *file, enum output_format format,
    const struct output_style *style, const struct output_column *columns,
    size_t count);

/* A table within a page: the first rows by that key, as many as the style's
 * limit says. */
struct output *output_ranked(FILE *file, const struct output_style *style,
    const char *key, const struct output_column *columns, size_t count);

/* Whether to use colours on this file. */
bool output_has_color(FILE *file, const struct output_style *style);

/* The row as a JSON object. */
json_t *output_object(const struct output_column *columns, size_t count,
    const struct output_value *values);

/* How wide text may be on this file, */
size_t output_width(FILE *file);

/* and how many lines a screen of it has. */
size_t output_height(FILE *file);

/* Text as a JSON string, null for NULL. */
json_t *output_json_text(const char *text);

/* Says whether everything that was written has arrived. */
MUST_CHECK bool output_flush(FILE *file, struct error *err);

/* A cell of CSV: harmless for spreadsheets, quoted where needed. */
const char *output_csv_text(struct arena *arena, const char *text);

#endif
