/*
 * Names of people's organisations, withheld: a keyed hash in their place.
 * The same name has the same hash as long as the key is kept; it is a file
 * beside the database, DATABASE.key, that only its owner may read.
 */
#ifndef CLI_PSEUDONYM_H
#define CLI_PSEUDONYM_H

#include <stdbool.h>

#include "base/compiler.h"

struct arena;
struct error;

#define PSEUDONYM_KEY 32

struct pseudonym {
	char key[PSEUDONYM_KEY];
};

/*
 * Reads the key of a database, or makes it.  Where neither can be done, for
 * want of permission, a key is made for this time only, and a word on standard
 * error says so.
 */
MUST_CHECK bool pseudonym_open(struct pseudonym *out, const char *db,
    struct arena *arena, struct error *err);

/* "h:" and ten hexadecimal digits; NULL for NULL. */
const char *pseudonym_of(
    const struct pseudonym *pseudonym, struct arena *arena, const char *name);

#endif
