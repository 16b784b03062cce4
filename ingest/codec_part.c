#include "ingest/codec_part.h"

#include "base/limits.h"

static bool
write_list(struct wire *wire, const struct codec_items *list, const void *item)
{
	bool more = true;

	while (item != NULL) {
		if (!wire_bool(wire, &more)
		    || !list->code(wire, (void *)(uintptr_t)item))
			return false;
		if (!list->is_in_set)
			wire_flush(wire);
		memcpy(&item, item, sizeof(item));
	}
	more = false;
	return wire_bool(wire, &more);
}

static bool
read_list(struct wire *wire, const struct codec_items *list, const void *head)
{
	void *place = (void *)(uintptr_t)head, *item;
	bool more = false;
	size_t count;

	for (count = 0; wire_bool(wire, &more) && more; count++) {
		item = count == list->max ? NULL : wire_alloc(wire, list->size);
		if (item == NULL || !list->code(wire, item))
			return wire_fail(wire);
		memcpy(place, &item, sizeof(item));
		place = item;
	}
	return !wire->failed;
}

bool
codec_list(struct wire *wire, const struct codec_items *list, const void *head)
{
	const void *first;

	if (wire->is_reading)
		return read_list(wire, list, head);
	memcpy(&first, head, sizeof(first));
	return write_list(wire, list, first);
}

/* --- values --- */

bool
codec_word(struct wire *wire, const char **text)
{
	return wire_text(wire, text) && (*text != NULL || wire_fail(wire));
}

bool
codec_code(struct wire *wire, const char **code)
{
	size_t len;

	if (!codec_word(wire, code))
		return false;
	len = strspn(*code, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return (len > 0 && len <= MAX_CODE && (*code)[len] == '\0')
	    || wire_fail(wire);
}

bool
codec_choice(struct wire *wire, struct choice *choice, int max)
{
	return wire_int(wire, &choice->value, max)
	    && wire_text(wire, &choice->raw);
}

bool
codec_address(struct wire *wire, struct address *address)
{
	int len = address->len;

	if (!wire_int(wire, &len, ADDRESS_MAX))
		return false;
	address->len = (uint8_t)len;
	if (len == 0)
		return true;
	if (!wire_octets(wire, address->data, address->len))
		return false;
	return (len == 5 && address->data[0] == 4)
	    || (len == 17 && address->data[0] == 6) || wire_fail(wire);
}

size_t
codec_count(const void *item)
{
	size_t count = 0;

	for (; item != NULL; count++)
		memcpy(&item, item, sizeof(item));
	return count;
}
