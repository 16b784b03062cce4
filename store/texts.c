#include "store/texts.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/sqlite.h"
#include "store/wanted.h"

bool
texts_id(
    struct numbers *numbers, int64_t id, uint32_t *out, struct error *error)
{
	*out = TEXTS_NONE;
	return id == 0 || numbers_find(numbers, id, out)
	    || error_set(
		error, ERROR_LIMIT, "more than %u different rows", UINT32_MAX);
}

static void
make_room(struct texts *texts, uint32_t n)
{
	size_t room = texts->room == 0 ? 1024 : texts->room;

	while (room <= n)
		room *= 2;
	if (room == texts->room)
		return;
	texts->text = reallocarray(texts->text, room, sizeof(*texts->text));
	if (texts->text == NULL)
		err(1, "texts");
	for (; texts->room < room; texts->room++)
		texts->text[texts->room] = NULL;
}

bool
texts_number(
    struct texts *texts, int64_t id, uint32_t *out, struct error *error)
{
	if (!texts_id(&texts->numbers, id, out, error))
		return false;
	if (*out != TEXTS_NONE)
		make_room(texts, *out);
	return true;
}

const char *
texts_at(const struct texts *texts, uint32_t n)
{
	return n == TEXTS_NONE ? NULL : texts->text[n];
}

static void
keep(struct texts *texts, uint32_t n, sqlite3_value *value)
{
	const void *data = sqlite3_value_text(value);
	int len = sqlite3_value_bytes(value);

	texts->text[n] = data == NULL
	    ? ""
	    : arena_copy(texts->arena, (struct bytes) { data, (size_t)len });
}

static bool
find(struct texts *texts, int64_t id, uint32_t n, struct error *error)
{
	bool has_row;

	if (texts->find == NULL
	    && !sqlite_prepare(texts->store,
		"SELECT text FROM string WHERE id = ?", &texts->find, error))
		return false;
	if (!sqlite_bind(texts->store, texts->find, 1, number(id), error)
	    || !sqlite_step(texts->store, texts->find, &has_row, error))
		return false;
	keep(texts, n, sqlite3_column_value(texts->find, 0));
	sqlite3_reset(texts->find);
	return true;
}

bool
texts_now(
    struct texts *texts, int64_t id, const char **out, struct error *error)
{
	uint32_t n;

	if (!texts_number(texts, id, &n, error)
	    || (n != TEXTS_NONE && texts->text[n] == NULL
		&& !find(texts, id, n, error)))
		return false;
	*out = texts_at(texts, n);
	return true;
}

static bool
read_text(void *context, sqlite3_value **values, struct error *error)
{
	struct texts *texts = context;
	uint32_t n = (uint32_t)sqlite3_value_int64(values[0]);

	(void)error;
	if (texts->text[n] == NULL)
		keep(texts, n, values[1]);
	return true;
}

bool
texts_read(struct texts *texts, struct error *error)
{
	return wanted_read(texts->store, &texts->numbers,
	    "SELECT hand_out(:scan, w.number, s.text)"
	    " FROM wanted w CROSS JOIN string s ON s.id = w.id",
	    read_text, texts, error);
}

void
texts_release(struct texts *texts)
{
	sqlite3_finalize(texts->find);
	numbers_release(&texts->numbers);
	free(texts->text);
}
