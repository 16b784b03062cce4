#include "store/tombstone.h"

#include "base/digest.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "parse/report.h"
#include "store/sqlite.h"

#define FINGERPRINT 16

/* What makes a report the same as another (store/take.c), besides its domain
 * and day. */
static struct digest
fingerprint(const struct report *report, int64_t reporter, bool is_failed)
{
	const int64_t numbers[] = { reporter, report->kind, report->begin,
		report->end, is_failed };
	struct digest_state state;

	digest_init(&state);
	digest_add(
	    &state, (struct bytes) { (const char *)numbers, sizeof(numbers) });
	digest_add(&state, bytes_of(report->report_id));
	return digest_finish(&state);
}

bool
tombstone_find(struct store *store, const struct report *report,
    int64_t reporter, int64_t domain, bool is_failed, bool *found,
    struct error *err)
{
	struct digest digest = fingerprint(report, reporter, is_failed);
	int64_t id;

	if (!statement_run(store, FIND_PRUNED,
		VALUES(number(domain), number(datetime_day(report->begin)),
		    blob(digest.data, FINGERPRINT)),
		&id, err))
		return false;
	*found = id != 0;
	return true;
}

bool
tombstone_add(struct store *store, int64_t id, struct error *err)
{
	struct report report = { 0 };
	struct digest digest;
	sqlite3_stmt *row;
	bool has_row, ok;

	if (!statement_start(store, FIND_KEY, VALUES(number(id)), &row, err))
		return false;
	ok = sqlite_step(store, row, &has_row, err);
	if (ok && has_row) {
		report.kind = (enum report_kind)sqlite3_column_int(row, 1);
		report.report_id = (const char *)sqlite3_column_text(row, 2);
		report.begin = sqlite3_column_int64(row, 3);
		report.end = sqlite3_column_int64(row, 4);
		digest = fingerprint(&report, sqlite3_column_int64(row, 0),
		    sqlite3_column_int(row, 5) != 0);
		ok = statement_run(store, ADD_PRUNED,
		    VALUES(number(sqlite3_column_int64(row, 6)),
			number(datetime_day(report.begin)),
			blob(digest.data, FINGERPRINT)),
		    NULL, err);
	}
	sqlite3_reset(row);
	return ok;
}
