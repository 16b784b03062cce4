#include <assert.h>

#include "base/error.h"
#include "store/sqlite.h"

static const char *const sql[STATEMENT_COUNT] = {
	[STATEMENT_SAVEPOINT] = "SAVEPOINT message",
	[STATEMENT_RELEASE] = "RELEASE message",
	[STATEMENT_ROLLBACK_TO] = "ROLLBACK TO message",
	[FIND_STRING] = "SELECT id FROM string WHERE text = ?",
	[ADD_STRING] = "INSERT INTO string (text) VALUES (?) RETURNING id",
	[FIND_AUTH] = "SELECT id FROM auth_set WHERE fingerprint = ?",
	[ADD_AUTH] =
	    "INSERT INTO auth_set (fingerprint) VALUES (?) RETURNING id",
	[ADD_AUTH_DKIM] = "INSERT INTO auth_dkim (auth, n, domain, selector,"
			  " result, result_raw, human_result)"
			  " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[ADD_AUTH_SPF] = "INSERT INTO auth_spf (auth, n, domain, scope,"
			 " result, result_raw, human_result)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?)",
	[FIND_REPORTER] = "SELECT id FROM reporter"
			  " WHERE org_name = ? AND email_domain = ?",
	[ADD_REPORTER] = "INSERT INTO reporter (org_name, email_domain)"
			 " VALUES (?, ?) RETURNING id",
	[FIND_MESSAGE] = "SELECT id FROM message WHERE sha256 = ?",
	[ADD_MESSAGE] =
	    "INSERT INTO message (sha256, size, received, outcome, class,"
	    " source, message_id, header_from, subject, tls_report_domain,"
	    " tls_report_submitter, date)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
	[FIND_REPORT] =
	    "SELECT id FROM report WHERE reporter = ? AND domain = ?"
	    " AND kind = ? AND report_id = ? AND begin = ? AND \"end\" = ?"
	    " AND sha256 = ?",
	[FIND_COUNTED] =
	    "SELECT id FROM report WHERE reporter = ? AND domain = ?"
	    " AND kind = ? AND report_id = ? AND begin = ? AND \"end\" = ?"
	    " AND is_conflict = 0",
	[ADD_REPORT] =
	    "INSERT INTO report (message, part, kind, reporter, org_name,"
	    " email, report_id, domain, begin, \"end\", day, sha256,"
	    " is_conflict, conflicts_with, records, skipped, messages,"
	    " passed, notes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?) RETURNING id",
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
	    " disposition, disposition_raw, dkim, dkim_raw, spf, spf_raw,"
	    " header_from, envelope_from, envelope_to, auth)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ADD_REASON] = "INSERT INTO reason (report, record, n, type)"
		       " VALUES (?, ?, ?, ?)",
	[ADD_COMMENT] = "INSERT INTO reason_comment (report, record, reason,"
			" n, text, lang) VALUES (?, ?, ?, ?, ?, ?)",
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
statement_run(struct store *store, enum statement which,
    const struct value *values, size_t count, int64_t *id, struct error *err)
{
	sqlite3_stmt *statement;
	bool has_row;
	size_t i;

	if (!prepare(store, which, err))
		return false;
	statement = store->statements[which];
	assert(sqlite3_bind_parameter_count(statement) == (int)count);
	for (i = 0; i < count; i++)
		if (!sqlite_bind(store, statement, (int)i + 1, values[i], err))
			return false;
	if (!sqlite_step(store, statement, &has_row, err)) {
		sqlite3_reset(statement);
		return false;
	}
	if (id != NULL)
		*id = has_row ? sqlite3_column_int64(statement, 0) : 0;
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
