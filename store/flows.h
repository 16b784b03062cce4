/*
 * The one question of the analysis: every record of a period, as flows.
 */
#ifndef STORE_FLOWS_H
#define STORE_FLOWS_H

#include "base/compiler.h"
#include "parse/flow.h"
#include "store/query.h"

struct arena;
struct error;
struct store;

/*
 * Hands out the records of all DMARC reports the filter is about, conflicts
 * left out, in the order of the reports' ids; then the shapes whose numbers
 * they have.  What rows point to, and the shapes, live in the arena: it grows
 * with what is distinct, not with the number of records.
 * A callback that returns false ends the question, which then fails with its
 * error.
 */
MUST_CHECK bool store_flows(struct store *store,
    const struct store_filter *filter, struct arena *arena,
    bool (*row)(void *context, const struct flow_row *flow, struct error *err),
    void *context, struct flow_shapes *shapes, struct error *err);

#endif
