/*
 * The shapes of records: numbered while the records are read, and read
 * together when all are known.
 */
#ifndef STORE_FLOW_SHAPES_H
#define STORE_FLOW_SHAPES_H

#include "base/compiler.h"
#include "parse/flow.h"
#include "store/numbers.h"

struct error;
struct texts;

/* Reads all shapes that have a number, with their texts, into the arena of
 * the texts. */
MUST_CHECK bool flow_shapes_read(const struct numbers *numbers,
    struct texts *texts, struct flow_shapes *out, struct error *err);

#endif
