#include "parse/charset.h"

#include <err.h>

#include "base/utf8.h"

/* What a unit that is zero but for its last byte, or first, looks like. */
static bool
is_ascii(struct bytes head, size_t at, size_t zeros_from, size_t zeros)
{
	size_t i;

	for (i = 0; i < zeros; i++)
		if (head.data[zeros_from + i] != '\0')
			return false;
	return head.data[at] > '\0';
}

static void
set(struct charset *charset, size_t width, bool is_big)
{
	charset->width = width;
	charset->is_big = is_big;
}

void
charset_guess(struct charset *charset, struct bytes head)
{
	*charset = (struct charset) { .width = 1, .out.max = SIZE_MAX / 2 };
	if (head.len < CHARSET_HEAD)
		return;
	if (memcmp(head.data, "\0\0\xfe\xff", 4) == 0
	    || is_ascii(head, 3, 0, 3))
		set(charset, 4, true);
	else if (memcmp(head.data, "\xff\xfe\0\0", 4) == 0
	    || is_ascii(head, 0, 1, 3))
		set(charset, 4, false);
	else if (memcmp(head.data, "\xfe\xff", 2) == 0
	    || (is_ascii(head, 1, 0, 1) && is_ascii(head, 3, 2, 1)))
		set(charset, 2, true);
	else if (memcmp(head.data, "\xff\xfe", 2) == 0
	    || (is_ascii(head, 0, 1, 1) && is_ascii(head, 2, 3, 1)))
		set(charset, 2, false);
}

void
charset_release(struct charset *charset)
{
	buffer_release(&charset->out);
}

static void
put(struct charset *charset, const char *data, size_t len)
{
	if (!buffer_add(&charset->out, (struct bytes) { data, len }))
		errx(1, "charset: more than the memory there is");
}

static void
put_bad(struct charset *charset)
{
	charset->has_bad = true;
	put(charset, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
}

/* RFC 3629 3. */
static void
put_character(struct charset *charset, uint32_t c)
{
	char out[4];

	if (c < 0x80) {
		out[0] = (char)c;
		put(charset, out, 1);
	} else if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		put(charset, out, 2);
	} else if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		put(charset, out, 3);
	} else {
		out[0] = (char)(0xf0 | c >> 18);
		out[1] = (char)(0x80 | (c >> 12 & 0x3f));
		out[2] = (char)(0x80 | (c >> 6 & 0x3f));
		out[3] = (char)(0x80 | (c & 0x3f));
		put(charset, out, 4);
	}
}

/* RFC 2781 2.2: two halves make a character, one makes none. */
static void
take_unit(struct charset *charset, uint32_t c)
{
	uint32_t high = charset->high;

	charset->high = 0;
	if (charset->width == 2 && high != 0 && c >= 0xdc00 && c <= 0xdfff) {
		put_character(
		    charset, 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00));
		return;
	}
	if (high != 0)
		put_bad(charset);
	if (charset->width == 2 && c >= 0xd800 && c <= 0xdbff)
		charset->high = c;
	else if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		put_bad(charset);
	else
		put_character(charset, c);
}

static uint32_t
join(const struct charset *charset)
{
	uint32_t c = 0;
	size_t i;

	for (i = 0; i < charset->width; i++)
		c = c << 8
		    | charset
			  ->unit[charset->is_big ? i : charset->width - 1 - i];
	return c;
}

struct bytes
charset_feed(struct charset *charset, struct bytes in)
{
	size_t i;

	if (charset->width == 1)
		return in;
	buffer_clear(&charset->out);
	for (i = 0; i < in.len; i++) {
		charset->unit[charset->unit_len++] = (uint8_t)in.data[i];
		if (charset->unit_len < charset->width)
			continue;
		charset->unit_len = 0;
		take_unit(charset, join(charset));
	}
	return buffer_bytes(&charset->out);
}

struct bytes
charset_finish(struct charset *charset)
{
	buffer_clear(&charset->out);
	if (charset->unit_len > 0 || charset->high != 0)
		put_bad(charset);
	charset->unit_len = 0;
	charset->high = 0;
	return buffer_bytes(&charset->out);
}
