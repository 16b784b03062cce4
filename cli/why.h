/*
 * The rules that made a channel what it is, and records that say so.
 */
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include "analysis/analysis.h"
#include "base/compiler.h"

struct context;
struct error;

/* One block for each channel, or one row for each rule and record. */
MUST_CHECK bool why_print(const struct context *context,
    const struct channel *const *channels, size_t count, struct error *err);

/* Whether a name on the command line means this channel: its name, or for a
 * network an address in it. */
bool why_is_named(const struct channel *channel, const char *name);

#endif
