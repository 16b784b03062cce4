#include "parse/signature.h"

#include "base/arena.h"
#include "parse/value.h"

/* Takes what comes before the mark, and the mark. */
static struct bytes
take_until(struct bytes *rest, char mark)
{
	const char *end = memchr(rest->data, mark, rest->len);
	struct bytes taken = *rest;

	if (end != NULL)
		taken.len = (size_t)(end - taken.data);
	*rest = bytes_skip(*rest, taken.len + 1);
	return taken;
}

/* Blanks may stand anywhere in base64. */
static const char *
copy_without_blanks(struct arena *arena, struct bytes text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t i, len = 0;

	for (i = 0; i < text.len; i++)
		if (text.data[i] != '\0' && text.data[i] != ' '
		    && text.data[i] != '\t' && text.data[i] != '\r'
		    && text.data[i] != '\n')
			out[len++] = text.data[i];
	return out;
}

struct signature
signature_parse(struct bytes value, struct arena *arena)
{
	struct signature out = { "", "", "", false };
	struct bytes tag, name;

	while (value.len > 0) {
		tag = take_until(&value, ';');
		name = bytes_trim(take_until(&tag, '='));
		/* The names of tags know no capitals. */
		if (name.len != 1)
			continue;
		if (name.data[0] == 'd')
			out.d = domain_copy(arena, tag);
		else if (name.data[0] == 's')
			out.s = domain_copy(arena, tag);
		else if (name.data[0] == 'b')
			out.b = copy_without_blanks(arena, tag);
		else if (name.data[0] == 'l')
			out.has_length = true;
	}
	return out;
}
