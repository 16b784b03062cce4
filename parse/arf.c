#include "parse/arf.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parse/datetime.h"
#include "parse/value.h"

/* --- fields --- */

/* One field: "Name: value", the value still folded. */
struct field {
	struct bytes name, value;
};

static struct bytes
take_line(struct bytes *rest)
{
	struct bytes line = *rest;
	const char *end = memchr(rest->data, '\n', rest->len);

	if (end != NULL)
		line.len = (size_t)(end - rest->data) + 1;
	*rest = bytes_skip(*rest, line.len);
	return line;
}

static bool
is_folded(struct bytes rest)
{
	return rest.len > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t');
}

/* False for a line that is no field. */
static bool
split(struct bytes line, struct field *out)
{
	const char *colon;

	if (line.len == 0 || (colon = memchr(line.data, ':', line.len)) == NULL)
		return false;
	out->name = bytes_trim(
	    (struct bytes) { line.data, (size_t)(colon - line.data) });
	out->value = bytes_skip(line, (size_t)(colon - line.data) + 1);
	return true;
}

/* False after the last. */
static bool
next_field(struct bytes *rest, struct field *out)
{
	struct bytes line;

	while (rest->len > 0) {
		line = take_line(rest);
		while (is_folded(*rest))
			line.len += take_line(rest).len;
		if (split(line, out))
			return true;
	}
	return false;
}

/*
 * The value on one line, without comments (RFC 5322 3.2.2), cut at
 * MAX_FEEDBACK_TEXT bytes.
 */
static struct bytes
unfold(struct bytes value, struct arena *arena)
{
	char *out;
	size_t i, len = 0, depth = 0;
	bool is_quoted = false;

	value = bytes_trim(value);
	if (value.len > MAX_FEEDBACK_TEXT)
		value.len = MAX_FEEDBACK_TEXT;
	out = arena_alloc(arena, value.len + 1, 1);
	for (i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (depth == 0 && c == '"')
			is_quoted = !is_quoted;
		if (!is_quoted && c == '(')
			depth++;
		if (depth == 0 && c != '\r' && c != '\n')
			out[len++] = c == '\t' ? ' ' : c;
		if (!is_quoted && c == ')' && depth > 0)
			depth--;
	}
	return bytes_trim((struct bytes) { out, len });
}

/* --- values: what cannot be one leaves out as it was --- */

static bool
holds(struct bytes text, char c)
{
	return text.len > 0 && memchr(text.data, c, text.len) != NULL;
}

/* Words for people or programs, in which an address has no place. */
static bool
is_text(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return false;
	return text.len > 0 && !holds(text, '@');
}

static void
read_text(struct bytes value, struct arena *arena, void *out)
{
	if (is_text(value))
		*(const char **)out = arena_copy(arena, value);
}

static void
read_word(struct bytes value, struct arena *arena, void *out)
{
	if (is_text(value))
		*(const char **)out = text_lower(arena, value);
}

/* Of a name in lower case, in ASCII or in UTF-8. */
static bool
is_domain(const char *name)
{
	size_t len = strlen(name), i, step;

	for (i = 0; i < len; i += step) {
		step = utf8_len(name + i, len - i);
		if (step == 0
		    || (step == 1
			&& strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_",
			       name[i])
			    == NULL))
			return false;
	}
	return len > 0;
}

const char *
arf_domain(struct bytes text, struct arena *arena)
{
	const char *domain = holds(text, '@')
	    ? domain_of_email(arena, arena_copy(arena, text))
	    : domain_copy(arena, text);

	return is_domain(domain) ? domain : NULL;
}

static void
read_domain(struct bytes value, struct arena *arena, void *out)
{
	*(const char **)out = arf_domain(value, arena);
}

/* "dns; mail.example.org" (RFC 3464 2.2.2). */
static void
read_mta(struct bytes value, struct arena *arena, void *out)
{
	while (holds(value, ';'))
		value = bytes_skip(value, 1);
	read_domain(value, arena, out);
}

/* Some write the host's name behind it, in a comment or not. */
static void
read_address(struct bytes value, struct arena *arena, void *out)
{
	struct address address;
	size_t len = 0;

	(void)arena;
	while (len < value.len && strchr(" ,;", value.data[len]) == NULL)
		len++;
	value.len = len;
	if (address_parse(value, &address))
		*(struct address *)out = address;
}

static void
read_date(struct bytes value, struct arena *arena, void *out)
{
	struct failure *failure = out;

	(void)arena;
	if (!failure->has_arrival_date)
		failure->has_arrival_date =
		    datetime_parse_mail(value, &failure->arrival_date);
}

static void
read_incidents(struct bytes value, struct arena *arena, void *out)
{
	int64_t incidents;

	(void)arena;
	if (number_parse(value, &incidents) && incidents > 0
	    && incidents <= UINT32_MAX)
		*(int64_t *)out = incidents;
}

/* --- feedback reports --- */

struct field_reader {
	const char *name;
	void (*read)(struct bytes value, struct arena *arena, void *out);
	size_t offset; /* of what it fills in */
};

#define MEMBER(name) offsetof(struct failure, name)

static const struct field_reader fields_of_report[] = {
	{ "Feedback-Type", read_word, MEMBER(feedback_type) },
	{ "User-Agent", read_text, MEMBER(user_agent) },
	{ "Auth-Failure", read_word, MEMBER(auth_failure) },
	{ "Delivery-Result", read_word, MEMBER(delivery_result) },
	{ "Reported-Domain", read_domain, MEMBER(reported_domain) },
	{ "Reporting-MTA", read_mta, MEMBER(reporting_mta) },
	{ "Identity-Alignment", read_text, MEMBER(identity_alignment) },
	{ "DKIM-Domain", read_domain, MEMBER(dkim_domain) },
	{ "DKIM-Selector", read_domain, MEMBER(dkim_selector) },
	{ "Source-IP", read_address, MEMBER(source_ip) },
	{ "Arrival-Date", read_date, 0 },
	{ "Received-Date", read_date, 0 }, /* its older name */
	{ "Incidents", read_incidents, MEMBER(incidents) },
};

static const struct field_reader lines_of_exim[] = {
	{ "Sender Domain", read_domain, MEMBER(reported_domain) },
	{ "Sender IP Address", read_address, MEMBER(source_ip) },
	{ "Received date", read_date, 0 },
	{ "DMARC Results", read_word, MEMBER(delivery_result) },
};

#define MAX_READERS COUNT_OF(fields_of_report)

struct reader {
	const struct field_reader *fields;
	size_t count;
	bool is_seen[MAX_READERS];
	struct arena *arena;
	struct failure *out;
};

static void
read_field(struct reader *r, const struct field *field)
{
	const struct field_reader *known;
	size_t i;

	for (i = 0; i < r->count; i++) {
		known = &r->fields[i];
		if (r->is_seen[i] || !text_is(field->name, known->name))
			continue;
		r->is_seen[i] = true;
		known->read(unfold(field->value, r->arena), r->arena,
		    (char *)r->out + known->offset);
	}
}

void
arf_parse(struct bytes fields, struct arena *arena, struct failure *out)
{
	struct reader r = { .fields = fields_of_report,
		.count = COUNT_OF(fields_of_report),
		.arena = arena,
		.out = out };
	struct field field;

	*out = (struct failure) { .incidents = 1 };
	while (next_field(&fields, &field))
		read_field(&r, &field);
}

bool
arf_is_auth_failure(const struct failure *failure)
{
	return failure->feedback_type == NULL
	    || strcmp(failure->feedback_type, "auth-failure") == 0;
}

/* --- reports for people --- */

/* What follows such a line is the original's header. */
static bool
is_rule(struct bytes line)
{
	return bytes_start(line, bytes_of("----"));
}

bool
arf_parse_text(struct bytes text, struct arena *arena, struct failure *out)
{
	struct reader r = { .fields = lines_of_exim,
		.count = COUNT_OF(lines_of_exim),
		.arena = arena,
		.out = out };
	struct field field;
	struct bytes line;

	*out = (struct failure) { .auth_failure = "dmarc", .incidents = 1 };
	if (text.len > MAX_FEEDBACK_LINES)
		text.len = MAX_FEEDBACK_LINES;
	while (text.len > 0) {
		line = take_line(&text);
		if (is_rule(line))
			break;
		if (split(line, &field))
			read_field(&r, &field);
	}
	return out->reported_domain != NULL && out->source_ip.len > 0;
}

bool
arf_is_error_report(struct bytes text)
{
	static const char *const names[] = { "Report-Date", "Report-Domain",
		"Report-ID", "Report-Size", "Submitter", "Submitting-URI" };
	bool is_there[COUNT_OF(names)] = { false };
	struct field field;
	size_t i, count = 0;

	if (text.len > MAX_FEEDBACK_LINES)
		text.len = MAX_FEEDBACK_LINES;
	while (next_field(&text, &field))
		for (i = 0; i < COUNT_OF(names); i++)
			if (!is_there[i] && text_is(field.name, names[i])) {
				is_there[i] = true;
				count++;
			}
	/* All six belong there; two of them anybody may write. */
	return count > COUNT_OF(names) / 2;
}
