/*
 * What comes out of mending is UTF-8 whatever went in, unless the document
 * declares an encoding of one byte a character, and the same however it came.
 */
#include "parse/mend.h"
#include "tests/fuzz/check.h"

static void
mend_all(struct bytes in, size_t step, struct buffer *out)
{
	struct mend *mend = mend_new();
	size_t i, len;

	while (in.len > 0) {
		len = step < in.len ? step : in.len;
		CHECK(buffer_add(
		    out, mend_feed(mend, (struct bytes) { in.data, len })));
		in = bytes_skip(in, len);
	}
	CHECK(buffer_add(out, mend_finish(mend)));
	for (i = 0; mend_code(mend, i) != NULL; i++)
		CHECK(buffer_add(out, bytes_of(mend_code(mend, i))));
	mend_free(mend);
}

/* Whether it says that it has any encoding. */
static bool
has_encoding(struct bytes in)
{
	struct bytes word = bytes_of("encoding");

	for (; in.len > 0; in = bytes_skip(in, 1))
		if (bytes_start(in, word))
			return true;
	return false;
}

static bool
has_control(const struct buffer *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] < ' '
		    && memchr("\t\r\n", text->data[i], 3) == NULL)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole = { .max = SIZE_MAX }, pieces = { .max = SIZE_MAX };
	struct bytes in = check_input(data, size);

	mend_all(in, SIZE_MAX, &whole);
	mend_all(in, size == 0 ? 1 : data[size - 1] % 16 + 1U, &pieces);
	CHECK(buffer_equal(&whole, &pieces));
	CHECK(has_encoding(in) || is_utf8(buffer_bytes(&whole)));
	CHECK(!has_control(&whole));
	/* The longest that a byte can become is &amp; or U+FFFD. */
	CHECK(whole.len <= size * 5 + 1000);
	buffer_release(&whole);
	buffer_release(&pieces);
	return 0;
}
