#include "cli/output.h"

#include <sys/ioctl.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/output_sort.h"
#include "cli/table.h"
#include "cli/text.h"
#include "parse/datetime.h"

struct output {
	FILE *file;
	struct output_style style;
	const struct output_column *columns;
	size_t column_count;
	size_t row_count; /* as they came */
	size_t printed;
	struct table *table;      /* for OUTPUT_TABLE */
	struct output_sort *sort; /* the rows that wait, or NULL */
	output_fill_fn *fill;     /* or NULL */
	void *fill_context;
};

/* --- words, widths, colours --- */

static bool
find_word(const char *const *names, size_t count, const char *text, size_t *out)
{
	for (*out = 0; *out < count; (*out)++)
		if (strcmp(text, names[*out]) == 0)
			return true;
	return false;
}

bool
output_format_parse(const char *text, enum output_format *out)
{
	static const char *const names[] = { "table", "csv", "json", "jsonl" };
	size_t i;

	if (!find_word(names, COUNT_OF(names), text, &i))
		return false;
	*out = (enum output_format)i;
	return true;
}

bool
output_color_parse(const char *text, enum output_color *out)
{
	static const char *const names[] = { "auto", "always", "never" };
	size_t i;

	if (!find_word(names, COUNT_OF(names), text, &i))
		return false;
	*out = (enum output_color)i;
	return true;
}

/* https://no-color.org: set and not empty. */
bool
output_has_color(FILE *file, const struct output_style *style)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (style->color != OUTPUT_COLOR_AUTO)
		return style->color == OUTPUT_COLOR_ALWAYS;
	return (no_color == NULL || *no_color == '\0') && term != NULL
	    && strcmp(term, "dumb") != 0 && isatty(fileno(file)) == 1;
}

/* What the environment says of the screen, else the terminal. */
static size_t
ask_size(FILE *file, const char *variable, bool is_width, size_t least,
    size_t otherwise)
{
	const char *text = getenv(variable);
	long told = text == NULL ? 0 : strtol(text, NULL, 10);
	struct winsize size;
	size_t own;

	if (told >= (long)least && told <= 1000)
		return (size_t)told;
	if (ioctl(fileno(file), TIOCGWINSZ, &size) == -1)
		return otherwise;
	own = is_width ? size.ws_col : size.ws_row;
	return own >= least ? own : otherwise;
}

size_t
output_width(FILE *file)
{
	return ask_size(file, "COLUMNS", true, 20, 80);
}

size_t
output_height(FILE *file)
{
	return ask_size(file, "LINES", false, 10, 24);
}

bool
output_flush(FILE *file, struct error *err)
{
	if (fflush(file) == 0 && !ferror(file))
		return true;
	return error_set(
	    err, ERROR_SYSTEM, "cannot write the output: %s", strerror(errno));
}

/* --- CSV --- */

/* OWASP: what spreadsheets take for the beginning of a formula. */
static bool
is_formula(const char *text)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r",
		/* the same signs in full width */
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
		"\xef\xbc\xa0" };
	size_t i;

	for (i = 0; i < COUNT_OF(starts); i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

const char *
output_csv_text(struct arena *arena, const char *text)
{
	const char *escaped = text_escape(arena, TEXT_UTF8, text);
	char *cell, *to;

	if (is_formula(text))
		escaped = arena_printf(arena, "'%s", escaped);
	if (escaped[strcspn(escaped, "\",;")] == '\0')
		return escaped;
	cell = to = arena_alloc(arena, strlen(escaped) + 2, 2);
	*to++ = '"';
	for (; *escaped != '\0'; escaped++) {
		if (*escaped == '"')
			*to++ = '"';
		*to++ = *escaped;
	}
	*to++ = '"';
	return cell;
}

static const char *
format_cell(struct arena *arena, enum output_type type,
    const struct output_value *value)
{
	char time[DATETIME_TEXT];

	if (value->is_absent)
		return "";
	switch (type) {
	case OUTPUT_COUNT:
		return arena_printf(arena, "%lld", (long long)value->number);
	case OUTPUT_TIME:
		return arena_printf(
		    arena, "%s", datetime_format(value->number, time));
	case OUTPUT_DAY:
		return arena_printf(
		    arena, "%s", datetime_format_date(value->number, time));
	case OUTPUT_FLAG:
		return value->number != 0 ? "true" : "false";
	case OUTPUT_TEXT:
	case OUTPUT_RIGHT:
	case OUTPUT_WORDS:
		break;
	}
	return output_csv_text(arena, value->text);
}

static void
write_csv_row(struct output *output, const struct output_value *values)
{
	struct arena arena = { 0 };
	const char *comma = "";
	size_t i;

	for (i = 0; i < output->column_count; i++) {
		if (output->columns[i].key == NULL)
			continue;
		fprintf(output->file, "%s%s", comma,
		    format_cell(&arena, output->columns[i].type, &values[i]));
		comma = ",";
	}
	putc('\n', output->file);
	arena_release(&arena);
}

static void
write_csv_header(struct output *output)
{
	const char *comma = "";
	size_t i;

	if (output->style.bom)
		fputs("\xef\xbb\xbf", output->file);
	if (output->style.no_header)
		return;
	for (i = 0; i < output->column_count; i++) {
		if (output->columns[i].key == NULL)
			continue;
		fprintf(output->file, "%s%s", comma, output->columns[i].key);
		comma = ",";
	}
	putc('\n', output->file);
}

/* --- JSON --- */

json_t *
output_json_text(const char *text)
{
	struct arena arena = { 0 };
	json_t *json;

	if (text == NULL)
		return json_null();
	json = json_string_nocheck(text_utf8(&arena, text));
	arena_release(&arena);
	if (json == NULL)
		errx(1, "json: out of memory");
	return json;
}

static json_t *
make_words(const char *text)
{
	json_t *array = json_array();
	size_t len;

	for (; *text != '\0'; text += len) {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len > 0
		    && json_array_append_new(array, json_stringn(text, len))
			!= 0)
			errx(1, "json: out of memory");
	}
	return array;
}

static json_t *
make_json(enum output_type type, const struct output_value *value)
{
	char time[DATETIME_TEXT];

	if (value->is_absent)
		return json_null();
	switch (type) {
	case OUTPUT_COUNT:
		return json_integer(value->number);
	case OUTPUT_TIME:
		return json_string(datetime_format(value->number, time));
	case OUTPUT_DAY:
		return json_string(datetime_format_date(value->number, time));
	case OUTPUT_FLAG:
		return json_boolean(value->number != 0);
	case OUTPUT_WORDS:
		return make_words(value->text);
	case OUTPUT_TEXT:
	case OUTPUT_RIGHT:
		break;
	}
	return output_json_text(value->text);
}

json_t *
output_object(const struct output_column *columns, size_t count,
    const struct output_value *values)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < count; i++)
		if (columns[i].key != NULL
		    && json_object_set_new_nocheck(object, columns[i].key,
			   make_json(columns[i].type, &values[i]))
			!= 0)
			errx(1, "json: out of memory");
	return object;
}

static void
write_json_row(struct output *output, const struct output_value *values)
{
	json_t *object =
	    output_object(output->columns, output->column_count, values);

	if (output->style.format == OUTPUT_JSON)
		fputs(output->printed == 0 ? "\n" : ",\n", output->file);
	json_dumpf(object, output->file, JSON_ENSURE_ASCII);
	if (output->style.format == OUTPUT_JSONL)
		putc('\n', output->file);
	json_decref(object);
}

/* --- all of them --- */

struct output *
output_part(FILE *file, enum output_format format,
    const struct output_style *style, const struct output_column *columns,
    size_t count)
{
	struct output *output = calloc(1, sizeof(*output));

	if (output == NULL)
		err(1, "output");
	output->file = file;
	output->style = *style;
	output->style.format = format;
	output->style.limit = 0;
	output->columns = columns;
	output->column_count = count;
	switch (format) {
	case OUTPUT_TABLE:
		output->table = table_new(style, columns, count);
		break;
	case OUTPUT_CSV:
		write_csv_header(output);
		break;
	case OUTPUT_JSON:
		putc('[', file);
		break;
	case OUTPUT_JSONL:
		break;
	}
	return output;
}

bool
output_new(struct output **out, FILE *file, const struct output_style *style,
    const struct output_column *columns, size_t count, struct error *err)
{
	struct output_sort *sort = NULL;

	*out = NULL;
	if (style->sort != NULL
	    && !output_sort_new(
		&sort, style->sort, style->limit, columns, count, err))
		return false;
	*out = output_part(file, style->format, style, columns, count);
	(*out)->sort = sort;
	(*out)->style.limit = style->limit;
	return true;
}

struct output *
output_ranked(FILE *file, const struct output_style *style, const char *key,
    const struct output_column *columns, size_t count)
{
	struct output *output =
	    output_part(file, OUTPUT_TABLE, style, columns, count);
	struct error err;

	if (!output_sort_new(
		&output->sort, key, style->limit, columns, count, &err))
		errx(1, "%s", err.text); /* a key that we have named */
	output->style.limit = style->limit;
	return output;
}

void
output_fill(struct output *output, output_fill_fn *fill, void *context)
{
	struct error err;

	if (output->sort == NULL
	    && !output_sort_new(&output->sort, NULL, output->style.limit,
		output->columns, output->column_count, &err))
		errx(1, "%s", err.text); /* does not fail without a key */
	output->fill = fill;
	output->fill_context = context;
}

static void
print_row(void *context, const struct output_value *values)
{
	struct output *output = context;

	if (output->style.limit != 0 && output->printed >= output->style.limit)
		return;
	switch (output->style.format) {
	case OUTPUT_TABLE:
		table_add(output->table, values);
		break;
	case OUTPUT_CSV:
		write_csv_row(output, values);
		break;
	case OUTPUT_JSON:
	case OUTPUT_JSONL:
		write_json_row(output, values);
		break;
	}
	output->printed++;
}

void
output_row(struct output *output, const struct output_value *values)
{
	output->row_count++;
	if (output->sort != NULL)
		output_sort_add(output->sort, values);
	else
		print_row(output, values);
}

void
output_more(struct output *output, size_t count)
{
	output->row_count += count;
}

void
output_free(struct output *output)
{
	size_t more;

	if (output->sort != NULL)
		output_sort_end(output->sort, output->fill,
		    output->fill_context, print_row, output);
	if (output->style.format == OUTPUT_JSON)
		fputs(output->printed == 0 ? "]\n" : "\n]\n", output->file);
	if (output->table != NULL) {
		if (output->printed > 0)
			table_print(output->table, output->file,
			    output_width(output->file));
		table_free(output->table);
	}
	more = output->row_count - output->printed;
	if (more > 0)
		fprintf(output->table != NULL ? output->file : stderr,
		    "%zu more; --limit %zu shows them\n", more,
		    output->row_count);
	free(output);
}
