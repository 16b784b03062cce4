/* The values of a TLS report, one by one and in lists. */

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/report.h"
#include "parse/tlsrpt_reader.h"

/* --- notes --- */

void
tlsrpt_note(struct tlsrpt_reader *r, const char *code, const char *key,
    const char *text)
{
	if (r->failure > 0)
		report_note(r->report, r->arena, code,
		    "policy %zu: failure %zu: %s: %s", r->policy, r->failure,
		    key, text);
	else if (r->policy > 0)
		report_note(r->report, r->arena, code, "policy %zu: %s: %s",
		    r->policy, key, text);
	else
		report_note(r->report, r->arena, code, "%s: %s", key, text);
}

/* Once notes are only counted, an excerpt would only cost memory. */
void
tlsrpt_note_value(struct tlsrpt_reader *r, const char *code, const char *key,
    const json_t *value)
{
	tlsrpt_note(r, code, key,
	    r->report->note_count < MAX_NOTES ? json_excerpt(value, r->arena)
					      : "");
}

/* --- single values; JSON's null is as good as absent --- */

const json_t *
tlsrpt_find(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static struct bytes
string_bytes(const json_t *value)
{
	return (struct bytes) { json_string_value(value),
		json_string_length(value) };
}

/* The first of two names that is there. */
const char *
tlsrpt_choose_key(const json_t *object, const char *key, const char *alias)
{
	return tlsrpt_find(object, key) == NULL
		&& tlsrpt_find(object, alias) != NULL
	    ? alias
	    : key;
}

static struct bytes
cut(struct tlsrpt_reader *r, const char *key, struct bytes text)
{
	if (text.len <= MAX_ELEMENT_TEXT)
		return text;
	tlsrpt_note(r, "text-truncated", key, "the end was cut off");
	text.len = MAX_ELEMENT_TEXT;
	/* not in the middle of a character */
	while (
	    text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

/* The bytes of a string, trimmed; an integer is taken as its digits. */
static bool
read_bytes(struct tlsrpt_reader *r, const char *key, const json_t *value,
    struct bytes *out)
{
	int64_t number;

	if (json_is_string(value)) {
		*out = cut(r, key, bytes_trim(string_bytes(value)));
		return true;
	}
	if (json_whole_number(value, &number)) {
		*out =
		    bytes_of(arena_printf(r->arena, "%lld", (long long)number));
		return true;
	}
	tlsrpt_note_value(r, "tlsrpt-bad-type", key, value);
	return false;
}

/* NULL when there is none. */
const char *
tlsrpt_read_text(struct tlsrpt_reader *r, const json_t *object, const char *key)
{
	const json_t *value = tlsrpt_find(object, key);
	struct bytes text;

	if (value == NULL || !read_bytes(r, key, value, &text))
		return NULL;
	return arena_copy(r->arena, text);
}

const char *
tlsrpt_read_lower(
    struct tlsrpt_reader *r, const json_t *object, const char *key)
{
	const char *text = tlsrpt_read_text(r, object, key), *word;

	if (text == NULL)
		return NULL;
	word = text_lower(r->arena, bytes_of(text));
	if (strcmp(word, text) != 0)
		tlsrpt_note_value(
		    r, "tlsrpt-word", key, tlsrpt_find(object, key));
	return word;
}

const char *
tlsrpt_read_domain(
    struct tlsrpt_reader *r, const json_t *object, const char *key)
{
	const char *text = tlsrpt_read_text(r, object, key);

	return text == NULL ? NULL : domain_copy(r->arena, bytes_of(text));
}

const char *
tlsrpt_read_address(
    struct tlsrpt_reader *r, const json_t *object, const char *key)
{
	const char *text = tlsrpt_read_text(r, object, key);
	struct address address;
	char canonical[ADDRESS_TEXT];

	if (text == NULL || !address_parse(bytes_of(text), &address))
		return text;
	address_format(&address, canonical);
	return arena_copy(r->arena, bytes_of(canonical));
}

/* A count in a string; one with a fraction is no count. */
static bool
read_count_text(
    struct tlsrpt_reader *r, const char *key, const json_t *value, int64_t *out)
{
	struct bytes text = string_bytes(value);

	if (memchr(text.data, '.', text.len) != NULL
	    || !number_parse(text, out))
		return false;
	tlsrpt_note_value(r, "tlsrpt-count-text", key, value);
	return true;
}

/* False, with a tlsrpt_note, for what cannot be a count; 0 when there is none. */
bool
tlsrpt_read_count(struct tlsrpt_reader *r, const json_t *object,
    const char *key, int64_t *out)
{
	const json_t *value = tlsrpt_find(object, key);

	*out = 0;
	if (value == NULL)
		return true;
	if (json_is_string(value) ? read_count_text(r, key, value, out)
				  : json_whole_number(value, out) && *out >= 0)
		return true;
	tlsrpt_note_value(r, "tlsrpt-bad-count", key, value);
	return false;
}

/* --- lists of strings --- */

struct list {
	const char *key;
	struct bytes (*clean)(struct bytes text);
	const struct text_list **end;
	size_t count;
};

static bool
add_text(struct tlsrpt_reader *r, struct list *list, struct bytes text)
{
	struct text_list *item;

	text = cut(r, list->key, list->clean(bytes_trim(text)));
	if (text.len == 0)
		return true;
	if (++list->count > MAX_TLS_STRINGS)
		return error_limit(r->err, "limit-strings",
		    "policy %zu: %s: more than %d strings", r->policy,
		    list->key, MAX_TLS_STRINGS);
	item = arena_alloc(r->arena, 1, sizeof(*item));
	item->text = arena_copy(r->arena, text);
	*list->end = item;
	list->end = &item->next;
	return true;
}

static bool
add_lines(struct tlsrpt_reader *r, struct list *list, struct bytes text)
{
	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.data);

		if (!add_text(r, list, (struct bytes) { text.data, len }))
			return false;
		text = bytes_skip(text, len + 1);
	}
	return true;
}

/* Microsoft puts the text of a JSON array of strings into one string. */
static bool
add_string(struct tlsrpt_reader *r, struct list *list, struct bytes text)
{
	json_t *array = NULL;
	bool ok = true;
	size_t i;

	if (text.len > 0 && text.data[0] == '[')
		array = json_loadb(text.data, text.len, 0, NULL);
	if (array == NULL)
		return add_lines(r, list, text);
	for (i = 0; ok && i < json_array_size(array); i++) {
		const json_t *element = json_array_get(array, i);

		if (json_is_string(element))
			ok = add_lines(r, list, string_bytes(element));
		else
			tlsrpt_note_value(
			    r, "tlsrpt-bad-type", list->key, element);
	}
	json_decref(array);
	return ok;
}

bool
tlsrpt_read_list(struct tlsrpt_reader *r, const json_t *object, const char *key,
    struct bytes (*clean)(struct bytes text), const struct text_list **out)
{
	const json_t *value = tlsrpt_find(object, key), *element;
	struct list list = { key, clean, out, 0 };
	size_t i;

	if (value == NULL)
		return true;
	for (i = 0; i < json_element_count(value); i++) {
		element = json_element(value, i);
		if (json_is_null(element))
			continue;
		if (!json_is_string(element))
			tlsrpt_note_value(r, "tlsrpt-bad-type", key, element);
		else if (!add_string(r, &list, string_bytes(element)))
			return false;
	}
	return true;
}

struct bytes
tlsrpt_clean_nothing(struct bytes text)
{
	return text;
}

/* An MX host as a line of an MTA-STS policy has it. */
struct bytes
tlsrpt_clean_mx_host(struct bytes text)
{
	if (text.len >= 3 && text_is((struct bytes) { text.data, 3 }, "mx:"))
		return bytes_trim(bytes_skip(text, 3));
	return text;
}
