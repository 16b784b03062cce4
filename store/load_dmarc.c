#include "base/arena.h"
#include "parse/dmarc.h"
#include "store/loader.h"

static struct choice
read_choice(struct loader *loader, sqlite3_stmt *row, int column)
{
	return (struct choice) { sqlite3_column_int(row, column),
		loader_text(loader, row, column + 1) };
}

static bool
read_interned_choice(
    struct loader *loader, sqlite3_stmt *row, int column, struct choice *out)
{
	out->value = sqlite3_column_int(row, column);
	return loader_interned(loader, row, column + 1, &out->raw);
}

static bool
load_texts(
    struct loader *loader, const char *sql, const struct dmarc_text **next)
{
	struct dmarc_text *words;
	sqlite3_stmt *rows;
	bool has_row;

	if (!loader_open(loader, sql, loader->id, &rows))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		words = arena_alloc(loader->arena, 1, sizeof(*words));
		words->text = loader_text(loader, rows, 0);
		words->lang = loader_text(loader, rows, 1);
		*next = words;
		next = &words->next;
	}
	return false;
}

static bool
load_head(struct loader *loader, struct dmarc_report *out)
{
	sqlite3_stmt *row;
	bool has_row;

	if (!loader_open(loader,
		"SELECT d.xml_namespace, d.version, d.generator, d.p, d.p_raw,"
		" d.sp, d.sp_raw, d.np, d.np_raw, d.adkim, d.adkim_raw,"
		" d.aspf, d.aspf_raw, d.pct, d.fo, d.testing,"
		" d.discovery_method, r.records, r.skipped, r.messages"
		" FROM dmarc_report d JOIN report r ON r.id = d.report"
		" WHERE d.report = ?",
		loader->id, &row)
	    || !loader_next(loader, row, &has_row))
		return false;
	out->xml_namespace = loader_text(loader, row, 0);
	out->version = loader_text(loader, row, 1);
	out->generator = loader_text(loader, row, 2);
	out->p = read_choice(loader, row, 3);
	out->sp = read_choice(loader, row, 5);
	out->np = read_choice(loader, row, 7);
	out->adkim = read_choice(loader, row, 9);
	out->aspf = read_choice(loader, row, 11);
	out->pct = loader_text(loader, row, 13);
	out->fo = loader_text(loader, row, 14);
	out->testing = loader_text(loader, row, 15);
	out->discovery_method = loader_text(loader, row, 16);
	out->record_count = (size_t)sqlite3_column_int64(row, 17);
	out->skipped_count = (size_t)sqlite3_column_int64(row, 18);
	out->messages = sqlite3_column_int64(row, 19);
	return load_texts(loader,
		   "SELECT text, lang FROM report_contact WHERE report = ?"
		   " ORDER BY n",
		   &out->extra_contact_info)
	    && load_texts(loader,
		"SELECT text, lang FROM report_error WHERE report = ?"
		" ORDER BY n",
		&out->errors);
}

static bool
load_dkim(struct loader *loader, int64_t auth, const struct dmarc_dkim **next)
{
	sqlite3_stmt *rows = loader->find_dkim;
	struct dmarc_dkim *dkim;
	bool has_row;

	if (!sqlite_bind(loader->store, rows, 1, number(auth), loader->err))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return sqlite3_reset(rows) == SQLITE_OK;
		dkim = arena_alloc(loader->arena, 1, sizeof(*dkim));
		if (!loader_interned(loader, rows, 0, &dkim->domain)
		    || !loader_interned(loader, rows, 1, &dkim->selector))
			return false;
		dkim->result = read_choice(loader, rows, 2);
		dkim->human_result = loader_text(loader, rows, 4);
		*next = dkim;
		next = &dkim->next;
	}
	return false;
}

static bool
load_spf(struct loader *loader, int64_t auth, const struct dmarc_spf **next)
{
	sqlite3_stmt *rows = loader->find_spf;
	struct dmarc_spf *spf;
	bool has_row;

	if (!sqlite_bind(loader->store, rows, 1, number(auth), loader->err))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return sqlite3_reset(rows) == SQLITE_OK;
		spf = arena_alloc(loader->arena, 1, sizeof(*spf));
		if (!loader_interned(loader, rows, 0, &spf->domain)
		    || !loader_interned(loader, rows, 1, &spf->scope))
			return false;
		spf->result = read_choice(loader, rows, 2);
		spf->human_result = loader_text(loader, rows, 4);
		*next = spf;
		next = &spf->next;
	}
	return false;
}

static bool
load_auth(struct loader *loader, int64_t auth, struct dmarc_record *out)
{
	struct loaded_auth *place =
	    &loader->auths[(uint64_t)auth % LOADER_PLACES];

	if (auth == 0)
		return true;
	if (place->id != auth) {
		*place = (struct loaded_auth) { .id = auth };
		if (!load_dkim(loader, auth, &place->dkim)
		    || !load_spf(loader, auth, &place->spf))
			return false;
	}
	out->dkim_results = place->dkim;
	out->spf_results = place->spf;
	return true;
}

/*
 * The reasons and comments of all records come in the order of the records;
 * each cursor stands on the first row that has not been used.
 */
struct cursors {
	sqlite3_stmt *reasons, *comments;
	bool has_reason, has_comment;
};

static bool
load_comments(struct loader *loader, struct cursors *cursors, int64_t record,
    int64_t reason, const struct dmarc_text **next)
{
	sqlite3_stmt *row = cursors->comments;
	struct dmarc_text *words;

	while (cursors->has_comment && sqlite3_column_int64(row, 0) == record
	    && sqlite3_column_int64(row, 1) == reason) {
		words = arena_alloc(loader->arena, 1, sizeof(*words));
		*next = words;
		next = &words->next;
		if (!loader_interned(loader, row, 2, &words->text)
		    || !loader_interned(loader, row, 3, &words->lang)
		    || !loader_next(loader, row, &cursors->has_comment))
			return false;
	}
	return true;
}

static bool
load_reasons(struct loader *loader, struct cursors *cursors, int64_t record,
    const struct dmarc_reason **next)
{
	sqlite3_stmt *row = cursors->reasons;
	struct dmarc_reason *reason;

	while (cursors->has_reason && sqlite3_column_int64(row, 0) == record) {
		reason = arena_alloc(loader->arena, 1, sizeof(*reason));
		*next = reason;
		next = &reason->next;
		if (!loader_interned(loader, row, 2, &reason->type)
		    || !load_comments(loader, cursors, record,
			sqlite3_column_int64(row, 1), &reason->comment)
		    || !loader_next(loader, row, &cursors->has_reason))
			return false;
	}
	return true;
}

static void
read_source_ip(sqlite3_stmt *row, int column, struct address *out)
{
	const void *data = sqlite3_column_blob(row, column);
	int len = sqlite3_column_bytes(row, column);

	if (data == NULL || len > ADDRESS_MAX)
		return;
	memcpy(out->data, data, (size_t)len);
	out->len = (uint8_t)len;
}

static bool
read_record(struct loader *loader, sqlite3_stmt *row, struct cursors *cursors,
    struct dmarc_record *out)
{
	int64_t n = sqlite3_column_int64(row, 0);

	out->number = (size_t)n;
	read_source_ip(row, 1, &out->source_ip);
	out->count = sqlite3_column_int64(row, 3);
	return loader_interned(loader, row, 2, &out->source_ip_raw)
	    && read_interned_choice(loader, row, 4, &out->disposition)
	    && read_interned_choice(loader, row, 6, &out->dkim)
	    && read_interned_choice(loader, row, 8, &out->spf)
	    && loader_interned(loader, row, 10, &out->header_from)
	    && loader_interned(loader, row, 11, &out->envelope_from)
	    && loader_interned(loader, row, 12, &out->envelope_to)
	    && load_auth(loader, sqlite3_column_int64(row, 13), out)
	    && load_reasons(loader, cursors, n, &out->reasons);
}

static bool
open_cursors(struct loader *loader, struct cursors *out)
{
	return loader_open(loader,
		   "SELECT record, n, type FROM reason WHERE report = ?"
		   " ORDER BY record, n",
		   loader->id, &out->reasons)
	    && loader_open(loader,
		"SELECT record, reason, text, lang FROM reason_comment"
		" WHERE report = ? ORDER BY record, reason, n",
		loader->id, &out->comments)
	    && loader_open(loader,
		"SELECT domain, selector, result, result_raw, human_result"
		" FROM auth_dkim WHERE auth = ? ORDER BY n",
		0, &loader->find_dkim)
	    && loader_open(loader,
		"SELECT domain, scope, result, result_raw, human_result"
		" FROM auth_spf WHERE auth = ? ORDER BY n",
		0, &loader->find_spf)
	    && loader_next(loader, out->reasons, &out->has_reason)
	    && loader_next(loader, out->comments, &out->has_comment);
}

static bool
load_records(struct loader *loader, const struct dmarc_record **next)
{
	struct dmarc_record *record;
	struct cursors cursors;
	sqlite3_stmt *rows;
	bool has_row;

	if (!open_cursors(loader, &cursors)
	    || !loader_open(loader,
		"SELECT n, source_ip, source_ip_raw, count, disposition,"
		" disposition_raw, dkim, dkim_raw, spf, spf_raw, header_from,"
		" envelope_from, envelope_to, auth"
		" FROM record WHERE report = ? ORDER BY n",
		loader->id, &rows))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		record = arena_alloc(loader->arena, 1, sizeof(*record));
		*next = record;
		next = &record->next;
		if (!read_record(loader, rows, &cursors, record))
			return false;
	}
	return false;
}

bool
loader_dmarc(struct loader *loader, struct report *out)
{
	struct dmarc_report *dmarc =
	    arena_alloc(loader->arena, 1, sizeof(*dmarc));

	out->dmarc = dmarc;
	return load_head(loader, dmarc)
	    && load_records(loader, &dmarc->records);
}
