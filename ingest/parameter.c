#include "ingest/parameter.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "parse/value.h"

/* --- one field --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Over blanks, semicolons and comments; a comment without end is not one. */
static struct bytes
skip_separators(struct bytes text)
{
	const char *end;

	while (text.len > 0) {
		end = text.data[0] == '(' ? memchr(text.data, ')', text.len)
					  : NULL;
		if (end != NULL)
			text = bytes_skip(text, (size_t)(end - text.data) + 1);
		else if (is_blank(text.data[0]) || text.data[0] == ';')
			text = bytes_skip(text, 1);
		else
			break;
	}
	return text;
}

static struct bytes
take_until(struct bytes *text, const char *marks)
{
	struct bytes word = { text->data, 0 };

	while (word.len < text->len && !is_blank(word.data[word.len])
	    && strchr(marks, word.data[word.len]) == NULL)
		word.len++;
	*text = bytes_skip(*text, word.len);
	return word;
}

/* What stands between quotes; a backslash hides only what needs it, as some
 * put whole paths there. */
static const char *
take_quoted(struct bytes *text, struct arena *arena)
{
	char *out = arena_alloc(arena, text->len + 1, 1);
	size_t i, len = 0;

	for (i = 1; i < text->len && text->data[i] != '"'; i++) {
		if (text->data[i] == '\\' && i + 1 < text->len
		    && strchr("\"\\", text->data[i + 1]) != NULL)
			i++;
		out[len++] = text->data[i];
	}
	*text = bytes_skip(*text, i < text->len ? i + 1 : i);
	return out;
}

static const char *
take_value(struct bytes *text, struct arena *arena)
{
	if (text->len > 0 && text->data[0] == '"')
		return take_quoted(text, arena);
	return arena_copy(arena, take_until(text, ";"));
}

const struct parameter *
parameter_list(struct bytes text, struct arena *arena)
{
	const struct parameter *list = NULL, **next = &list;
	struct parameter *made;
	struct bytes name;
	size_t count = 0;

	for (;;) {
		text = skip_separators(text);
		if (text.len == 0 || ++count > MAX_PARAMETERS)
			return list;
		name = take_until(&text, "=;");
		while (text.len > 0 && is_blank(text.data[0]))
			text = bytes_skip(text, 1);
		if (text.len == 0 || text.data[0] != '=')
			continue;
		text = bytes_skip(text, 1);
		while (text.len > 0 && is_blank(text.data[0]))
			text = bytes_skip(text, 1);
		made = arena_alloc(arena, 1, sizeof(*made));
		made->name = name;
		made->value = take_value(&text, arena);
		*next = made;
		next = &made->next;
	}
}

const char *
parameter_raw(const struct parameter *list, const char *name)
{
	for (; list != NULL; list = list->next)
		if (text_is(list->name, name))
			return list->value;
	return NULL;
}

/* --- in pieces and encoded --- */

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
add_piece(struct buffer *value, const struct parameter *list, const char *name,
    bool is_first, struct arena *arena)
{
	const char *text =
	    parameter_raw(list, arena_printf(arena, "%s*", name));

	if (text != NULL)
		return add_decoded(value, is_first ? skip_charset(text) : text);
	text = parameter_raw(list, name);
	return text != NULL && buffer_add(value, bytes_of(text));
}

const char *
parameter_value(
    const struct parameter *list, const char *name, struct arena *arena)
{
	struct buffer value = { .max = MAX_HEADER_TEXT };
	const char *result = NULL;
	size_t n = 1;

	if (list == NULL)
		return NULL;
	if (!add_piece(&value, list, name, true, arena)
	    && add_piece(
		&value, list, arena_printf(arena, "%s*0", name), true, arena))
		while (add_piece(&value, list,
		    arena_printf(arena, "%s*%zu", name, n), false, arena))
			n++;
	if (value.len > 0)
		result = header_decode(buffer_bytes(&value), arena);
	buffer_release(&value);
	return result;
}
