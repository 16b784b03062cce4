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

/* Takes back what the message at hand has left, and nothing else. */
void add_undo(struct store *store, const struct error *why);

#endif
