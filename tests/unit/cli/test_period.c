#include <criterion/criterion.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"
#include "cli/period.h"
#include "parse/datetime.h"

/* "2026-03-31" as a time, and a bound or period as text again. */
static int64_t
day(const char *text)
{
	int64_t time;

	cr_assert(datetime_parse_date(bytes_of(text), &time), "%s", text);
	return time;
}

Test(period, reads_the_forms_of_a_date)
{
	static const struct {
		const char *text;
		enum bound_kind kind;
		int64_t value;
	} cases[] = {
		{ "2026-01-31", BOUND_DAY, 1769817600 },
		{ "today", BOUND_DAY, 1774915200 },
		{ "yesterday", BOUND_DAY, 1774828800 },
		{ "7d", BOUND_DAYS, 7 },
		{ "4w", BOUND_DAYS, 28 },
		{ "3m", BOUND_MONTHS, 3 },
		{ "36500d", BOUND_DAYS, 36500 },
	};
	int64_t now = day("2026-03-31") + 3600;
	struct bound bound;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect(bound_parse(cases[i].text, now, &bound, &err), "%s",
		    cases[i].text);
		cr_expect_eq(bound.kind, cases[i].kind, "%s", cases[i].text);
		cr_expect_eq(bound.value, cases[i].value, "%s: %lld",
		    cases[i].text, (long long)bound.value);
	}
}

Test(period, refuses_what_is_no_date)
{
	static const char *const texts[] = { "", "d", "0d", "-1d", "7", "7 d",
		"7y", "7dd", "99999d", "99999m", "2026-02-30", "2026-1-1",
		"31.01.2026", "01/31/2026", "tomorrow", "Today",
		"2026-01-31T00:00:00Z" };
	struct bound bound;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		cr_expect(
		    !bound_parse(texts[i], 0, &bound, &err), "%s", texts[i]);
		cr_expect_eq(err.kind, ERROR_USAGE, "%s", texts[i]);
		cr_expect(strstr(err.text, "2026-01-31, yesterday") != NULL,
		    "%s", err.text);
	}
}

Test(period, reads_the_names_of_periods)
{
	static const struct {
		const char *now, *name, *first, *last;
	} cases[] = {
		{ "2026-03-31", "today", "2026-03-31", "2026-03-31" },
		{ "2026-03-31", "yesterday", "2026-03-30", "2026-03-30" },
		{ "2026-03-31", "this-month", "2026-03-01", "2026-03-31" },
		{ "2026-03-31", "last-month", "2026-02-01", "2026-02-28" },
		{ "2026-01-31", "last-month", "2025-12-01", "2025-12-31" },
		{ "2024-03-01", "last-month", "2024-02-01", "2024-02-29" },
		{ "2026-03-31", "this-quarter", "2026-01-01", "2026-03-31" },
		{ "2026-02-01", "last-quarter", "2025-10-01", "2025-12-31" },
		{ "2026-03-31", "this-year", "2026-01-01", "2026-12-31" },
		{ "2026-03-31", "last-year", "2025-01-01", "2025-12-31" },
		/* a Tuesday, a Sunday, a Monday */
		{ "2026-03-31", "this-week", "2026-03-30", "2026-04-05" },
		{ "2026-04-05", "this-week", "2026-03-30", "2026-04-05" },
		{ "2026-04-06", "this-week", "2026-04-06", "2026-04-12" },
		{ "2026-03-31", "last-week", "2026-03-23", "2026-03-29" },
		{ "2026-03-31", "2025-02", "2025-02-01", "2025-02-28" },
		{ "2026-03-31", "2025", "2025-01-01", "2025-12-31" },
	};
	struct bound since, until;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_assert(period_parse(cases[i].name, day(cases[i].now) + 86399,
			      &since, &until, &err),
		    "case %zu", i);
		cr_expect_eq(since.kind, BOUND_DAY);
		cr_expect_eq(until.kind, BOUND_DAY);
		cr_expect_eq(since.value, day(cases[i].first), "case %zu", i);
		cr_expect_eq(until.value, day(cases[i].last), "case %zu", i);
	}
}

Test(period, refuses_what_is_no_name)
{
	static const char *const names[] = { "", "last-", "last", "week",
		"last-moon", "2026-13", "2026-1", "20260", "26", "2026-01-01",
		"Last-month", "this-", "7d" };
	struct bound since, until;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++)
		cr_expect(!period_parse(names[i], 0, &since, &until, &err),
		    "%s", names[i]);
}

/* The oldest report begins 2025-01-10, the newest 2026-03-31 at noon. */
Test(period, counts_back_from_the_newest_report)
{
	static const struct {
		const char *since, *until;
		bool all;
		const char *first, *last;
		bool has_since, has_until;
	} cases[] = {
		{ "", "", false, "2026-03-02", "2026-03-31", true, true },
		{ "", "", true, "2025-01-10", "2026-03-31", false, false },
		{ "1d", "", false, "2026-03-31", "2026-03-31", true, true },
		{ "7d", "", false, "2026-03-25", "2026-03-31", true, true },
		{ "1w", "", false, "2026-03-25", "2026-03-31", true, true },
		{ "1m", "", false, "2026-03-01", "2026-03-31", true, true },
		{ "12m", "", false, "2025-04-01", "2026-03-31", true, true },
		/* the 14 days before the last 7 ones, but for these */
		{ "14d", "7d", false, "2026-03-18", "2026-03-24", true, true },
		{ "2026-03-30", "", false, "2026-03-30", "2026-03-31", true,
		    true },
		{ "2026-03-05", "2026-03-05", false, "2026-03-05", "2026-03-05",
		    true, true },
		{ "", "2026-02-28", false, "2026-01-30", "2026-02-28", true,
		    true },
		{ "", "2026-02-28", true, "2025-01-10", "2026-02-28", false,
		    true },
		{ "2026-01-01", "", true, "2026-01-01", "2026-03-31", true,
		    false },
		/* what begins after the newest that counts */
		{ "2026-05-01", "", false, "2026-05-01", "2026-05-01", true,
		    true },
	};
	struct period_request request;
	struct period period;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		request = (struct period_request) { .all = cases[i].all };
		cr_assert(*cases[i].since == '\0'
		    || bound_parse(cases[i].since, 0, &request.since, &err));
		cr_assert(*cases[i].until == '\0'
		    || bound_parse(cases[i].until, 0, &request.until, &err));
		cr_assert(period_resolve(&request, true, day("2025-01-10"),
			      day("2026-03-31") + 43200, &period, &err),
		    "case %zu: %s", i, err.text);
		cr_expect(period.has_days);
		cr_expect_eq(period.first, day(cases[i].first), "case %zu", i);
		cr_expect_eq(period.last, day(cases[i].last), "case %zu", i);
		cr_expect_eq(period.since,
		    cases[i].has_since ? period.first : STORE_SINCE_EVER,
		    "case %zu", i);
		cr_expect_eq(period.until,
		    cases[i].has_until ? period.last + 86400 : STORE_UNTIL_EVER,
		    "case %zu", i);
	}
}

Test(period, keeps_to_the_end_of_a_short_month)
{
	const struct period_request request = { .since = { BOUND_MONTHS, 1 } };
	struct period period;
	struct error err;

	cr_assert(period_resolve(
	    &request, true, 0, day("2026-03-30"), &period, &err));
	cr_expect_eq(period.first, day("2026-03-01"), "28 February is before");
}

Test(period, refuses_an_end_before_its_beginning)
{
	struct period_request request = { 0 };
	struct period period;
	struct error err;

	cr_assert(bound_parse("2026-03-05", 0, &request.since, &err));
	cr_assert(bound_parse("2026-03-04", 0, &request.until, &err));
	cr_expect(!period_resolve(
	    &request, true, 0, day("2026-03-31"), &period, &err));
	cr_expect_eq(err.kind, ERROR_USAGE);
	cr_expect(!period_resolve(&request, false, 0, 0, &period, &err),
	    "whether there is data or not");
}

Test(period, is_all_there_is_when_nothing_is_there)
{
	const struct period_request request = { .since = { BOUND_DAYS, 7 } };
	struct period period;
	struct error err;

	cr_assert(period_resolve(&request, false, 0, 0, &period, &err));
	cr_expect(!period.has_days);
	cr_expect_eq(period.since, STORE_SINCE_EVER);
	cr_expect_eq(period.until, STORE_UNTIL_EVER);
}
