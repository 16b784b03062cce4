#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "parse/datetime.h"

typedef bool parse_function(struct bytes text, int64_t *out);

struct good {
	const char *text;
	int64_t expect;
};

static void
expect_all(parse_function *parse, const struct good *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int64_t time = -1;

		cr_expect(
		    parse(bytes_of(rows[i].text), &time), "%s", rows[i].text);
		cr_expect(
		    time == rows[i].expect, "%s: %" PRId64, rows[i].text, time);
	}
}

static void
expect_none(parse_function *parse, const char *const *texts, size_t count)
{
	int64_t time;
	size_t i;

	for (i = 0; i < count; i++)
		cr_expect(
		    not(parse(bytes_of(texts[i]), &time)), "%s", texts[i]);
	cr_expect(not(parse((struct bytes) { NULL, 0 }, &time)));
}

Test(datetime, reads_rfc_3339)
{
	static const struct good rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2016-04-01T23:59:59Z", 1459555199 },
		{ "2016-04-01t23:59:59z", 1459555199 },
		{ "2016-04-01 23:59:59Z", 1459555199 },
		{ " 2016-04-01T23:59:59Z\n", 1459555199 },
		{ "2016-04-01T23:59:59", 1459555199 },
		{ "2016-04-01T23:59:59.999999999Z", 1459555199 },
		{ "2016-04-01T23:59:59.5", 1459555199 },
		{ "2016-04-02T01:59:59+02:00", 1459555199 },
		{ "2016-04-02T01:59:59+0200", 1459555199 },
		{ "2016-04-01T16:29:59.000-07:30", 1459555199 },
		{ "2016-04-01T23:59:60Z", 1459555200 },
		{ "2016-04-01T24:00:00Z", 1459555200 },
		{ "2016-02-29T00:00:00Z", 1456704000 },
		{ "2000-02-29T00:00:00Z", 951782400 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};

	expect_all(datetime_parse, rows, COUNT_OF(rows));
}

Test(datetime, refuses_what_is_not_rfc_3339)
{
	static const char *const texts[] = { "", "2016-04-01", "now",
		"2016-04-01T", "2016-04-01T23:59Z", "2016-4-1T23:59:59Z",
		"2016-13-01T00:00:00Z", "2016-00-01T00:00:00Z",
		"2016-04-31T00:00:00Z", "2016-04-00T00:00:00Z",
		"2015-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"0000-01-01T00:00:00Z", "12016-01-01T00:00:00Z",
		"2016-04-01T24:00:01Z", "2016-04-01T25:00:00Z",
		"2016-04-01T23:60:00Z", "2016-04-01T23:59:61Z",
		"2016-04-01T23:59:59.Z", "2016-04-01T23:59:59+24:00",
		"2016-04-01T23:59:59+01:60", "2016-04-01T23:59:59+1",
		"2016-04-01T23:59:59+01:00x", "2016-04-01T23:59:59ZZ",
		"2016-04-01T23:59:59 EST", "-016-04-01T23:59:59Z",
		"1459555199" };

	expect_none(datetime_parse, texts, COUNT_OF(texts));
}

Test(datetime, reads_dates)
{
	static const struct good rows[] = {
		{ "1970-01-02", 86400 },
		{ " 2026-01-31 ", 1769817600 },
	};
	static const char *const texts[] = { "", "2026-01-32", "2026-1-31",
		"2026-02-29", "2026-01-31T00:00:00Z", "2026-01-31x",
		"31.1.2026" };

	expect_all(datetime_parse_date, rows, COUNT_OF(rows));
	expect_none(datetime_parse_date, texts, COUNT_OF(texts));
}

Test(datetime, reads_the_date_of_a_message)
{
	static const struct good rows[] = {
		{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706 },
		{ "21 Nov 1997 15:55:06 +0000", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06 GMT", 880127706 },
		{ "fri, 21 nov 1997 15:55:06 gmt", 880127706 },
		{ "Fri 21 NOV 1997 15:55:06 UT", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06 UTC", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06 Z", 880127706 },
		{ "Fri, 21 Nov 1997 10:55:06 EST", 880127706 },
		{ "Fri, 21 Nov 1997 08:55:06 pdt", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06 -0000 (UTC)", 880127706 },
		{ "Fri,21 Nov 97 09:55:06 -0600", 880127706 },
		{ "Fri, 21 Nov 097 09:55:06 -0600", 880127706 },
		{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
		    880127706 },
		{ "Fri, 21 Nov 1997\r\n 09:55:06 -0600 (a (b\\) c))",
		    880127706 },
		{ "(1) Fri (2) , (3) 21 (4) Nov (5) 1997 9:55:06 -0600",
		    880127706 },
		/* Nobody knows that zone (RFC 5322 4.3), or none is there. */
		{ "Fri, 21 Nov 1997 15:55:06 XYZ", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06 A", 880127706 },
		{ "Fri, 21 Nov 1997 15:55:06", 880127706 },
		{ "Thu, 1 Jan 1970 00:00 +0000", 0 },
		{ "1 Jan 49 00:00 Z", 2493072000 },
		{ "1 Jan 50 00:00 Z", -631152000 },
	};

	expect_all(datetime_parse_mail, rows, COUNT_OF(rows));
}

Test(datetime, refuses_what_is_no_date_of_a_message)
{
	static const char *const texts[] = { "", "yesterday", "Fri,",
		"Fri, 21 Nov", "Fri, 21 Nov 1997", "Fri, 32 Jan 1997 00:00 Z",
		"Fri, 29 Feb 1997 00:00 Z", "Fri, 21 Nob 1997 00:00 Z",
		"Fri, 21 November 1997 00:00 Z", "21 Nov 1997 25:00 Z",
		"21 Nov 1997 09:61 Z", "21 Nov 1997 09:55:6 Z",
		"21 Nov 1997 09:55:06 +06", "21 Nov 1997 09:55:06 +0660",
		"21 Nov 1997 09:55:06 Z Z", "21 Nov 7 09:55:06 Z",
		"Fri, 21 Nov 1997 (open", "(", "(\\" };

	expect_none(datetime_parse_mail, texts, COUNT_OF(texts));
}

Test(datetime, writes_any_time)
{
	static const struct {
		int64_t time;
		const char *text, *date;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z", "1970-01-01" },
		{ -1, "1969-12-31T23:59:59Z", "1969-12-31" },
		{ 1769903999, "2026-01-31T23:59:59Z", "2026-01-31" },
		{ 951868799, "2000-02-29T23:59:59Z", "2000-02-29" },
		{ INT64_MAX, "292277026596-12-04T15:30:07Z",
		    "292277026596-12-04" },
		{ INT64_MIN, "-292277022657-01-27T08:29:52Z",
		    "-292277022657-01-27" },
	};
	char text[DATETIME_TEXT];
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		datetime_format(rows[i].time, text);
		cr_expect(eq(str, text, (char *)rows[i].text));
		datetime_format_date(rows[i].time, text);
		cr_expect(eq(str, text, (char *)rows[i].date));
	}
}

Test(datetime, agrees_with_the_calendar_of_the_system)
{
	int64_t time, read;
	char text[DATETIME_TEXT], expect[DATETIME_TEXT];

	/* 50 days and a bit at a time: every year, most days of a month */
	for (time = -62135596800; time < 253402300800; time += 4333333) {
		time_t system_time = time;
		struct tm tm;

		gmtime_r(&system_time, &tm);
		snprintf(expect, sizeof(expect),
		    "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		    tm.tm_sec);
		datetime_format(time, text);
		cr_assert(eq(str, text, expect));
		cr_assert(datetime_parse(bytes_of(text), &read));
		cr_assert(read == time, "%s", text);
	}
}

Test(datetime, counts_days_from_the_epoch)
{
	cr_expect(eq(i64, datetime_day(0), 0));
	cr_expect(eq(i64, datetime_day(86399), 0));
	cr_expect(eq(i64, datetime_day(86400), 1));
	cr_expect(eq(i64, datetime_day(-1), -1));
	cr_expect(eq(i64, datetime_day(-86400), -1));
	cr_expect(eq(i64, datetime_day(-86401), -2));
}
