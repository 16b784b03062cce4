/*
 * Removing what nothing uses any more: texts, authentication results and what
 * else is stored once for many.
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct store;

/* Does it in small transactions; none may be open. */
MUST_CHECK bool sweep(struct store *store, struct error *err);

/* At the beginning of a transaction that writes: forgets the ids that this
 * process remembers when another has swept. */
MUST_CHECK bool sweep_look(struct store *store, struct error *err);

/* Between two transactions of many: lets others write. */
void sweep_pause(struct store *store, int64_t milliseconds);

#endif
