#include "store/flow_shapes.h"

#include <err.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/room.h"
#include "store/sqlite.h"
#include "store/texts.h"
#include "store/wanted.h"

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

/* --- all together --- */

/* What the tables say, in numbers of texts and of authentication results. */
struct raw_shape {
	uint32_t header_from, envelope_from, envelope_to, auth;
	int dkim, spf;
};

/* Of an id that nothing has. */
static const struct raw_shape no_shape = { TEXTS_NONE, TEXTS_NONE, TEXTS_NONE,
	TEXTS_NONE, 0, 0 };

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
	const struct numbers *numbers; /* of the shapes */
	struct texts *texts;
	struct numbers auths;
	struct raw_shape *shapes;
	struct results dkim, spf;
	struct results *to; /* the one that is being read */
};

static bool
read_shape(void *context, sqlite3_value **values, struct error *error)
{
	struct batch *batch = context;
	struct texts *texts = batch->texts;
	struct raw_shape *out = &batch->shapes[sqlite3_value_int64(values[0])];

	out->dkim = sqlite3_value_int(values[1]);
	out->spf = sqlite3_value_int(values[2]);
	return texts_number(texts, sqlite3_value_int64(values[3]),
		   &out->header_from, error)
	    && texts_number(texts, sqlite3_value_int64(values[4]),
		&out->envelope_from, error)
	    && texts_number(
		texts, sqlite3_value_int64(values[5]), &out->envelope_to, error)
	    && texts_id(&batch->auths, sqlite3_value_int64(values[6]),
		&out->auth, error);
}

static bool
read_result(void *context, sqlite3_value **values, struct error *error)
{
	struct batch *batch = context;
	struct results *to = batch->to;
	struct raw_result *out;

	to->rows = grow(to->rows, &to->room, to->count + 1, sizeof(*to->rows));
	out = &to->rows[to->count++];
	out->auth = (uint32_t)sqlite3_value_int64(values[0]);
	out->result = sqlite3_value_int(values[3]);
	return texts_number(batch->texts, sqlite3_value_int64(values[1]),
		   &out->name, error)
	    && texts_number(batch->texts, sqlite3_value_int64(values[2]),
		&out->label, error);
}

static bool
read_results(struct batch *batch, struct results *to, const char *sql,
    struct error *error)
{
	batch->to = to;
	return wanted_read(
	    batch->texts->store, &batch->auths, sql, read_result, batch, error);
}

static bool
read_tables(struct batch *batch, struct error *error)
{
	return wanted_read(batch->texts->store, batch->numbers,
		   "SELECT hand_out(:scan, w.number, s.dkim, s.spf,"
		   " s.header_from, s.envelope_from, s.envelope_to, s.auth)"
		   " FROM wanted w CROSS JOIN shape s ON s.id = w.id",
		   read_shape, batch, error)
	    && read_results(batch, &batch->dkim,
		"SELECT hand_out(:scan, w.number, d.domain, d.selector,"
		" d.result)"
		" FROM wanted w CROSS JOIN auth_dkim d ON d.auth = w.id",
		error)
	    && read_results(batch, &batch->spf,
		"SELECT hand_out(:scan, w.number, s.domain, s.scope,"
		" s.result)"
		" FROM wanted w CROSS JOIN auth_spf s ON s.auth = w.id",
		error)
	    && texts_read(batch->texts, error);
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
	const struct texts *texts = batch->texts;
	struct auth *auths = room_new(batch->auths.count, sizeof(*auths));
	struct dmarc_dkim *dkim =
	    arena_alloc(texts->arena, batch->dkim.count, sizeof(*dkim));
	struct dmarc_spf *spf =
	    arena_alloc(texts->arena, batch->spf.count, sizeof(*spf));
	const struct raw_result *raw;
	size_t i;

	for (i = batch->dkim.count; i-- > 0;) {
		raw = &batch->dkim.rows[i];
		dkim[i].domain = texts_at(texts, raw->name);
		dkim[i].selector = texts_at(texts, raw->label);
		dkim[i].result.value = raw->result;
		dkim[i].next = auths[raw->auth].dkim;
		auths[raw->auth].dkim = &dkim[i];
	}
	for (i = batch->spf.count; i-- > 0;) {
		raw = &batch->spf.rows[i];
		spf[i].domain = texts_at(texts, raw->name);
		spf[i].scope = texts_at(texts, raw->label);
		spf[i].result.value = raw->result;
		spf[i].next = auths[raw->auth].spf;
		auths[raw->auth].spf = &spf[i];
	}
	return auths;
}

static void
build_shapes(const struct batch *batch, struct flow_shapes *out)
{
	const struct texts *texts = batch->texts;
	struct auth *auths = build_auths(batch);
	struct flow_shape *shapes =
	    arena_alloc(texts->arena, batch->numbers->count, sizeof(*shapes));
	const struct raw_shape *raw;
	size_t i;

	for (i = 0; i < batch->numbers->count; i++) {
		raw = &batch->shapes[i];
		shapes[i] = (struct flow_shape) {
			.dkim = raw->dkim,
			.spf = raw->spf,
			.header_from = texts_at(texts, raw->header_from),
			.envelope_from = texts_at(texts, raw->envelope_from),
			.envelope_to = texts_at(texts, raw->envelope_to),
		};
		if (raw->auth == TEXTS_NONE)
			continue;
		shapes[i].dkim_results = auths[raw->auth].dkim;
		shapes[i].spf_results = auths[raw->auth].spf;
	}
	free(auths);
	*out = (struct flow_shapes) { shapes, batch->numbers->count };
}

bool
flow_shapes_read(const struct numbers *numbers, struct texts *texts,
    struct flow_shapes *out, struct error *error)
{
	struct batch batch = { .numbers = numbers, .texts = texts };
	size_t i;
	bool ok;

	batch.shapes = room_new(numbers->count, sizeof(*batch.shapes));
	for (i = 0; i < numbers->count; i++)
		batch.shapes[i] = no_shape;
	ok = read_tables(&batch, error);
	if (ok)
		build_shapes(&batch, out);
	numbers_release(&batch.auths);
	free(batch.shapes);
	free(batch.dkim.rows);
	free(batch.spf.rows);
	return ok;
}
