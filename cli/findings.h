/* What in a summary is worth a look, each with the command that shows more. */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stddef.h>

struct context;
struct summary;

struct finding_line {
	const char *kind; /* a word that stays the same */
	const char *text; /* in words, escaped for people */
	const char *command;
};

/* The most important first; all that apply.  They live in the arena. */
size_t findings_make(const struct summary *summary,
    const struct context *context, struct finding_line **out);

#endif
