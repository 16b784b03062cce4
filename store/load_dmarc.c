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

bool
loader_open_auth(struct loader *loader)
{
	return loader_open(loader,
		   "SELECT domain, selector, result, result_raw, human_result"
		   " FROM auth_dkim WHERE auth = ? ORDER BY n",
		   0, &loader->find_dkim)
	    && loader_open(loader,
		"SELECT domain, scope, result, result_raw, human_result"
		" FROM auth_spf WHERE auth = ? ORDER BY n",
		0, &loader->find_spf);
}

bool
loader_auth(struct loader *loader, int64_t auth, struct dmarc_record *out)
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

/* The comments of a set come in the order of its reasons; the cursor stands
 * on the first that has not been used. */
static bool
load_comments(struct loader *loader, int64_t reason, bool *has_comment,
    const struct dmarc_text **next)
{
	sqlite3_stmt *row = loader->find_comments;
	struct dmarc_text *words;

	while (*has_comment && sqlite3_column_int64(row, 0) == reason) {
		words = arena_alloc(loader->arena, 1, sizeof(*words));
		*next = words;
		next = &words->next;
		if (!loader_interned(loader, row, 1, &words->text)
		    || !loader_interned(loader, row, 2, &words->lang)
		    || !loader_next(loader, row, has_comment))
			return false;
	}
	return true;
}

static bool
load_reason_rows(
    struct loader *loader, bool has_comment, const struct dmarc_reason **next)
{
	sqlite3_stmt *rows = loader->find_reasons;
	struct dmarc_reason *reason;
	bool has_row;

	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		reason = arena_alloc(loader->arena, 1, sizeof(*reason));
		*next = reason;
		next = &reason->next;
		if (!loader_interned(loader, rows, 1, &reason->type)
		    || !load_comments(loader, sqlite3_column_int64(rows, 0),
			&has_comment, &reason->comment))
			return false;
	}
	return false;
}

static bool
load_reasons(struct loader *loader, int64_t id, const struct dmarc_reason **out)
{
	struct loaded_reasons *place =
	    &loader->reasons[(uint64_t)id % LOADER_PLACES];
	bool has_comment;

	if (id == 0)
		return true;
	if (place->id != id) {
		*place = (struct loaded_reasons) { .id = id };
		if (!sqlite_bind(loader->store, loader->find_reasons, 1,
			number(id), loader->err)
		    || !sqlite_bind(loader->store, loader->find_comments, 1,
			number(id), loader->err)
		    || !loader_next(loader, loader->find_comments, &has_comment)
		    || !load_reason_rows(loader, has_comment, &place->first))
			return false;
		sqlite3_reset(loader->find_reasons);
		sqlite3_reset(loader->find_comments);
	}
	*out = place->first;
	return true;
}

static bool
read_record(struct loader *loader, sqlite3_stmt *row, struct dmarc_record *out)
{
	out->number = (size_t)sqlite3_column_int64(row, 0);
	out->source_ip = sqlite_column_address(row, 1);
	out->count = sqlite3_column_int64(row, 3);
	return loader_interned(loader, row, 2, &out->source_ip_raw)
	    && read_interned_choice(loader, row, 4, &out->disposition)
	    && read_interned_choice(loader, row, 6, &out->dkim)
	    && read_interned_choice(loader, row, 8, &out->spf)
	    && loader_interned(loader, row, 10, &out->header_from)
	    && loader_interned(loader, row, 11, &out->envelope_from)
	    && loader_interned(loader, row, 12, &out->envelope_to)
	    && loader_auth(loader, sqlite3_column_int64(row, 13), out)
	    && load_reasons(
		loader, sqlite3_column_int64(row, 14), &out->reasons);
}

/* For what records share. */
static bool
open_shared(struct loader *loader)
{
	return loader_open(loader,
		   "SELECT n, type FROM reason WHERE reasons = ? ORDER BY n", 0,
		   &loader->find_reasons)
	    && loader_open(loader,
		"SELECT reason, text, lang FROM reason_comment"
		" WHERE reasons = ? ORDER BY reason, n",
		0, &loader->find_comments)
	    && loader_open_auth(loader);
}

static bool
open_records(struct loader *loader, sqlite3_stmt **rows)
{
	return open_shared(loader)
	    && loader_open(loader,
		"SELECT c.n, c.source_ip, c.source_ip_raw, c.count,"
		" s.disposition, s.disposition_raw, s.dkim, s.dkim_raw, s.spf,"
		" s.spf_raw, s.header_from, s.envelope_from, s.envelope_to,"
		" s.auth, c.reasons"
		" FROM record c JOIN shape s ON s.id = c.shape"
		" WHERE c.report = ? ORDER BY c.n",
		loader->id, rows);
}

static bool
load_records(struct loader *loader, const struct dmarc_record **next)
{
	struct dmarc_record *record;
	sqlite3_stmt *rows;
	bool has_row;

	if (!open_records(loader, &rows))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		record = arena_alloc(loader->arena, 1, sizeof(*record));
		*next = record;
		next = &record->next;
		if (!read_record(loader, rows, record))
			return false;
	}
	return false;
}

/* What is loaded once for many records goes with the arena. */
static void
forget(struct loader *loader)
{
	arena_release(loader->arena);
	memset(loader->texts, 0, sizeof(loader->texts));
	memset(loader->auths, 0, sizeof(loader->auths));
	memset(loader->reasons, 0, sizeof(loader->reasons));
}

/* In an arena of their own, emptied after so many of them. */
#define RECORDS_AT_ONCE 4096

static bool
hand_records(struct loader *loader)
{
	struct arena arena = { 0 }, *kept = loader->arena;
	struct dmarc_record record;
	sqlite3_stmt *rows;
	bool ok, has_row = true;
	size_t count;

	if (!open_records(loader, &rows)
	    || !loader->sink->head(loader->sink->context, loader->err))
		return false;
	loader->arena = &arena;
	/* Texts of the head stay where they are; they are only found anew. */
	forget(loader);
	for (count = 1; (ok = loader_next(loader, rows, &has_row)) && has_row;
	     count++) {
		record = (struct dmarc_record) { 0 };
		ok = read_record(loader, rows, &record)
		    && loader->sink->record(
			loader->sink->context, &record, loader->err);
		if (!ok)
			break;
		if (count % RECORDS_AT_ONCE == 0)
			forget(loader);
	}
	forget(loader);
	loader->arena = kept;
	return ok;
}

bool
loader_dmarc(struct loader *loader, struct report *out)
{
	struct dmarc_report *dmarc =
	    arena_alloc(loader->arena, 1, sizeof(*dmarc));

	out->dmarc = dmarc;
	return load_head(loader, dmarc)
	    && (loader->sink != NULL ? hand_records(loader)
				     : load_records(loader, &dmarc->records));
}
