#include "ingest/mime.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "ingest/parameter.h"
#include "ingest/unpack.h"
#include "parse/value.h"

/* --- fields --- */

/* The word that a field begins with, in lower case; *rest is what follows. */
static const char *
take_word(struct bytes *rest, struct arena *arena)
{
	struct bytes text = bytes_trim(*rest), word = { text.data, 0 };

	while (
	    word.len < text.len && strchr(" ;(\"", text.data[word.len]) == NULL)
		word.len++;
	*rest = bytes_skip(text, word.len);
	return text_lower(arena, word);
}

static void
read_type(struct mime *mime, struct bytes value, struct arena *arena)
{
	const char *word = take_word(&value, arena);
	const struct parameter *list = parameter_list(value, arena);
	const char *name = parameter_value(list, "name", arena);

	/* Where there are two of them, the one that says more. */
	if (mime->has_type
	    && !bytes_start(bytes_of(word), bytes_of("multipart/")))
		return;
	mime->has_type = true;
	if (word[0] != '\0')
		mime->type = word;
	mime->boundary = parameter_raw(list, "boundary");
	if (mime->filename[0] == '\0' && name != NULL)
		mime->filename = name;
}

static void
read_disposition(struct mime *mime, struct bytes value, struct arena *arena)
{
	const char *name;

	take_word(&value, arena);
	name = parameter_value(parameter_list(value, arena), "filename", arena);
	if (name != NULL)
		mime->filename = name;
}

static void
read_encoding(struct mime *mime, struct bytes value, struct arena *arena)
{
	const char *word = take_word(&value, arena);

	if (strcmp(word, "base64") == 0)
		mime->encoding = MIME_BASE64;
	else if (strcmp(word, "quoted-printable") == 0)
		mime->encoding = MIME_QUOTED_PRINTABLE;
	else if (strcmp(word, "x-uuencode") == 0
	    || strcmp(word, "uuencode") == 0 || strcmp(word, "x-uue") == 0)
		mime->encoding = MIME_UUENCODE;
}

static void
read_header(struct bytes header, struct arena *arena, struct mime *mime)
{
	static const struct {
		const char *name;
		void (*read)(
		    struct mime *mime, struct bytes value, struct arena *arena);
	} known[] = {
		{ "Content-Type", read_type },
		{ "Content-Disposition", read_disposition },
		{ "Content-Transfer-Encoding", read_encoding },
	};
	struct header_field field;
	size_t i;

	while (header_next(&header, &field))
		for (i = 0; i < COUNT_OF(known); i++) {
			if (!text_is(field.name, known[i].name))
				continue;
			header_add_lines(&header, &field);
			if (field.value.len <= MAX_MIME_FIELD)
				known[i].read(mime,
				    header_unfold(field.value, arena), arena);
		}
}

/* --- how it is encoded --- */

/* What base64 makes of the first bytes of gzip, zip, XML and JSON. */
static bool
looks_like_base64(struct bytes body)
{
	static const char *const starts[] = { "H4sI", "UEsDB", "PD94bWwg",
		"PGZlZWRiYWNr", "77u/PD94bWwg", "eyJ", "ewog", "ew0K" };
	size_t i;

	for (i = 0; i < COUNT_OF(starts); i++)
		if (bytes_start(body, bytes_of(starts[i])))
			return true;
	return false;
}

static bool
looks_decoded(struct bytes body)
{
	return body.len > 0
	    && (body.data[0] == '<' || body.data[0] == '{'
		|| unpack_is_packed(body));
}

/* A line such as "begin 644 report.xml.gz" (POSIX 1003.1, uuencode). */
static bool
begins_uuencode(struct bytes line)
{
	size_t i = strlen("begin ");

	if (!bytes_start(line, bytes_of("begin ")))
		return false;
	while (i < line.len && line.data[i] >= '0' && line.data[i] <= '7')
		i++;
	return i >= 9 && i < line.len && line.data[i] == ' ';
}

/* Gateways lose the field or decode without taking it off. */
static void
correct_encoding(struct mime *mime)
{
	struct bytes start = bytes_trim(mime->body);

	if (mime->encoding == MIME_BASE64 && looks_decoded(start))
		mime->encoding = MIME_IDENTITY;
	else if (mime->encoding == MIME_IDENTITY && looks_like_base64(start))
		mime->encoding = MIME_BASE64;
	if (mime->encoding == MIME_IDENTITY && begins_uuencode(start))
		mime->encoding = MIME_UUENCODE;
	else if (mime->encoding == MIME_UUENCODE && !begins_uuencode(start))
		mime->encoding = MIME_IDENTITY;
}

bool
mime_split(struct bytes entity, struct arena *arena, struct mime *out)
{
	struct bytes header = header_of(entity);

	*out = (struct mime) { .type = "text/plain", .filename = "" };
	/* Some leave out the empty line when there is no header. */
	if (header.len > 0 && !header_looks_like(header))
		header.len = 0;
	if (header.len > MAX_HEADER)
		return false;
	out->body = header_skip_empty(bytes_skip(entity, header.len));
	read_header(header, arena, out);
	correct_encoding(out);
	return true;
}

/* --- decoding --- */

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Whether the next line is base64 and nothing else: what was encoded in
 * pieces goes on after the padding of one, a footer does not look like it. */
static bool
goes_on(struct bytes text)
{
	struct bytes line;
	size_t len = 0;

	while (text.len > 0 && text.data[0] == '=')
		text = bytes_skip(text, 1);
	line = bytes_trim(text);
	while (len < line.len && base64_digit(line.data[len]) >= 0)
		len++;
	while (len < line.len && line.data[len] == '=')
		len++;
	return len >= 4 && len % 4 == 0
	    && (len == line.len || strchr("\r\n", line.data[len]) != NULL);
}

/* Whole groups of four, as far as they go; returns how many characters that
 * were. */
static size_t
decode_groups(const int8_t digits[256], struct bytes text, char *out)
{
	const uint8_t *in = (const uint8_t *)text.data;
	size_t i;
	int bits;

	for (i = 0; i + 4 <= text.len; i += 4) {
		/* What is no digit is -1. */
		if ((digits[in[i]] | digits[in[i + 1]] | digits[in[i + 2]]
			| digits[in[i + 3]])
		    < 0)
			break;
		bits = digits[in[i]] << 18 | digits[in[i + 1]] << 12
		    | digits[in[i + 2]] << 6 | digits[in[i + 3]];
		*out++ = (char)(bits >> 16);
		*out++ = (char)(bits >> 8);
		*out++ = (char)bits;
	}
	return i;
}

/* What is no digit is passed over (RFC 2045 6.8). */
static size_t
decode_base64(struct bytes text, char *out)
{
	int8_t digits[256];
	uint32_t bits = 0;
	size_t len = 0, i, group;
	int count = 0, digit;

	for (i = 0; i < COUNT_OF(digits); i++)
		digits[i] = (int8_t)base64_digit((char)i);
	for (i = 0; i < text.len; i++) {
		if (count == 0) {
			group = decode_groups(
			    digits, bytes_skip(text, i), out + len);
			len += group / 4 * 3;
			i += group;
			if (i == text.len)
				break;
		}
		digit = digits[(uint8_t)text.data[i]];
		if (digit < 0 && text.data[i] == '=' && count > 0) {
			if (!goes_on(bytes_skip(text, i)))
				break;
			count = 0;
		}
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		if (++count == 1)
			continue;
		/* Of 12 bits the first 8 are whole, of 18 the next, of 24 the
		 * last. */
		out[len++] = (char)(bits >> (8 - 2 * count));
		if (count == 4)
			count = 0;
	}
	return len;
}

/* A line end that is hidden goes; what makes no sense stays (6.7). */
static size_t
decode_quoted_printable(struct bytes text, char *out)
{
	size_t len = 0, i, end;

	for (i = 0; i < text.len; i++) {
		if (text.data[i] != '=') {
			out[len++] = text.data[i];
			continue;
		}
		if (i + 2 < text.len && hex_digit(text.data[i + 1]) >= 0
		    && hex_digit(text.data[i + 2]) >= 0) {
			out[len++] = (char)(hex_digit(text.data[i + 1]) * 16
			    + hex_digit(text.data[i + 2]));
			i += 2;
			continue;
		}
		end = i + 1;
		while (end < text.len && strchr(" \t\r", text.data[end]) != NULL
		    && text.data[end] != '\0')
			end++;
		if (end == text.len || text.data[end] == '\n')
			i = end;
		else
			out[len++] = '=';
	}
	return len;
}

/* Of a line: how many bytes it has, then four characters for three of them. */
static size_t
decode_uuencode_line(struct bytes line, char *out)
{
	size_t len = 0, want, i;
	uint32_t bits = 0;

	if (line.len == 0 || line.data[0] < ' ' || line.data[0] > '`')
		return 0;
	want = (size_t)(line.data[0] - ' ') & 63;
	for (i = 1; i < line.len && len < want; i++) {
		if (line.data[i] < ' ' || line.data[i] > '`')
			break;
		bits = bits << 6 | ((uint32_t)(line.data[i] - ' ') & 63);
		/* As with base64. */
		if (i % 4 != 1)
			out[len++] = (char)(bits >> (6 - 2 * ((i - 1) % 4)));
	}
	return len;
}

static size_t
decode_uuencode(struct bytes text, char *out)
{
	struct bytes line;
	const char *end;
	size_t len = 0;

	text = bytes_trim_start(text);
	do {
		end = memchr(text.data, '\n', text.len);
		if (end == NULL)
			break;
		text = bytes_skip(text, (size_t)(end - text.data) + 1);
		line = text;
		end = memchr(line.data, '\n', line.len);
		if (end != NULL)
			line.len = (size_t)(end - line.data);
		if (bytes_start(line, bytes_of("end")))
			break;
		len += decode_uuencode_line(line, out + len);
	} while (text.len > 0);
	return len;
}

struct bytes
mime_decode(const struct mime *mime, char **memory)
{
	struct bytes out = { NULL, 0 };

	*memory = NULL;
	if (mime->encoding == MIME_IDENTITY || mime->body.len == 0)
		return mime->body;
	out.data = *memory = malloc(mime->body.len);
	if (*memory == NULL)
		err(1, "mime");
	switch (mime->encoding) {
	case MIME_BASE64:
		out.len = decode_base64(mime->body, *memory);
		break;
	case MIME_UUENCODE:
		out.len = decode_uuencode(mime->body, *memory);
		break;
	default:
		out.len = decode_quoted_printable(mime->body, *memory);
	}
	return out;
}
