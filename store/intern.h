/*
 * Things that are stored once however often they come: texts, and sets of
 * authentication results.
 */
#ifndef STORE_INTERN_H
#define STORE_INTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct dmarc_record;
struct error;
struct store;

/* The id of a text; 0 for NULL. */
MUST_CHECK bool intern_text(
    struct store *store, const char *text, int64_t *id, struct error *err);

/* The id of a record's authentication results; 0 when it has none. */
MUST_CHECK bool intern_auth(struct store *store,
    const struct dmarc_record *record, int64_t *id, struct error *err);

#endif
