#include "ingest/parameter.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "parse/value.h"

/* False when the ceiling is met; the rest is cut then. */
static bool
add_decoded(struct buffer *value, const char *text)
{
	char c;

	for (; *text != '\0'; text++) {
		c = *text;
		if (c == '%' && hex_digit(text[1]) >= 0
		    && hex_digit(text[2]) >= 0) {
			c = (char)(hex_digit(text[1]) * 16
			    + hex_digit(text[2]));
			text += 2;
		}
		if (!buffer_add(value, (struct bytes) { &c, 1 }))
			return false;
	}
	return true;
}

/* What is behind the charset and language of a first piece (section 4). */
static const char *
skip_charset(const char *text)
{
	const char *end = strchr(text, '\'');

	end = end == NULL ? NULL : strchr(end + 1, '\'');
	return end == NULL ? text : end + 1;
}

/* Adds one piece, encoded or not; false when there is none of that name. */
static bool
add_piece(struct buffer *value, parameter_find *find, const void *field,
    const char *name, bool is_first, struct arena *arena)
{
	const char *text = find(field, arena_printf(arena, "%s*", name));

	if (text != NULL)
		return add_decoded(value, is_first ? skip_charset(text) : text);
	text = find(field, name);
	return text != NULL && buffer_add(value, bytes_of(text));
}

const char *
parameter_value(parameter_find *find, const void *field, const char *name,
    struct arena *arena)
{
	struct buffer value = { .max = MAX_HEADER_TEXT };
	const char *result = NULL;
	size_t n = 1;

	if (!add_piece(&value, find, field, name, true, arena)
	    && add_piece(&value, find, field, arena_printf(arena, "%s*0", name),
		true, arena))
		while (add_piece(&value, find, field,
		    arena_printf(arena, "%s*%zu", name, n), false, arena))
			n++;
	if (value.len > 0)
		result = header_decode(buffer_bytes(&value), arena);
	buffer_release(&value);
	return result;
}
