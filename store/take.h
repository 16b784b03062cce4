/*
 * Taking in one report: whether it is new, known, or in conflict with another,
 * and which of several counts.
 */
#ifndef STORE_TAKE_H
#define STORE_TAKE_H

#include <stdbool.h>

#include "base/compiler.h"

struct error;
struct finding;
struct store;
struct store_result;

/* Adds the finding's report to the message of result, and counts there what
 * became of it; as store_add() says. */
MUST_CHECK bool take_report(struct store *store, const struct finding *finding,
    struct store_result *result, struct error *err);

#endif
