#include "base/error.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"
#include "store/tls.h"

_Static_assert(REPORT_TLSRPT == 2, "kind = 2 is TLS");

struct group_rows {
	bool (*row)(void *context, const struct store_tls_group *group,
	    struct error *err);
	void *context;
};

static bool
read_group(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct group_rows *to = context;
	const struct store_tls_group group = {
		.domain = question_text(row, 0),
		.policy_type = question_text(row, 1),
		.result_type = question_text(row, 2),
		.receiving_mx_hostname = question_text(row, 3),
		.sending_mta_ip = question_text(row, 4),
		.sessions = sqlite3_column_int64(row, 5),
		.reports = sqlite3_column_int64(row, 6),
		.reporters = sqlite3_column_int64(row, 7),
		.first = question_day(row, 8),
		.last = question_day(row, 9),
	};

	return to->row(to->context, &group, err);
}

bool
store_tls_groups(struct store *store, const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_group *group, struct error *err),
    void *context, struct error *err)
{
	struct group_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT domain.text, coalesce(type.text, ''),"
		   " coalesce(result.text, ''), coalesce(mx.text, ''),"
		   " coalesce(mta.text, ''),"
		   " capped_sum(f.failed_session_count),"
		   " count(DISTINCT r.id), count(DISTINCT r.reporter),"
		   " min(r.day), max(r.day)"
		   " FROM report r JOIN tls_failure f ON f.report = r.id"
		   " JOIN tls_policy p ON p.report = f.report"
		   " AND p.n = f.policy"
		   " JOIN string domain"
		   " ON domain.id = coalesce(p.policy_domain, r.domain)"
		   " LEFT JOIN string type ON type.id = p.policy_type"
		   " LEFT JOIN string result ON result.id = f.result_type"
		   " LEFT JOIN string mx ON mx.id = f.receiving_mx_hostname"
		   " LEFT JOIN string mta ON mta.id = f.sending_mta_ip"
		   " WHERE r.kind = 2 AND r.is_conflict = 0 AND",
		   "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 6 DESC, 3, 4, 5",
		   filter, &statement, err)
	    && question_answer(store, statement, read_group, &to, err);
}

struct policy_rows {
	bool (*row)(void *context, const struct store_tls_policy *policy,
	    struct error *err);
	void *context;
};

static bool
read_policy(void *context, sqlite3_stmt *row, struct error *err)
{
	const struct policy_rows *to = context;
	const struct store_tls_policy policy = {
		.domain = question_text(row, 0),
		.policy_type = question_text(row, 1),
		.policy_string = question_text(row, 2),
		.mx_host = question_text(row, 3),
		.reports = sqlite3_column_int64(row, 4),
		.reporters = sqlite3_column_int64(row, 5),
		.first = question_day(row, 6),
		.last = question_day(row, 7),
	};

	return to->row(to->context, &policy, err);
}

bool
store_tls_policies(struct store *store, const struct store_filter *filter,
    bool (*row)(void *context, const struct store_tls_policy *policy,
	struct error *err),
    void *context, struct error *err)
{
	struct policy_rows to = { row, context };
	sqlite3_stmt *statement;

	return filter_prepare(store,
		   "SELECT domain.text, coalesce(type.text, ''),"
		   " (SELECT coalesce(group_concat(text, '|'), '') FROM"
		   " (SELECT string.text FROM tls_policy_string l"
		   " JOIN string ON string.id = l.text"
		   " WHERE l.report = p.report AND l.policy = p.n"
		   " ORDER BY l.n)),"
		   " (SELECT coalesce(group_concat(text, '|'), '') FROM"
		   " (SELECT string.text FROM tls_mx_host l"
		   " JOIN string ON string.id = l.text"
		   " WHERE l.report = p.report AND l.policy = p.n"
		   " ORDER BY l.n)),"
		   " count(DISTINCT r.id), count(DISTINCT r.reporter),"
		   " min(r.day), max(r.day)"
		   " FROM report r JOIN tls_policy p ON p.report = r.id"
		   " JOIN string domain"
		   " ON domain.id = coalesce(p.policy_domain, r.domain)"
		   " LEFT JOIN string type ON type.id = p.policy_type"
		   " WHERE r.kind = 2 AND r.is_conflict = 0 AND",
		   "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 7, 8, 3, 4", filter,
		   &statement, err)
	    && question_answer(store, statement, read_policy, &to, err);
}
