/* The three forms of 'reports summary'. */
#ifndef CLI_SUMMARY_PRINT_H
#define CLI_SUMMARY_PRINT_H

#include <stdbool.h>

struct context;
struct output_style;
struct question;
struct summary;

void summary_print_text(const struct summary *summary,
    const struct question *question, const struct context *context);
void summary_print_csv(
    const struct summary *summary, const struct output_style *style);
void summary_print_json(const struct summary *summary,
    const struct question *question, bool on_one_line);

#endif
