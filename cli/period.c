#include "cli/period.h"

#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/error.h"
#include "parse/datetime.h"

#define DAY INT64_C(86400)

/* A hundred years: more is a slip of the finger. */
#define MAX_SPAN_DAYS 36525

static int64_t
start_of_day(int64_t time)
{
	return datetime_day(time) * DAY;
}

static bool
read_span(const char *text, struct bound *out)
{
	size_t digits = strspn(text, "0123456789");
	int64_t value = 0;
	size_t i;

	if (digits == 0 || digits > 5 || text[digits] == '\0'
	    || text[digits + 1] != '\0')
		return false;
	for (i = 0; i < digits; i++)
		value = value * 10 + (text[i] - '0');
	switch (text[digits]) {
	case 'd':
		*out = (struct bound) { BOUND_DAYS, value };
		break;
	case 'w':
		*out = (struct bound) { BOUND_DAYS, value * 7 };
		break;
	case 'm':
		*out = (struct bound) { BOUND_MONTHS, value };
		break;
	default:
		return false;
	}
	return value > 0
	    && value * (text[digits] == 'd' ? 1 : 31) <= MAX_SPAN_DAYS;
}

bool
bound_parse(const char *text, int64_t now, struct bound *out, struct error *err)
{
	*out = (struct bound) { .kind = BOUND_DAY };
	if (strcmp(text, "today") == 0) {
		out->value = start_of_day(now);
		return true;
	}
	if (strcmp(text, "yesterday") == 0) {
		out->value = start_of_day(now) - DAY;
		return true;
	}
	if (datetime_parse_date(bytes_of(text), &out->value)
	    || read_span(text, out))
		return true;
	return error_set(err, ERROR_USAGE,
	    "'%.40s' is not a date; write 2026-01-31, yesterday or today, or "
	    "7d, 4w or 3m for days, weeks or months back from the newest "
	    "report",
	    text);
}

/* --- periods with a name --- */

/* The first second of a month; months beyond the year's are carried over. */
static int64_t
month_start(int year, int month)
{
	struct tm tm = {
		.tm_year = year - 1900, .tm_mon = month, .tm_mday = 1
	};

	return (int64_t)timegm(&tm);
}

static void
set_days(int64_t first, int64_t end, struct bound *since, struct bound *until)
{
	*since = (struct bound) { BOUND_DAY, first };
	*until = (struct bound) { BOUND_DAY, end - DAY };
}

/* The months of a calendar unit that holds now, or the one before. */
static void
set_months(int64_t now, int months, bool is_last, struct bound *since,
    struct bound *until)
{
	time_t time = (time_t)now;
	struct tm tm;
	int month, year;

	gmtime_r(&time, &tm);
	year = tm.tm_year + 1900;
	month = tm.tm_mon - tm.tm_mon % months - (is_last ? months : 0);
	set_days(month_start(year, month), month_start(year, month + months),
	    since, until);
}

/* 1 January 1970 was a Thursday. */
static void
set_week(int64_t now, bool is_last, struct bound *since, struct bound *until)
{
	int64_t day = datetime_day(now);
	int64_t monday = (day - ((day + 3) % 7 + 7) % 7) * DAY;

	if (is_last)
		monday -= 7 * DAY;
	set_days(monday, monday + 7 * DAY, since, until);
}

/* 2026 or 2026-01. */
static bool
read_month(const char *text, struct bound *since, struct bound *until)
{
	char day[sizeof("2026-01-01")];
	int64_t first;
	size_t len = strlen(text);

	if (len != 4 && len != 7)
		return false;
	memcpy(day, "2026-01-01", sizeof(day));
	memcpy(day, text, len);
	if (!datetime_parse_date(bytes_of(day), &first))
		return false;
	set_months(first, len == 4 ? 12 : 1, false, since, until);
	return true;
}

bool
period_parse(const char *text, int64_t now, struct bound *since,
    struct bound *until, struct error *err)
{
	bool is_last = strncmp(text, "last-", 5) == 0;
	const char *unit =
	    is_last || strncmp(text, "this-", 5) == 0 ? text + 5 : "";

	if (strcmp(text, "today") == 0)
		set_days(
		    start_of_day(now), start_of_day(now) + DAY, since, until);
	else if (strcmp(text, "yesterday") == 0)
		set_days(
		    start_of_day(now) - DAY, start_of_day(now), since, until);
	else if (strcmp(unit, "week") == 0)
		set_week(now, is_last, since, until);
	else if (strcmp(unit, "month") == 0)
		set_months(now, 1, is_last, since, until);
	else if (strcmp(unit, "quarter") == 0)
		set_months(now, 3, is_last, since, until);
	else if (strcmp(unit, "year") == 0)
		set_months(now, 12, is_last, since, until);
	else if (!read_month(text, since, until))
		return error_set(err, ERROR_USAGE,
		    "'%.40s' is none of " PERIOD_WORDS ", nor a month or year "
		    "such as 2026-01 and 2026",
		    text);
	return true;
}

/* --- from bounds to days --- */

/* The same day so many months before, or the last of that month. */
static int64_t
go_back_months(int64_t day, int64_t months)
{
	time_t time = (time_t)day;
	struct tm tm, tried;

	gmtime_r(&time, &tm);
	tm.tm_mon -= (int)months;
	do {
		tried = tm;
		time = timegm(&tried);
	} while (tried.tm_mday != tm.tm_mday && --tm.tm_mday > 0);
	return (int64_t)time;
}

/* The first day of the span that ends with newest. */
static int64_t
count_back(const struct bound *bound, int64_t newest)
{
	if (bound->kind == BOUND_MONTHS)
		return go_back_months(newest, bound->value) + DAY;
	return newest - (bound->value - 1) * DAY;
}

bool
period_resolve(const struct period_request *request, bool has_data,
    int64_t oldest, int64_t newest, struct period *out, struct error *err)
{
	const struct bound *since = &request->since, *until = &request->until;
	const struct bound usual = { BOUND_DAYS, PERIOD_DAYS };

	*out = (struct period) { .since = STORE_SINCE_EVER,
		.until = STORE_UNTIL_EVER,
		.first = start_of_day(oldest),
		.last = start_of_day(newest),
		.has_days = has_data };
	if (until->kind == BOUND_DAY)
		out->last = until->value;
	else if (until->kind != BOUND_NONE) /* 7d: before the last 7 days */
		out->last = count_back(until, out->last) - DAY;
	if (since->kind == BOUND_DAY)
		out->first = since->value;
	else if (since->kind != BOUND_NONE)
		out->first = count_back(since, start_of_day(newest));
	else if (!request->all)
		out->first = count_back(&usual, out->last);
	if (since->kind == BOUND_DAY && until->kind == BOUND_DAY)
		out->has_days = true;
	if (!out->has_days)
		return true;
	if (until->kind == BOUND_NONE && out->first > out->last)
		out->last = out->first; /* after all that is known */
	if (since->kind != BOUND_NONE && out->first > out->last)
		return error_set(err, ERROR_USAGE, "--until is before --since");
	if (!request->all || since->kind != BOUND_NONE)
		out->since = out->first;
	if (!request->all || until->kind != BOUND_NONE)
		out->until = out->last + DAY;
	return true;
}

bool
period_ask(struct store *store, const struct period_request *request,
    struct store_filter *filter, struct period *out, struct error *err)
{
	struct store_extent extent, all;

	/* Whoever is ahead of us in time is so by a day at most. */
	filter->since = STORE_SINCE_EVER;
	filter->until = start_of_day((int64_t)time(NULL)) + 2 * DAY;
	if (!store_extent(store, filter, &extent, err))
		return false;
	filter->until = STORE_UNTIL_EVER;
	if (!store_extent(store, filter, &all, err))
		return false;
	if (extent.report_count == 0 || request->all)
		extent = all;
	if (!period_resolve(request, extent.report_count > 0, extent.first_day,
		extent.last_day, out, err))
		return false;
	filter->since = out->since;
	filter->until = out->until;
	return true;
}
