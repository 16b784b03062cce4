#define _XOPEN_SOURCE 700 /* for wcwidth() */

#include "cli/text.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "base/arena.h"
#include "base/compiler.h"

/* More of a value does not help who reads a log. */
#define LOG_VALUE 200

/* The longest escape, \U000e0001. */
#define ESCAPE_MAX 10

enum text_charset
text_charset(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? TEXT_UTF8
							  : TEXT_ASCII;
}

/*
 * Reads one character and returns its length in bytes; 0 when they are no
 * UTF-8 as RFC 3629 has it.
 */
static size_t
decode(const char *text, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	size_t len, i;

	if (at[0] < 0x80) {
		*out = at[0];
		return 1;
	}
	len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	*out = at[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*out = *out << 6 | (at[i] & 0x3fu);
	}
	if (*out < least[len] || *out > 0x10ffff
	    || (*out >= 0xd800 && *out <= 0xdfff))
		return 0;
	return len;
}

/*
 * Characters that show nothing or change how others are shown: zero width
 * ones, marks and overrides of direction, line separators, tags.
 */
static bool
is_invisible(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00ad, 0x00ad },
		{ 0x034f, 0x034f },
		{ 0x061c, 0x061c },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool
is_plain(uint32_t c, enum text_charset charset)
{
	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	if (charset == TEXT_ASCII || c < 0xa0 || is_invisible(c))
		return false;
	/* A program's own locale may know no characters beyond ASCII. */
	return text_charset() != TEXT_UTF8 || iswprint((wint_t)c);
}

static size_t
write_escape(char *at, uint32_t c)
{
	int len;

	if (c == '\n' || c == '\t' || c == '\r')
		len = snprintf(at, ESCAPE_MAX + 1, "\\%c",
		    c == '\n'       ? 'n'
			: c == '\t' ? 't'
				    : 'r');
	else
		len = snprintf(at, ESCAPE_MAX + 1,
		    c < 0x80          ? "\\x%02x"
			: c <= 0xffff ? "\\u%04x"
				      : "\\U%08x",
		    (unsigned)c);
	return (size_t)len;
}

const char *
text_escape(struct arena *arena, enum text_charset charset, const char *text)
{
	char *escaped = arena_alloc(arena, strlen(text) + 1, ESCAPE_MAX + 1);
	char *to = escaped;
	uint32_t c;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = decode(text, &c);
		if (len == 0) {
			to += snprintf(to, ESCAPE_MAX + 1, "\\x%02x",
			    (unsigned)(unsigned char)*text);
			len = 1;
		} else if (is_plain(c, charset)) {
			memcpy(to, text, len);
			to += len;
		} else {
			to += write_escape(to, c);
		}
	}
	*to = '\0';
	return escaped;
}

const char *
text_utf8(struct arena *arena, const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *valid, *to;
	uint32_t c;
	size_t len;

	valid = to = arena_alloc(arena, strlen(text) + 1, 3);
	for (; *text != '\0'; text += len) {
		len = decode(text, &c);
		if (len == 0) {
			memcpy(to, replacement, sizeof(replacement) - 1);
			to += sizeof(replacement) - 1;
			len = 1;
		} else {
			memcpy(to, text, len);
			to += len;
		}
	}
	*to = '\0';
	return valid;
}

static size_t
width_of(uint32_t c)
{
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : (size_t)width;
}

static size_t
measure(const char *escaped, size_t len)
{
	const char *end = escaped + len;
	size_t width = 0;
	uint32_t c;

	for (; escaped < end; escaped += len) {
		len = decode(escaped, &c);
		if (len == 0) {
			c = '?';
			len = 1;
		}
		width += width_of(c);
	}
	return width;
}

size_t
text_width(const char *escaped)
{
	return measure(escaped, strlen(escaped));
}

size_t
text_fold(
    FILE *out, size_t width, size_t used, size_t indent, const char *escaped)
{
	bool is_first = true; /* of the line: it stands where it must */
	size_t len, word, lines = 1;

	for (; *escaped != '\0'; escaped += len) {
		escaped += strspn(escaped, " ");
		len = strcspn(escaped, " ");
		word = measure(escaped, len);
		if (!is_first && used + 1 + word > width) {
			if (out != NULL)
				fprintf(out, "\n%*s", (int)indent, "");
			lines++;
			used = indent;
			is_first = true;
		}
		if (out != NULL)
			fprintf(out, "%s%.*s", is_first ? "" : " ", (int)len,
			    escaped);
		used += word + !is_first;
		is_first = false;
	}
	if (out != NULL)
		putc('\n', out);
	return lines;
}

const char *
text_cut(struct arena *arena, enum text_charset charset, const char *escaped,
    size_t width)
{
	const char *mark = charset == TEXT_UTF8 ? "\xe2\x80\xa6" : "~";
	const char *end;
	size_t used = 0, len;
	uint32_t c;

	if (text_width(escaped) <= width || width == 0)
		return escaped;
	for (end = escaped; *end != '\0'; end += len) {
		len = decode(end, &c);
		if (len == 0 || used + width_of(c) > width - 1)
			break;
		used += width_of(c);
	}
	return arena_printf(
	    arena, "%.*s%s", (int)(end - escaped), escaped, mark);
}

/* Bytes that a value may have without quotes around it. */
static bool
is_word(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789.,:;<>@+-_/[]()!#$%&*?^{|}~";

	return *text != '\0' && text[strspn(text, plain)] == '\0';
}

const char *
text_log(struct arena *arena, const char *text)
{
	const char *escaped;
	char *quoted, *to;

	if (strlen(text) > LOG_VALUE)
		text = arena_printf(arena, "%.*s...", LOG_VALUE, text);
	if (is_word(text))
		return text;
	escaped = text_escape(arena, text_charset(), text);
	/* No quote but the last, so that nothing depends on backslashes. */
	quoted = to = arena_alloc(arena, strlen(escaped) + 1, 4);
	*to++ = '"';
	for (; *escaped != '\0'; escaped++) {
		if (*escaped == '"')
			to += snprintf(to, 5, "\\x22");
		else
			*to++ = *escaped;
	}
	*to++ = '"';
	return quoted;
}
