/*
 * Schema 1 kept a row of fourteen columns for each record, and reasons and
 * comments by record; it had no roll-ups.
 */

#include "base/arena.h"
#include "base/error.h"
#include "parse/dmarc.h"
#include "store/contents.h"
#include "store/loader.h"
#include "store/migrate.h"
#include "store/rollup.h"

/* After so many records, what was loaded for them is forgotten. */
#define BATCH 4096

/* The indexes go first: the new ones have their names. */
static const char set_aside[] =
    "DROP INDEX arrival_message; DROP INDEX quarantine_message;"
    "DROP INDEX failure_message; DROP INDEX failure_domain;"
    "DROP INDEX report_content; DROP INDEX report_counted;"
    "DROP INDEX report_domain_day; DROP INDEX report_day;"
    "DROP INDEX report_message; DROP INDEX report_conflict;";

/* The tables of schema 1, and the columns that schema 2 has too; of record,
 * reason and reason_comment it has others. */
static const struct {
	const char *name, *columns;
} tables[] = {
	{ "string", "id, text" },
	{ "message",
	    "id, sha256, size, received, outcome, class, source,"
	    " message_id, header_from, subject, tls_report_domain,"
	    " tls_report_submitter, date" },
	{ "arrival", "id, message, received, source, mail_from, rcpt_to" },
	{ "raw", "message, size, deflated" },
	{ "quarantine", "id, message, part, reason, detail" },
	{ "failure",
	    "id, message, reporter, domain, received, arrival_date,"
	    " source_ip, auth_failure, delivery_result, incidents" },
	{ "reporter", "id, org_name, email_domain" },
	{ "report", NULL },
	{ "note", "report, n, code, detail" },
	{ "dmarc_report",
	    "report, xml_namespace, version, generator, p,"
	    " p_raw, sp, sp_raw, np, np_raw, adkim, adkim_raw,"
	    " aspf, aspf_raw, pct, fo, testing,"
	    " discovery_method, delivered, quarantined,"
	    " rejected" },
	{ "report_contact", "report, n, text, lang" },
	{ "report_error", "report, n, text, lang" },
	{ "record", NULL },
	{ "reason", NULL },
	{ "reason_comment", NULL },
	{ "auth_set", "id, fingerprint" },
	{ "auth_dkim",
	    "auth, n, domain, selector, result, result_raw,"
	    " human_result" },
	{ "auth_spf",
	    "auth, n, domain, scope, result, result_raw,"
	    " human_result" },
	{ "tls_policy",
	    "report, n, policy_type, policy_domain, successful,"
	    " failed" },
	{ "tls_policy_string", "report, policy, n, text" },
	{ "tls_mx_host", "report, policy, n, text" },
	{ "tls_failure",
	    "report, policy, n, result_type, sending_mta_ip,"
	    " receiving_mx_hostname, receiving_mx_helo,"
	    " receiving_ip, failed_session_count,"
	    " additional_information, failure_reason_code" },
};

#define REPORT_COLUMNS                                                         \
	"id, message, part, kind, reporter, org_name, email, report_id,"       \
	" domain, begin, \"end\", day, sha256, is_conflict, conflicts_with,"   \
	" verdict, verdict_reason, records, skipped, messages, passed, notes"

static const char copy_reports[] =
    "INSERT INTO report (" REPORT_COLUMNS ", names_recipients)"
    " SELECT " REPORT_COLUMNS ", EXISTS (SELECT 1 FROM old_record c"
    " WHERE c.report = r.id AND c.envelope_to IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM old_reason_comment c WHERE c.report = r.id)"
    " FROM old_report r";

/* Runs a statement that is made of a table's name, and of its columns. */
static bool
run(struct store *store, const char *format, const char *name,
    const char *columns, struct error *err)
{
	char *sql = sqlite3_mprintf(format, name, columns, columns, name);
	bool ok = sql != NULL && sqlite_exec(store, sql, err);

	sqlite3_free(sql);
	return ok;
}

static bool
copy_tables(struct store *store, struct error *err)
{
	size_t i;

	for (i = 0; i < COUNT_OF(tables); i++)
		if (tables[i].columns != NULL
		    && !run(store, "INSERT INTO %s (%s) SELECT %s FROM old_%s",
			tables[i].name, tables[i].columns, err))
			return false;
	return sqlite_exec(store, copy_reports, err);
}

/* All rows of a kind, in the order of their records; each cursor stands on
 * the first that has not been used. */
struct cursors {
	sqlite3_stmt *reasons, *comments;
	bool has_reason, has_comment;
};

static bool
is_of(sqlite3_stmt *row, int64_t report, const struct dmarc_record *record)
{
	return sqlite3_column_int64(row, 0) == report
	    && sqlite3_column_int64(row, 1) == (int64_t)record->number;
}

static bool
load_comments(struct loader *loader, struct cursors *cursors, int64_t report,
    const struct dmarc_record *record, int64_t reason,
    const struct dmarc_text **next)
{
	sqlite3_stmt *row = cursors->comments;
	struct dmarc_text *words;

	while (cursors->has_comment && is_of(row, report, record)
	    && sqlite3_column_int64(row, 2) == reason) {
		words = arena_alloc(loader->arena, 1, sizeof(*words));
		*next = words;
		next = &words->next;
		if (!loader_interned(loader, row, 3, &words->text)
		    || !loader_interned(loader, row, 4, &words->lang)
		    || !loader_next(loader, row, &cursors->has_comment))
			return false;
	}
	return true;
}

static bool
load_reasons(struct loader *loader, struct cursors *cursors, int64_t report,
    struct dmarc_record *record)
{
	const struct dmarc_reason **next = &record->reasons;
	sqlite3_stmt *row = cursors->reasons;
	struct dmarc_reason *reason;

	while (cursors->has_reason && is_of(row, report, record)) {
		reason = arena_alloc(loader->arena, 1, sizeof(*reason));
		*next = reason;
		next = &reason->next;
		if (!loader_interned(loader, row, 3, &reason->type)
		    || !load_comments(loader, cursors, report, record,
			sqlite3_column_int64(row, 2), &reason->comment)
		    || !loader_next(loader, row, &cursors->has_reason))
			return false;
	}
	return true;
}

static bool
load_choice(
    struct loader *loader, sqlite3_stmt *row, int column, struct choice *out)
{
	out->value = sqlite3_column_int(row, column);
	return loader_interned(loader, row, column + 1, &out->raw);
}

static bool
load_record(struct loader *loader, sqlite3_stmt *row, struct dmarc_record *out)
{
	out->number = (size_t)sqlite3_column_int64(row, 1);
	out->source_ip = sqlite_column_address(row, 2);
	out->count = sqlite3_column_int64(row, 4);
	return loader_interned(loader, row, 3, &out->source_ip_raw)
	    && load_choice(loader, row, 5, &out->disposition)
	    && load_choice(loader, row, 7, &out->dkim)
	    && load_choice(loader, row, 9, &out->spf)
	    && loader_interned(loader, row, 11, &out->header_from)
	    && loader_interned(loader, row, 12, &out->envelope_from)
	    && loader_interned(loader, row, 13, &out->envelope_to)
	    && loader_auth(loader, sqlite3_column_int64(row, 14), out);
}

static bool
copy_record(struct loader *loader, sqlite3_stmt *row, struct cursors *cursors)
{
	int64_t report = sqlite3_column_int64(row, 0);
	struct dmarc_record record = { 0 };

	return load_record(loader, row, &record)
	    && load_reasons(loader, cursors, report, &record)
	    && contents_add_record(loader->store, report, &record, loader->err);
}

static void
forget(struct loader *loader)
{
	arena_release(loader->arena);
	memset(loader->texts, 0, sizeof(loader->texts));
	memset(loader->auths, 0, sizeof(loader->auths));
}

static bool
copy_all(struct loader *loader, sqlite3_stmt *records, struct cursors *cursors)
{
	size_t count = 0;
	bool has_row;

	if (!loader_next(loader, cursors->reasons, &cursors->has_reason)
	    || !loader_next(loader, cursors->comments, &cursors->has_comment))
		return false;
	while (loader_next(loader, records, &has_row)) {
		if (!has_row)
			return true;
		if (!copy_record(loader, records, cursors))
			return false;
		if (++count % BATCH == 0)
			forget(loader);
	}
	return false;
}

static bool
copy_records(struct store *store, struct error *err)
{
	struct arena own = { 0 }, loaded = { 0 };
	struct loader *loader = arena_alloc(&own, 1, sizeof(*loader));
	struct cursors cursors;
	sqlite3_stmt *records;
	bool ok;

	loader->store = store;
	loader->arena = &loaded;
	loader->err = err;
	/* The parameter is for nothing, but loader_open() binds one. */
	ok = loader_open_texts(loader) && loader_open_auth(loader)
	    && loader_open(loader,
		"SELECT report, record, n, type FROM old_reason WHERE ? = 0"
		" ORDER BY report, record, n",
		0, &cursors.reasons)
	    && loader_open(loader,
		"SELECT report, record, reason, text, lang"
		" FROM old_reason_comment WHERE ? = 0"
		" ORDER BY report, record, reason, n",
		0, &cursors.comments)
	    && loader_open(loader,
		"SELECT report, n, source_ip, source_ip_raw, count,"
		" disposition, disposition_raw, dkim, dkim_raw, spf, spf_raw,"
		" header_from, envelope_from, envelope_to, auth"
		" FROM old_record WHERE ? = 0 ORDER BY report, n",
		0, &records)
	    && copy_all(loader, records, &cursors);
	loader_close(loader);
	arena_release(&loaded);
	arena_release(&own);
	return ok;
}

static bool
drop_tables(struct store *store, struct error *err)
{
	size_t i;

	for (i = 0; i < COUNT_OF(tables); i++)
		if (!run(store, "DROP TABLE old_%s", tables[i].name, "", err))
			return false;
	return true;
}

bool
migrate_1(struct store *store, struct error *err)
{
	size_t i;

	if (!sqlite_exec(store, set_aside, err))
		return false;
	for (i = 0; i < COUNT_OF(tables); i++)
		if (!run(store, "ALTER TABLE %s RENAME TO old_%s",
			tables[i].name, tables[i].name, err))
			return false;
	return sqlite_exec(store, store_schema, err) && copy_tables(store, err)
	    && copy_records(store, err) && rollup_add_all(store, err)
	    && drop_tables(store, err);
}
