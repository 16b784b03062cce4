#include "ingest/message.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "ingest/mime.h"
#include "parse/value.h"

struct walk {
	struct arena *arena;
	const struct message_visitor *visitor;
	size_t parts;
	bool is_over; /* a limit was met; no more parts */
};

/* Where in the message we are. */
struct place {
	const char *number; /* "" for the message itself */
	size_t level;       /* of parts in parts */
	size_t depth;       /* of messages in messages */
	bool is_in_digest;  /* where a message is what is not declared */
};

static void walk_entity(
    struct walk *walk, struct bytes entity, struct place place);

static void
tell(struct walk *walk, const char *reason, const char *what, size_t max)
{
	struct error trouble;

	error_limit(&trouble, reason, "more than %zu %s", max, what);
	walk->visitor->trouble(walk->visitor->context, &trouble);
}

static void
stop(struct walk *walk, const char *reason, const char *what, size_t max)
{
	tell(walk, reason, what, max);
	walk->is_over = true;
}

/* --- leaf parts --- */

static void
hand_out(struct walk *walk, const struct mime *mime, struct place place)
{
	struct message_part part = {
		.number = place.number[0] == '\0' ? "1" : place.number,
		.type = mime->type,
		.filename = mime->filename,
		.depth = place.depth,
	};
	char *memory;

	if (++walk->parts > MAX_MIME_PARTS) {
		stop(walk, "limit-parts", "parts", MAX_MIME_PARTS);
		return;
	}
	if (!walk->visitor->wants(walk->visitor->context, &part))
		return;
	part.body = mime_decode(mime, &memory);
	walk->visitor->part(walk->visitor->context, &part);
	free(memory);
}

/* RFC 2046 5.2.1 forbids to encode a message inside a message; some do. */
static void
walk_enclosed(struct walk *walk, const struct mime *mime, struct place place)
{
	struct bytes message;
	char *memory;

	if (place.depth >= MAX_MESSAGE_DEPTH) {
		tell(walk, "limit-message-depth", "messages in one another",
		    MAX_MESSAGE_DEPTH);
		return;
	}
	message = mime_decode(mime, &memory);
	if (walk->visitor->enclosed != NULL)
		walk->visitor->enclosed(
		    walk->visitor->context, message, place.depth);
	place.level++;
	place.depth++;
	place.is_in_digest = false;
	walk_entity(walk, message, place);
	free(memory);
}

/* --- multiparts (RFC 2046 5.1.1) --- */

static struct bytes
first_line(struct bytes bytes)
{
	const char *end = memchr(bytes.data, '\n', bytes.len);

	if (end != NULL)
		bytes.len = (size_t)(end - bytes.data) + 1;
	return bytes;
}

/* Whether the line is that delimiter; the last one has two more dashes. */
static bool
is_delimiter(struct bytes line, struct bytes delimiter, bool *is_last)
{
	struct bytes rest;

	if (!bytes_start(line, delimiter))
		return false;
	rest = bytes_skip(line, delimiter.len);
	*is_last = bytes_start(rest, bytes_of("--"));
	if (*is_last)
		rest = bytes_skip(rest, 2);
	return bytes_trim(rest).len == 0;
}

/*
 * The next delimiter: *rest is what follows it.  Returns what came before,
 * without the line end that belongs to the delimiter; with data NULL when
 * there is none.
 */
static struct bytes
take_part(struct bytes *rest, struct bytes delimiter, bool *is_last)
{
	struct bytes part = { rest->data, 0 }, line;

	for (;;) {
		line = first_line(bytes_skip(*rest, part.len));
		if (line.len == 0)
			return (struct bytes) { NULL, 0 };
		if (is_delimiter(line, delimiter, is_last))
			break;
		part.len += line.len;
	}
	*rest = bytes_skip(*rest, part.len + line.len);
	if (part.len > 0 && part.data[part.len - 1] == '\n')
		part.len--;
	if (part.len > 0 && part.data[part.len - 1] == '\r')
		part.len--;
	return part;
}

/* The first line with two dashes and more, for a multipart that does not say
 * its boundary, or another than it has. */
static struct bytes
guess_delimiter(struct bytes body)
{
	struct bytes line;

	for (; body.len > 0; body = bytes_skip(body, line.len)) {
		line = first_line(body);
		if (bytes_start(line, bytes_of("--"))
		    && bytes_trim(line).len > 2)
			return bytes_trim(line);
	}
	return (struct bytes) { "", 0 };
}

/* The delimiter there is; without any, its length is 0. */
static struct bytes
find_delimiter(struct walk *walk, const struct mime *mime)
{
	struct bytes rest = mime->body, delimiter = { "", 0 };
	bool is_last;

	if (mime->boundary != NULL)
		delimiter = bytes_trim(bytes_of(
		    arena_printf(walk->arena, "--%s", mime->boundary)));
	if (delimiter.len > 2
	    && take_part(&rest, delimiter, &is_last).data != NULL)
		return delimiter;
	return guess_delimiter(mime->body);
}

static void
walk_multipart(struct walk *walk, struct bytes rest, struct bytes delimiter,
    bool is_digest, struct place place)
{
	struct bytes part;
	struct place below = { .level = place.level + 1,
		.depth = place.depth,
		.is_in_digest = is_digest };
	bool is_last = false, is_first = true;
	size_t n = 0;

	while (!walk->is_over && !is_last && rest.len > 0) {
		part = take_part(&rest, delimiter, &is_last);
		if (part.data == NULL) { /* the last delimiter is missing */
			part = rest;
			is_last = true;
		}
		if (!is_first) {
			below.number = place.number[0] == '\0'
			    ? arena_printf(walk->arena, "%zu", ++n)
			    : arena_printf(
				walk->arena, "%s.%zu", place.number, ++n);
			walk_entity(walk, part, below);
		}
		is_first = false;
	}
}

/* --- any of them --- */

static bool
is_type(const struct mime *mime, const char *prefix)
{
	return bytes_start(bytes_of(mime->type), bytes_of(prefix));
}

/* Mail programs attach messages as if they were files. */
static bool
is_attached_message(struct walk *walk, const struct mime *mime)
{
	struct bytes header;
	bool is_message;
	char *memory;

	if (strcmp(mime->type, "application/octet-stream") != 0
	    && !text_ends_in(mime->filename, ".eml"))
		return false;
	header = header_of(mime_decode(mime, &memory));
	is_message = header_looks_like(header)
	    && header_find(header, "From", walk->arena) != NULL
	    && header_find(header, "Content-Type", walk->arena) != NULL;
	free(memory);
	return is_message;
}

static bool
is_message(struct walk *walk, const struct mime *mime, struct place place)
{
	return strcmp(mime->type, "message/rfc822") == 0
	    || strcmp(mime->type, "message/global") == 0
	    || (place.is_in_digest && !mime->has_type)
	    || is_attached_message(walk, mime);
}

/* Its delimiter; of length 0 for what is no multipart. */
static struct bytes
delimiter_of(struct walk *walk, const struct mime *mime)
{
	struct bytes body = bytes_trim(mime->body), delimiter = { "", 0 };

	if (is_type(mime, "multipart/"))
		return find_delimiter(walk, mime);
	/* The field is lost that would say so. */
	if (!mime->has_type && bytes_start(body, bytes_of("--"))) {
		delimiter = bytes_trim(first_line(body));
		body = bytes_skip(body, first_line(body).len);
		if (delimiter.len > 2 && header_looks_like(body))
			return delimiter;
	}
	return (struct bytes) { "", 0 };
}

static void
walk_entity(struct walk *walk, struct bytes entity, struct place place)
{
	struct bytes delimiter;
	struct mime mime;

	if (place.level > MAX_MIME_DEPTH) {
		stop(walk, "limit-mime-depth", "parts in one another",
		    MAX_MIME_DEPTH);
		return;
	}
	if (!mime_split(entity, walk->arena, &mime)) {
		stop(walk, "limit-header", "bytes of header", MAX_HEADER);
		return;
	}
	delimiter = delimiter_of(walk, &mime);
	if (delimiter.len > 0)
		walk_multipart(walk, mime.body, delimiter,
		    strcmp(mime.type, "multipart/digest") == 0, place);
	else if (is_message(walk, &mime, place))
		walk_enclosed(walk, &mime, place);
	else
		hand_out(walk, &mime, place);
}

void
message_walk(struct bytes message, struct arena *arena,
    const struct message_visitor *visitor)
{
	struct walk walk = { .arena = arena, .visitor = visitor };

	walk_entity(&walk, message, (struct place) { .number = "" });
}
