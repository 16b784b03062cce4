#include "store/take.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "parse/value.h"
#include "store/contents.h"
#include "store/intern.h"
#include "store/rollup.h"
#include "store/sqlite.h"
#include "store/tombstone.h"

/* Lower case of ASCII, as that is what domains and senders vary. */
static char *
fold(struct arena *arena, const char *words)
{
	char *copy = arena_copy(arena, bytes_of(words == NULL ? "" : words));
	char *at;

	for (at = copy; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

static bool
find_reporter(struct store *store, const struct report *report, int64_t *id,
    struct error *err)
{
	struct arena arena = { 0 };
	struct value org_name = text(fold(&arena, report->org_name));
	struct value domain = text(report->email == NULL
		? ""
		: fold(&arena, domain_of_email(&arena, report->email)));
	bool ok = statement_run(
		      store, FIND_REPORTER, VALUES(org_name, domain), id, err)
	    && (*id != 0
		|| statement_run(
		    store, ADD_REPORTER, VALUES(org_name, domain), id, err));

	arena_release(&arena);
	return ok;
}

/* Remembered as they write themselves. */
static bool
intern_reporter(struct store *store, const struct report *report, int64_t *id,
    struct error *err)
{
	const char *org_name = report->org_name, *email = report->email;
	char key[CACHE_KEY + 1];
	int len = snprintf(key, sizeof(key), "%s%c%s",
	    org_name == NULL ? "" : org_name, '\0', email == NULL ? "" : email);
	struct bytes bytes = { key, (size_t)len };

	*id = cache_find(&store->reporters, bytes);
	if (*id != 0)
		return true;
	if (!find_reporter(store, report, id, err))
		return false;
	cache_put(&store->reporters, bytes, *id);
	return true;
}

/*
 * What makes a report the same as another.  One that failed authentication
 * is only ever the same as another one that did.
 */
struct key {
	int64_t reporter, domain, verdict_reason;
	bool is_failed;
	struct value digest;
};

/* The values of the key's parameters in a statement, and more. */
#define KEY_VALUES(key, report)                                                \
	number((key)->reporter), number((key)->domain),                        \
	    number((report)->kind), text((report)->report_id),                 \
	    number((report)->begin), number((report)->end),                    \
	    number((key)->is_failed)

static bool
make_key(struct store *store, const struct finding *finding, struct key *key,
    struct error *err)
{
	const struct report *report = finding->report;

	key->is_failed = finding->verdict == VERDICT_FAILED;
	key->digest = blob(finding->digest.data, sizeof(finding->digest.data));
	return intern_reporter(store, report, &key->reporter, err)
	    && intern_text(store, report->domain, &key->domain, err)
	    && intern_text(
		store, finding->verdict_reason, &key->verdict_reason, err);
}

static bool
add_report(struct store *store, int64_t message, const struct finding *finding,
    const struct key *key, int64_t counted, int64_t *id, struct error *err)
{
	const struct report *report = finding->report;
	struct contents_sums sums = contents_sum(report);
	int64_t org_name, email;

	return intern_text(store, report->org_name, &org_name, err)
	    && intern_text(store, report->email, &email, err)
	    && statement_run(store, ADD_REPORT,
		VALUES(number(message), text(finding->part),
		    number(report->kind), number(key->reporter),
		    id_or_null(org_name), id_or_null(email),
		    text(report->report_id), number(key->domain),
		    number(report->begin), number(report->end),
		    number(datetime_day(report->begin)), key->digest,
		    number(counted != 0), id_or_null(counted),
		    number(finding->verdict), id_or_null(key->verdict_reason),
		    number((int64_t)sums.records),
		    number((int64_t)sums.skipped), number(sums.messages),
		    number(sums.passed), number((int64_t)report->note_count),
		    number(sums.names_recipients)),
		id, err)
	    && contents_add(store, *id, report, &sums, err)
	    && (counted != 0 || rollup_add_new(store, *id, report->dmarc, err));
}

/*
 * Makes room for a report that is verified: the counted one of its key, if it
 * is not verified itself, becomes a conflict.  *before is its id, or 0.
 */
static bool
unseat(struct store *store, const struct finding *finding,
    const struct key *key, int64_t *before, struct error *err)
{
	*before = 0;
	if (finding->verdict != VERDICT_VERIFIED)
		return true;
	return statement_run(store, FIND_SEATED,
		   VALUES(KEY_VALUES(key, finding->report)), before, err)
	    && (*before == 0
		|| (rollup_remove(store, *before, err)
		    && statement_run(store, UNSEAT_REPORT,
			VALUES(number(*before)), NULL, err)));
}

static bool
seat(struct store *store, int64_t report, struct error *err)
{
	return statement_run(
		   store, SEAT_REPORT, VALUES(number(report)), NULL, err)
	    && rollup_add(store, report, err);
}

/* What was in conflict with the one before, it included, is so with id. */
static bool
follow(struct store *store, int64_t before, int64_t id, struct error *err)
{
	return before == 0
	    || statement_run(store, FOLLOW_REPORT,
		VALUES(number(id), number(before)), NULL, err);
}

static bool
set_verified(struct store *store, int64_t report, int64_t verdict_reason,
    struct error *err)
{
	int64_t changes;

	return statement_run(
		   store, FIND_TO_VERIFY, VALUES(number(report)), &changes, err)
	    && (changes == 0
		|| (rollup_remove(store, report, err)
		    && statement_run(store, VERIFY_REPORT,
			VALUES(id_or_null(verdict_reason), number(report)),
			NULL, err)
		    && rollup_add(store, report, err)));
}

/* A copy that is verified verifies what is known. */
static bool
verify(struct store *store, int64_t same, const struct finding *finding,
    const struct key *key, struct error *err)
{
	int64_t before;

	return finding->verdict != VERDICT_VERIFIED
	    || (set_verified(store, same, key->verdict_reason, err)
		&& unseat(store, finding, key, &before, err)
		&& (before == 0 || seat(store, same, err))
		&& follow(store, before, same, err));
}

/* counted is the report of that key that counts, or 0. */
static bool
add_another(struct store *store, const struct finding *finding,
    const struct key *key, int64_t counted, struct store_result *result,
    struct error *err)
{
	int64_t before, id;

	if (!unseat(store, finding, key, &before, err))
		return false;
	if (before != 0)
		counted = 0;
	if (counted != 0)
		result->conflicts++;
	else
		result->stored++;
	return add_report(
		   store, result->message, finding, key, counted, &id, err)
	    && follow(store, before, id, err);
}

bool
take_report(struct store *store, const struct finding *finding,
    struct store_result *result, struct error *err)
{
	const struct report *report = finding->report;
	bool was_pruned = false;
	int64_t counted, same = 0;
	struct key key;

	if (report->domain == NULL || !report->has_period)
		return error_set(err, ERROR_SYSTEM,
		    "a report without a domain or a period cannot be stored");
	if (!make_key(store, finding, &key, err)
	    || !statement_run(store, FIND_COUNTED,
		VALUES(KEY_VALUES(&key, report)), &counted, err))
		return false;
	if (counted == 0
	    && !tombstone_find(store, report, key.reporter, key.domain,
		key.is_failed, &was_pruned, err))
		return false;
	if (was_pruned) {
		result->duplicates++;
		return true;
	}
	if (counted != 0
	    && !statement_run(store, FIND_CONTENT,
		VALUES(number(counted), key.digest), &same, err))
		return false;
	if (same == 0)
		return add_another(store, finding, &key, counted, result, err);
	result->duplicates++;
	return verify(store, same, finding, &key, err);
}

bool
take_is_same(struct store *store, int64_t id, const struct finding *finding,
    bool *is_same, struct error *err)
{
	struct key key;
	int64_t found;

	*is_same = false;
	if (finding->report->domain == NULL || !finding->report->has_period)
		return true;
	if (!make_key(store, finding, &key, err)
	    || !statement_run(store, FIND_KEYED,
		VALUES(number(id), number(key.reporter), number(key.domain),
		    number(finding->report->kind),
		    text(finding->report->report_id),
		    number(finding->report->begin),
		    number(finding->report->end)),
		&found, err))
		return false;
	*is_same = found != 0;
	return true;
}

bool
take_again(struct store *store, int64_t id, const struct finding *finding,
    struct error *err)
{
	static const enum statement removals[] = { REMOVE_NOTES,
		REMOVE_CONTACTS, REMOVE_ERRORS, REMOVE_DMARC_REPORT,
		REMOVE_RECORDS, REMOVE_POLICIES };
	const struct report *report = finding->report;
	struct contents_sums sums = contents_sum(report);
	int64_t org_name, email;
	size_t i;

	for (i = 0; i < COUNT_OF(removals); i++)
		if (!statement_run(
			store, removals[i], VALUES(number(id)), NULL, err))
			return false;
	return intern_text(store, report->org_name, &org_name, err)
	    && intern_text(store, report->email, &email, err)
	    && statement_run(store, CHANGE_REPORT,
		VALUES(id_or_null(org_name), id_or_null(email),
		    number((int64_t)sums.records),
		    number((int64_t)sums.skipped), number(sums.messages),
		    number(sums.passed), number((int64_t)report->note_count),
		    number(sums.names_recipients), number(id)),
		NULL, err)
	    && contents_add(store, id, report, &sums, err);
}
