/*
 * What all questions begin with: the domains and the days they are about, and
 * a word to people when there is nothing to answer.
 */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "base/compiler.h"
#include "cli/options.h"
#include "store/query.h"

struct arena;
struct context;
struct error;

struct question {
	struct store_filter filter;
	struct period period;
	size_t report_count; /* that the question is about */
	int64_t first_day;   /* of the period, or of the first of them */
};

/* Sets it up; says on standard error when there are no such reports. */
MUST_CHECK bool question_open(
    struct question *out, const struct context *context, struct error *err);

/* The same, and says nothing. */
MUST_CHECK bool question_open_quietly(
    struct question *out, const struct context *context, struct error *err);

/*
 * Whether there are no reports at all, of any day or verdict; then it has said
 * on standard error what makes them come.
 */
MUST_CHECK bool question_has_none(
    bool *out, const struct context *context, struct error *err);

/* The style of the options; a table has the first TABLE_ROWS unless --limit
 * says otherwise. */
#define TABLE_ROWS 20
struct output_style question_style(const struct options *options);

/* The day in the middle of those that have reports; the last second there is
 * when it is a single day. */
int64_t question_middle(const struct question *question);

/* "failed reports about example.org that begin 2026-01-02 to 2026-01-31 (30 days)" */
const char *question_words(struct arena *arena, const struct question *question,
    const struct context *context);

#endif
