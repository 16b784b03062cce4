#include "store/flow_shapes.h"

#include <err.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/question.h"
#include "store/sqlite.h"
#include "store/wanted.h"

#define NONE UINT32_MAX

static void *
allocate(size_t count, size_t size)
{
	void *made = calloc(count == 0 ? 1 : count, size);

	if (made == NULL)
		err(1, "flows");
	return made;
}

/* Room for as many; NULL in what is new. */
static void *
grow(void *array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room == 0 ? 1024 : *room;
	char *made;

	while (wanted < count)
		wanted *= 2;
	if (wanted == *room)
		return array;
	made = reallocarray(array, wanted, size);
	if (made == NULL)
		err(1, "flows");
	memset(made + *room * size, 0, (wanted - *room) * size);
	*room = wanted;
	return made;
}

static bool
number_id(
    struct numbers *numbers, int64_t id, uint32_t *out, struct error *error)
{
	*out = NONE;
	return id == 0 || numbers_find(numbers, id, out)
	    || error_set(
		error, ERROR_LIMIT, "more than %u different rows", UINT32_MAX);
}

bool
flow_shape_number(
    struct flow_loader *loader, int64_t id, uint32_t *out, struct error *error)
{
	return number_id(&loader->shapes, id, out, error);
}

/* --- texts --- */

static bool
number_text(
    struct flow_loader *loader, int64_t id, uint32_t *out, struct error *error)
{
	if (!number_id(&loader->texts, id, out, error))
		return false;
	if (*out != NONE)
		loader->text = grow(loader->text, &loader->text_room,
		    (size_t)*out + 1, sizeof(*loader->text));
	return true;
}

static const char *
text_at(const struct flow_loader *loader, uint32_t n)
{
	return n == NONE ? NULL : loader->text[n];
}

static void
keep_text(struct flow_loader *loader, uint32_t n, sqlite3_stmt *row, int column)
{
	const void *data = sqlite3_column_text(row, column);
	int len = sqlite3_column_bytes(row, column);

	loader->text[n] = data == NULL
	    ? ""
	    : arena_copy(loader->arena, (struct bytes) { data, (size_t)len });
}

static bool
find_text(
    struct flow_loader *loader, int64_t id, uint32_t n, struct error *error)
{
	sqlite3_stmt *row = loader->find_text;
	bool has_row;

	if (row == NULL
	    && !sqlite_prepare(loader->store,
		"SELECT text FROM string WHERE id = ?", &row, error))
		return false;
	loader->find_text = row;
	if (!sqlite_bind(loader->store, row, 1, number(id), error)
	    || !sqlite_step(loader->store, row, &has_row, error))
		return false;
	keep_text(loader, n, row, 0);
	sqlite3_reset(row);
	return true;
}

bool
flow_text(struct flow_loader *loader, int64_t id, const char **out,
    struct error *error)
{
	uint32_t n;

	if (!number_text(loader, id, &n, error)
	    || (n != NONE && loader->text[n] == NULL
		&& !find_text(loader, id, n, error)))
		return false;
	*out = text_at(loader, n);
	return true;
}

/* --- all together --- */

/* What the tables say, in numbers of texts and of authentication results. */
struct raw_shape {
	uint32_t header_from, envelope_from, envelope_to, auth;
	int dkim, spf;
};

struct raw_result {
	uint32_t auth, name, label; /* label: selector or scope */
	int result;
};

struct results {
	struct raw_result *rows;
	size_t count, room;
};

/* A reading under way. */
struct batch {
	struct flow_loader *loader;
	struct wanted wanted;
	struct raw_shape *shapes;
	struct results dkim, spf;
	struct results *to; /* the one that is being read */
};

/* Everything in numbers, through one statement. */
static bool
read_all(struct batch *batch, const struct numbers *numbers, const char *sql,
    bool (*read)(void *batch, sqlite3_stmt *row, struct error *err),
    struct error *error)
{
	struct numbered *list = numbers_list(numbers);
	sqlite3_stmt *rows;
	bool ok;

	batch->wanted = (struct wanted) { list, numbers->count };
	ok = sqlite_prepare(batch->loader->store, sql, &rows, error)
	    && question_answer(batch->loader->store, rows, read, batch, error);
	free(list);
	return ok;
}

static bool
read_shape(void *context, sqlite3_stmt *row, struct error *error)
{
	struct batch *batch = context;
	struct flow_loader *loader = batch->loader;
	struct raw_shape *out = &batch->shapes[sqlite3_column_int64(row, 0)];

	out->dkim = sqlite3_column_int(row, 1);
	out->spf = sqlite3_column_int(row, 2);
	return number_text(loader, sqlite3_column_int64(row, 3),
		   &out->header_from, error)
	    && number_text(loader, sqlite3_column_int64(row, 4),
		&out->envelope_from, error)
	    && number_text(
		loader, sqlite3_column_int64(row, 5), &out->envelope_to, error)
	    && number_id(&loader->auths, sqlite3_column_int64(row, 6),
		&out->auth, error);
}

static bool
read_result(void *context, sqlite3_stmt *row, struct error *error)
{
	struct batch *batch = context;
	struct results *to = batch->to;
	struct raw_result *out;

	to->rows = grow(to->rows, &to->room, to->count + 1, sizeof(*to->rows));
	out = &to->rows[to->count++];
	out->auth = (uint32_t)sqlite3_column_int64(row, 0);
	out->result = sqlite3_column_int(row, 3);
	return number_text(batch->loader, sqlite3_column_int64(row, 1),
		   &out->name, error)
	    && number_text(batch->loader, sqlite3_column_int64(row, 2),
		&out->label, error);
}

static bool
read_text(void *context, sqlite3_stmt *row, struct error *error)
{
	struct flow_loader *loader = ((struct batch *)context)->loader;
	uint32_t n = (uint32_t)sqlite3_column_int64(row, 0);

	(void)error;
	if (loader->text[n] == NULL)
		keep_text(loader, n, row, 1);
	return true;
}

static bool
read_results(struct batch *batch, struct results *to, const char *sql,
    struct error *error)
{
	batch->to = to;
	return read_all(batch, &batch->loader->auths, sql, read_result, error);
}

static bool
read_tables(struct batch *batch, struct error *error)
{
	return read_all(batch, &batch->loader->shapes,
		   "SELECT w.number, s.dkim, s.spf, s.header_from,"
		   " s.envelope_from, s.envelope_to, s.auth"
		   " FROM wanted w CROSS JOIN shape s ON s.id = w.id",
		   read_shape, error)
	    && read_results(batch, &batch->dkim,
		"SELECT w.number, d.domain, d.selector, d.result"
		" FROM wanted w CROSS JOIN auth_dkim d ON d.auth = w.id",
		error)
	    && read_results(batch, &batch->spf,
		"SELECT w.number, s.domain, s.scope, s.result"
		" FROM wanted w CROSS JOIN auth_spf s ON s.auth = w.id",
		error)
	    && read_all(batch, &batch->loader->texts,
		"SELECT w.number, s.text"
		" FROM wanted w CROSS JOIN string s ON s.id = w.id",
		read_text, error);
}

/* --- what it stands for --- */

struct auth {
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;
};

/* Backwards: each goes before those that come after it. */
static struct auth *
build_auths(const struct batch *batch)
{
	const struct flow_loader *loader = batch->loader;
	struct auth *auths = allocate(loader->auths.count, sizeof(*auths));
	struct dmarc_dkim *dkim =
	    arena_alloc(loader->arena, batch->dkim.count, sizeof(*dkim));
	struct dmarc_spf *spf =
	    arena_alloc(loader->arena, batch->spf.count, sizeof(*spf));
	const struct raw_result *raw;
	size_t i;

	for (i = batch->dkim.count; i-- > 0;) {
		raw = &batch->dkim.rows[i];
		dkim[i].domain = text_at(loader, raw->name);
		dkim[i].selector = text_at(loader, raw->label);
		dkim[i].result.value = raw->result;
		dkim[i].next = auths[raw->auth].dkim;
		auths[raw->auth].dkim = &dkim[i];
	}
	for (i = batch->spf.count; i-- > 0;) {
		raw = &batch->spf.rows[i];
		spf[i].domain = text_at(loader, raw->name);
		spf[i].scope = text_at(loader, raw->label);
		spf[i].result.value = raw->result;
		spf[i].next = auths[raw->auth].spf;
		auths[raw->auth].spf = &spf[i];
	}
	return auths;
}

static void
build_shapes(const struct batch *batch, struct flow_shapes *out)
{
	const struct flow_loader *loader = batch->loader;
	struct auth *auths = build_auths(batch);
	struct flow_shape *shapes =
	    arena_alloc(loader->arena, loader->shapes.count, sizeof(*shapes));
	const struct raw_shape *raw;
	size_t i;

	for (i = 0; i < loader->shapes.count; i++) {
		raw = &batch->shapes[i];
		shapes[i] = (struct flow_shape) {
			.dkim = raw->dkim,
			.spf = raw->spf,
			.header_from = text_at(loader, raw->header_from),
			.envelope_from = text_at(loader, raw->envelope_from),
			.envelope_to = text_at(loader, raw->envelope_to),
		};
		if (raw->auth == NONE)
			continue;
		shapes[i].dkim_results = auths[raw->auth].dkim;
		shapes[i].spf_results = auths[raw->auth].spf;
	}
	free(auths);
	*out = (struct flow_shapes) { shapes, loader->shapes.count };
}

bool
flow_shapes_read(
    struct flow_loader *loader, struct flow_shapes *out, struct error *error)
{
	struct batch batch = { .loader = loader };
	bool ok;

	batch.shapes = allocate(loader->shapes.count, sizeof(*batch.shapes));
	ok = wanted_open(loader->store, &batch.wanted, error)
	    && read_tables(&batch, error);
	wanted_close(loader->store);
	if (ok)
		build_shapes(&batch, out);
	free(batch.shapes);
	free(batch.dkim.rows);
	free(batch.spf.rows);
	return ok;
}

void
flow_loader_release(struct flow_loader *loader)
{
	sqlite3_finalize(loader->find_text);
	numbers_release(&loader->shapes);
	numbers_release(&loader->auths);
	numbers_release(&loader->texts);
	free(loader->text);
}
