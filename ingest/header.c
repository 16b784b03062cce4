#include "ingest/header.h"

#include <ctype.h>
#include <libetpan/libetpan.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parse/value.h"

/* The line that bytes begin with, its end included. */
static struct bytes
first_line(struct bytes bytes)
{
	const char *end = memchr(bytes.data, '\n', bytes.len);

	if (end != NULL)
		bytes.len = (size_t)(end - bytes.data) + 1;
	return bytes;
}

static bool
is_folded(struct bytes line)
{
	return line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
}

static bool
is_empty(struct bytes line)
{
	return bytes_trim(line).len == 0 && !is_folded(line);
}

/* The length of the name before a colon; 0 when it is no field. */
static size_t
name_len(struct bytes line)
{
	size_t len = 0;

	while (len < line.len && line.data[len] > ' ' && line.data[len] < 127
	    && line.data[len] != ':')
		len++;
	return len < line.len && line.data[len] == ':' ? len : 0;
}

/* The field that rest begins with, its folded lines included; takes it. */
static struct bytes
take_field(struct bytes *rest)
{
	struct bytes field = first_line(*rest), line;

	*rest = bytes_skip(*rest, field.len);
	for (;;) {
		line = first_line(*rest);
		if (!is_folded(line))
			return field;
		field.len += line.len;
		*rest = bytes_skip(*rest, line.len);
	}
}

struct bytes
header_of(struct bytes message)
{
	struct bytes rest = message, line;

	while (rest.len > 0) {
		line = first_line(rest);
		if (is_empty(line))
			break;
		rest = bytes_skip(rest, line.len);
	}
	message.len -= rest.len;
	return message;
}

struct bytes
header_skip_empty(struct bytes bytes)
{
	struct bytes line = first_line(bytes);

	return is_empty(line) ? bytes_skip(bytes, line.len) : bytes;
}

/* RFC 5322 would allow any mark in a name; JSON begins with one, and nobody
 * uses them. */
bool
header_looks_like(struct bytes bytes)
{
	return name_len(first_line(bytes)) > 0
	    && isalnum((unsigned char)bytes.data[0]);
}

bool
header_next(struct bytes *header, struct header_field *field)
{
	struct bytes whole;
	size_t len;

	while (header->len > 0) {
		whole = take_field(header);
		len = name_len(whole);
		if (len > 0) {
			field->name = (struct bytes) { whole.data, len };
			field->value = bytes_skip(whole, len + 1);
			return true;
		}
	}
	return false;
}

void
header_add_lines(struct bytes *header, struct header_field *field)
{
	struct bytes line;

	for (;;) {
		line = first_line(*header);
		if (line.len == 0 || name_len(line) > 0)
			return;
		field->value.len += line.len;
		*header = bytes_skip(*header, line.len);
	}
}

/* Line ends go, the blank after them stays (RFC 5322 2.2.3); a tab is as
 * good as a blank. */
struct bytes
header_unfold(struct bytes value, struct arena *arena)
{
	char *out = arena_alloc(arena, value.len + 1, 1);
	size_t i, len = 0;

	for (i = 0; i < value.len; i++)
		if (value.data[i] != '\r' && value.data[i] != '\n'
		    && value.data[i] != '\0')
			out[len++] =
			    value.data[i] == '\t' ? ' ' : value.data[i];
	return (struct bytes) { out, len };
}

const char *
header_copy(struct bytes text, struct arena *arena)
{
	char *out = arena_alloc(arena, text.len * 3 + 1, 1);
	size_t i, len = 0, step;

	for (i = 0; i < text.len && len < MAX_HEADER_TEXT; i += step) {
		step = utf8_len(text.data + i, text.len - i);
		if (step == 0) {
			memcpy(out + len, UTF8_REPLACEMENT, 3);
			len += 3;
			step = 1;
		} else {
			memcpy(out + len, text.data + i, step);
			len += step;
		}
	}
	return out;
}

const char *
header_decode(struct bytes text, struct arena *arena)
{
	size_t index = 0;
	char *decoded = NULL;
	const char *result;

	text = bytes_trim(text);
	if (text.len > MAX_HEADER_TEXT)
		text.len = MAX_HEADER_TEXT;
	if (strstr(arena_copy(arena, text), "=?") != NULL
	    && mailmime_encoded_phrase_parse(
		   "utf-8", text.data, text.len, &index, "utf-8", &decoded)
		== MAILIMF_NO_ERROR) {
		result = header_copy(bytes_of(decoded), arena);
		free(decoded);
		return result;
	}
	return header_copy(text, arena);
}

const char *
header_find(struct bytes header, const char *name, struct arena *arena)
{
	struct header_field field;

	while (header_next(&header, &field))
		if (text_is(field.name, name))
			return header_decode(
			    header_unfold(field.value, arena), arena);
	return NULL;
}
