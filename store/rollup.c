#include "store/rollup.h"

#include <err.h>
#include <stdlib.h>

#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/outcome.h"
#include "parse/report.h"
#include "store/sqlite.h"

/* What the roll-ups need of a record. */
struct item {
	struct address source_ip;
	unsigned outcome;
	int64_t records, messages;
};

/* A report with those of its records. */
struct rollup {
	struct store *store;
	int64_t report, sign; /* 1 to add it, -1 to take it away */
	int64_t domain, day, kind, reporter, verdict;
	struct item *items;
	size_t count, size;
};

static void
add_item(struct rollup *rollup, const struct item *item)
{
	if (rollup->count == rollup->size) {
		rollup->size = rollup->size == 0 ? 64 : rollup->size * 2;
		rollup->items = realloc(
		    rollup->items, rollup->size * sizeof(*rollup->items));
		if (rollup->items == NULL)
			err(1, "roll-up");
	}
	rollup->items[rollup->count++] = *item;
}

static void
collect_records(struct rollup *rollup, const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;
	struct item item = { .records = 1 };

	for (record = dmarc->records; record != NULL; record = record->next) {
		item.source_ip = record->source_ip;
		item.outcome = outcome_of(record);
		item.messages = record->count;
		add_item(rollup, &item);
	}
}

static bool
collect_rows(struct rollup *rollup, struct error *err)
{
	struct item item = { .records = 1 };
	sqlite3_stmt *rows;
	bool ok, has_row;

	if (!statement_start(rollup->store, LIST_ITEMS,
		VALUES(number(rollup->report)), &rows, err))
		return false;
	while (
	    (ok = sqlite_step(rollup->store, rows, &has_row, err)) && has_row) {
		item.source_ip = sqlite_column_address(rows, 0);
		item.outcome = (unsigned)sqlite3_column_int(rows, 1);
		item.messages = sqlite3_column_int64(rows, 2);
		add_item(rollup, &item);
	}
	sqlite3_reset(rows);
	return ok;
}

/* In the order of total_source's key, so that rows that are near each other
 * are written one after the other. */
static int
compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = outcome_passes(x->outcome) - outcome_passes(y->outcome);

	if (order == 0)
		order = address_compare(&x->source_ip, &y->source_ip);
	return order != 0 ? order : (int)x->outcome - (int)y->outcome;
}

static void
add_up(struct item *sum, const struct item *item)
{
	sum->records += item->records;
	if (__builtin_add_overflow(
		sum->messages, item->messages, &sum->messages))
		sum->messages = INT64_MAX;
}

static bool
change_source(
    const struct rollup *rollup, const struct item *sum, struct error *err)
{
	return statement_run(rollup->store, TOTAL_SOURCE,
	    VALUES(number(rollup->domain), number(outcome_passes(sum->outcome)),
		number(rollup->day),
		blob(sum->source_ip.data, sum->source_ip.len),
		number(sum->outcome), number(rollup->verdict),
		number(rollup->sign * sum->records),
		number(rollup->sign * sum->messages)),
	    NULL, err);
}

static bool
change_sources(const struct rollup *rollup, struct error *err)
{
	struct item *sum = rollup->items, *end = sum + rollup->count, *item;

	if (rollup->count == 0)
		return true;
	qsort(rollup->items, rollup->count, sizeof(*rollup->items), compare);
	for (item = sum + 1; item < end; item++) {
		if (compare(sum, item) == 0) {
			add_up(sum, item);
			continue;
		}
		if (!change_source(rollup, sum, err))
			return false;
		sum = item;
	}
	return change_source(rollup, sum, err);
}

static bool
change_outcome(
    const struct rollup *rollup, const struct item *sum, struct error *err)
{
	return statement_run(rollup->store, TOTAL_OUTCOME,
	    VALUES(number(rollup->domain), number(rollup->day),
		number(rollup->reporter), number(rollup->verdict),
		number(sum->outcome), number(rollup->sign * sum->records),
		number(rollup->sign * sum->messages)),
	    NULL, err);
}

static bool
change_outcomes(const struct rollup *rollup, struct error *err)
{
	struct item sums[OUTCOME_COUNT];
	uint16_t places[OUTCOME_COUNT] = { 0 }, count = 0, *place;
	size_t i;

	for (i = 0; i < rollup->count; i++) {
		place = &places[rollup->items[i].outcome];
		if (*place != 0) {
			add_up(&sums[*place - 1], &rollup->items[i]);
			continue;
		}
		sums[count] = rollup->items[i];
		*place = ++count;
	}
	for (i = 0; i < count; i++)
		if (!change_outcome(rollup, &sums[i], err))
			return false;
	return true;
}

/* Reads the head of the report and changes the sums of heads. */
static bool
change_head(struct rollup *rollup, bool *is_counted, struct error *err)
{
	const size_t sums = 7;
	struct value values[12];
	sqlite3_stmt *row;
	bool ok;
	size_t i;

	if (!statement_start(rollup->store, FIND_HEAD,
		VALUES(number(rollup->report)), &row, err))
		return false;
	ok = sqlite_step(rollup->store, row, is_counted, err);
	if (ok && *is_counted) {
		rollup->domain = sqlite3_column_int64(row, 0);
		rollup->day = sqlite3_column_int64(row, 1);
		rollup->kind = sqlite3_column_int64(row, 2);
		rollup->reporter = sqlite3_column_int64(row, 3);
		rollup->verdict = sqlite3_column_int64(row, 4);
		for (i = 0; i < COUNT_OF(values); i++)
			values[i] = number(sqlite3_column_int64(row, (int)i)
			    * (i < COUNT_OF(values) - sums ? 1 : rollup->sign));
	}
	sqlite3_reset(row);
	return ok
	    && (!*is_counted
		|| statement_run(rollup->store, TOTAL_REPORT, values,
		    COUNT_OF(values), NULL, err));
}

static bool
change(struct store *store, int64_t report, int64_t sign,
    const struct dmarc_report *dmarc, struct error *err)
{
	struct rollup rollup = {
		.store = store, .report = report, .sign = sign
	};
	bool is_counted, ok;

	if (!change_head(&rollup, &is_counted, err))
		return false;
	if (!is_counted)
		return true;
	if (rollup.kind == REPORT_TLSRPT)
		return statement_run(store, TOTAL_TLS,
		    VALUES(number(report), number(sign)), NULL, err);
	if (dmarc != NULL)
		collect_records(&rollup, dmarc);
	ok = (dmarc != NULL || collect_rows(&rollup, err))
	    && change_outcomes(&rollup, err) && change_sources(&rollup, err);
	free(rollup.items);
	return ok;
}

bool
rollup_add(struct store *store, int64_t report, struct error *err)
{
	return change(store, report, 1, NULL, err);
}

bool
rollup_add_new(struct store *store, int64_t report,
    const struct dmarc_report *dmarc, struct error *err)
{
	return change(store, report, 1, dmarc, err);
}

/* Rows that sum up nothing. */
static bool
sweep(struct store *store, const struct value day[2], struct error *err)
{
	return statement_run(store, SWEEP_TOTAL_REPORT, day, 2, NULL, err)
	    && statement_run(store, SWEEP_TOTAL_OUTCOME, day, 2, NULL, err)
	    && statement_run(store, SWEEP_TOTAL_SOURCE, day, 2, NULL, err)
	    && statement_run(store, SWEEP_TOTAL_TLS, day, 2, NULL, err);
}

/* All reports of a day but one. */
static bool
add_others(struct store *store, const struct value day[2], int64_t report,
    struct error *err)
{
	int64_t other = 0;

	do
		if (!statement_run(store, FIND_NEXT_COUNTED,
			VALUES(day[0], day[1], number(other), number(report)),
			&other, err)
		    || (other != 0 && !rollup_add(store, other, err)))
			return false;
	while (other != 0);
	return true;
}

/* A sum that stopped at 2^63 - 1 does not say what is left without one part
 * of it; so those of the day are made again. */
static bool
remake_without(struct store *store, const struct value day[2], int64_t report,
    struct error *err)
{
	return statement_run(store, CLEAR_TOTAL_REPORT, day, 2, NULL, err)
	    && statement_run(store, CLEAR_TOTAL_OUTCOME, day, 2, NULL, err)
	    && statement_run(store, CLEAR_TOTAL_SOURCE, day, 2, NULL, err)
	    && statement_run(store, CLEAR_TOTAL_TLS, day, 2, NULL, err)
	    && add_others(store, day, report, err);
}

bool
rollup_remove(struct store *store, int64_t report, struct error *err)
{
	int64_t domain, day, stopped;
	struct value values[2];

	if (!statement_run(store, FIND_COUNTED_DOMAIN, VALUES(number(report)),
		&domain, err))
		return false;
	if (domain == 0)
		return true; /* in conflict */
	if (!statement_run(store, FIND_DAY, VALUES(number(report)), &day, err))
		return false;
	values[0] = number(domain);
	values[1] = number(day);
	if (!statement_run(store, FIND_STOPPED, values, 2, &stopped, err))
		return false;
	return stopped != 0
	    ? remake_without(store, values, report, err)
	    : change(store, report, -1, NULL, err) && sweep(store, values, err);
}

bool
rollup_add_all(struct store *store, struct error *err)
{
	int64_t report = 0;

	do
		if (!statement_run(store, FIND_NEXT_REPORT,
			VALUES(number(report)), &report, err)
		    || (report != 0 && !rollup_add(store, report, err)))
			return false;
	while (report != 0);
	return true;
}
