/*
 * What adding a message and reading it again have in common.
 */
#ifndef STORE_ADD_H
#define STORE_ADD_H

#include "base/compiler.h"
#include "store/store.h"

/* As store_retry(), within its savepoint. */
MUST_CHECK bool add_retry(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err);

/* Whether the database refuses what was to be stored, and would again. */
bool add_is_refused(const struct error *err);
/* Notes that it did. */
void add_refuse(struct store_result *result, const struct error *why);

/* Takes back what the message at hand has left, and nothing else. */
void add_undo(struct store *store, const struct error *why);

#endif
