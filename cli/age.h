/*
 * How old something may become: 30d, 4w, 13m, 5y.  Unlike a period it is
 * counted back from the clock.
 */
#ifndef CLI_AGE_H
#define CLI_AGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct age {
	enum age_kind {
		AGE_NONE, /* not given */
		AGE_DAYS,
		AGE_MONTHS,
		AGE_NEVER,   /* nothing is kept */
		AGE_FOREVER, /* nothing goes */
	} kind;
	int64_t value;
};

/* Reads such an age, or "never" or "forever" where they may be. */
MUST_CHECK bool age_parse(const char *text, bool takes_words, struct age *out);

/* The first second of the day that is that old; STORE_KEEP for AGE_NONE and
 * AGE_FOREVER.  now is in seconds since the epoch. */
int64_t age_before(const struct age *age, int64_t now);

#endif
