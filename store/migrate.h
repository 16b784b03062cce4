/*
 * Bringing a database to the schema of this program (store/schema.sql).
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>

#include "base/compiler.h"

struct error;
struct store;

/*
 * Brings a database of an older schema up to this one's, after a copy of it
 * has been put beside it: "PATH.schema-1" for schema 1.  A step is done or not
 * begun; who dies on the way finds the database as it was.
 */
MUST_CHECK bool migrate(struct store *store, struct error *err);

/* The step from schema 1 to 2, in a transaction. */
MUST_CHECK bool migrate_1(struct store *store, struct error *err);

/* Makes the views (docs/schema.md) anew, in a transaction. */
MUST_CHECK bool views_create(struct store *store, struct error *err);

#endif
