#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "parse/datetime.h"
#include "parse/value.h"
#include "store/add.h"
#include "store/intern.h"
#include "store/sqlite.h"
#include "store/take.h"

static bool
add_arrival(struct store *store, int64_t message,
    const struct delivery *delivery, struct error *err)
{
	return statement_run(store, ADD_ARRIVAL,
	    VALUES(number(message), number(delivery->received),
		text(delivery->source), text(delivery->mail_from),
		text(delivery->rcpt_to)),
	    NULL, err);
}

static bool
add_message(struct store *store, const struct delivery *delivery,
    enum store_outcome outcome, int64_t *id, struct error *err)
{
	const struct reading *reading = delivery->reading;

	return statement_run(store, ADD_MESSAGE,
	    VALUES(blob(reading->digest.data, sizeof(reading->digest.data)),
		number((int64_t)reading->size), number(delivery->received),
		number(outcome), number(reading->class), text(delivery->source),
		text(reading->message_id), text(reading->from),
		text(reading->subject), text(reading->tls_report_domain),
		text(reading->tls_report_submitter),
		reading->has_date ? number(reading->date) : text(NULL)),
	    id, err);
}

static bool
add_raw(
    struct store *store, int64_t message, struct bytes raw, struct error *err)
{
	uLongf len = compressBound(raw.len);
	Bytef *deflated = malloc(len);
	bool ok;

	if (deflated == NULL
	    || compress(deflated, &len, (const Bytef *)raw.data, raw.len)
		!= Z_OK)
		errx(1, "no memory to compress %zu bytes", raw.len);
	ok = statement_run(store, ADD_RAW,
	    VALUES(
		number(message), number((int64_t)raw.len), blob(deflated, len)),
	    NULL, err);
	free(deflated);
	return ok;
}

static bool
take_findings(struct store *store, const struct finding *finding,
    struct store_result *result, struct error *err)
{
	for (; finding != NULL; finding = finding->next) {
		if (finding->report != NULL) {
			if (!take_report(store, finding, result, err))
				return error_at(err, "%s",
				    finding->part == NULL ? "report"
							  : finding->part);
			continue;
		}
		result->quarantined++;
		if (!statement_run(store, ADD_QUARANTINE,
			VALUES(number(result->message), text(finding->part),
			    text(finding->reason), text(finding->detail)),
			NULL, err))
			return false;
	}
	return true;
}

static bool
add_failure(struct store *store, int64_t message, const struct failure *failure,
    struct error *err)
{
	const struct address *source_ip = &failure->source_ip;
	int64_t reporter, domain, auth_failure, delivery_result;

	return intern_text(store, failure->reporter, &reporter, err)
	    && intern_text(store, failure->reported_domain, &domain, err)
	    && intern_text(store, failure->auth_failure, &auth_failure, err)
	    && intern_text(
		store, failure->delivery_result, &delivery_result, err)
	    && statement_run(store, ADD_FAILURE,
		VALUES(number(message), id_or_null(reporter),
		    id_or_null(domain),
		    failure->has_arrival_date ? number(failure->arrival_date)
					      : text(NULL),
		    source_ip->len == 0 ? text(NULL)
					: blob(source_ip->data, source_ip->len),
		    id_or_null(auth_failure), id_or_null(delivery_result),
		    number(failure->incidents)),
		NULL, err);
}

static bool
add_failures(struct store *store, int64_t message,
    const struct reading *reading, struct error *err)
{
	const struct failure *failure = reading->failures;

	for (; failure != NULL; failure = failure->next)
		if (!add_failure(store, message, failure, err))
			return false;
	return true;
}

/* Whether somebody else's mail is in it. */
static bool
is_private(const struct reading *reading)
{
	return reading->class == MESSAGE_FAILURE
	    || reading->class == MESSAGE_ABUSE;
}

static enum store_outcome
choose_outcome(const struct store_result *result, const struct reading *reading)
{
	if (result->stored > 0)
		return STORE_STORED;
	if (result->conflicts > 0)
		return STORE_CONFLICT;
	if (result->quarantined > 0)
		return STORE_QUARANTINED;
	if (result->duplicates > 0)
		return STORE_DUPLICATE;
	switch (reading->class) {
	case MESSAGE_FAILURE:
		return STORE_FAILURE;
	case MESSAGE_ABUSE:
		return STORE_ABUSE;
	case MESSAGE_ERROR_REPORT:
		return STORE_ERROR_REPORT;
	case MESSAGE_BOUNCE:
		return STORE_BOUNCE;
	case MESSAGE_OTHER:
		break;
	}
	return STORE_NO_REPORT;
}

/* Of copies one is enough. */
static bool
wants_raw(const struct store *store, const struct store_result *result)
{
	return result->quarantined > 0
	    || (store->keeps_raw && result->stored + result->conflicts > 0);
}

static bool
add_new(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err)
{
	const struct reading *reading = delivery->reading;
	/* What most messages are; put right when this one is not. */
	const enum store_outcome guess =
	    reading->report_count > 0 ? STORE_STORED : STORE_NO_REPORT;

	if (!add_message(store, delivery, guess, &result->message, err)
	    || !add_arrival(store, result->message, delivery, err)
	    || !take_findings(store, reading->findings, result, err)
	    || !add_failures(store, result->message, reading, err))
		return false;
	if (wants_raw(store, result) && !is_private(reading)
	    && !add_raw(store, result->message, delivery->raw, err))
		return false;
	result->outcome = choose_outcome(result, reading);
	return result->outcome == guess
	    || statement_run(store, SET_OUTCOME,
		VALUES(number(result->outcome), number(result->message)), NULL,
		err);
}

static bool
add(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err)
{
	const struct digest *digest = &delivery->reading->digest;

	*result = (struct store_result) { .outcome = STORE_KNOWN };
	if (!statement_run(store, FIND_MESSAGE,
		VALUES(blob(digest->data, sizeof(digest->data))),
		&result->message, err))
		return false;
	if (result->message == 0)
		return add_new(store, delivery, result, err);
	return !delivery->is_lmtp
	    || add_arrival(store, result->message, delivery, err);
}

static bool
find_quarantined(
    struct store *store, int64_t message, int64_t *outcome, struct error *err)
{
	return statement_run(store, FIND_QUARANTINED, VALUES(number(message)),
		   outcome, err)
	    && (*outcome != 0
		|| error_set(err, ERROR_NO_INPUT,
		    "message %lld is not in quarantine; 'reports "
		    "quarantine' shows what is",
		    (long long)message));
}

void
add_undo(struct store *store, const struct error *why)
{
	struct error ignored;

	intern_forget(store);
	/* A full disk can make SQLite give up the whole transaction; then
	 * there is no savepoint, and store_commit() is to fail. */
	if (!sqlite3_get_autocommit(store->db)
	    && !(statement_do(store, STATEMENT_ROLLBACK_TO, &ignored)
		&& statement_do(store, STATEMENT_RELEASE, &ignored)))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	if (sqlite3_get_autocommit(store->db))
		store->lost = *why;
}

/* What it was before, or better. */
static enum store_outcome
improve(enum store_outcome before, enum store_outcome now)
{
	return before == STORE_QUARANTINED || now < before ? now : before;
}

bool
add_retry(struct store *store, int64_t message, const struct reading *reading,
    struct store_result *result, struct error *err)
{
	int64_t before;

	*result = (struct store_result) { .message = message };
	if (!find_quarantined(store, message, &before, err)
	    || !statement_run(
		store, REMOVE_QUARANTINE, VALUES(number(message)), NULL, err)
	    || !take_findings(store, reading->findings, result, err)
	    || !add_failures(store, message, reading, err)
	    || !statement_run(store, SET_CLASS,
		VALUES(number(reading->class), text(reading->subject),
		    number(message)),
		NULL, err)
	    || ((!wants_raw(store, result) || is_private(reading))
		&& !statement_run(
		    store, REMOVE_RAW, VALUES(number(message)), NULL, err)))
		return false;
	result->outcome = improve(
	    (enum store_outcome)before, choose_outcome(result, reading));
	return statement_run(store, SET_OUTCOME,
	    VALUES(number(result->outcome), number(message)), NULL, err);
}

static bool
try_to_retry(struct store *store, int64_t message,
    const struct reading *reading, struct store_result *result,
    struct error *err)
{
	if (!sqlite_check_transaction(store, err)
	    || !statement_do(store, STATEMENT_SAVEPOINT, err))
		return false;
	if (add_retry(store, message, reading, result, err)
	    && statement_do(store, STATEMENT_RELEASE, err))
		return true;
	add_undo(store, err);
	return false;
}

bool
store_drop(struct store *store, int64_t message, struct error *err)
{
	int64_t outcome;

	return sqlite_check_transaction(store, err)
	    && find_quarantined(store, message, &outcome, err)
	    && statement_run(
		store, REMOVE_QUARANTINE, VALUES(number(message)), NULL, err)
	    && statement_run(
		store, REMOVE_RAW, VALUES(number(message)), NULL, err);
}

static bool
add_exposed(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err)
{
	if (!sqlite_check_transaction(store, err))
		return false;
	if (add(store, delivery, result, err))
		return true;
	intern_forget(store);
	/* A full disk makes SQLite roll back by itself. */
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->lost = *err;
	return false;
}

static bool
try_to_add(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err)
{
	if (!sqlite_check_transaction(store, err)
	    || !statement_do(store, STATEMENT_SAVEPOINT, err))
		return false;
	if (add(store, delivery, result, err)
	    && statement_do(store, STATEMENT_RELEASE, err))
		return true;
	add_undo(store, err);
	return false;
}

bool
add_is_refused(const struct error *err)
{
	return strcmp(err->reason, "refused") == 0;
}

void
add_refuse(struct store_result *result, const struct error *why)
{
	snprintf(result->refused, sizeof(result->refused), "%s", why->text);
}

/* The reading of a message without what is in it. */
static struct reading
set_aside(const struct reading *reading, struct finding *finding,
    const struct error *why)
{
	struct reading aside = *reading;

	*finding =
	    (struct finding) { .reason = STORE_REFUSED, .detail = why->text };
	aside.findings = finding;
	aside.report_count = 0;
	aside.failures = NULL;
	return aside;
}

bool
store_add(struct store *store, const struct delivery *delivery,
    struct store_result *result, struct error *err)
{
	struct delivery again = *delivery;
	struct finding finding;
	struct reading aside;
	struct error why;

	if (store->is_exposed)
		return add_exposed(store, delivery, result, err);
	if (try_to_add(store, delivery, result, err))
		return true;
	if (!add_is_refused(err))
		return false;
	why = *err;
	aside = set_aside(delivery->reading, &finding, &why);
	again.reading = &aside;
	if (!try_to_add(store, &again, result, err))
		return false;
	add_refuse(result, &why);
	return true;
}

bool
store_retry(struct store *store, int64_t message, const struct reading *reading,
    struct store_result *result, struct error *err)
{
	struct finding finding;
	struct reading aside;
	struct error why;

	if (try_to_retry(store, message, reading, result, err))
		return true;
	if (!add_is_refused(err))
		return false;
	why = *err;
	aside = set_aside(reading, &finding, &why);
	if (!try_to_retry(store, message, &aside, result, err))
		return false;
	add_refuse(result, &why);
	return true;
}
