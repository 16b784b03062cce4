#include "analysis/knowledge.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/value.h"

/* No label of a domain name is longer (RFC 1035 section 2.3.4). */
#define MAX_LABEL 63

const char *
knowledge_name(enum knowledge_table table)
{
	static const char *const names[KNOWLEDGE_TABLES] = {
		[KNOWLEDGE_PROVIDERS] = "providers",
		[KNOWLEDGE_GATEWAYS] = "gateways",
		[KNOWLEDGE_LISTS] = "lists",
		[KNOWLEDGE_LABELS] = "labels",
		[KNOWLEDGE_SERVICES] = "services",
	};

	return names[table];
}

/* The next word of a line, taken off it; empty at its end. */
static struct bytes
next_word(struct bytes *line)
{
	struct bytes word;

	*line = bytes_trim(*line);
	word.data = line->data;
	for (word.len = 0; word.len < line->len
	     && strchr(" \t\r", line->data[word.len]) == NULL;
	     word.len++)
		;
	*line = bytes_skip(*line, word.len);
	return word;
}

/* The value that a table allows, "" among them. */
static bool
is_value(enum knowledge_table table, const char *value)
{
	static const char *const labels[] = { "list", "bounce", "forward",
		"service" };
	static const char *const services[] = { "vendor", "service" };
	size_t i;

	switch (table) {
	case KNOWLEDGE_LISTS:
		return *value == '\0';
	case KNOWLEDGE_LABELS:
		for (i = 0; i < COUNT_OF(labels); i++)
			if (strcmp(labels[i], value) == 0)
				return true;
		return false;
	case KNOWLEDGE_SERVICES:
		for (i = 0; i < COUNT_OF(services); i++)
			if (strcmp(services[i], value) == 0)
				return true;
		return false;
	default:
		return true;
	}
}

static bool
is_key(const void *context, uint32_t number, const void *key)
{
	const struct knowledge_list *list = context;

	return strcmp(list->entries[number].key, key) == 0;
}

static const char *
find(const struct knowledge_list *list, const char *name)
{
	uint32_t number =
	    index_find(&list->index, index_hash_text(name), is_key, list, name);

	return number == INDEX_NONE ? NULL : list->entries[number].value;
}

static void
add(struct knowledge_list *list, const char *key, const char *value)
{
	if (find(list, key) != NULL)
		return;
	list->entries = index_grow(
	    list->entries, list->count, &list->room, sizeof(*list->entries));
	list->entries[list->count] = (struct knowledge_entry) { key, value };
	index_put(&list->index, index_hash_text(key), (uint32_t)list->count++);
}

static bool
read_line(struct knowledge *knowledge, enum knowledge_table table,
    struct bytes line, struct arena *arena, struct error *err)
{
	struct bytes key = next_word(&line), value = next_word(&line);
	const char *word;

	if (key.len == 0 || key.data[0] == '#')
		return true;
	word = domain_copy(arena, value);
	if (bytes_trim(line).len > 0 || !is_value(table, word))
		return error_set(err, ERROR_CONFIG,
		    "'%.*s' is not what belongs behind '%.*s'; the head of "
		    "the file says what does",
		    value.len > 40 ? 40 : (int)value.len, value.data,
		    key.len > 80 ? 80 : (int)key.len, key.data);
	add(&knowledge->lists[table], domain_copy(arena, key), word);
	return true;
}

bool
knowledge_read(struct knowledge *knowledge, enum knowledge_table table,
    struct bytes text, struct arena *arena, struct error *err)
{
	const char *end;
	struct bytes line;
	int number;

	for (number = 1; text.len > 0; number++) {
		end = memchr(text.data, '\n', text.len);
		line = (struct bytes) { text.data,
			end == NULL ? text.len : (size_t)(end - text.data) };
		if (!read_line(knowledge, table, line, arena, err))
			return error_at(
			    err, "%s:%d", knowledge_name(table), number);
		text = bytes_skip(text, line.len + 1);
	}
	return true;
}

void
knowledge_release(struct knowledge *knowledge)
{
	size_t i;

	for (i = 0; i < KNOWLEDGE_TABLES; i++) {
		index_release(&knowledge->lists[i].index);
		free(knowledge->lists[i].entries);
	}
	*knowledge = (struct knowledge) { 0 };
}

const char *
knowledge_find(const struct knowledge *knowledge, enum knowledge_table table,
    const char *name)
{
	return find(&knowledge->lists[table], name);
}

const char *
knowledge_find_above(const struct knowledge *knowledge,
    enum knowledge_table table, const char *name, const char **key)
{
	const char *value;

	for (;;) {
		value = find(&knowledge->lists[table], name);
		if (value != NULL && key != NULL)
			*key = name;
		if (value != NULL)
			return value;
		name = strchr(name, '.');
		if (name == NULL)
			return NULL;
		name++;
	}
}

const char *
knowledge_label(
    const struct knowledge *knowledge, const char *name, const char *value)
{
	const struct knowledge_list *list = &knowledge->lists[KNOWLEDGE_LABELS];
	const char *found;
	char label[MAX_LABEL + 1];
	size_t len, kept;
	uint32_t number;

	for (; *name != '\0'; name += len + (name[len] == '.')) {
		len = strcspn(name, ".");
		for (kept = len;
		     kept > 0 && name[kept - 1] >= '0' && name[kept - 1] <= '9';
		     kept--)
			;
		if (kept == 0 || kept > MAX_LABEL)
			continue;
		memcpy(label, name, kept);
		label[kept] = '\0';
		number = index_find(
		    &list->index, index_hash_text(label), is_key, list, label);
		if (number == INDEX_NONE)
			continue;
		found = list->entries[number].value;
		if (strcmp(found, value) == 0)
			return list->entries[number].key;
	}
	return NULL;
}
