/*
 * The shapes of records, and the texts in them: numbered while the records
 * are read, and read together when all are known.  One by one they would cost
 * more than all records.
 */
#ifndef STORE_FLOW_SHAPES_H
#define STORE_FLOW_SHAPES_H

#include <sqlite3.h>

#include "base/compiler.h"
#include "parse/flow.h"
#include "store/numbers.h"

struct arena;
struct error;
struct store;

struct flow_loader {
	struct store *store;
	struct arena *arena; /* set both; the rest begins as zeros */

	struct numbers shapes, auths, texts;
	const char **text; /* by number; NULL: not read yet */
	size_t text_room;
	sqlite3_stmt *find_text;
};

/* The text of an id, at once; NULL for the id 0, which is that of NULL. */
MUST_CHECK bool flow_text(struct flow_loader *loader, int64_t id,
    const char **out, struct error *err);

MUST_CHECK bool flow_shape_number(
    struct flow_loader *loader, int64_t id, uint32_t *out, struct error *err);

/* Reads all shapes that have a number. */
MUST_CHECK bool flow_shapes_read(
    struct flow_loader *loader, struct flow_shapes *out, struct error *err);

void flow_loader_release(struct flow_loader *loader);

#endif
