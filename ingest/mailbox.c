#include "ingest/mailbox.h"

#include "ingest/header.h"

static struct bytes
skip_line(struct bytes bytes)
{
	const char *end = memchr(bytes.data, '\n', bytes.len);

	return bytes_skip(
	    bytes, end == NULL ? bytes.len : (size_t)(end - bytes.data) + 1);
}

struct bytes
mailbox_skip_postmark(struct bytes input)
{
	struct bytes rest = input;

	while (rest.len > 0 && (rest.data[0] == '\r' || rest.data[0] == '\n'))
		rest = bytes_skip(rest, 1);
	if (bytes_start(rest, bytes_of("From "))
	    || bytes_start(rest, bytes_of(">From ")))
		rest = skip_line(rest);
	return header_looks_like(rest) ? rest : input;
}

bool
mailbox_is(struct bytes input)
{
	return bytes_start(input, bytes_of("From "));
}

/* A line that begins with From, behind an empty one. */
bool
mailbox_next(struct bytes *rest, struct bytes *message)
{
	bool is_mbox = mailbox_is(*rest), is_blank = false;
	struct bytes line;

	if (rest->len == 0)
		return false;
	*message = is_mbox ? skip_line(*rest) : *rest;
	*rest = is_mbox ? *message : (struct bytes) { "", 0 };
	while (rest->len > 0 && !(is_blank && mailbox_is(*rest))) {
		line = *rest;
		*rest = skip_line(*rest);
		line.len -= rest->len;
		is_blank = bytes_trim(line).len == 0;
	}
	message->len -= rest->len;
	return true;
}
