/*
 * Country and network of addresses, out of files in MaxMind's format that the
 * operator has: [geo] mmdb.  Nothing is fetched.
 */
#ifndef CLI_GEO_H
#define CLI_GEO_H

#include <stdbool.h>

#include "base/compiler.h"
#include "cli/output.h"
#include "parse/address.h"

struct config;
struct error;
struct geo;

/* The columns, for the end of a row with an address. */
#define GEO_COUNT 3
#define GEO_COLUMNS                                                            \
	{ .key = "country", .is_optional = true },                             \
	    { .key = "asn", .type = OUTPUT_COUNT },                            \
	{                                                                      \
		.key = "as_name", .min = 12, .is_optional = true               \
	}

/* Opens the files; *out is NULL where none are configured.  Fails with
 * ERROR_CONFIG. */
MUST_CHECK bool geo_open(
    struct geo **out, const struct config *config, struct error *err);
void geo_close(struct geo *geo);

/* Has a table show the columns. */
void geo_show(struct output_column columns[GEO_COUNT]);

/* The values, absent where nothing is known, or geo is NULL.  Their texts stay
 * until the next call. */
void geo_put(struct geo *geo, const struct address *address,
    struct output_value out[GEO_COUNT]);

#endif
