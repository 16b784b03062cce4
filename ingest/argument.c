#include "ingest/argument.h"

#include <stdint.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/limits.h"

/* Characters of an atom besides letters, digits and UTF-8 (RFC 5322 3.2.3). */
#define ATOM_MARKS "!#$%&'*+-/=?^_`{|}~"

bool
argument_is_word(struct bytes text, const char *word)
{
	return text.len == strlen(word)
	    && strncasecmp(text.data, word, text.len) == 0;
}

struct bytes
argument_cut(struct bytes *text, char c)
{
	struct bytes head = *text;
	const char *found = memchr(text->data, c, text->len);

	if (found != NULL)
		head.len = (size_t)(found - text->data);
	*text = bytes_skip(*text, head.len + 1);
	return head;
}

static bool
take(struct bytes *text, char c)
{
	if (text->len == 0 || text->data[0] != c)
		return false;
	*text = bytes_skip(*text, 1);
	return true;
}

static bool
is_among(char c, const char *marks)
{
	return c != '\0' && strchr(marks, c) != NULL;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
	    || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* One or more of letters, digits, UTF-8 and marks. */
static bool
skip_run(struct bytes *text, const char *marks)
{
	size_t len = 0;

	while (len < text->len
	    && (is_plain(text->data[len]) || is_among(text->data[len], marks)))
		len++;
	*text = bytes_skip(*text, len);
	return len > 0;
}

static bool
skip_quoted(struct bytes *text)
{
	while (text->len > 0 && !take(text, '"')) {
		take(text, '\\');
		*text = bytes_skip(*text, 1);
	}
	return text->len > 0; /* the path's end, if nothing else, follows */
}

static bool
skip_literal(struct bytes *text)
{
	return skip_run(text, ATOM_MARKS ".:") && take(text, ']');
}

static bool
skip_domain(struct bytes *text)
{
	if (take(text, '['))
		return skip_literal(text);
	return skip_run(text, "-._");
}

static bool
skip_local_part(struct bytes *text)
{
	if (take(text, '"'))
		return skip_quoted(text);
	return skip_run(text, ATOM_MARKS ".");
}

/* "@a,@b:", which RFC 5321 wants accepted and ignored. */
static bool
skip_source_route(struct bytes *text)
{
	if (text->len == 0 || text->data[0] != '@')
		return true;
	do {
		if (!take(text, '@') || !skip_domain(text))
			return false;
	} while (take(text, ','));
	return take(text, ':');
}

static bool
read_path(struct bytes *text, enum argument_path kind, struct bytes *mailbox)
{
	struct bytes start = *text;

	if (!take(text, '<'))
		return false;
	*mailbox = (struct bytes) { text->data, 0 };
	if (kind == ARGUMENT_FROM && take(text, '>'))
		return true;
	if (!skip_source_route(text))
		return false;
	mailbox->data = text->data;
	if (!skip_local_part(text))
		return false;
	mailbox->len = (size_t)(text->data - mailbox->data);
	if (take(text, '@')) {
		if (!skip_domain(text))
			return false;
	} else if (kind != ARGUMENT_TO
	    || !argument_is_word(*mailbox, "postmaster")) {
		return false;
	}
	mailbox->len = (size_t)(text->data - mailbox->data);
	return take(text, '>') && start.len - text->len <= MAX_PATH_LENGTH;
}

bool
argument_path(
    struct bytes *text, enum argument_path kind, struct bytes *mailbox)
{
	const char *word = kind == ARGUMENT_FROM ? "FROM" : "TO";

	if (!argument_is_word(argument_cut(text, ':'), word))
		return false;
	take(text, ' '); /* common, if not allowed */
	return read_path(text, kind, mailbox)
	    && (text->len == 0 || text->data[0] == ' ');
}

static const char *
check_size(struct bytes value, struct argument_mail *mail)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			break;
		if (size <= mail->max_message) /* else it is large enough */
			size = size * 10 + (uint64_t)(value.data[i] - '0');
	}
	if (i == 0 || i != value.len || i > 20) /* RFC 1870 3 */
		return "501 5.5.4 SIZE is a number of up to 20 digits";
	if (size > mail->max_message)
		return "552 5.3.4 Message is larger than SIZE";
	mail->size = (size_t)size;
	return NULL;
}

static const char *
check_body(struct bytes value, struct argument_mail *mail)
{
	(void)mail;
	if (argument_is_word(value, "7BIT")
	    || argument_is_word(value, "8BITMIME"))
		return NULL;
	return "501 5.5.4 BODY is 7BIT or 8BITMIME";
}

static const char *
check_smtputf8(struct bytes value, struct argument_mail *mail)
{
	/* Paths may hold UTF-8 without it too: Postfix can be told not to use
	 * SMTPUTF8, and then passes on what it gets. */
	(void)mail;
	return value.len == 0 ? NULL : "501 5.5.4 SMTPUTF8 has no value";
}

static const struct parameter {
	const char *name;
	const char *(*check)(struct bytes value, struct argument_mail *mail);
} parameters[] = {
	{ "SIZE", check_size },
	{ "BODY", check_body },
	{ "SMTPUTF8", check_smtputf8 },
};

const char *
argument_mail_parameters(struct bytes text, struct argument_mail *mail)
{
	const char *refusal;
	struct bytes name, value;
	size_t i;

	while ((text = bytes_trim(text)).len > 0) {
		value = argument_cut(&text, ' ');
		name = argument_cut(&value, '=');
		for (i = 0; i < COUNT_OF(parameters); i++)
			if (argument_is_word(name, parameters[i].name))
				break;
		if (i == COUNT_OF(parameters))
			return "555 5.5.4 Parameter not known";
		refusal = parameters[i].check(value, mail);
		if (refusal != NULL)
			return refusal;
	}
	return NULL;
}

/* How long the character is that text begins with, 0 if it is none. */
static size_t
measure_character(struct bytes text)
{
	static const struct {
		unsigned char first, last, low, high; /* of the second octet */
		size_t len;
	} rows[] = { { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 } }; /* RFC 3629 4 */
	const unsigned char *c = (const unsigned char *)text.data;
	size_t i, j;

	if (c[0] < 0x80)
		return c[0] >= 0x20 && c[0] != 0x7f;
	for (i = 0; i < COUNT_OF(rows); i++) {
		if (c[0] < rows[i].first || c[0] > rows[i].last)
			continue;
		if (text.len < rows[i].len || c[1] < rows[i].low
		    || c[1] > rows[i].high)
			return 0;
		for (j = 2; j < rows[i].len; j++)
			if ((c[j] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

bool
argument_is_text(struct bytes text)
{
	size_t len;

	while (text.len > 0) {
		len = measure_character(text);
		if (len == 0)
			return false;
		text = bytes_skip(text, len);
	}
	return true;
}
