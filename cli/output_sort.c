#include "cli/output_sort.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/output.h"

struct held {
	const struct output_sort *sort;
	const struct output_value *values;
	size_t number;
};

struct output_sort {
	size_t column_count;
	size_t key;
	bool is_text, is_down;
	struct arena arena; /* of the rows */
	struct held *rows;
	size_t count, size;
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
		if (columns[*out].key != NULL
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
		if (columns[i].key != NULL)
			keys = arena_printf(&arena, "%s%s%s", keys,
			    *keys == '\0' ? "" : ", ", columns[i].key);
	error_set(err, ERROR_USAGE, "--sort: '%.40s' is none of %s", by, keys);
	arena_release(&arena);
	return false;
}

bool
output_sort_new(struct output_sort **out, const char *by,
    const struct output_column *columns, size_t count, struct error *err)
{
	struct output_sort *sort;
	size_t key, len = strcspn(by, ":");
	const char *direction = by + len;

	if (!find_key(by, len, columns, count, &key))
		return refuse(by, columns, count, err);
	if (*direction != '\0' && strcmp(direction, ":asc") != 0
	    && strcmp(direction, ":desc") != 0)
		return error_set(err, ERROR_USAGE,
		    "--sort: '%.40s' is neither asc nor desc", direction + 1);
	sort = calloc(1, sizeof(*sort));
	if (sort == NULL)
		errx(1, "sort: out of memory");
	sort->column_count = count;
	sort->key = key;
	sort->is_text = is_text(columns[key].type);
	sort->is_down = *direction == '\0' ? !sort->is_text
					   : strcmp(direction, ":desc") == 0;
	*out = sort;
	return true;
}

void
output_sort_add(struct output_sort *sort, const struct output_value *values)
{
	struct output_value *copy =
	    arena_alloc(&sort->arena, sort->column_count, sizeof(*copy));
	size_t i;

	for (i = 0; i < sort->column_count; i++) {
		copy[i] = values[i];
		if (values[i].text != NULL)
			copy[i].text =
			    arena_copy(&sort->arena, bytes_of(values[i].text));
	}
	if (sort->count == sort->size) {
		sort->size = sort->size == 0 ? 64 : sort->size * 2;
		sort->rows =
		    reallocarray(sort->rows, sort->size, sizeof(*sort->rows));
		if (sort->rows == NULL)
			errx(1, "sort: out of memory");
	}
	sort->rows[sort->count] = (struct held) { sort, copy, sort->count };
	sort->count++;
}

static int
compare_values(const struct output_sort *sort, const struct output_value *a,
    const struct output_value *b)
{
	int order;

	if (a->is_absent || b->is_absent)
		return a->is_absent - b->is_absent;
	order = sort->is_text
	    ? strcmp(a->text, b->text)
	    : (a->number > b->number) - (a->number < b->number);
	return sort->is_down ? -order : order;
}

static int
compare(const void *left, const void *right)
{
	const struct held *a = left, *b = right;
	size_t key = a->sort->key;
	int order = compare_values(a->sort, &a->values[key], &b->values[key]);

	return order != 0 ? order
			  : (a->number > b->number) - (a->number < b->number);
}

void
output_sort_end(struct output_sort *sort,
    void (*row)(void *context, const struct output_value *values),
    void *context)
{
	size_t i;

	if (sort->count > 0)
		qsort(sort->rows, sort->count, sizeof(*sort->rows), compare);
	for (i = 0; i < sort->count; i++)
		row(context, sort->rows[i].values);
	free(sort->rows);
	arena_release(&sort->arena);
	free(sort);
}
