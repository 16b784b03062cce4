/*
 * The analysis of the period a command is about: rows from the store, what is
 * known of names, and the configuration put together.
 */
#ifndef CLI_ANALYSE_H
#define CLI_ANALYSE_H

#include "analysis/analysis.h"
#include "base/compiler.h"
#include "cli/question.h"

struct context;
struct error;

struct analysed {
	struct question question;
	struct knowledge knowledge;
	struct analysis *analysis; /* finished; texts live in the context's
				    * arena */
};

/* analysed_release() also after a failure. */
MUST_CHECK bool analyse(
    struct analysed *out, const struct context *context, struct error *err);
void analysed_release(struct analysed *analysed);

#endif
