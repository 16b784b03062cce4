#include "parse/mend.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "parse/mend_state.h"

static const char *const codes[FIX_COUNT] = {
	[STRAY_TEXT] = "xml-stray-text",
	[DECLARATION] = "xml-declaration",
	[SCHEMA_TAG] = "xml-schema-tag",
	[RAW_BRACKET] = "xml-raw-bracket",
	[RAW_AMPERSAND] = "xml-raw-ampersand",
	[ENCODING] = "xml-encoding",
};

static void
take_all(struct mend *m, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		mend_take(m, data[i]);
}

static void
replace(struct mend *m)
{
	m->has_fixed[ENCODING] = true;
	take_all(m, UTF8_REPLACEMENT, 3);
}

/* Takes a whole character, or finds that there is none. */
static void
take_character(struct mend *m)
{
	size_t len = utf8_len(m->partial, m->partial_len);

	if (len == m->partial_len) {
		take_all(m, m->partial, len);
		m->partial_len = 0;
		return;
	}
	/* The first byte is bad, or more is to come. */
	len = (unsigned char)m->partial[0] >= 0xf0 ? 4
	    : (unsigned char)m->partial[0] >= 0xe0 ? 3
						   : 2;
	if ((unsigned char)m->partial[0] >= 0xc2 && m->partial_len < len
	    && (m->partial_len == 1
		|| ((unsigned char)m->partial[m->partial_len - 1] & 0xc0)
		    == 0x80))
		return;
	replace(m);
	/* What follows a broken beginning may be a character of its own. */
	m->partial_len--;
	memmove(m->partial, m->partial + 1, m->partial_len);
	if (m->partial_len > 0)
		take_character(m);
}

struct mend *
mend_new(void)
{
	struct mend *mend = calloc(1, sizeof(*mend));

	if (mend == NULL)
		err(1, "mend");
	mend->out.max = SIZE_MAX / 2;
	return mend;
}

void
mend_free(struct mend *mend)
{
	if (mend == NULL)
		return;
	buffer_release(&mend->out);
	free(mend);
}

/* What XML 1.0 2.2 forbids. */
static bool
is_control(char c)
{
	return (unsigned char)c < ' ' && c != '\t' && c != '\r' && c != '\n';
}

/* How many of the next bytes are text like any other. */
static size_t
plain_len(const struct mend *m, struct bytes in)
{
	size_t len = 0;

	if (m->state != TEXT || m->partial_len > 0 || !mend_is_inside(m))
		return 0;
	while (len < in.len && in.data[len] != '<' && in.data[len] != '&'
	    && (unsigned char)in.data[len] < 0x80 && !is_control(in.data[len]))
		len++;
	return len;
}

static void
take_byte(struct mend *m, char c)
{
	if (is_control(c)) {
		replace(m);
	} else if (m->is_8bit
	    || (m->partial_len == 0 && (unsigned char)c < 0x80)) {
		mend_take(m, c);
	} else {
		m->partial[m->partial_len++] = c;
		take_character(m);
	}
}

struct bytes
mend_feed(struct mend *mend, struct bytes in)
{
	size_t len;

	buffer_clear(&mend->out);
	while (in.len > 0) {
		len = plain_len(mend, in);
		if (len > 0) {
			mend_put(mend, in.data, len);
		} else {
			take_byte(mend, in.data[0]);
			len = 1;
		}
		in = bytes_skip(in, len);
	}
	return buffer_bytes(&mend->out);
}

struct bytes
mend_finish(struct mend *mend)
{
	buffer_clear(&mend->out);
	if (mend->partial_len > 0)
		replace(mend);
	if (mend->held_len > 0)
		mend_put_held(mend); /* cut off: for the parser to say so */
	return buffer_bytes(&mend->out);
}

bool
mend_has_second(const struct mend *mend)
{
	return mend->has_second;
}

const char *
mend_code(const struct mend *mend, size_t i)
{
	size_t fix;

	for (fix = 0; fix < FIX_COUNT; fix++)
		if (mend->has_fixed[fix] && i-- == 0)
			return codes[fix];
	return NULL;
}
