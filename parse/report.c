#include "parse/report.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parse/charset.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"

#define PIECE ((size_t)64 * 1024)

enum format {
	UNDECIDED,
	XML,
	JSON,
};

struct report_reader {
	struct arena *arena;
	enum format format;
	bool is_mending;
	char
	    first[CHARSET_HEAD]; /* of the document, until they are all there */
	size_t first_len;
	bool has_charset;
	struct charset charset;
	char head[3]; /* what has come while undecided, blanks left out */
	size_t head_len;
	struct dmarc_reader *dmarc; /* for XML */
	struct buffer json;         /* for JSON */
};

const char *
report_kind_name(enum report_kind kind)
{
	return kind == REPORT_DMARC ? "dmarc" : "tlsrpt";
}

void
report_note(struct report *report, struct arena *arena, const char *code,
    const char *fmt, ...)
{
	const struct note **end = &report->notes;
	struct note *note;
	char text[512];
	va_list args;

	if (++report->note_count > MAX_NOTES)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	utf8_mend(text);
	note = arena_alloc(arena, 1, sizeof(*note));
	note->code = code;
	note->detail = arena_copy(arena, bytes_of(text));
	while (*end != NULL)
		end = (const struct note **)&(*end)->next;
	*end = note;
}

struct report_reader *
report_reader_new(struct arena *arena)
{
	struct report_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		err(1, "report");
	reader->arena = arena;
	reader->json.max = MAX_JSON;
	return reader;
}

void
report_reader_free(struct report_reader *reader)
{
	if (reader == NULL)
		return;
	dmarc_reader_free(reader->dmarc);
	buffer_release(&reader->json);
	charset_release(&reader->charset);
	free(reader);
}

void
report_reader_mend(struct report_reader *reader)
{
	reader->is_mending = true;
}

static bool
head_is(const struct report_reader *reader, const char *text, size_t len)
{
	return reader->head_len == len && memcmp(reader->head, text, len) == 0;
}

static void
start_xml(struct report_reader *reader)
{
	reader->format = XML;
	reader->dmarc = dmarc_reader_new(
	    reader->arena, reader->is_mending, reader->charset.width > 1);
}

/* Takes one byte of an undecided beginning. */
static bool
look_at(struct report_reader *reader, char c, struct error *err)
{
	/* Before anything, and after the first mark of JSON. */
	if ((reader->head_len == 0 || reader->head[0] == '{'
		|| reader->head[0] == '[')
	    && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
		return true;
	reader->head[reader->head_len++] = c;
	if (head_is(reader, "{\"", 2) || head_is(reader, "{}", 2)
	    || head_is(reader, "[{", 2) || head_is(reader, "[[", 2)) {
		reader->format = JSON;
	} else if (head_is(reader, "\xef\xbb\xbf", 3)) {
		reader->head_len = 0; /* the mark of UTF-8 says nothing more */
	} else if (head_is(reader, "<", 1)) {
		start_xml(reader);
	} else if (!head_is(reader, "\xef", 1)
	    && !head_is(reader, "\xef\xbb", 2) && !head_is(reader, "{", 1)
	    && !head_is(reader, "[", 1)) {
		return error_input(
		    err, "not-a-report", "this is neither XML nor JSON");
	}
	return true;
}

static bool
feed_chosen(struct report_reader *reader, struct bytes bytes, struct error *err)
{
	if (reader->format == XML)
		return dmarc_reader_feed(reader->dmarc, bytes, err);
	return buffer_add(&reader->json, bytes)
	    || error_limit(
		err, "limit-json", "JSON is larger than %lu bytes", MAX_JSON);
}

static bool
feed_text(struct report_reader *reader, struct bytes bytes, struct error *err)
{
	while (reader->format == UNDECIDED) {
		if (bytes.len == 0)
			return true;
		if (!look_at(reader, bytes.data[0], err))
			return false;
		bytes = bytes_skip(bytes, 1);
		if (reader->format != UNDECIDED
		    && !feed_chosen(reader,
			(struct bytes) { reader->head, reader->head_len }, err))
			return false;
	}
	return feed_chosen(reader, bytes, err);
}

static bool
start_text(struct report_reader *reader, struct error *err)
{
	struct bytes first = { reader->first, reader->first_len };

	reader->has_charset = true;
	charset_guess(&reader->charset, first);
	return feed_text(reader, charset_feed(&reader->charset, first), err);
}

bool
report_reader_feed(
    struct report_reader *reader, struct bytes bytes, struct error *err)
{
	struct bytes piece;

	while (!reader->has_charset) {
		if (bytes.len == 0)
			return true;
		reader->first[reader->first_len++] = bytes.data[0];
		bytes = bytes_skip(bytes, 1);
		if (reader->first_len == CHARSET_HEAD
		    && !start_text(reader, err))
			return false;
	}
	/* What is converted or mended needs memory for a piece, not for all. */
	for (; bytes.len > 0; bytes = bytes_skip(bytes, piece.len)) {
		piece = bytes;
		if (piece.len > PIECE)
			piece.len = PIECE;
		if (!feed_text(
			reader, charset_feed(&reader->charset, piece), err))
			return false;
	}
	return true;
}

static bool
finish_text(struct report_reader *reader, struct report *out, struct error *err)
{
	switch (reader->format) {
	case XML:
		return dmarc_reader_finish(reader->dmarc, out, err);
	case JSON:
		return tlsrpt_parse(
		    buffer_bytes(&reader->json), reader->arena, out, err);
	default:
		return error_input(err, "not-a-report", "there is no text");
	}
}

bool
report_reader_finish(
    struct report_reader *reader, struct report *out, struct error *err)
{
	*out = (struct report) { 0 };
	if (!reader->has_charset && !start_text(reader, err))
		return false;
	if (!feed_text(reader, charset_finish(&reader->charset), err)
	    || !finish_text(reader, out, err))
		return false;
	if (reader->charset.has_bad)
		report_note(out, reader->arena,
		    reader->format == XML ? "xml-encoding" : "json-encoding",
		    "bytes that are no UTF-%zu", reader->charset.width * 8);
	return true;
}
