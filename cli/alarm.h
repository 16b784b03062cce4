/*
 * Conditions for cron: what has come up that somebody wants to hear of, a line
 * each.
 */
#ifndef CLI_ALARM_H
#define CLI_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct context;
struct error;
struct question;
struct summary;

/* Whether the words of --fail-on are conditions.  Fails with ERROR_USAGE. */
MUST_CHECK bool alarm_check(const char *conditions, struct error *err);

/*
 * Prints a line for each finding that was not told before, and counts them.
 * With a state file it remembers what it told.
 */
MUST_CHECK bool alarm_tell(const struct summary *summary,
    const struct question *question, struct context *context, size_t *told,
    struct error *err);

#endif
