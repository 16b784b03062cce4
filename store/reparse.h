/*
 * Applying a better reader to what was stored before.
 */
#ifndef STORE_REPARSE_H
#define STORE_REPARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "store/store.h"

/* The next message after that id whose bytes are kept (store_raw()); 0 after
 * the last. */
MUST_CHECK bool store_next_raw(
    struct store *store, int64_t after, int64_t *message, struct error *err);

/*
 * Puts what was found in a message, when it was read once more, in the place
 * of what was stored of it.  A report that reads as the same one keeps its
 * number, its verdict and whether it counts; one that turns out to be another
 * is taken anew.  What cannot be read any more, and what the database refuses,
 * stays as it was.  In a transaction, all or nothing; doing it again changes
 * nothing.
 *
 * stored counts the reports that were written anew, the other counts are
 * those of store_add().
 */
MUST_CHECK bool store_reparse(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err);

#endif
