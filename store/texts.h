/*
 * Texts by their ids: numbered as the ids are met, and read together when all
 * are known, because one by one they would cost more than what they are in.
 */
#ifndef STORE_TEXTS_H
#define STORE_TEXTS_H

#include <sqlite3.h>

#include "base/compiler.h"
#include "store/numbers.h"

struct arena;
struct error;
struct store;

struct texts {
	struct store *store;
	struct arena *arena; /* set both; the rest begins as zeros */

	struct numbers numbers;
	const char **text; /* by number; NULL: not read yet */
	size_t room;
	sqlite3_stmt *find;
};

/* The number of the id 0, which is that of NULL. */
#define TEXTS_NONE UINT32_MAX

/* Numbers an id: 0 becomes TEXTS_NONE. */
MUST_CHECK bool texts_id(
    struct numbers *numbers, int64_t id, uint32_t *out, struct error *err);
MUST_CHECK bool texts_number(
    struct texts *texts, int64_t id, uint32_t *out, struct error *err);

/* Reads all that have a number; then texts_at() has them. */
MUST_CHECK bool texts_read(struct texts *texts, struct error *err);

/* NULL for TEXTS_NONE. */
const char *texts_at(const struct texts *texts, uint32_t n);

/* One of them, at once; NULL for the id 0. */
MUST_CHECK bool texts_now(
    struct texts *texts, int64_t id, const char **out, struct error *err);

void texts_release(struct texts *texts);

#endif
