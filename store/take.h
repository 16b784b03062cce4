/*
 * Taking in one report: whether it is new, known, or in conflict with another,
 * and which of several counts.
 */
#ifndef STORE_TAKE_H
#define STORE_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;
struct finding;
struct store;
struct store_result;

/* Adds the finding's report to the message of result, and counts there what
 * became of it; as store_add() says. */
MUST_CHECK bool take_report(struct store *store, const struct finding *finding,
    struct store_result *result, struct error *err);

/* Whether what was read once more is the report of that id, by its key. */
MUST_CHECK bool take_is_same(struct store *store, int64_t id,
    const struct finding *finding, bool *is_same, struct error *err);

/* Puts what the finding holds in the place of all that the report of that id
 * held; it stays the same one, with its verdict and its place. */
MUST_CHECK bool take_again(struct store *store, int64_t id,
    const struct finding *finding, struct error *err);

#endif
