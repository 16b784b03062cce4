/*
 * The little of jansson we use: a whole document out of bytes that may be
 * hostile, or only a little wrong.
 */
#ifndef PARSE_JSON_H
#define PARSE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;
struct error;
struct report;

/*
 * Reads one array or object, to be given back with json_decref(); NULL is
 * failure.  All its strings are UTF-8 without NUL.
 *
 * What can be read in spite of a fault is read, with a note on the report:
 * of equal keys the last counts, an escape for no character becomes U+FFFD.
 */
json_t *json_parse(struct bytes text, struct arena *arena,
    struct report *report, struct error *err);

/*
 * The integer that a number is: 3 or 3.0.  False for other values, and for a
 * double so large that it may have been another number in the text.
 */
MUST_CHECK bool json_whole_number(const json_t *value, int64_t *out);

/* The start of a value as JSON text in ASCII, for people to read. */
const char *json_excerpt(const json_t *value, struct arena *arena);

/* Arrays have elements, any other value is the one element of itself. */
size_t json_element_count(const json_t *value);
const json_t *json_element(const json_t *value, size_t i);

#endif
