/*
 * What was told before, in a file: a line for each finding.  What is no longer
 * found is forgotten, so that it is told again when it comes back, and the
 * file does not grow.
 */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena;
struct error;

struct state {
	struct arena *arena;
	const char *path;    /* NULL: nothing is remembered */
	const char **before; /* sorted */
	size_t before_count;
	const char **now;
	size_t now_count, now_size;
};

/* Reads the file if it is there.  Fails with ERROR_NO_PERM, ERROR_INPUT (it is
 * no such file, or too large) and ERROR_SYSTEM. */
MUST_CHECK bool state_open(struct state *state, const char *path,
    struct arena *arena, struct error *err);

/* Notes a finding, a line of text; whether it was not told before. */
bool state_add(struct state *state, const char *finding);

/* What was told of this kind, the first word of a line, stays told: nobody
 * looked whether it is there. */
void state_keep(struct state *state, const char *kind);

/* Writes the findings that were noted, in the place of the file as a whole. */
MUST_CHECK bool state_save(const struct state *state, struct error *err);

#endif
