#include "store/reparse.h"

#include "base/error.h"
#include "store/add.h"
#include "store/rollup.h"
#include "store/sqlite.h"
#include "store/take.h"

bool
store_next_raw(
    struct store *store, int64_t after, int64_t *message, struct error *err)
{
	return statement_run(
	    store, FIND_NEXT_RAW, VALUES(number(after)), message, err);
}

/*
 * Takes a report away that was not what it seemed.  Another in conflict with
 * it, a verified one rather than the first, then counts.
 */
static bool
withdraw(struct store *store, int64_t report, struct error *err)
{
	int64_t heir;

	if (!rollup_remove(store, report, err)
	    || !statement_run(
		store, FIND_HEIR, VALUES(number(report)), &heir, err))
		return false;
	if (heir == 0)
		return statement_run(
		    store, REMOVE_REPORT, VALUES(number(report)), NULL, err);
	return statement_run(
		   store, UNSEAT_REPORT, VALUES(number(report)), NULL, err)
	    && statement_run(store, FOLLOW_REPORT,
		VALUES(number(heir), number(report)), NULL, err)
	    && statement_run(
		store, REMOVE_REPORT, VALUES(number(report)), NULL, err)
	    && statement_run(
		store, SEAT_REPORT, VALUES(number(heir)), NULL, err)
	    && rollup_add(store, heir, err);
}

static bool
reparse_finding(struct store *store, const struct finding *finding,
    struct store_result *result, struct error *err)
{
	int64_t before;
	bool is_same;

	if (!statement_run(store, FIND_OWN,
		VALUES(number(result->message),
		    blob(finding->digest.data, sizeof(finding->digest.data))),
		&before, err))
		return false;
	if (before == 0)
		return take_report(store, finding, result, err);
	if (!take_is_same(store, before, finding, &is_same, err))
		return false;
	if (!is_same)
		return withdraw(store, before, err)
		    && take_report(store, finding, result, err);
	result->stored++;
	return rollup_remove(store, before, err)
	    && take_again(store, before, finding, err)
	    && rollup_add(store, before, err);
}

static bool
reparse(struct store *store, int64_t message, const struct reading *reading,
    struct store_result *result, struct error *err)
{
	const struct finding *finding;
	struct store_result retried;
	int64_t outcome;

	*result = (struct store_result) { .message = message };
	for (finding = reading->findings; finding != NULL;
	     finding = finding->next)
		if (finding->report != NULL
		    && !reparse_finding(store, finding, result, err))
			return false;
	if (!statement_run(store, FIND_QUARANTINED, VALUES(number(message)),
		&outcome, err))
		return false;
	if (outcome == 0)
		return true;
	if (!add_retry(store, message, reading, &retried, err))
		return false;
	result->quarantined = retried.quarantined;
	result->outcome = retried.outcome;
	return true;
}

bool
store_reparse(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err)
{
	if (!sqlite_check_transaction(store, err)
	    || !statement_do(store, STATEMENT_SAVEPOINT, err))
		return false;
	if (reparse(store, message, reading, result, err)
	    && statement_do(store, STATEMENT_RELEASE, err))
		return true;
	add_undo(store, err);
	if (!add_is_refused(err))
		return false;
	*result =
	    (struct store_result) { .message = message, .quarantined = 1 };
	add_refuse(result, err);
	return true;
}
