/* The names that questions can be narrowed to. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include <stdbool.h>

#include "base/compiler.h"

struct error;
struct store;

/* Each domain that reports are about. */
MUST_CHECK bool store_domain_names(struct store *store,
    bool (*row)(void *context, const char *name, struct error *err),
    void *context, struct error *err);

/* Each organisation that reports, and the domain of its address; in lower
 * case, and some of them twice. */
MUST_CHECK bool store_reporter_names(struct store *store,
    bool (*row)(void *context, const char *name, struct error *err),
    void *context, struct error *err);

#endif
