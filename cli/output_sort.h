/* The rows of an answer, held back to be sorted by one of their columns. */
#ifndef CLI_OUTPUT_SORT_H
#define CLI_OUTPUT_SORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "cli/output.h"

struct error;
struct output_sort;

/*
 * by is NULL, for rows as they come, or KEY, KEY:asc or KEY:desc; without a direction, texts go up and all
 * else down.  Of the rows, the first limit are kept, all when it is 0.  Fails
 * with ERROR_USAGE when there is no such key.
 */
MUST_CHECK bool output_sort_new(struct output_sort **out, const char *by,
    size_t limit, const struct output_column *columns, size_t count,
    struct error *err);

/* Copies the row, if it is one of those to be kept so far. */
void output_sort_add(
    struct output_sort *sort, const struct output_value *values);

/* Hands the rows out in order, those that are equal as they came and absent
 * values last, and frees the sort.  fill, if any, gets all of them first. */
void output_sort_end(struct output_sort *sort, output_fill_fn *fill,
    void *fill_context,
    void (*row)(void *context, const struct output_value *values),
    void *context);

#endif
