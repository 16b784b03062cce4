#include "cli/table.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <libsmartcols.h>

#include "base/arena.h"
#include "cli/output.h"
#include "cli/text.h"
#include "parse/datetime.h"

struct line {
	struct line *next;
	const char **cells;
	bool *alarms; /* which of them are */
};

struct table {
	struct output_style style;
	const struct output_column *columns;
	size_t column_count;
	size_t *widths; /* 0: not shown */
	enum text_charset charset;
	struct arena arena;
	struct line *first, **next;
};

struct table *
table_new(const struct output_style *style, const struct output_column *columns,
    size_t count)
{
	struct table *table = calloc(1, sizeof(*table));
	size_t i;

	if (table == NULL)
		err(1, "table");
	table->style = *style;
	table->columns = columns;
	table->column_count = count;
	table->charset = text_charset();
	table->next = &table->first;
	table->widths =
	    arena_alloc(&table->arena, count, sizeof(*table->widths));
	for (i = 0; i < count; i++)
		if (columns[i].heading != NULL)
			table->widths[i] = text_width(columns[i].heading);
	if (style->no_header)
		for (i = 0; i < count; i++)
			table->widths[i] = table->widths[i] > 0;
	return table;
}

/* The minute in the zone of whoever looks. */
static const char *
format_local(struct arena *arena, int64_t time)
{
	char text[sizeof("-2147481748-01-01 00:00")];
	time_t at = (time_t)time;
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL
	    || strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		return "?";
	return arena_printf(arena, "%s", text);
}

static const char *
format_cell(struct table *table, const struct output_column *column,
    const struct output_value *value)
{
	struct arena arena = { 0 };
	char day[DATETIME_TEXT];
	const char *cell = "";

	if (value->is_absent)
		return "-";
	switch (column->type) {
	case OUTPUT_COUNT:
		return arena_printf(
		    &table->arena, "%lld", (long long)value->number);
	case OUTPUT_TIME:
		if (table->style.local)
			return format_local(&table->arena, value->number);
		/* FALLTHROUGH */
	case OUTPUT_DAY:
		return arena_printf(&table->arena, "%s",
		    datetime_format_date(value->number, day));
	case OUTPUT_FLAG:
		return value->number != 0 ? column->key : "";
	case OUTPUT_TEXT:
	case OUTPUT_RIGHT:
	case OUTPUT_WORDS:
		cell = text_escape(&arena, table->charset, value->text);
		cell = arena_copy(&table->arena, bytes_of(cell));
		arena_release(&arena);
		break;
	}
	return cell;
}

void
table_add(struct table *table, const struct output_value *values)
{
	struct line *line = arena_alloc(&table->arena, 1, sizeof(*line));
	size_t i, width;

	line->cells = arena_alloc(
	    &table->arena, table->column_count, sizeof(*line->cells));
	line->alarms = arena_alloc(
	    &table->arena, table->column_count, sizeof(*line->alarms));
	for (i = 0; i < table->column_count; i++) {
		if (table->columns[i].heading == NULL)
			continue;
		line->cells[i] =
		    format_cell(table, &table->columns[i], &values[i]);
		line->alarms[i] =
		    table->columns[i].is_alarm && values[i].number != 0;
		width = text_width(line->cells[i]);
		if (width > table->widths[i])
			table->widths[i] = width;
	}
	*table->next = line;
	table->next = &line->next;
}

/* A blank between columns. */
static size_t
sum_widths(const struct table *table)
{
	size_t i, sum = 0;

	for (i = 0; i < table->column_count; i++)
		if (table->widths[i] > 0)
			sum += table->widths[i] + (sum > 0);
	return sum;
}

/* The widest column that may still be cut, or column_count. */
static size_t
find_widest(const struct table *table)
{
	size_t i, widest = table->column_count;

	for (i = 0; i < table->column_count; i++)
		if (table->columns[i].min > 0
		    && table->widths[i] > table->columns[i].min
		    && (widest == table->column_count
			|| table->widths[i] > table->widths[widest]))
			widest = i;
	return widest;
}

static size_t
sum_least_widths(const struct table *table)
{
	size_t i, least, sum = 0;

	for (i = 0; i < table->column_count; i++) {
		least = table->widths[i];
		if (table->columns[i].min > 0 && least > table->columns[i].min)
			least = table->columns[i].min;
		if (least > 0)
			sum += least + (sum > 0);
	}
	return sum;
}

static void
fit(struct table *table, size_t width)
{
	size_t i;

	for (i = table->column_count; i > 0; i--)
		if (table->columns[i - 1].is_optional
		    && sum_least_widths(table) > width)
			table->widths[i - 1] = 0;
	while (sum_widths(table) > width
	    && (i = find_widest(table)) < table->column_count)
		table->widths[i]--;
}

static void
check(int failed)
{
	if (failed != 0)
		errx(1, "table: libsmartcols failed");
}

/* --- with notes: below each row, so that libsmartcols can't draw them --- */

static void
print_cell(FILE *file, const struct output_column *column, const char *cell,
    size_t width, bool is_last)
{
	int blanks = (int)(width - text_width(cell));
	bool is_right =
	    column->type == OUTPUT_COUNT || column->type == OUTPUT_RIGHT;

	fprintf(file, "%*s%s%*s", is_right ? blanks : 0, "", cell,
	    is_right || is_last ? 0 : blanks, "");
}

/* The headings, with line NULL. */
static void
print_cells(struct table *table, const struct line *line, FILE *file)
{
	size_t i, last = 0;

	for (i = 0; i < table->column_count; i++)
		if (table->widths[i] > 0)
			last = i;
	for (i = 0; i <= last; i++) {
		if (table->widths[i] == 0)
			continue;
		print_cell(file, &table->columns[i],
		    text_cut(&table->arena, table->charset,
			line == NULL ? table->columns[i].heading
				     : line->cells[i],
			table->widths[i]),
		    table->widths[i], i == last);
		fputs(i == last ? "\n" : " ", file);
	}
}

static void
print_with_notes(struct table *table, FILE *file, size_t width)
{
	const struct line *line;
	size_t i;

	if (!table->style.no_header)
		print_cells(table, NULL, file);
	for (line = table->first; line != NULL; line = line->next) {
		print_cells(table, line, file);
		for (i = 0; i < table->column_count; i++)
			if (table->columns[i].is_note) {
				fputs("  -> ", file);
				text_fold(file, width, 5, 5, line->cells[i]);
			}
	}
}

static bool
has_notes(const struct table *table)
{
	size_t i;

	for (i = 0; i < table->column_count; i++)
		if (table->columns[i].is_note)
			return true;
	return false;
}

static void
add_columns(struct table *table, struct libscols_table *drawn, bool has_color)
{
	struct libscols_column *column;
	const char *heading;
	size_t i;
	int flags;

	for (i = 0; i < table->column_count; i++) {
		if (table->widths[i] == 0)
			continue;
		flags = table->columns[i].type == OUTPUT_COUNT
			|| table->columns[i].type == OUTPUT_RIGHT
		    ? SCOLS_FL_RIGHT
		    : 0;
		heading = text_cut(&table->arena, table->charset,
		    table->columns[i].heading, table->widths[i]);
		column = scols_table_new_column(
		    drawn, heading, (double)table->widths[i], flags);
		check(column == NULL);
		if (has_color)
			check(scols_cell_set_color(
			    scols_column_get_header(column), "bold"));
	}
}

static void
add_line(
    struct table *table, struct libscols_table *drawn, const struct line *line)
{
	struct libscols_line *row = scols_table_new_line(drawn, NULL);
	size_t i, n = 0;

	check(row == NULL);
	for (i = 0; i < table->column_count; i++) {
		if (table->widths[i] == 0)
			continue;
		check(scols_line_set_data(row, n,
		    text_cut(&table->arena, table->charset, line->cells[i],
			table->widths[i])));
		if (line->alarms[i])
			check(scols_cell_set_color(
			    scols_line_get_cell(row, n), "red"));
		n++;
	}
}

void
table_print(struct table *table, FILE *file, size_t width)
{
	struct libscols_table *drawn;
	bool has_color = output_has_color(file, &table->style);
	const struct line *line;
	size_t i;

	for (i = 0; i < table->column_count; i++)
		if (table->columns[i].is_note)
			table->widths[i] = 0;
	fit(table, width);
	if (has_notes(table)) {
		print_with_notes(table, file, width);
		return;
	}
	drawn = scols_new_table();
	check(drawn == NULL);
	add_columns(table, drawn, has_color);
	for (line = table->first; line != NULL; line = line->next)
		add_line(table, drawn, line);
	/* The cells are escaped and fit: it has nothing to decide. */
	check(scols_table_enable_noencoding(drawn, 1));
	check(scols_table_enable_colors(drawn, has_color));
	check(scols_table_enable_noheadings(drawn, table->style.no_header));
	check(scols_table_set_termforce(drawn, SCOLS_TERMFORCE_ALWAYS));
	check(scols_table_set_termwidth(
	    drawn, sum_widths(table) + table->column_count));
	check(scols_table_set_stream(drawn, file));
	check(scols_print_table(drawn));
	scols_unref_table(drawn);
}

void
table_free(struct table *table)
{
	arena_release(&table->arena);
	free(table);
}
