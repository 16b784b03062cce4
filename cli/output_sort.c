#include "cli/output_sort.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/output.h"

/* A row with its texts, in one piece of memory. */
struct held {
	const struct output_sort *sort;
	size_t number;
	struct output_value values[];
};

struct output_sort {
	size_t column_count;
	size_t key;
	bool is_unsorted, is_text, is_down;
	size_t limit;       /* 0: none */
	struct held **rows; /* with a limit a heap, the last one on top */
	size_t count, size, added;
};

static bool
is_text(enum output_type type)
{
	return type == OUTPUT_TEXT || type == OUTPUT_RIGHT
	    || type == OUTPUT_WORDS;
}

static bool
find_key(const char *by, size_t len, const struct output_column *columns,
    size_t count, size_t *out)
{
	for (*out = 0; *out < count; (*out)++)
		if (columns[*out].key != NULL && !columns[*out].is_late
		    && strlen(columns[*out].key) == len
		    && strncmp(columns[*out].key, by, len) == 0)
			return true;
	return false;
}

/* The keys fit into the text of an error: those that do are named. */
static bool
refuse(const char *by, const struct output_column *columns, size_t count,
    struct error *err)
{
	struct arena arena = { 0 };
	const char *keys = "";
	size_t i;

	for (i = 0; i < count; i++)
		if (columns[i].key != NULL && !columns[i].is_late)
			keys = arena_printf(&arena, "%s%s%s", keys,
			    *keys == '\0' ? "" : ", ", columns[i].key);
	error_set(err, ERROR_USAGE, "--sort: '%.40s' is none of %s", by, keys);
	arena_release(&arena);
	return false;
}

bool
output_sort_new(struct output_sort **out, const char *by, size_t limit,
    const struct output_column *columns, size_t count, struct error *err)
{
	struct output_sort *sort;
	size_t key = 0, len = by == NULL ? 0 : strcspn(by, ":");
	const char *direction = by == NULL ? "" : by + len;

	if (by != NULL && !find_key(by, len, columns, count, &key))
		return refuse(by, columns, count, err);
	if (*direction != '\0' && strcmp(direction, ":asc") != 0
	    && strcmp(direction, ":desc") != 0)
		return error_set(err, ERROR_USAGE,
		    "--sort: '%.40s' is neither asc nor desc", direction + 1);
	sort = calloc(1, sizeof(*sort));
	if (sort == NULL)
		errx(1, "sort: out of memory");
	sort->column_count = count;
	sort->limit = limit;
	sort->is_unsorted = by == NULL;
	sort->key = key;
	sort->is_text = is_text(columns[key].type);
	sort->is_down = *direction == '\0' ? !sort->is_text
					   : strcmp(direction, ":desc") == 0;
	*out = sort;
	return true;
}

static int
compare_values(const struct output_sort *sort, const struct output_value *a,
    const struct output_value *b)
{
	int order;

	if (sort->is_unsorted)
		return 0;
	if (a->is_absent || b->is_absent)
		return a->is_absent - b->is_absent;
	order = sort->is_text
	    ? strcmp(a->text, b->text)
	    : (a->number > b->number) - (a->number < b->number);
	return sort->is_down ? -order : order;
}

/* Rows that are equal stay as they came. */
static int
compare_rows(const struct held *a, const struct held *b)
{
	size_t key = a->sort->key;
	int order = compare_values(a->sort, &a->values[key], &b->values[key]);

	return order != 0 ? order
			  : (a->number > b->number) - (a->number < b->number);
}

static int
compare(const void *left, const void *right)
{
	return compare_rows(
	    *(struct held *const *)left, *(struct held *const *)right);
}

static struct held *
copy_row(struct output_sort *sort, const struct output_value *values)
{
	size_t i, len, size = sizeof(struct held);
	struct held *row;
	char *text;

	for (i = 0; i < sort->column_count; i++)
		size += sizeof(*values)
		    + (values[i].text == NULL ? 0 : strlen(values[i].text) + 1);
	row = malloc(size);
	if (row == NULL)
		errx(1, "sort: out of memory");
	row->sort = sort;
	row->number = sort->added;
	text = (char *)(row->values + sort->column_count);
	for (i = 0; i < sort->column_count; i++) {
		row->values[i] = values[i];
		if (values[i].text == NULL)
			continue;
		len = strlen(values[i].text) + 1;
		row->values[i].text = memcpy(text, values[i].text, len);
		text += len;
	}
	return row;
}

static void
swap(struct held **a, struct held **b)
{
	struct held *kept = *a;

	*a = *b;
	*b = kept;
}

static void
sift_up(struct held **rows, size_t at)
{
	for (; at > 0 && compare_rows(rows[at], rows[(at - 1) / 2]) > 0;
	     at = (at - 1) / 2)
		swap(&rows[at], &rows[(at - 1) / 2]);
}

static void
sift_down(struct held **rows, size_t count)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count
		    && compare_rows(rows[child + 1], rows[child]) > 0)
			child++;
		if (compare_rows(rows[at], rows[child]) >= 0)
			return;
		swap(&rows[at], &rows[child]);
		at = child;
	}
}

static void
append(struct output_sort *sort, struct held *row)
{
	if (sort->count == sort->size) {
		sort->size = sort->size == 0 ? 64 : sort->size * 2;
		sort->rows =
		    reallocarray(sort->rows, sort->size, sizeof(*sort->rows));
		if (sort->rows == NULL)
			errx(1, "sort: out of memory");
	}
	sort->rows[sort->count++] = row;
	if (sort->limit != 0)
		sift_up(sort->rows, sort->count - 1);
}

void
output_sort_add(struct output_sort *sort, const struct output_value *values)
{
	size_t key = sort->key;

	sort->added++;
	if (sort->limit == 0 || sort->count < sort->limit) {
		append(sort, copy_row(sort, values));
		return;
	}
	/* Of equal ones the first has come first. */
	if (compare_values(sort, &values[key], &sort->rows[0]->values[key])
	    >= 0)
		return;
	free(sort->rows[0]);
	sort->rows[0] = copy_row(sort, values);
	sift_down(sort->rows, sort->count);
}

static void
fill_rows(struct output_sort *sort, output_fill_fn *fill, void *context)
{
	struct output_value **rows = calloc(sort->count, sizeof(*rows));
	size_t i;

	if (rows == NULL)
		errx(1, "sort: out of memory");
	for (i = 0; i < sort->count; i++)
		rows[i] = sort->rows[i]->values;
	fill(context, rows, sort->count);
	free(rows);
}

void
output_sort_end(struct output_sort *sort, output_fill_fn *fill,
    void *fill_context,
    void (*row)(void *context, const struct output_value *values),
    void *context)
{
	size_t i;

	if (sort->count > 0)
		qsort(sort->rows, sort->count, sizeof(struct held *), compare);
	if (fill != NULL && sort->count > 0)
		fill_rows(sort, fill, fill_context);
	for (i = 0; i < sort->count; i++) {
		row(context, sort->rows[i]->values);
		free(sort->rows[i]);
	}
	free(sort->rows);
	free(sort);
}
