/*
 * What adding a message and reading it again have in common.
 */
#ifndef STORE_ADD_H
#define STORE_ADD_H

#include "base/compiler.h"
#include "store/store.h"

/* As store_retry(), but what it has done when it fails is left there. */
MUST_CHECK bool add_retry(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err);

/* Ends a transaction in which something failed; always false. */
bool add_give_up(struct store *store, const struct error *why);

#endif
