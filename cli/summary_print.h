/* The three forms of 'reports summary'. */
#ifndef CLI_SUMMARY_PRINT_H
#define CLI_SUMMARY_PRINT_H

#include <stdbool.h>

#include "base/compiler.h"

struct context;
struct error;
struct output_style;
struct question;
struct summary;

MUST_CHECK bool summary_print_text(struct summary *summary,
    const struct question *question, const struct context *context,
    struct error *err);
void summary_print_csv(
    const struct summary *summary, const struct output_style *style);
void summary_print_json(const struct summary *summary,
    const struct question *question, const struct context *context);

#endif
