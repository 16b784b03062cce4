#include "store/flows.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/filter.h"
#include "store/flow_shapes.h"
#include "store/idmap.h"
#include "store/scan.h"
#include "store/sqlite.h"
#include "store/texts.h"

/* A question under way, and what was read for it. */
struct reader {
	struct store *store;
	struct arena *arena;
	struct error *err;
	bool (*row)(
	    void *context, const struct flow_row *flow, struct error *err);
	void *context;
	struct texts texts;
	struct numbers shapes;
	struct idmap sources, reasons;
	sqlite3_stmt *find_reporter, *find_reason, *find_comment;
	struct scan records;
	struct flow_row flow; /* the one at hand */
};

/* --- what ids stand for --- */

static bool
bind_id(struct reader *r, sqlite3_stmt *statement, int64_t id)
{
	return sqlite_bind(r->store, statement, 1, number(id), r->err);
}

static bool
next_row(struct reader *r, sqlite3_stmt *statement, bool *has_row)
{
	return sqlite_step(r->store, statement, has_row, r->err);
}

static const char *
copy_text(struct reader *r, sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_text(statement, column);
	int len = sqlite3_column_bytes(statement, column);

	if (data == NULL)
		return "";
	return arena_copy(r->arena, (struct bytes) { data, (size_t)len });
}

static bool
read_text_column(
    struct reader *r, sqlite3_stmt *row, int column, const char **out)
{
	return texts_now(
	    &r->texts, sqlite3_column_int64(row, column), out, r->err);
}

static bool
read_source(struct reader *r, int64_t reporter, int64_t domain,
    const struct flow_source **out)
{
	int64_t key = reporter << 32 | domain;
	struct flow_source *made;
	bool has_row;

	/* One number for both; ids count rows from 1. */
	if (reporter > INT32_MAX || domain > INT32_MAX)
		return error_set(r->err, ERROR_LIMIT,
		    "more than %d reporters or names", INT32_MAX);
	*out = *idmap_place(&r->sources, key);
	if (*out != NULL)
		return true;
	made = arena_alloc(r->arena, 1, sizeof(*made));
	if (!texts_now(&r->texts, domain, &made->domain, r->err)
	    || !bind_id(r, r->find_reporter, reporter)
	    || !next_row(r, r->find_reporter, &has_row))
		return false;
	made->org_name = has_row ? copy_text(r, r->find_reporter, 0) : "";
	made->email_domain = has_row ? copy_text(r, r->find_reporter, 1) : "";
	sqlite3_reset(r->find_reporter);
	*idmap_place(&r->sources, key) = *out = made;
	return true;
}

static bool
read_comment(
    struct reader *r, int64_t set, int64_t n, const struct dmarc_text **next)
{
	sqlite3_stmt *row = r->find_comment;
	struct dmarc_text *comment;
	bool has_row;

	if (!bind_id(r, row, set)
	    || !sqlite_bind(r->store, row, 2, number(n), r->err))
		return false;
	while (next_row(r, row, &has_row)) {
		if (!has_row)
			return sqlite3_reset(row) == SQLITE_OK;
		comment = arena_alloc(r->arena, 1, sizeof(*comment));
		if (!read_text_column(r, row, 0, &comment->text))
			return false;
		*next = comment;
		next = &comment->next;
	}
	return false;
}

static bool
read_reasons(struct reader *r, int64_t id, const struct dmarc_reason **out)
{
	sqlite3_stmt *row = r->find_reason;
	const struct dmarc_reason *first = NULL, **next = &first;
	struct dmarc_reason *reason;
	bool has_row;

	*out = NULL;
	if (id == 0)
		return true;
	*out = *idmap_place(&r->reasons, id);
	if (*out != NULL)
		return true;
	if (!bind_id(r, row, id))
		return false;
	while (next_row(r, row, &has_row)) {
		if (!has_row) {
			*idmap_place(&r->reasons, id) = *out = first;
			return sqlite3_reset(row) == SQLITE_OK;
		}
		reason = arena_alloc(r->arena, 1, sizeof(*reason));
		if (!read_text_column(r, row, 1, &reason->type)
		    || !read_comment(
			r, id, sqlite3_column_int64(row, 0), &reason->comment))
			return false;
		*next = reason;
		next = &reason->next;
	}
	return false;
}

/* --- rows --- */

static bool
read_head(struct reader *r, sqlite3_stmt *row, struct flow_row *out)
{
	*out = (struct flow_row) {
		.report = sqlite3_column_int64(row, 0),
		.begin = sqlite3_column_int64(row, 3),
		.end = sqlite3_column_int64(row, 4),
		.p = sqlite3_column_int(row, 5),
	};
	return read_source(r, sqlite3_column_int64(row, 1),
	    sqlite3_column_int64(row, 2), &out->source);
}

static bool
number_shape(struct reader *r, int64_t id, uint32_t *out)
{
	return numbers_find(&r->shapes, id, out)
	    || error_set(
		r->err, ERROR_LIMIT, "more than %u shapes", UINT32_MAX);
}

static bool
read_record(void *context, sqlite3_value **values, struct error *err)
{
	struct reader *r = context;
	struct flow_row *out = &r->flow;

	out->source_ip = sqlite_value_address(values[1]);
	out->record = sqlite3_value_int64(values[0]);
	out->count = sqlite3_value_int64(values[2]);
	return number_shape(r, sqlite3_value_int64(values[3]), &out->shape)
	    && read_reasons(r, sqlite3_value_int64(values[4]), &out->reasons)
	    && r->row(r->context, out, err);
}

static const struct {
	size_t member;
	const char *sql;
} statements[] = {
	{ offsetof(struct reader, find_reporter),
	    "SELECT org_name, email_domain FROM reporter WHERE id = ?" },
	{ offsetof(struct reader, find_reason),
	    "SELECT n, type FROM reason WHERE reasons = ? ORDER BY n" },
	{ offsetof(struct reader, find_comment),
	    "SELECT text FROM reason_comment"
	    " WHERE reasons = ? AND reason = ? ORDER BY n" },
};

static sqlite3_stmt **
statement_at(struct reader *r, size_t i)
{
	return (sqlite3_stmt **)((char *)r + statements[i].member);
}

static bool
open_statements(struct reader *r)
{
	size_t i;

	for (i = 0; i < COUNT_OF(statements); i++)
		if (!sqlite_prepare(r->store, statements[i].sql,
			statement_at(r, i), r->err))
			return false;
	return scan_open(&r->records, r->store,
	    "SELECT hand_out(:scan, n, source_ip, count, shape, reasons)"
	    " FROM record WHERE report = :report",
	    r->err);
}

static void
release(struct reader *r)
{
	size_t i;

	for (i = 0; i < COUNT_OF(statements); i++)
		sqlite3_finalize(*statement_at(r, i));
	idmap_release(&r->sources);
	idmap_release(&r->reasons);
	scan_close(&r->records);
	numbers_release(&r->shapes);
	texts_release(&r->texts);
}

static bool
hand_out_all(
    struct reader *r, const struct store_filter *filter, struct error *err)
{
	sqlite3_stmt *reports = NULL;
	bool has_row = true;
	/* With the + SQLite sorts the ids of a period, which an index leads
	 * to, and does not look at all reports that there are. */
	bool ok = open_statements(r)
	    && filter_prepare(r->store,
		"SELECT r.id, r.reporter, r.domain, r.begin, r.\"end\", d.p"
		" FROM report r JOIN dmarc_report d ON d.report = r.id"
		" WHERE r.kind = 1 AND r.is_conflict = 0 AND",
		"ORDER BY +r.id", filter, &reports, err);

	while (ok && has_row) {
		ok = next_row(r, reports, &has_row);
		if (ok && has_row)
			ok = read_head(r, reports, &r->flow)
			    && scan_report(&r->records, r->flow.report, err);
	}
	sqlite3_finalize(reports);
	return ok;
}

bool
store_flows(struct store *store, const struct store_filter *filter,
    struct arena *arena,
    bool (*row)(void *context, const struct flow_row *flow, struct error *err),
    void *context, struct flow_shapes *shapes, struct error *err)
{
	struct reader r = { .store = store,
		.arena = arena,
		.err = err,
		.row = row,
		.context = context,
		.texts = { .store = store, .arena = arena },
		.records = { .row = read_record } };
	bool ok;

	r.records.context = &r;
	/* So that all statements see the same moment. */
	if (!sqlite_exec(store, "SAVEPOINT flows", err))
		return false;
	ok = hand_out_all(&r, filter, err)
	    && flow_shapes_read(&r.shapes, &r.texts, shapes, err);
	release(&r);
	sqlite3_exec(store->db, "RELEASE flows", NULL, NULL, NULL);
	return ok && sqlite_check_unchanged(store, err);
}
