/* The two forms of 'reports export': rows, and parsedmarc's JSON. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include <stdio.h>

#include "parse/datetime.h"
#include "parse/report.h"
#include "store/walk.h"

struct geo;
struct output_style;

/*
 * A form under way.  Its visitor takes the reports of store_walk(); end writes
 * what is left, and frees it.
 */
struct export
{
	struct store_visitor visitor;
	void (*end)(struct export * export);
	int64_t rows; /* records, or rows about policies, so far */
};

/* CSV: a row for each record, or for each policy and each of its failures.
 * Where geo is not NULL, it says where sources are. */
struct export *export_csv_new(FILE *out, const struct output_style *style,
    enum report_kind kind, struct geo *geo);

/* JSON lines, an object for each report; or one document that holds them. */
struct export *export_json_new(FILE *out, const struct output_style *style,
    enum report_kind kind, struct geo *geo);

/* "2026-01-31 23:59:59", as parsedmarc writes times. */
#define EXPORT_TIME DATETIME_TEXT
const char *export_time(int64_t time, char out[EXPORT_TIME]);

#endif
