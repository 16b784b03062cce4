/*
 * Things that are stored once however often they come: texts, and what
 * records have in common.
 */
#ifndef STORE_INTERN_H
#define STORE_INTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct dmarc_reason;
struct dmarc_record;
struct error;
struct store;

/* The id of a text; 0 for NULL. */
MUST_CHECK bool intern_text(
    struct store *store, const char *text, int64_t *id, struct error *err);

/* The id of all that a record says besides its address, count and reasons. */
MUST_CHECK bool intern_shape(struct store *store,
    const struct dmarc_record *record, int64_t *id, struct error *err);

/* The id of a list of reasons; 0 when it is empty. */
MUST_CHECK bool intern_reasons(struct store *store,
    const struct dmarc_reason *reasons, int64_t *id, struct error *err);

/* Forgets all ids: they may be of rows that are gone. */
void intern_forget(struct store *store);

#endif
