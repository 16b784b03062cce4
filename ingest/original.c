#include "ingest/original.h"

#include <string.h>

#include "base/arena.h"
#include "ingest/unpack.h"

struct copy {
	size_t place; /* how many documents come before it */
	char *data;
	size_t len, size;
};

static void
begin(void *context, const char *name)
{
	(void)context;
	(void)name;
}

static bool
add(void *context, struct bytes bytes)
{
	struct copy *copy = context;

	if (copy->place != 0 || bytes.len > copy->size - copy->len)
		return false;
	memcpy(copy->data + copy->len, bytes.data, bytes.len);
	copy->len += bytes.len;
	return true;
}

/* Behind the wanted one, the count wraps and meets 0 no more. */
static void
end(void *context, const struct error *trouble)
{
	struct copy *copy = context;

	(void)trouble;
	copy->place--;
}

struct bytes
original_copy(
    struct bytes packed, size_t place, size_t size, struct arena *arena)
{
	struct copy copy = {
		.place = place,
		.data = arena_alloc(arena, size + 1, 1),
		.size = size,
	};
	const struct unpack_sink sink = { begin, add, end, &copy, NULL };

	unpack(packed, &sink);
	return (struct bytes) { copy.data, copy.len };
}
