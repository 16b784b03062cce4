#include "store/flows.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/intern.h"
#include "store/filter.h"
#include "store/idmap.h"
#include "store/sqlite.h"

struct auth {
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;
};

/* A question under way, and what was read for it. */
struct reader {
	struct store *store;
	struct arena *arena;
	struct error *err;
	struct idmap texts, auths, sources, shapes, pairs, reasons;
	struct intern strings;
	sqlite3_stmt *find_text, *find_dkim, *find_spf, *find_reporter;
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

/* NULL for the id 0, which is that of NULL. */
static bool
read_text(struct reader *r, int64_t id, const char **out)
{
	const void **place;
	bool has_row;

	*out = NULL;
	if (id == 0)
		return true;
	place = idmap_place(&r->texts, id, 0);
	if (*place == NULL) {
		if (!bind_id(r, r->find_text, id)
		    || !next_row(r, r->find_text, &has_row))
			return false;
		*place = has_row ? copy_text(r, r->find_text, 0) : "";
		sqlite3_reset(r->find_text);
	}
	*out = *place;
	return true;
}

static bool
read_text_column(
    struct reader *r, sqlite3_stmt *row, int column, const char **out)
{
	return read_text(r, sqlite3_column_int64(row, column), out);
}

static bool
read_dkim(struct reader *r, int64_t id, const struct dmarc_dkim **next)
{
	sqlite3_stmt *row = r->find_dkim;
	struct dmarc_dkim *dkim;
	bool has_row;

	if (!bind_id(r, row, id))
		return false;
	while (next_row(r, row, &has_row)) {
		if (!has_row)
			return sqlite3_reset(row) == SQLITE_OK;
		dkim = arena_alloc(r->arena, 1, sizeof(*dkim));
		if (!read_text_column(r, row, 0, &dkim->domain)
		    || !read_text_column(r, row, 1, &dkim->selector))
			return false;
		dkim->result.value = sqlite3_column_int(row, 2);
		*next = dkim;
		next = &dkim->next;
	}
	return false;
}

static bool
read_spf(struct reader *r, int64_t id, const struct dmarc_spf **next)
{
	sqlite3_stmt *row = r->find_spf;
	struct dmarc_spf *spf;
	bool has_row;

	if (!bind_id(r, row, id))
		return false;
	while (next_row(r, row, &has_row)) {
		if (!has_row)
			return sqlite3_reset(row) == SQLITE_OK;
		spf = arena_alloc(r->arena, 1, sizeof(*spf));
		if (!read_text_column(r, row, 0, &spf->domain)
		    || !read_text_column(r, row, 1, &spf->scope))
			return false;
		spf->result.value = sqlite3_column_int(row, 2);
		*next = spf;
		next = &spf->next;
	}
	return false;
}

static bool
read_auth(struct reader *r, int64_t id, struct flow_shape *out)
{
	static const struct auth none;
	const struct auth *auth = &none;
	struct auth *made;

	if (id != 0) {
		auth = *idmap_place(&r->auths, id, 0);
		if (auth == NULL) {
			made = arena_alloc(r->arena, 1, sizeof(*made));
			if (!read_dkim(r, id, &made->dkim)
			    || !read_spf(r, id, &made->spf))
				return false;
			*idmap_place(&r->auths, id, 0) = auth = made;
		}
	}
	out->dkim_results = auth->dkim;
	out->spf_results = auth->spf;
	return true;
}

static bool
read_source(struct reader *r, int64_t reporter, int64_t domain,
    const struct flow_source **out)
{
	struct flow_source *made;
	bool has_row;

	*out = *idmap_place(&r->sources, reporter, domain);
	if (*out != NULL)
		return true;
	made = arena_alloc(r->arena, 1, sizeof(*made));
	if (!read_text(r, domain, &made->domain)
	    || !bind_id(r, r->find_reporter, reporter)
	    || !next_row(r, r->find_reporter, &has_row))
		return false;
	made->org_name = has_row ? copy_text(r, r->find_reporter, 0) : "";
	made->email_domain = has_row ? copy_text(r, r->find_reporter, 1) : "";
	sqlite3_reset(r->find_reporter);
	*idmap_place(&r->sources, reporter, domain) = *out = made;
	return true;
}

/* --- rows --- */

enum column {
	REPORT,
	REPORTER,
	DOMAIN_ID,
	POLICY,
	BEGIN,
	END,
	RECORD,
	SOURCE_IP,
	COUNT,
	DKIM,
	SPF,
	HEADER_FROM,
	ENVELOPE_FROM,
	ENVELOPE_TO,
	AUTH,
	REASONS,
};

/* A number for a pair of numbers, the first not 0. */
static int64_t
pair(struct reader *r, int64_t a, int64_t b)
{
	const void **place = idmap_place(&r->pairs, a, b);

	if (*place == NULL)
		*place = (const void *)(uintptr_t)r->pairs.count;
	return (int64_t)(uintptr_t)*place;
}

static bool
read_shape(struct reader *r, sqlite3_stmt *row, const struct flow_shape **out)
{
	int64_t from = pair(r, sqlite3_column_int64(row, HEADER_FROM) + 1,
	    sqlite3_column_int64(row, ENVELOPE_FROM));
	int64_t to = pair(r, sqlite3_column_int64(row, ENVELOPE_TO) + 1,
	    -sqlite3_column_int64(row, AUTH) - 1);
	int64_t results = sqlite3_column_int64(row, DKIM) * 4
	    + sqlite3_column_int64(row, SPF);
	struct flow_shape *made;

	*out = *idmap_place(&r->shapes, from * 16 + results, to);
	if (*out != NULL)
		return true;
	made = arena_alloc(r->arena, 1, sizeof(*made));
	made->dkim = sqlite3_column_int(row, DKIM);
	made->spf = sqlite3_column_int(row, SPF);
	if (!read_text_column(r, row, HEADER_FROM, &made->header_from)
	    || !read_text_column(r, row, ENVELOPE_FROM, &made->envelope_from)
	    || !read_text_column(r, row, ENVELOPE_TO, &made->envelope_to)
	    || !read_auth(r, sqlite3_column_int64(row, AUTH), made))
		return false;
	*idmap_place(&r->shapes, from * 16 + results, to) = *out = made;
	return true;
}

/* Until reasons have ids: "type 0x1f comment 0x1e ..." */
static const struct dmarc_reason *
read_reasons(struct reader *r, sqlite3_stmt *row)
{
	const char *text = (const char *)sqlite3_column_text(row, REASONS);
	const struct dmarc_reason *first = NULL, **next = &first;
	struct dmarc_reason *reason;
	struct dmarc_text *comment;
	const void **place;
	size_t len;

	if (text == NULL)
		return NULL;
	text = intern(&r->strings, bytes_of(text));
	place = idmap_place(&r->reasons, (int64_t)(uintptr_t)text, 0);
	if (*place != NULL)
		return *place;
	for (;; text += len + 1) {
		reason = arena_alloc(r->arena, 1, sizeof(*reason));
		len = strcspn(text, "\x1f\x1e");
		reason->type = intern(&r->strings, (struct bytes) { text, len });
		if (text[len] == '\x1f') {
			text += len + 1;
			len = strcspn(text, "\x1e");
			comment = arena_alloc(r->arena, 1, sizeof(*comment));
			comment->text = intern(&r->strings,
			    (struct bytes) { text, len });
			reason->comment = comment;
		}
		*next = reason;
		next = &reason->next;
		if (text[len] == '\0')
			break;
	}
	*place = first;
	return first;
}

static bool
read_row(struct reader *r, sqlite3_stmt *row, struct flow_row *out)
{
	const void *address = sqlite3_column_blob(row, SOURCE_IP);
	int len = sqlite3_column_bytes(row, SOURCE_IP);

	out->source_ip = (struct address) { .len = 0 };
	if (address != NULL && len <= ADDRESS_MAX) {
		memcpy(out->source_ip.data, address, (size_t)len);
		out->source_ip.len = (uint8_t)len;
	}
	out->report = sqlite3_column_int64(row, REPORT);
	out->record = sqlite3_column_int64(row, RECORD);
	out->p = sqlite3_column_int(row, POLICY);
	out->begin = sqlite3_column_int64(row, BEGIN);
	out->end = sqlite3_column_int64(row, END);
	out->count = sqlite3_column_int64(row, COUNT);
	out->reasons = read_reasons(r, row);
	return read_source(r, sqlite3_column_int64(row, REPORTER),
		   sqlite3_column_int64(row, DOMAIN_ID), &out->source)
	    && read_shape(r, row, &out->shape);
}

static const char start[] =
    "SELECT r.id, r.reporter, r.domain, d.p, r.begin, r.\"end\","
    " c.n, c.source_ip, c.count, c.dkim, c.spf, c.header_from,"
    " c.envelope_from, c.envelope_to, c.auth,"
    " (SELECT group_concat(coalesce(t.text, '')"
    "  || coalesce(char(31) || (SELECT group_concat(ct.text, ' ')"
    "   FROM reason_comment rc JOIN string ct ON ct.id = rc.text"
    "   WHERE rc.report = c.report AND rc.record = c.n"
    "   AND rc.reason = rs.n), ''), char(30))"
    "  FROM reason rs LEFT JOIN string t ON t.id = rs.type"
    "  WHERE rs.report = c.report AND rs.record = c.n)"
    " FROM report r"
    " CROSS JOIN dmarc_report d ON d.report = r.id"
    " CROSS JOIN record c ON c.report = r.id"
    " WHERE r.kind = 1 AND r.is_conflict = 0 AND";

static bool
open_statements(struct reader *r)
{
	return sqlite_prepare(r->store, "SELECT text FROM string WHERE id = ?",
		   &r->find_text, r->err)
	    && sqlite_prepare(r->store,
		"SELECT domain, selector, result FROM auth_dkim"
		" WHERE auth = ? ORDER BY n",
		&r->find_dkim, r->err)
	    && sqlite_prepare(r->store,
		"SELECT domain, scope, result FROM auth_spf"
		" WHERE auth = ? ORDER BY n",
		&r->find_spf, r->err)
	    && sqlite_prepare(r->store,
		"SELECT org_name, email_domain FROM reporter WHERE id = ?",
		&r->find_reporter, r->err);
}

static void
release(struct reader *r)
{
	sqlite3_finalize(r->find_text);
	sqlite3_finalize(r->find_dkim);
	sqlite3_finalize(r->find_spf);
	sqlite3_finalize(r->find_reporter);
	idmap_release(&r->texts);
	idmap_release(&r->auths);
	idmap_release(&r->sources);
	idmap_release(&r->shapes);
	idmap_release(&r->pairs);
	idmap_release(&r->reasons);
	intern_release(&r->strings);
}

bool
store_flows(struct store *store, const struct store_filter *filter,
    struct arena *arena,
    bool (*row)(void *context, const struct flow_row *flow, struct error *err),
    void *context, struct error *err)
{
	struct reader r = { .store = store, .arena = arena, .err = err,
		.strings = { .arena = arena } };
	sqlite3_stmt *rows = NULL;
	struct flow_row flow;
	bool has_row = false;
	bool ok = open_statements(&r)
	    && filter_prepare(
		store, start, "ORDER BY r.id, c.n", filter, &rows, err);

	while (ok) {
		ok = next_row(&r, rows, &has_row);
		if (!ok || !has_row)
			break;
		ok = read_row(&r, rows, &flow) && row(context, &flow, err);
	}
	sqlite3_finalize(rows);
	release(&r);
	return ok && sqlite_check_unchanged(store, err);
}
