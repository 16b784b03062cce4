#include "parse/authres.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/value.h"

/* One field on its way to a struct authres. */
struct scanner {
	struct bytes rest;
	struct arena *arena;
	struct error *err;
	size_t result_count;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_next(const struct scanner *s, char c)
{
	return s->rest.len > 0 && s->rest.data[0] == c;
}

static void
skip(struct scanner *s, size_t len)
{
	s->rest = bytes_skip(s->rest, len);
}

static bool
skip_comment(struct scanner *s)
{
	size_t depth = 0;

	while (s->rest.len > 0) {
		if (is_next(s, '(') && ++depth > MAX_COMMENT_DEPTH)
			return error_set(s->err, ERROR_LIMIT,
			    "more than %d comments in comments",
			    MAX_COMMENT_DEPTH);
		if (is_next(s, ')'))
			depth--;
		skip(s, is_next(s, '\\') ? 2 : 1);
		if (depth == 0)
			return true;
	}
	return error_set(s->err, ERROR_INPUT, "a comment has no end");
}

/* Over blanks and comments. */
static bool
skip_cfws(struct scanner *s)
{
	for (;;) {
		if (is_next(s, '(')) {
			if (!skip_comment(s))
				return false;
		} else if (s->rest.len > 0 && is_blank(s->rest.data[0])) {
			skip(s, 1);
		} else {
			return true;
		}
	}
}

/* Takes what comes before a blank or one of the marks, which may be
 * nothing. */
static struct bytes
take_word(struct scanner *s, const char *marks)
{
	struct bytes word = { s->rest.data, 0 };

	while (word.len < s->rest.len && !is_blank(word.data[word.len])
	    && strchr(marks, word.data[word.len]) == NULL)
		word.len++;
	skip(s, word.len);
	return word;
}

/* The length of the quoted string that text begins with, its quotes
 * included; 0 when it has no end. */
static size_t
quoted_len(struct bytes text)
{
	size_t i;

	for (i = 1; i < text.len; i++) {
		if (text.data[i] == '"')
			return i + 1;
		if (text.data[i] == '\\')
			i++;
	}
	return 0;
}

/* Takes a value with its quotes: quoted strings, other text, or both, as in
 * "john doe"@example.org. */
static bool
take_quoted(struct scanner *s, struct bytes *out)
{
	size_t len;

	*out = (struct bytes) { s->rest.data, 0 };
	while (s->rest.len > 0 && !is_blank(s->rest.data[0]) && !is_next(s, ';')
	    && !is_next(s, '(')) {
		len = is_next(s, '"') ? quoted_len(s->rest) : 1;
		if (len == 0)
			return error_set(
			    s->err, ERROR_INPUT, "a quoted string has no end");
		out->len += len;
		skip(s, len);
	}
	return true;
}

static const char *
unquote(struct bytes quoted, struct arena *arena)
{
	char *out = arena_alloc(arena, quoted.len + 1, 1);
	bool is_quoted = false;
	size_t i, len = 0;

	for (i = 0; i < quoted.len; i++) {
		if (quoted.data[i] == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (is_quoted && quoted.data[i] == '\\')
			i++;
		out[len++] = quoted.data[i];
	}
	return out;
}

static bool
read_value(struct scanner *s, const char **out)
{
	struct bytes quoted;

	if (!skip_cfws(s) || !take_quoted(s, &quoted))
		return false;
	*out = unquote(quoted, s->arena);
	return true;
}

/* The mark after a word, with comments and blanks around it. */
static bool
take_mark(struct scanner *s, char mark, bool *has_mark)
{
	if (!skip_cfws(s))
		return false;
	*has_mark = is_next(s, mark);
	if (*has_mark)
		skip(s, 1);
	return !*has_mark || skip_cfws(s);
}

static void
add_property(struct scanner *s, struct bytes ptype, struct bytes name,
    const char *value, const struct authres_property ***next)
{
	struct authres_property *property =
	    arena_alloc(s->arena, 1, sizeof(*property));

	property->ptype = text_lower(s->arena, ptype);
	property->property = text_lower(s->arena, name);
	property->value = value;
	**next = property;
	*next = &property->next;
}

/* One property or the reason.  Anything else, as the action=none of Exchange,
 * is passed over. */
static bool
read_property(struct scanner *s, struct authres_result *result,
    const struct authres_property ***next)
{
	struct bytes ptype = take_word(s, ".=;(\""), name = { "", 0 };
	bool has_point, has_value;
	const char *value;

	if (!take_mark(s, '.', &has_point))
		return false;
	if (has_point)
		name = take_word(s, "=;(\"");
	if (!take_mark(s, '=', &has_value))
		return false;
	if (!has_value) {
		/* A quoted string is passed over whole. */
		return ptype.len + name.len > 0 || has_point
		    || read_value(s, &value);
	}
	if (!read_value(s, &value))
		return false;
	if (!has_point && text_is(ptype, "reason"))
		result->reason = value;
	else if (ptype.len > 0 && name.len > 0)
		add_property(s, ptype, name, value, next);
	return true;
}

static bool
read_properties(struct scanner *s, struct authres_result *result)
{
	const struct authres_property **next = &result->properties;
	size_t count = 0;

	while (skip_cfws(s)) {
		if (s->rest.len == 0 || is_next(s, ';'))
			return true;
		if (++count > MAX_AUTHRES_PROPERTIES)
			return error_set(s->err, ERROR_LIMIT,
			    "more than %d properties of one result",
			    MAX_AUTHRES_PROPERTIES);
		if (!read_property(s, result, &next))
			return false;
	}
	return false;
}

/* What follows a semicolon.  *has_result is false for "none", for nothing,
 * and for what is no result. */
static bool
read_result(struct scanner *s, struct authres_result *result, bool *has_result)
{
	struct bytes method = take_word(s, "/=;(\""), version = { "1", 1 };
	bool has_version, has_value;
	const char *value = "";

	if (!take_mark(s, '/', &has_version))
		return false;
	if (has_version)
		version = take_word(s, "=;(");
	if (!take_mark(s, '=', &has_value)
	    || (has_value && !read_value(s, &value)))
		return false;
	result->method = text_lower(s->arena, method);
	result->result = text_lower(s->arena, bytes_of(value));
	*has_result = method.len > 0 && has_value && text_is(version, "1");
	return read_properties(s, result);
}

static bool
read_results(struct scanner *s, struct authres *out)
{
	const struct authres_result **next = &out->results;
	struct authres_result *result;
	bool has_result;

	while (s->rest.len > 0) {
		skip(s, 1); /* the semicolon */
		if (++s->result_count > MAX_AUTHRES_RESULTS)
			return error_set(s->err, ERROR_LIMIT,
			    "more than %d results", MAX_AUTHRES_RESULTS);
		result = arena_alloc(s->arena, 1, sizeof(*result));
		if (!skip_cfws(s) || !read_result(s, result, &has_result))
			return false;
		if (has_result) {
			*next = result;
			next = &result->next;
		}
	}
	return true;
}

static bool
read_version(struct scanner *s)
{
	struct bytes version;

	if (!skip_cfws(s))
		return false;
	version = take_word(s, ";(");
	if (version.len > 0 && !text_is(version, "1"))
		return error_set(s->err, ERROR_INPUT, "'%.*s' is not version 1",
		    version.len > 40 ? 40 : (int)version.len, version.data);
	if (!skip_cfws(s))
		return false;
	return s->rest.len == 0 || is_next(s, ';')
	    || error_set(s->err, ERROR_INPUT,
		"a semicolon is missing after the authserv-id");
}

/* Exchange begins with the first result: then what looks like the id is its
 * method. */
static bool
read_id(struct scanner *s, struct authres *out)
{
	const char *id;

	if (!read_value(s, &id))
		return false;
	if (id[0] == '\0' || strchr(id, '=') != NULL)
		return error_set(s->err, ERROR_INPUT, "no authserv-id");
	if (!skip_cfws(s))
		return false;
	if (is_next(s, '='))
		return error_set(s->err, ERROR_INPUT, "no authserv-id");
	out->authserv_id = id;
	return true;
}

bool
authres_parse(struct bytes value, struct arena *arena, struct authres *out,
    struct error *err)
{
	struct scanner s = { .rest = value, .arena = arena, .err = err };

	*out = (struct authres) { 0 };
	if (memchr(value.data, '\0', value.len) != NULL)
		return error_set(err, ERROR_INPUT, "a NUL in it");
	if (read_id(&s, out) && read_version(&s) && read_results(&s, out))
		return true;
	out->results = NULL;
	return false;
}

const char *
authres_property(const struct authres_result *result, const char *ptype,
    const char *property)
{
	const struct authres_property *p;

	for (p = result->properties; p != NULL; p = p->next)
		if (strcmp(p->ptype, ptype) == 0
		    && strcmp(p->property, property) == 0)
			return p->value;
	return NULL;
}
