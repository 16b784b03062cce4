#include "parse/value.h"

#include <string.h>

#include "base/arena.h"

/* Not tolower(): in some languages I is not the capital of i. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_is(struct bytes text, const char *word)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (word[i] == '\0' || lower(text.data[i]) != lower(word[i]))
			return false;
	return word[i] == '\0';
}

bool
text_ends_in(const char *text, const char *word)
{
	size_t len = strlen(text), word_len = strlen(word);

	return len >= word_len
	    && text_is(bytes_of(text + len - word_len), word);
}

const char *
text_lower(struct arena *arena, struct bytes text)
{
	char *copy = arena_copy(arena, bytes_trim(text)), *c;

	for (c = copy; *c != '\0'; c++)
		*c = lower(*c);
	return copy;
}

static bool
is_exactly(struct bytes text, const char *word)
{
	return text.len == strlen(word)
	    && memcmp(text.data, word, text.len) == 0;
}

struct choice
choice_parse(const struct choice_name *names, size_t count, int other,
    struct bytes text, struct arena *arena)
{
	struct choice choice = { other, NULL };
	const char *name;
	size_t i;

	text = bytes_trim(text);
	if (text.len == 0)
		return (struct choice) { 0, NULL };
	for (i = 0; i < count; i++) {
		if (text_is(text, names[i].name)) {
			choice.value = names[i].value;
			break;
		}
	}
	name = choice_name(names, count, choice.value);
	if (i == count || !is_exactly(text, name))
		choice.raw = arena_copy(arena, text);
	return choice;
}

const char *
choice_name(const struct choice_name *names, size_t count, int value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether text is a point and digits, or nothing. */
static bool
is_fraction(struct bytes text)
{
	size_t i;

	if (text.len == 0)
		return true;
	if (text.data[0] != '.' || text.len < 2)
		return false;
	for (i = 1; i < text.len; i++)
		if (!is_digit(text.data[i]))
			return false;
	return true;
}

bool
number_parse(struct bytes text, int64_t *out)
{
	int64_t number = 0;
	size_t i;

	text = bytes_trim(text);
	for (i = 0; i < text.len && is_digit(text.data[i]); i++) {
		int digit = text.data[i] - '0';

		if (number > (INT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (i == 0 || !is_fraction(bytes_skip(text, i)))
		return false;
	*out = number;
	return true;
}

const char *
domain_copy(struct arena *arena, struct bytes text)
{
	text = bytes_trim(text);
	if (text.len > 0 && text.data[text.len - 1] == '.')
		text.len--;
	return text_lower(arena, text);
}

bool
domain_is_below(const char *domain, const char *parent)
{
	size_t len = strlen(domain), parent_len = strlen(parent);

	return parent_len > 0 && len >= parent_len
	    && strcmp(domain + len - parent_len, parent) == 0
	    && (len == parent_len || domain[len - parent_len - 1] == '.');
}

const char *
domain_of_email(struct arena *arena, const char *email)
{
	const char *start, *at = NULL, *c;

	if (email == NULL)
		return "";
	start = strrchr(email, '<');
	if (start == NULL || strchr(start, '@') == NULL)
		start = email;
	start += strspn(start, "< \t\r\n");
	for (c = start; *c != '\0' && strchr(" \t\r\n>,;?", *c) == NULL; c++)
		if (*c == '@')
			at = c;
	if (at == NULL)
		return "";
	return domain_copy(
	    arena, (struct bytes) { at + 1, (size_t)(c - at - 1) });
}
