/* What in a summary is worth a look, each with the command that shows more. */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stddef.h>

struct context;
struct question;
struct summary;

struct finding_line {
	const char *kind;    /* a word that stays the same */
	const char *brief;   /* in a few words, */
	const char *text;    /* and in more, escaped for people */
	const char *command; /* asks about the same reports */
};

/* The most important first; all that apply.  They live in the arena. */
size_t findings_make(const struct summary *summary,
    const struct question *question, const struct context *context,
    struct finding_line **out);

/* A command with the options that make it ask about the same period, reporters
 * and verdicts. */
const char *findings_command(const char *command,
    const struct question *question, const struct context *context);

#endif
