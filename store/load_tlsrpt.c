#include "base/arena.h"
#include "parse/tlsrpt.h"
#include "store/loader.h"

/*
 * What belongs to the policies comes in the order of the policies; each
 * cursor stands on the first row that has not been used.
 */
struct cursor {
	sqlite3_stmt *row; /* its first column is the policy's number */
	bool has_row;
};

struct cursors {
	struct cursor strings, hosts, failures;
};

static bool
open_cursor(struct loader *loader, const char *sql, struct cursor *out)
{
	return loader_open(loader, sql, loader->id, &out->row)
	    && loader_next(loader, out->row, &out->has_row);
}

static bool
is_at(const struct cursor *cursor, size_t policy)
{
	return cursor->has_row
	    && sqlite3_column_int64(cursor->row, 0) == (int64_t)policy;
}

static bool
load_strings(struct loader *loader, struct cursor *cursor, size_t policy,
    const struct text_list **next)
{
	struct text_list *item;

	while (is_at(cursor, policy)) {
		item = arena_alloc(loader->arena, 1, sizeof(*item));
		*next = item;
		next = &item->next;
		if (!loader_interned(loader, cursor->row, 1, &item->text)
		    || !loader_next(loader, cursor->row, &cursor->has_row))
			return false;
	}
	return true;
}

static bool
read_failure(
    struct loader *loader, sqlite3_stmt *row, struct tlsrpt_failure *out)
{
	out->failed_session_count = sqlite3_column_int64(row, 6);
	out->additional_information = loader_text(loader, row, 7);
	out->failure_reason_code = loader_text(loader, row, 8);
	return loader_interned(loader, row, 1, &out->result_type)
	    && loader_interned(loader, row, 2, &out->sending_mta_ip)
	    && loader_interned(loader, row, 3, &out->receiving_mx_hostname)
	    && loader_interned(loader, row, 4, &out->receiving_mx_helo)
	    && loader_interned(loader, row, 5, &out->receiving_ip);
}

static bool
load_failures(
    struct loader *loader, struct cursor *cursor, struct tlsrpt_policy *policy)
{
	const struct tlsrpt_failure **next = &policy->failure_details;
	struct tlsrpt_failure *failure;

	for (; is_at(cursor, policy->number); policy->failure_count++) {
		failure = arena_alloc(loader->arena, 1, sizeof(*failure));
		*next = failure;
		next = &failure->next;
		if (!read_failure(loader, cursor->row, failure)
		    || !loader_next(loader, cursor->row, &cursor->has_row))
			return false;
	}
	return true;
}

static bool
read_policy(struct loader *loader, sqlite3_stmt *row, struct cursors *cursors,
    struct tlsrpt_policy *out)
{
	out->number = (size_t)sqlite3_column_int64(row, 0);
	out->total_successful_session_count = sqlite3_column_int64(row, 3);
	out->total_failure_session_count = sqlite3_column_int64(row, 4);
	return loader_interned(loader, row, 1, &out->policy_type)
	    && loader_interned(loader, row, 2, &out->policy_domain)
	    && load_strings(
		loader, &cursors->strings, out->number, &out->policy_string)
	    && load_strings(loader, &cursors->hosts, out->number, &out->mx_host)
	    && load_failures(loader, &cursors->failures, out);
}

static bool
open_cursors(struct loader *loader, struct cursors *out)
{
	return open_cursor(loader,
		   "SELECT policy, text FROM tls_policy_string"
		   " WHERE report = ? ORDER BY policy, n",
		   &out->strings)
	    && open_cursor(loader,
		"SELECT policy, text FROM tls_mx_host"
		" WHERE report = ? ORDER BY policy, n",
		&out->hosts)
	    && open_cursor(loader,
		"SELECT policy, result_type, sending_mta_ip,"
		" receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
		" failed_session_count, additional_information,"
		" failure_reason_code FROM tls_failure"
		" WHERE report = ? ORDER BY policy, n",
		&out->failures);
}

static bool
load_policies(struct loader *loader, struct tlsrpt_report *out)
{
	const struct tlsrpt_policy **next = &out->policies;
	struct tlsrpt_policy *policy;
	struct cursors cursors;
	sqlite3_stmt *rows;
	bool has_row;

	if (!open_cursors(loader, &cursors)
	    || !loader_open(loader,
		"SELECT n, policy_type, policy_domain, successful, failed"
		" FROM tls_policy WHERE report = ? ORDER BY n",
		loader->id, &rows))
		return false;
	while (loader_next(loader, rows, &has_row)) {
		if (!has_row)
			return true;
		policy = arena_alloc(loader->arena, 1, sizeof(*policy));
		*next = policy;
		next = &policy->next;
		if (!read_policy(loader, rows, &cursors, policy))
			return false;
	}
	return false;
}

static bool
load_counts(struct loader *loader, struct tlsrpt_report *out)
{
	sqlite3_stmt *row;
	bool has_row;

	if (!loader_open(loader,
		"SELECT records, skipped FROM report WHERE id = ?", loader->id,
		&row)
	    || !loader_next(loader, row, &has_row))
		return false;
	out->policy_count = (size_t)sqlite3_column_int64(row, 0);
	out->skipped_count = (size_t)sqlite3_column_int64(row, 1);
	return true;
}

bool
loader_tlsrpt(struct loader *loader, struct report *out)
{
	struct tlsrpt_report *tlsrpt =
	    arena_alloc(loader->arena, 1, sizeof(*tlsrpt));

	out->tlsrpt = tlsrpt;
	return load_counts(loader, tlsrpt) && load_policies(loader, tlsrpt);
}
