#include "store/rollup.h"

#include "base/error.h"
#include "parse/report.h"
#include "store/sqlite.h"

static bool
apply(struct store *store, int64_t report, int64_t sign, struct error *err)
{
	const struct value values[] = { number(report), number(sign) };
	int64_t kind;

	if (!statement_run(store, TOTAL_REPORT, values, 2, &kind, err))
		return false;
	if (kind == 0)
		return true; /* in conflict */
	if (kind == REPORT_TLSRPT)
		return statement_run(store, TOTAL_TLS, values, 2, NULL, err);
	return statement_run(store, TOTAL_OUTCOME, values, 2, NULL, err)
	    && statement_run(store, TOTAL_SOURCE, values, 2, NULL, err);
}

bool
rollup_add(struct store *store, int64_t report, struct error *err)
{
	return apply(store, report, 1, err);
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
	    : apply(store, report, -1, err) && sweep(store, values, err);
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
