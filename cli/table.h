/*
 * The table for people, drawn by libsmartcols.  What does not fit is cut with
 * an ellipsis, or a column is left out that says it may be.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct output_column;
struct output_style;
struct output_value;
struct table;

struct table *table_new(const struct output_style *style,
    const struct output_column *columns, size_t count);
void table_add(struct table *table, const struct output_value *values);
void table_print(struct table *table, FILE *file, size_t width);
void table_free(struct table *table);

#endif
