#include <ctype.h>
#include <err.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "parse/mend_state.h"
#include "parse/value.h"

void
mend_put(struct mend *m, const char *data, size_t len)
{
	m->has_begun = true;
	if (!buffer_add(&m->out, (struct bytes) { data, len }))
		errx(1, "mend: more than the memory there is");
}

void
mend_put_held(struct mend *m)
{
	mend_put(m, m->held, m->held_len);
	m->held_len = 0;
}

static void
drop_held(struct mend *m, enum fix fix)
{
	m->has_fixed[fix] = true;
	m->held_len = 0;
}

bool
mend_is_inside(const struct mend *m)
{
	return m->has_root && !m->is_after_root;
}

static void
put_text(struct mend *m, const char *data, size_t len)
{
	if (mend_is_inside(m))
		mend_put(m, data, len);
	else if (len > 1 || strchr(" \t\r\n", data[0]) == NULL)
		m->has_fixed[STRAY_TEXT] = true;
}

/* --- < --- */

/* It was only text: the first byte is escaped, the rest looked at anew. */
static void
escape_held(struct mend *m, const char *escaped, enum fix fix)
{
	char again[MAX_HELD];
	size_t len = m->held_len - 1, i;

	memcpy(again, m->held + 1, len);
	m->held_len = 0;
	m->state = TEXT;
	if (mend_is_inside(m)) {
		m->has_fixed[fix] = true;
		mend_put(m, escaped, strlen(escaped));
	} else {
		m->has_fixed[STRAY_TEXT] = true;
	}
	for (i = 0; i < len; i++)
		mend_take(m, again[i]);
}

static bool
held_is(const struct mend *m, const char *text)
{
	return m->held_len == strlen(text)
	    && memcmp(m->held, text, m->held_len) == 0;
}

static void
begin_verbatim(struct mend *m, const char *end)
{
	if (mend_is_inside(m) || strcmp(end, "]]>") != 0)
		mend_put_held(m);
	else
		drop_held(m, STRAY_TEXT);
	m->state = VERBATIM;
	m->end = end;
	m->matched = 0;
}

static bool
is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || c == ':'
	    || (unsigned char)c >= 0x80;
}

static bool
is_name(char c)
{
	return is_name_start(c) || isdigit((unsigned char)c) || c == '-'
	    || c == '.';
}

/* <xs:schema> and the like: a prefix and schema. */
static bool
is_schema_tag(const struct mend *m)
{
	struct bytes name = { m->held + 1, m->held_len - 2 };

	if (name.len > 0 && name.data[0] == '/')
		name = bytes_skip(name, 1);
	return (name.len == 9 && strncasecmp(name.data, "xs:schema", 9) == 0)
	    || (name.len == 10
		&& strncasecmp(name.data, "xsd:schema", 10) == 0);
}

static bool
is_report_tag(const struct mend *m)
{
	struct bytes name = { m->held + 1, m->held_len - 2 };

	return name.len == 8 && memcmp(name.data, "feedback", 8) == 0;
}

static void
begin_tag(struct mend *m, char c)
{
	bool is_dropped = is_schema_tag(m) || m->is_after_root;

	m->has_second = m->has_second || (m->is_after_root && is_report_tag(m));
	m->is_end_tag = m->held[1] == '/';
	m->quote = 0;
	m->ends_in_slash = false;
	m->state = is_dropped ? DROPPED_TAG : TAG;
	m->held_len--; /* c is not part of the name */
	if (m->is_after_root)
		drop_held(m, STRAY_TEXT);
	else if (is_dropped)
		drop_held(m, SCHEMA_TAG);
	else
		mend_put_held(m);
	mend_take(m, c);
}

/* The value of encoding="..." in a held XML declaration. */
static bool
declares(const struct mend *m, const char *prefix)
{
	size_t i, len = strlen(prefix);

	for (i = 0; i + 10 + len < m->held_len; i++)
		if (memcmp(m->held + i, "encoding", 8) == 0) {
			for (i += 8; i < m->held_len
			     && strchr(" \t\r\n='\"", m->held[i]) != NULL;
			     i++)
				continue;
			return i + len < m->held_len
			    && strncasecmp(m->held + i, prefix, len) == 0;
		}
	return false;
}

static bool
is_declaration(const struct mend *m)
{
	struct bytes rest =
	    bytes_trim_start((struct bytes) { m->held + 5, m->held_len - 5 });

	return bytes_start(rest, bytes_of("version=\"1."))
	    || bytes_start(rest, bytes_of("version='1."));
}

/*
 * An encoding of one byte a character is libxml2's to convert.  Any other is
 * taken for UTF-8, whatever it says: what we see is not UTF-16.
 */
static void
end_declaration(struct mend *m)
{
	m->state = TEXT;
	if (m->has_begun) {
		drop_held(m, DECLARATION);
		return;
	}
	m->is_8bit = declares(m, "iso-8859-") || declares(m, "windows-")
	    || declares(m, "cp125");
	if (is_declaration(m)
	    && (m->is_8bit || declares(m, "utf-8\"") || declares(m, "utf-8'")
		|| !declares(m, "")))
		mend_put_held(m);
	else
		drop_held(m, DECLARATION);
}

/* Decides what a < has begun, as soon as that can be seen. */
static void
take_markup(struct mend *m, char c)
{
	bool is_name_end = c == '>' || c == '/' || isspace((unsigned char)c);
	size_t at = m->held_len;

	if (at == MAX_HELD) {
		escape_held(m, "&lt;", RAW_BRACKET);
		mend_take(m, c);
		return;
	}
	m->held[m->held_len++] = c;
	if (m->held[1] == '?') {
		if (at < 6)
			return;
		if (strncmp(m->held, "<?xml", 5) != 0
		    || !isspace((unsigned char)m->held[5]))
			begin_verbatim(m, "?>");
		else if (c == '>' && m->held[at - 1] == '?')
			end_declaration(m);
	} else if (m->held[1] == '!') {
		if (held_is(m, "<!--"))
			begin_verbatim(m, "-->");
		else if (held_is(m, "<![CDATA["))
			begin_verbatim(m, "]]>");
		else if (at >= 9 || c == '>')
			begin_verbatim(m, ">"); /* a DOCTYPE */
	} else if (at == 1) {
		if (!is_name_start(c) && c != '/')
			escape_held(m, "&lt;", RAW_BRACKET);
	} else if (is_name_end && (c != '/' || at > 1)) {
		begin_tag(m, c);
	} else if (!is_name(c)) {
		escape_held(m, "&lt;", RAW_BRACKET);
	}
}

/* --- & --- */

/* What XML 1.0 2.2 allows of &#10; and &#xA; in m->held. */
static bool
is_character(const struct mend *m)
{
	bool is_hex = m->held[2] == 'x';
	unsigned long c = 0;
	size_t i = is_hex ? 3 : 2;
	int digit;

	if (i + 1 >= m->held_len)
		return false;
	for (; i + 1 < m->held_len; i++) {
		digit = hex_digit(m->held[i]);
		if (digit < 0 || (!is_hex && digit > 9))
			return false;
		c = c * (is_hex ? 16 : 10) + (unsigned long)digit;
	}
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800)
	    || (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c < 0x110000);
}

static void
take_reference(struct mend *m, char c)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;",
		"&apos;" };
	size_t i;

	m->held[m->held_len++] = c;
	if (c == '#' ? m->held_len == 2 : isalnum((unsigned char)c)) {
		if (m->held_len < 12)
			return;
	} else if (c == ';') {
		for (i = 0; i < COUNT_OF(known); i++)
			if (held_is(m, known[i]))
				break;
		if (i < COUNT_OF(known)
		    || (m->held[1] == '#' && is_character(m))) {
			m->state = TEXT;
			put_text(m, m->held, m->held_len);
			m->held_len = 0;
			return;
		}
	}
	escape_held(m, "&amp;", RAW_AMPERSAND);
}

/* --- the rest --- */

static void
end_tag(struct mend *m)
{
	m->state = TEXT;
	if (m->is_end_tag)
		m->depth -= m->depth > 0;
	else if (!m->ends_in_slash)
		m->depth++;
	m->has_root = true;
	m->is_after_root = m->depth == 0;
}

static void
take_in_tag(struct mend *m, char c)
{
	bool is_dropped = m->state == DROPPED_TAG;

	if (!is_dropped)
		mend_put(m, &c, 1);
	if (m->quote != 0) {
		if (c == m->quote)
			m->quote = 0;
		return;
	}
	if (c == '"' || c == '\'')
		m->quote = c;
	if (c == '>') {
		if (is_dropped)
			m->state = TEXT;
		else
			end_tag(m);
	}
	m->ends_in_slash = c == '/';
}

static void
take_verbatim(struct mend *m, char c)
{
	if (mend_is_inside(m) || strcmp(m->end, "]]>") != 0)
		mend_put(m, &c, 1);
	if (c == m->end[m->matched])
		m->matched++;
	else if (!(m->matched == 2 && c == m->end[0] && m->end[2] == '>'))
		m->matched = c == m->end[0]; /* "--->" still ends */
	if (m->end[m->matched] == '\0')
		m->state = TEXT;
}

void
mend_take(struct mend *m, char c)
{
	switch (m->state) {
	case TEXT:
		if (c == '<' || c == '&') {
			m->held[0] = c;
			m->held_len = 1;
			m->state = c == '<' ? MARKUP : REFERENCE;
		} else {
			put_text(m, &c, 1);
		}
		break;
	case MARKUP:
		take_markup(m, c);
		break;
	case REFERENCE:
		take_reference(m, c);
		break;
	case TAG:
	case DROPPED_TAG:
		take_in_tag(m, c);
		break;
	case VERBATIM:
		take_verbatim(m, c);
		break;
	}
}
