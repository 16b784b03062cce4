/*
 * Text to values: counts, domains, words out of a fixed set.
 *
 * Strict where a wrong value would mislead, lenient where a sender is known
 * to err (docs/deviations.md).
 */
#ifndef PARSE_VALUE_H
#define PARSE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;

/*
 * One word out of a fixed set, as an enum value, 0 when the sender left it
 * out.  raw is what the sender wrote, where that is not the word's own
 * spelling; NULL where it is.
 */
struct choice {
	int value;
	const char *raw;
};

/* A spelling and the value it stands for; the first of a value is its name. */
struct choice_name {
	const char *name;
	int value;
};

/*
 * The value of text: blanks around it and case do not matter.  A word that is
 * in no row is other, with its raw text; empty text is value 0.
 */
struct choice choice_parse(const struct choice_name *names, size_t count,
    int other, struct bytes text, struct arena *arena);

/* The name of a value; NULL when it has none. */
const char *choice_name(
    const struct choice_name *names, size_t count, int value);

/* Whether text is that word; case does not matter, in any locale. */
bool text_is(struct bytes text, const char *word);

/* Whether text ends in that word; case does not matter. */
bool text_ends_in(const char *text, const char *word);

/* A copy in lower case, without the blanks around it. */
const char *text_lower(struct arena *arena, struct bytes text);

/* The value of a hexadecimal digit; -1 when it is none. */
int hex_digit(char c);

/* A list of strings, in the order of the report. */
struct text_list {
	const struct text_list *next;
	const char *text;
};

/*
 * Reads a count or a time: decimal digits, blanks around them, a fraction of
 * zeros or of seconds dropped ("1337270400.0").  False for a sign, for
 * anything else, and for more than 2^63 - 1.
 */
MUST_CHECK bool number_parse(struct bytes text, int64_t *out);

/* A domain in lower case, without blanks and the dot at its end. */
const char *domain_copy(struct arena *arena, struct bytes text);

/* Whether domain is that parent or below it; both in lower case, and nothing
 * is below "". */
bool domain_is_below(const char *domain, const char *parent);

/*
 * The domain of an address such as a@example.org, <a@example.org> or
 * mailto:a@example.org, in lower case; "" when there is none, or no email.
 */
const char *domain_of_email(struct arena *arena, const char *email);

#endif
