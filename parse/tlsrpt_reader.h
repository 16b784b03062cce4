/*
 * The values of a TLS report, for parse/tlsrpt.c: read from JSON with all that
 * senders make of it, and noted where that is not what they should be.
 */
#ifndef PARSE_TLSRPT_READER_H
#define PARSE_TLSRPT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "parse/json.h"
#include "parse/tlsrpt.h"
#include "parse/value.h"

struct arena;
struct error;
struct report;

struct tlsrpt_reader {
	struct arena *arena;
	struct report *report;
	struct tlsrpt_report *out;
	struct error *err;
	/* Where we are, for notes: counted from 1, 0 for outside of any. */
	size_t policy, failure;
	size_t failure_total;
};

/* Adds a note that says where: policy, failure detail, key. */
void tlsrpt_note(struct tlsrpt_reader *r, const char *code, const char *key,
    const char *text);

/* The same, with an excerpt of the value. */
void tlsrpt_note_value(struct tlsrpt_reader *r, const char *code,
    const char *key, const json_t *value);

/* The value of a key; NULL when it is absent or JSON's null. */
const json_t *tlsrpt_find(const json_t *object, const char *key);

/* The one of the two keys that is there. */
const char *tlsrpt_choose_key(
    const json_t *object, const char *key, const char *alias);

/* Text as written, in lower case, a domain, an address in its canonical
 * form where it is one: NULL when absent. */
const char *tlsrpt_read_text(
    struct tlsrpt_reader *r, const json_t *object, const char *key);
const char *tlsrpt_read_lower(
    struct tlsrpt_reader *r, const json_t *object, const char *key);
const char *tlsrpt_read_domain(
    struct tlsrpt_reader *r, const json_t *object, const char *key);
const char *tlsrpt_read_address(
    struct tlsrpt_reader *r, const json_t *object, const char *key);

/* A count of sessions; 0 when absent.  False when it is none. */
bool tlsrpt_read_count(struct tlsrpt_reader *r, const json_t *object,
    const char *key, int64_t *out);

/* A list of strings, or one string; each goes through clean. */
bool tlsrpt_read_list(struct tlsrpt_reader *r, const json_t *object,
    const char *key, struct bytes (*clean)(struct bytes text),
    const struct text_list **out);

/* Ways to clean. */
struct bytes tlsrpt_clean_nothing(struct bytes text);
struct bytes tlsrpt_clean_mx_host(struct bytes text);

#endif
