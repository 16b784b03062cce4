/* The three forms of 'reports show'. */
#ifndef CLI_SHOW_PRINT_H
#define CLI_SHOW_PRINT_H

#include <stdio.h>

struct arena;
struct choice;
struct output_style;
struct stored_report;

void show_print_text(FILE *out, const struct stored_report *stored);
void show_print_csv(FILE *out, const struct stored_report *stored,
    const struct output_style *style);
void show_print_json(FILE *out, const struct stored_report *stored);

/*
 * The word of a choice, by the function that names its values: the standard's
 * name, else what the sender wrote, NULL when the sender left it out.
 */
const char *show_word(
    const struct choice *choice, const char *(*name)(int value));

#endif
