#include <assert.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/loader.h"
#include "store/query.h"

bool
loader_open(
    struct loader *loader, const char *sql, int64_t key, sqlite3_stmt **out)
{
	assert(loader->statement_count < LOADER_STATEMENTS);
	if (!sqlite_prepare(loader->store, sql, out, loader->err))
		return false;
	loader->statements[loader->statement_count++] = *out;
	return sqlite_bind(loader->store, *out, 1, number(key), loader->err);
}

bool
loader_next(struct loader *loader, sqlite3_stmt *statement, bool *has_row)
{
	return sqlite_step(loader->store, statement, has_row, loader->err);
}

void
loader_close(struct loader *loader)
{
	size_t i;

	for (i = 0; i < loader->statement_count; i++)
		sqlite3_finalize(loader->statements[i]);
}

const char *
loader_text(struct loader *loader, sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_text(statement, column);
	int len = sqlite3_column_bytes(statement, column);

	return data == NULL
	    ? NULL
	    : arena_copy(loader->arena, (struct bytes) { data, (size_t)len });
}

static bool
find_text(struct loader *loader, int64_t id, const char **out)
{
	sqlite3_stmt *statement = loader->find_text;
	bool has_row;

	if (!sqlite_bind(loader->store, statement, 1, number(id), loader->err)
	    || !loader_next(loader, statement, &has_row))
		return false;
	*out = has_row ? loader_text(loader, statement, 0) : NULL;
	sqlite3_reset(statement);
	return true;
}

bool
loader_interned(struct loader *loader, sqlite3_stmt *statement, int column,
    const char **out)
{
	int64_t id = sqlite3_column_int64(statement, column);
	struct loaded_text *place =
	    &loader->texts[(uint64_t)id % LOADER_PLACES];

	*out = NULL;
	if (id == 0)
		return true;
	if (place->id != id) {
		if (!find_text(loader, id, &place->text))
			return false;
		place->id = id;
	}
	*out = place->text;
	return true;
}

bool
loader_open_texts(struct loader *loader)
{
	return loader_open(loader, "SELECT text FROM string WHERE id = ?", 0,
	    &loader->find_text);
}

static bool
load_notes(struct loader *loader, struct report *out)
{
	const struct note **next = &out->notes;
	sqlite3_stmt *rows;
	struct note *note;
	bool has_row;

	if (!loader_open(loader,
		"SELECT code, detail FROM note WHERE report = ? ORDER BY n",
		loader->id, &rows))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		note = arena_alloc(loader->arena, 1, sizeof(*note));
		note->code = loader_text(loader, rows, 0);
		note->detail = loader_text(loader, rows, 1);
		*next = note;
		next = &note->next;
	}
	return false;
}

static bool
read_head(struct loader *loader, sqlite3_stmt *row, struct stored_report *out)
{
	struct report *report = &out->report;

	*out = (struct stored_report) {
		.id = loader->id,
		.is_conflict = sqlite3_column_int(row, 0) != 0,
		.conflicts_with = sqlite3_column_int64(row, 1),
		.received = sqlite3_column_int64(row, 2),
		.source = loader_text(loader, row, 3),
		.mail_from = loader_text(loader, row, 4),
		.part = loader_text(loader, row, 5),
		.message_id = loader_text(loader, row, 6),
		.from = loader_text(loader, row, 7),
		.subject = loader_text(loader, row, 8),
		.is_future = sqlite3_column_int64(row, 11)
		    > sqlite3_column_int64(row, 2) + STORE_FUTURE_SECONDS,
		.verdict = (enum verdict)sqlite3_column_int(row, 17),
		.report = {
			.kind = (enum report_kind)sqlite3_column_int(row, 9),
			.report_id = loader_text(loader, row, 10),
			.has_period = true,
			.begin = sqlite3_column_int64(row, 11),
			.end = sqlite3_column_int64(row, 12),
			.note_count = (size_t)sqlite3_column_int64(row, 13),
		},
	};
	return loader_interned(loader, row, 14, &report->org_name)
	    && loader_interned(loader, row, 15, &report->email)
	    && loader_interned(loader, row, 16, &report->domain)
	    && loader_interned(loader, row, 18, &out->verdict_reason);
}

static bool
load_head(struct loader *loader, struct stored_report *out)
{
	sqlite3_stmt *row;
	bool has_row;

	if (!loader_open(loader,
		"SELECT r.is_conflict, r.conflicts_with, m.received, m.source,"
		" (SELECT mail_from FROM arrival WHERE message = m.id"
		" ORDER BY id LIMIT 1), r.part, m.message_id, m.header_from,"
		" m.subject, r.kind, r.report_id, r.begin, r.\"end\", r.notes,"
		" r.org_name, r.email, r.domain, r.verdict, r.verdict_reason"
		" FROM report r JOIN message m ON m.id = r.message"
		" WHERE r.id = ?",
		loader->id, &row)
	    || !loader_next(loader, row, &has_row))
		return false;
	if (!has_row)
		return error_set(loader->err, ERROR_NO_INPUT,
		    "there is no report %lld; 'reports list' shows those there "
		    "are",
		    (long long)loader->id);
	return read_head(loader, row, out);
}

static bool
load(struct loader *loader, struct stored_report *out)
{
	return loader_open_texts(loader) && load_head(loader, out)
	    && load_notes(loader, &out->report)
	    && (out->report.kind == REPORT_DMARC
		    ? loader_dmarc(loader, &out->report)
		    : loader_tlsrpt(loader, &out->report));
}

bool
store_report(struct store *store, int64_t id, struct arena *arena,
    struct stored_report *out, struct error *err)
{
	return loader_report(store, id, arena, NULL, out, err);
}

bool
loader_report(struct store *store, int64_t id, struct arena *arena,
    const struct loader_sink *sink, struct stored_report *out,
    struct error *err)
{
	struct loader *loader = arena_alloc(arena, 1, sizeof(*loader));
	bool ok;

	loader->store = store;
	loader->arena = arena;
	loader->err = err;
	loader->id = id;
	loader->sink = sink;
	/* So that all statements see the same moment. */
	if (!sqlite_exec(store, "SAVEPOINT report", err))
		return false;
	ok = load(loader, out);
	loader_close(loader);
	sqlite3_exec(store->db, "RELEASE report", NULL, NULL, NULL);
	return ok && sqlite_check_unchanged(store, err);
}

static bool
inflate_raw(sqlite3_stmt *row, struct arena *arena, struct bytes *out,
    struct error *err)
{
	int64_t size = sqlite3_column_int64(row, 0);
	const void *deflated = sqlite3_column_blob(row, 1);
	uLongf len = (uLongf)size;
	char *data = arena_alloc(arena, (size_t)size + 1, 1);

	if (uncompress((Bytef *)data, &len, deflated,
		(uLong)sqlite3_column_bytes(row, 1))
		!= Z_OK
	    || len != (uLongf)size)
		return error_set(
		    err, ERROR_SYSTEM, "the bytes kept of it are damaged");
	*out = (struct bytes) { data, len };
	return true;
}

bool
store_raw(struct store *store, int64_t message, struct arena *arena,
    struct bytes *out, struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!sqlite_prepare(store,
		"SELECT size, deflated FROM raw WHERE message = ?", &row, err))
		return false;
	ok = sqlite_bind(store, row, 1, number(message), err)
	    && sqlite_step(store, row, &has_row, err)
	    && (has_row ? inflate_raw(row, arena, out, err)
			: error_set(err, ERROR_NO_INPUT,
			    "the bytes of message %lld are not kept",
			    (long long)message));
	sqlite3_finalize(row);
	return ok && sqlite_check_unchanged(store, err);
}

static bool
read_report_raw(sqlite3_stmt *row, int64_t report, struct arena *arena,
    struct bytes *out, struct digest *digest, struct error *err)
{
	if (sqlite3_column_bytes(row, 2) != sizeof(*digest))
		return error_set(
		    err, ERROR_SYSTEM, "the digest of the report is damaged");
	memcpy(digest, sqlite3_column_blob(row, 2), sizeof(*digest));
	if (sqlite3_column_type(row, 1) == SQLITE_NULL)
		return error_set(err, ERROR_NO_INPUT,
		    "the message that report %lld came in is not kept; "
		    "'keep_raw = forever' under [store] keeps those that come "
		    "later",
		    (long long)report);
	return inflate_raw(row, arena, out, err);
}

bool
store_report_raw(struct store *store, int64_t report, struct arena *arena,
    struct bytes *out, struct digest *digest, struct error *err)
{
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!sqlite_prepare(store,
		"SELECT raw.size, raw.deflated, r.sha256 FROM report r"
		" LEFT JOIN raw ON raw.message = r.message WHERE r.id = ?",
		&row, err))
		return false;
	ok = sqlite_bind(store, row, 1, number(report), err)
	    && sqlite_step(store, row, &has_row, err)
	    && (has_row ? read_report_raw(row, report, arena, out, digest, err)
			: error_set(err, ERROR_NO_INPUT,
			    "there is no report %lld; 'reports list' shows "
			    "those there are",
			    (long long)report));
	sqlite3_finalize(row);
	return ok && sqlite_check_unchanged(store, err);
}
