#include "ingest/author.h"

#include "base/arena.h"
#include "parse/value.h"

/* The length of the quoted string or comment that text begins with; 0 when it
 * has no end. */
static size_t
enclosed_len(struct bytes text)
{
	const char close = text.data[0] == '"' ? '"' : ')';
	size_t depth = 1, i;

	for (i = 1; i < text.len; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == close && --depth == 0)
			return i + 1;
		else if (text.data[i] == '(' && close == ')')
			depth++;
	}
	return 0;
}

static bool
is_domain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
	    || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
	    || (unsigned char)c >= 0x80;
}

/* The domain that text begins with. */
static struct bytes
take_domain(struct bytes *text)
{
	struct bytes domain = { text->data, 0 };

	while (domain.len < text->len && is_domain_char(text->data[domain.len]))
		domain.len++;
	*text = bytes_skip(*text, domain.len);
	return domain;
}

static const char *
copy_domain(struct bytes domain, struct arena *arena)
{
	const char *copy = domain_copy(arena, domain);
	const char *dot = strchr(copy, '.');

	return dot == NULL || dot == copy || dot[1] == '\0' ? NULL : copy;
}

/* Over blanks and comments; a comment without end stays. */
static struct bytes
skip_cfws(struct bytes text)
{
	size_t len;

	for (;;) {
		text = bytes_trim(text);
		if (text.len == 0 || text.data[0] != '(')
			return text;
		len = enclosed_len(text);
		if (len == 0)
			return text;
		text = bytes_skip(text, len);
	}
}

/*
 * What follows the first @.  What is in front of < is a name, where anything
 * may stand; an address is stricter.
 */
static bool
find_at(struct bytes *rest, bool *is_in_angle)
{
	bool is_list = false;
	size_t len;
	char c;

	*is_in_angle = false;
	while (rest->len > 0) {
		c = rest->data[0];
		len = c == '"' || c == '(' ? enclosed_len(*rest) : 1;
		if (len == 0 || c == '>' || (c == '<' && *is_in_angle))
			return false;
		*rest = bytes_skip(*rest, len);
		if (c == '@')
			return !is_list;
		if (c == '<')
			*is_in_angle = true;
		is_list = c != '<' && (is_list || c == ',' || c == ':');
	}
	return false;
}

const char *
author_domain(struct bytes from, struct arena *arena)
{
	bool is_in_angle;
	struct bytes domain;

	if (!find_at(&from, &is_in_angle))
		return NULL;
	from = skip_cfws(from);
	domain = take_domain(&from);
	from = skip_cfws(from);
	if (is_in_angle) {
		if (from.len == 0 || from.data[0] != '>')
			return NULL;
		from = skip_cfws(bytes_skip(from, 1));
	}
	return from.len == 0 ? copy_domain(domain, arena) : NULL;
}

const char *
author_domain_of(struct bytes text, struct arena *arena)
{
	struct bytes rest, domain;
	size_t i;

	text = bytes_trim(text);
	if (text.len > 1 && text.data[0] == '<'
	    && text.data[text.len - 1] == '>')
		text = (struct bytes) { text.data + 1, text.len - 2 };
	for (i = text.len; i > 0 && text.data[i - 1] != '@'; i--)
		;
	rest = bytes_skip(text, i);
	domain = take_domain(&rest);
	return rest.len == 0 ? copy_domain(domain, arena) : NULL;
}
