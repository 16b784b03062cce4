#include <assert.h>

#include "base/error.h"
#include "store/sqlite.h"

/* What makes a report the same as another (store/take.c). */
#define KEY                                                                    \
	" reporter = ? AND domain = ? AND kind = ? AND report_id = ?"          \
	" AND begin = ? AND \"end\" = ? AND is_failed = ?"

/* Statements below say 1 for it. */
_Static_assert(VERDICT_VERIFIED == 1, "verdict = 1 is verified");

/* A sum that stops at 2^63 - 1; what is taken away is negative. */
#define SUM(column)                                                            \
	column                                                                 \
	    " = CASE WHEN " column " > 9223372036854775807 - excluded." column \
	    " AND excluded." column                                            \
	    " > 0 THEN 9223372036854775807 ELSE " column " + excluded." column \
	    " END"

#define COUNTED_REPORT "r.id = ?1 AND r.is_conflict = 0"
#define DAY_OF_DOMAIN  "domain = ?1 AND day = ?2"
#define DAY_OF_SOURCES "domain = ?1 AND passes IN (0, 1) AND day = ?2"

static const char *const sql[STATEMENT_COUNT] = {
	[STATEMENT_SAVEPOINT] = "SAVEPOINT message",
	[STATEMENT_RELEASE] = "RELEASE message",
	[STATEMENT_ROLLBACK_TO] = "ROLLBACK TO message",
	[FIND_STRING] = "SELECT id FROM string WHERE text = ?",
	[ADD_STRING] = "INSERT INTO string (text) VALUES (?)"
		       " ON CONFLICT DO NOTHING",
	[FIND_AUTH] = "SELECT id FROM auth_set WHERE fingerprint = ?",
	[ADD_AUTH] = "INSERT INTO auth_set (fingerprint) VALUES (?)"
		     " ON CONFLICT DO NOTHING",
	[ADD_AUTH_DKIM] = "INSERT INTO auth_dkim (auth, n, domain, selector,"
			  " result, result_raw, human_result)"
			  " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[ADD_AUTH_SPF] = "INSERT INTO auth_spf (auth, n, domain, scope,"
			 " result, result_raw, human_result)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[FIND_REPORTER] = "SELECT id FROM reporter"
			  " WHERE org_name = ? AND email_domain = ?",
	[ADD_REPORTER] = "INSERT INTO reporter (org_name, email_domain)"
			 " VALUES (?, ?)",
	[FIND_MESSAGE] = "SELECT id FROM message WHERE sha256 = ?",
	[ADD_MESSAGE] =
	    "INSERT INTO message (sha256, size, received, outcome, class,"
	    " source, message_id, header_from, subject, tls_report_domain,"
	    " tls_report_submitter, date)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SET_CLASS] = "UPDATE message SET class = ?, subject = ? WHERE id = ?",
	[SET_OUTCOME] = "UPDATE message SET outcome = ? WHERE id = ?",
	[ADD_ARRIVAL] = "INSERT INTO arrival (message, received, source,"
			" mail_from, rcpt_to) VALUES (?, ?, ?, ?, ?)",
	[ADD_RAW] = "INSERT INTO raw (message, size, deflated)"
		    " VALUES (?, ?, ?)",
	[ADD_QUARANTINE] = "INSERT INTO quarantine (message, part, reason,"
			   " detail) VALUES (?, ?, ?, ?)",
	[FIND_QUARANTINED] = "SELECT outcome FROM message WHERE id = ?1"
			     " AND EXISTS (SELECT 1 FROM quarantine"
			     " WHERE message = ?1)",
	[REMOVE_QUARANTINE] = "DELETE FROM quarantine WHERE message = ?",
	[REMOVE_RAW] = "DELETE FROM raw WHERE message = ?",
	[ADD_FAILURE] =
	    "INSERT INTO failure (message, reporter, domain, received,"
	    " arrival_date, source_ip, auth_failure, delivery_result,"
	    " incidents) VALUES (?1, ?2, ?3,"
	    " (SELECT received FROM message WHERE id = ?1), ?4, ?5, ?6, ?7,"
	    " ?8)",
	[FIND_COUNTED] =
	    "SELECT id FROM report WHERE" KEY " AND is_conflict = 0",
	/* Of the one that is counted, and those in conflict with it. */
	[FIND_CONTENT] =
	    "SELECT id FROM report WHERE (id = ?1 OR conflicts_with = ?1)"
	    " AND sha256 = ?2",
	[FIND_SEATED] = "SELECT id FROM report WHERE" KEY
			" AND is_conflict = 0 AND verdict <> 1",
	[UNSEAT_REPORT] = "UPDATE report SET is_conflict = 1 WHERE id = ?",
	[SEAT_REPORT] = "UPDATE report SET is_conflict = 0,"
			" conflicts_with = NULL WHERE id = ?",
	[FOLLOW_REPORT] = "UPDATE report SET conflicts_with = ?1"
			  " WHERE (id = ?2 OR conflicts_with = ?2)"
			  " AND id <> ?1",
	[FIND_TO_VERIFY] = "SELECT id FROM report"
			   " WHERE id = ? AND verdict <> 1",
	[VERIFY_REPORT] = "UPDATE report SET verdict = 1, verdict_reason = ?"
			  " WHERE id = ?",
	[ADD_REPORT] =
	    "INSERT INTO report (message, part, kind, reporter, org_name,"
	    " email, report_id, domain, begin, \"end\", day, sha256,"
	    " is_conflict, conflicts_with, verdict, verdict_reason, records,"
	    " skipped, messages, passed, notes, names_recipients)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?)",
	[ADD_NOTE] = "INSERT INTO note (report, n, code, detail)"
		     " VALUES (?, ?, ?, ?)",
	[ADD_DMARC_REPORT] =
	    "INSERT INTO dmarc_report (report, xml_namespace, version,"
	    " generator, p, p_raw, sp, sp_raw, np, np_raw, adkim, adkim_raw,"
	    " aspf, aspf_raw, pct, fo, testing, discovery_method, delivered,"
	    " quarantined, rejected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_CONTACT] = "INSERT INTO report_contact (report, n, text, lang)"
			" VALUES (?, ?, ?, ?)",
	[ADD_ERROR] = "INSERT INTO report_error (report, n, text, lang)"
		      " VALUES (?, ?, ?, ?)",
	[ADD_RECORD] =
	    "INSERT INTO record (report, n, source_ip, source_ip_raw, count,"
	    " shape, reasons) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[FIND_SHAPE] =
	    "SELECT id FROM shape WHERE auth = ? AND header_from = ?"
	    " AND envelope_from = ? AND envelope_to = ? AND disposition = ?"
	    " AND dkim = ? AND spf = ? AND disposition_raw = ?"
	    " AND dkim_raw = ? AND spf_raw = ?",
	[ADD_SHAPE] =
	    "INSERT INTO shape (auth, header_from, envelope_from, envelope_to,"
	    " disposition, dkim, spf, disposition_raw, dkim_raw, spf_raw,"
	    " outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	[FIND_REASONS] = "SELECT id FROM reason_set WHERE fingerprint = ?",
	[ADD_REASONS] = "INSERT INTO reason_set (fingerprint) VALUES (?)"
			" ON CONFLICT DO NOTHING",
	[ADD_REASON] = "INSERT INTO reason (reasons, n, type)"
		       " VALUES (?, ?, ?)",
	[ADD_COMMENT] = "INSERT INTO reason_comment (reasons, reason,"
			" n, text, lang) VALUES (?, ?, ?, ?, ?)",
	[ADD_TLS_POLICY] =
	    "INSERT INTO tls_policy (report, n, policy_type, policy_domain,"
	    " successful, failed) VALUES (?, ?, ?, ?, ?, ?)",
	[ADD_TLS_POLICY_STRING] = "INSERT INTO tls_policy_string (report,"
				  " policy, n, text) VALUES (?, ?, ?, ?)",
	[ADD_TLS_MX_HOST] = "INSERT INTO tls_mx_host (report, policy, n,"
			    " text) VALUES (?, ?, ?, ?)",
	[ADD_TLS_FAILURE] =
	    "INSERT INTO tls_failure (report, policy, n, result_type,"
	    " sending_mta_ip, receiving_mx_hostname, receiving_mx_helo,"
	    " receiving_ip, failed_session_count, additional_information,"
	    " failure_reason_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	/* As TOTAL_REPORT has its values. */
	[FIND_HEAD] = "SELECT r.domain, r.day, r.kind, r.reporter, r.verdict,"
		      " 1, r.records, r.messages, r.passed, d.delivered,"
		      " d.quarantined, d.rejected"
		      " FROM report r"
		      " LEFT JOIN dmarc_report d ON d.report = r.id"
		      " WHERE " COUNTED_REPORT,
	[LIST_ITEMS] = "SELECT c.source_ip, s.outcome, c.count"
		       " FROM record c CROSS JOIN shape s ON s.id = c.shape"
		       " WHERE c.report = ?",
	[TOTAL_REPORT] =
	    "INSERT INTO total_report"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET reports = reports + excluded.reports,"
	    " records = records + excluded.records, " SUM("messages") ", " SUM(
		"passed") ", " SUM("delivered") ", " SUM("quarantined") ","
									" " SUM(
									    "re"
									    "je"
									    "ct"
									    "e"
									    "d"),
	[TOTAL_OUTCOME] =
	    "INSERT INTO total_outcome VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET records = records + "
	    "excluded.records, " SUM("messages"),
	[TOTAL_SOURCE] =
	    "INSERT INTO total_source VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET records = records + "
	    "excluded.records, " SUM("messages"),
	/* ?2 is 1 to add a report, -1 to take it away. */
	[TOTAL_TLS] =
	    "INSERT INTO total_tls SELECT r.domain, r.day,"
	    " coalesce(p.policy_domain, r.domain) AS policy,"
	    " coalesce(p.policy_type, 0) AS type, r.reporter, r.verdict, ?2,"
	    " ?2 * count(*), ?2 * capped_sum(p.successful),"
	    " ?2 * capped_sum(p.failed)"
	    " FROM report r CROSS JOIN tls_policy p ON p.report = r.id"
	    " WHERE " COUNTED_REPORT " GROUP BY policy, type"
	    " ON CONFLICT DO UPDATE SET reports = reports + excluded.reports,"
	    " policies = policies + excluded.policies, " SUM(
		"successful") ", " SUM("failed"),
	[SWEEP_TOTAL_REPORT] =
	    "DELETE FROM total_report WHERE " DAY_OF_DOMAIN " AND reports = 0",
	[SWEEP_TOTAL_OUTCOME] = "DELETE FROM total_outcome"
				" WHERE " DAY_OF_DOMAIN " AND records = 0",
	[SWEEP_TOTAL_SOURCE] = "DELETE FROM total_source"
			       " WHERE " DAY_OF_SOURCES " AND records = 0",
	[SWEEP_TOTAL_TLS] =
	    "DELETE FROM total_tls WHERE " DAY_OF_DOMAIN " AND reports = 0",
	[CLEAR_TOTAL_REPORT] = "DELETE FROM total_report"
			       " WHERE " DAY_OF_DOMAIN,
	[CLEAR_TOTAL_OUTCOME] = "DELETE FROM total_outcome"
				" WHERE " DAY_OF_DOMAIN,
	[CLEAR_TOTAL_SOURCE] = "DELETE FROM total_source"
			       " WHERE " DAY_OF_SOURCES,
	[CLEAR_TOTAL_TLS] = "DELETE FROM total_tls WHERE " DAY_OF_DOMAIN,
	[FIND_COUNTED_DOMAIN] = "SELECT domain FROM report r"
				" WHERE " COUNTED_REPORT,
	[FIND_DAY] = "SELECT day FROM report WHERE id = ?",
	[FIND_NEXT_COUNTED] = "SELECT min(id) FROM report WHERE " DAY_OF_DOMAIN
			      " AND is_conflict = 0 AND id > ?3 AND id <> ?4",
	[FIND_NEXT_REPORT] = "SELECT min(id) FROM report WHERE id > ?",
	/* Whether a sum of that day may have stopped; those of sources are
	 * over all reporters. */
	[FIND_STOPPED] = "SELECT total(messages) > 9e18 FROM total_report"
			 " WHERE " DAY_OF_DOMAIN,
	[FIND_NEXT_RAW] = "SELECT min(message) FROM raw WHERE message > ?",
	[FIND_OWN] = "SELECT id FROM report WHERE message = ?"
		     " AND sha256 = ?",
	[FIND_KEYED] = "SELECT id FROM report WHERE id = ? AND reporter = ?"
		       " AND domain = ? AND kind = ? AND report_id = ?"
		       " AND begin = ? AND \"end\" = ?",
	[FIND_HEIR] = "SELECT id FROM report WHERE conflicts_with = ?"
		      " ORDER BY verdict <> 1, id LIMIT 1",
	[REMOVE_REPORT] = "DELETE FROM report WHERE id = ?",
	[CHANGE_REPORT] =
	    "UPDATE report SET org_name = ?, email = ?, records = ?,"
	    " skipped = ?, messages = ?, passed = ?, notes = ?,"
	    " names_recipients = ? WHERE id = ?",
	[REMOVE_NOTES] = "DELETE FROM note WHERE report = ?",
	[REMOVE_CONTACTS] = "DELETE FROM report_contact WHERE report = ?",
	[REMOVE_ERRORS] = "DELETE FROM report_error WHERE report = ?",
	[REMOVE_DMARC_REPORT] = "DELETE FROM dmarc_report WHERE report = ?",
	[REMOVE_RECORDS] = "DELETE FROM record WHERE report = ?",
	[REMOVE_POLICIES] = "DELETE FROM tls_policy WHERE report = ?",
	[FIND_KEY] = "SELECT reporter, kind, report_id, begin, \"end\","
		     " is_failed, domain FROM report WHERE id = ?",
	[FIND_PRUNED] = "SELECT 1 FROM pruned WHERE domain = ? AND day = ?"
			" AND fingerprint = ?",
	[ADD_PRUNED] = "INSERT OR IGNORE INTO pruned (domain, day,"
		       " fingerprint) VALUES (?, ?, ?)",
	[FIND_SWEEPS] = "SELECT count FROM sweep",
};

static bool
prepare(struct store *store, enum statement which, struct error *err)
{
	return store->statements[which] != NULL
	    || sqlite3_prepare_v3(store->db, sql[which], -1,
		   SQLITE_PREPARE_PERSISTENT, &store->statements[which], NULL)
	    == SQLITE_OK
	    || sqlite_error(store, err);
}

bool
statement_start(struct store *store, enum statement which,
    const struct value *values, size_t count, sqlite3_stmt **out,
    struct error *err)
{
	sqlite3_stmt *statement;
	size_t i;

	if (!prepare(store, which, err))
		return false;
	statement = store->statements[which];
	assert(sqlite3_bind_parameter_count(statement) == (int)count);
	for (i = 0; i < count; i++)
		if (!sqlite_bind(store, statement, (int)i + 1, values[i], err))
			return false;
	*out = statement;
	return true;
}

/* RETURNING would have SQLite keep a journal of its own for each row. */
static int64_t
first_number(struct store *store, sqlite3_stmt *statement, bool has_row)
{
	if (has_row)
		return sqlite3_column_int64(statement, 0);
	return sqlite3_stmt_readonly(statement)
		|| sqlite3_changes(store->db) == 0
	    ? 0
	    : sqlite3_last_insert_rowid(store->db);
}

bool
statement_run(struct store *store, enum statement which,
    const struct value *values, size_t count, int64_t *id, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row;

	if (!statement_start(store, which, values, count, &statement, err))
		return false;
	if (!sqlite_step(store, statement, &has_row, err)) {
		sqlite3_reset(statement);
		return false;
	}
	if (id != NULL)
		*id = first_number(store, statement, has_row);
	sqlite3_reset(statement);
	return true;
}

bool
statement_do(struct store *store, enum statement which, struct error *err)
{
	return statement_run(store, which, NULL, 0, NULL, err);
}

void
statement_release(struct store *store)
{
	size_t i;

	for (i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
}
