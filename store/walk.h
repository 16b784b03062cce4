/*
 * Every report a filter is about, one after the other, with its records: for
 * what goes through all of them and must not hold them in memory.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include "base/compiler.h"
#include "store/query.h"

struct dmarc_record;
struct error;

struct store_visitor {
	/* A report begins.  Of DMARC it is without its records. */
	bool (*report)(void *context, const struct stored_report *report,
	    struct error *err);
	/* A record of it that the filter is about, in the order of the
	 * report; for DMARC alone. */
	bool (*record)(void *context, const struct dmarc_record *record,
	    struct error *err);
	void *context;
};

/*
 * Visits the reports of that kind whose id is above after, by id, which is the
 * order in which they came.  Conflicts are left out.  All is of one moment.
 * What is handed out is valid until the next report.
 */
MUST_CHECK bool store_walk(struct store *store,
    const struct store_filter *filter, enum report_kind kind, int64_t after,
    const struct store_visitor *visitor, struct error *err);

#endif
