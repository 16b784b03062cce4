/* Who received mail, which may be forgotten before all else. */

#include "base/arena.h"
#include "parse/dmarc.h"
#include "store/intern.h"
#include "store/pruner.h"

static bool
forget_envelope_to(struct pruner *p, int64_t report)
{
	/* The same without it, made where it is not there. */
	static const char add[] =
	    "INSERT OR IGNORE INTO shape (outcome, disposition,"
	    " disposition_raw, dkim, dkim_raw, spf, spf_raw, header_from,"
	    " envelope_from, envelope_to, auth)"
	    " SELECT DISTINCT s.outcome, s.disposition, s.disposition_raw,"
	    " s.dkim, s.dkim_raw, s.spf, s.spf_raw, s.header_from,"
	    " s.envelope_from, 0, s.auth"
	    " FROM record c JOIN shape s ON s.id = c.shape"
	    " WHERE c.report = ?1 AND s.envelope_to <> 0";
	static const char use[] =
	    "UPDATE record SET shape = (SELECT o.id FROM shape s, shape o"
	    " WHERE s.id = record.shape AND o.auth = s.auth"
	    " AND o.header_from = s.header_from"
	    " AND o.envelope_from = s.envelope_from AND o.envelope_to = 0"
	    " AND o.disposition = s.disposition AND o.dkim = s.dkim"
	    " AND o.spf = s.spf AND o.disposition_raw = s.disposition_raw"
	    " AND o.dkim_raw = s.dkim_raw AND o.spf_raw = s.spf_raw)"
	    " WHERE report = ?1 AND shape IN"
	    " (SELECT id FROM shape WHERE envelope_to <> 0)";

	return pruner_run(p, add, report, 0) && pruner_run(p, use, report, 0);
}

/* The types of a set of reasons, without their comments. */
static bool
load_types(struct pruner *p, int64_t reasons, struct arena *arena,
    const struct dmarc_reason **next)
{
	struct dmarc_reason *reason;
	sqlite3_stmt *rows;
	bool has_row, ok;

	if (!pruner_start(p->store, p->retention,
		"SELECT s.text FROM reason r"
		" LEFT JOIN string s ON s.id = r.type"
		" WHERE r.reasons = ?1 ORDER BY r.n",
		reasons, &rows, p->err))
		return false;
	while (
	    (ok = sqlite_step(p->store, rows, &has_row, p->err)) && has_row) {
		reason = arena_alloc(arena, 1, sizeof(*reason));
		if (sqlite3_column_text(rows, 0) != NULL)
			reason->type = arena_copy(arena,
			    bytes_of(
				(const char *)sqlite3_column_text(rows, 0)));
		*next = reason;
		next = &reason->next;
	}
	sqlite3_finalize(rows);
	return ok;
}

static bool
forget_comments_of(struct pruner *p, int64_t report, int64_t reasons)
{
	const struct dmarc_reason *types = NULL;
	struct arena arena = { 0 };
	sqlite3_stmt *update = NULL;
	int64_t id;
	bool has_row, ok;

	ok = load_types(p, reasons, &arena, &types)
	    && intern_reasons(p->store, types, &id, p->err)
	    && sqlite_prepare(p->store,
		"UPDATE record SET reasons = ?1"
		" WHERE report = ?2 AND reasons = ?3",
		&update, p->err)
	    && sqlite_bind(p->store, update, 1, number(id), p->err)
	    && sqlite_bind(p->store, update, 2, number(report), p->err)
	    && sqlite_bind(p->store, update, 3, number(reasons), p->err)
	    && sqlite_step(p->store, update, &has_row, p->err);
	sqlite3_finalize(update);
	arena_release(&arena);
	return ok;
}

static bool
forget_comments(struct pruner *p, int64_t report)
{
	int64_t reasons = 0;

	do
		if (!pruner_count(p->store, p->retention,
			"SELECT coalesce(min(c.reasons), 0) FROM record c"
			" WHERE c.report = ?1 AND EXISTS (SELECT 1"
			" FROM reason_comment t WHERE t.reasons = c.reasons)",
			report, &reasons, NULL, p->err)
		    || (reasons != 0
			&& !forget_comments_of(p, report, reasons)))
			return false;
	while (reasons != 0);
	return true;
}

bool
pruner_forget_recipients(struct pruner *p, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0);

	if (!forget_envelope_to(p, id) || !forget_comments(p, id)
	    || !pruner_run(p, "DELETE FROM raw WHERE message = ?1",
		sqlite3_column_int64(row, 1), 0)
	    || !pruner_run(p,
		"UPDATE report SET names_recipients = 0 WHERE id = ?1", id, 0))
		return false;
	p->out->recipients++;
	return true;
}
