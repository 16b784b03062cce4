#include "parse/json.h"

#include <err.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/utf8.h"
#include "parse/report.h"
#include "parse/value.h"

#define ESCAPE_LEN  6           /* \uFFFD */
#define MAX_EXACT   (1LL << 53) /* doubles below it are exact integers */
#define EXCERPT_LEN 40

/* The UTF-16 unit of an escape \uXXXX at the front, or -1. */
static int
read_escape(struct bytes text)
{
	int unit = 0, digit, i;

	if (text.len < ESCAPE_LEN || text.data[0] != '\\'
	    || text.data[1] != 'u')
		return -1;
	for (i = 2; i < ESCAPE_LEN; i++) {
		digit = hex_digit(text.data[i]);
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/*
 * The length of the backslash escape at the front, and whether it stands for
 * no character: NUL, or one half of a surrogate pair.
 */
static size_t
measure_escape(struct bytes text, bool *bad)
{
	int unit = read_escape(text), next;

	*bad = false;
	if (unit < 0)
		return 2;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		next = read_escape(bytes_skip(text, ESCAPE_LEN));
		if (next >= 0xdc00 && next <= 0xdfff)
			return (size_t)2 * ESCAPE_LEN;
	}
	*bad = unit == 0 || (unit >= 0xd800 && unit <= 0xdfff);
	return ESCAPE_LEN;
}

/* Replaces bad escapes, in a copy; false when there are none. */
static bool
mend_escapes(struct bytes *text, struct arena *arena)
{
	char *copy = arena_copy(arena, *text);
	struct bytes rest = { copy, text->len };
	bool mended = false, bad;
	size_t len;

	while (rest.len > 0) {
		if (rest.data[0] != '\\') {
			rest = bytes_skip(rest, 1);
			continue;
		}
		len = measure_escape(rest, &bad);
		if (bad) {
			memcpy(
			    copy + (rest.data - copy), "\\uFFFD", ESCAPE_LEN);
			mended = true;
		}
		rest = bytes_skip(rest, len);
	}
	text->data = copy;
	return mended;
}

/* Says in our own words what jansson found. */
static void
explain(const json_error_t *failure, struct error *err)
{
	const char *what = "is not JSON";

	switch (json_error_code(failure)) {
	case json_error_out_of_memory:
		errx(1, "json: out of memory");
	case json_error_stack_overflow:
		error_limit(err, "json-depth",
		    "line %d, column %d: nested too deep", failure->line,
		    failure->column);
		return;
	case json_error_premature_end_of_input:
		what = "ends too early";
		break;
	case json_error_end_of_input_expected:
		what = "goes on after its end";
		break;
	case json_error_numeric_overflow:
		what = "has a number that is too large";
		break;
	default:
		break;
	}
	error_input(err, "json-malformed", "line %d, column %d: %s",
	    failure->line, failure->column, what);
}

/* A copy in which U+FFFD stands for bytes that are no UTF-8. */
static struct bytes
mend_encoding(struct bytes text, struct arena *arena)
{
	char *copy = arena_alloc(arena, text.len, 3);
	size_t len = 0, step;

	for (; text.len > 0; text = bytes_skip(text, step)) {
		step = utf8_len(text.data, text.len);
		if (step > 0) {
			memcpy(copy + len, text.data, step);
			len += step;
		} else {
			memcpy(copy + len, UTF8_REPLACEMENT, 3);
			len += 3;
			step = 1;
		}
	}
	return (struct bytes) { copy, len };
}

struct attempt {
	struct bytes text;
	size_t flags;
	bool mended, recoded;
};

/* From where it failed; the place is behind the word that was read. */
static struct bytes
rest_at(const struct attempt *attempt, const json_error_t *failure)
{
	size_t at = failure->position > 0 ? (size_t)failure->position - 1 : 0;

	return bytes_skip(attempt->text, at);
}

/* Whether there is a way to read on, which is then in the attempt. */
static bool
give_way(struct attempt *attempt, const json_error_t *failure,
    struct arena *arena, struct report *report)
{
	struct bytes rest;

	switch (json_error_code(failure)) {
	case json_error_duplicate_key:
		attempt->flags &= ~(size_t)JSON_REJECT_DUPLICATES;
		report_note(report, arena, "json-duplicate-key",
		    "line %d, column %d: the last of equal keys counts",
		    failure->line, failure->column);
		return true;
	case json_error_numeric_overflow:
		if (attempt->flags & JSON_DECODE_INT_AS_REAL)
			return false;
		attempt->flags |= JSON_DECODE_INT_AS_REAL;
		return true;
	case json_error_end_of_input_expected:
		/* Not what may be another report. */
		rest = rest_at(attempt, failure);
		if (memchr(rest.data, '{', rest.len) != NULL)
			return false;
		attempt->flags |= JSON_DISABLE_EOF_CHECK;
		report_note(report, arena, "json-trailing",
		    "line %d, column %d: something follows", failure->line,
		    failure->column);
		return true;
	case json_error_invalid_utf8:
		if (attempt->recoded)
			return false;
		attempt->recoded = true;
		attempt->text = mend_encoding(attempt->text, arena);
		report_note(report, arena, "json-encoding",
		    "line %d, column %d: bytes that are no UTF-8",
		    failure->line, failure->column);
		return true;
	case json_error_null_character:
	case json_error_null_byte_in_key:
	case json_error_invalid_syntax:
		if (attempt->mended || !mend_escapes(&attempt->text, arena))
			return false;
		attempt->mended = true;
		report_note(report, arena, "json-bad-string",
		    "line %d, column %d: an escape stands for no character",
		    failure->line, failure->column);
		return true;
	default:
		return false;
	}
}

json_t *
json_parse(struct bytes text, struct arena *arena, struct report *report,
    struct error *err)
{
	struct attempt attempt = { text, JSON_REJECT_DUPLICATES, false, false };
	struct bytes bom = bytes_of("\xef\xbb\xbf");
	json_error_t failure;
	json_t *root;

	if (text.len > 0 && bytes_start(text, bom))
		attempt.text = bytes_skip(text, bom.len);
	do {
		root = json_loadb(attempt.text.data, attempt.text.len,
		    attempt.flags, &failure);
	} while (root == NULL && give_way(&attempt, &failure, arena, report));
	if (root == NULL)
		explain(&failure, err);
	return root;
}

bool
json_whole_number(const json_t *value, int64_t *out)
{
	double number;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return true;
	}
	if (!json_is_real(value))
		return false;
	number = json_real_value(value);
	if (number <= -(double)MAX_EXACT || number >= (double)MAX_EXACT)
		return false;
	*out = (int64_t)number;
	return (double)*out >= number && (double)*out <= number;
}

const char *
json_excerpt(const json_t *value, struct arena *arena)
{
	char text[EXCERPT_LEN + 1] = "";

	json_dumpb(
	    value, text, EXCERPT_LEN, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	return arena_copy(arena, bytes_of(text));
}

size_t
json_element_count(const json_t *value)
{
	return json_is_array(value) ? json_array_size(value) : 1;
}

const json_t *
json_element(const json_t *value, size_t i)
{
	return json_is_array(value) ? json_array_get(value, i) : value;
}
