/*
 * Flows: what records say over and over, apart from when and how often.
 *
 * The store hands them out, the analysis takes them.  Everything a row points
 * to is there once: two rows point to the same source or reasons, and have the
 * number of the same shape, if and only if these are equal, so that pointers
 * can be compared and hashed.  The same holds for each text.  NULL is absent, "" there but empty.
 */
#ifndef PARSE_FLOW_H
#define PARSE_FLOW_H

#include <stddef.h>
#include <stdint.h>

#include "parse/address.h"
#include "parse/dmarc.h"

/* Who reports about whom. */
struct flow_source {
	const char *domain;                  /* the policy domain */
	const char *org_name, *email_domain; /* lower case, "" when absent */
};

/* A record without its address, count and reasons.  Records have its number;
 * the shapes come when all records have been handed out. */
struct flow_shape {
	int dkim, spf; /* enum dmarc_evaluated */
	const char *header_from, *envelope_from, *envelope_to;
	const struct dmarc_dkim *dkim_results;
	const struct dmarc_spf *spf_results;
};

struct flow_shapes {
	const struct flow_shape *shapes; /* by number */
	size_t count;
};

/* One record.  Valid until the callback returns; what it points to stays. */
struct flow_row {
	const struct flow_source *source;
	uint32_t shape;
	const struct dmarc_reason *reasons; /* NULL: none */
	struct address source_ip;           /* none when it was not one */
	int64_t begin, end;                 /* of the report */
	int64_t count;                      /* messages */
	int64_t report, record;             /* where it stands */
	int p;                              /* enum dmarc_policy */
};

#endif
