#include "parse/datetime.h"

#include <stddef.h>
#include <stdio.h>

#include "parse/value.h"

#define DAY_SECONDS 86400

struct fields {
	int64_t year, month, day, hour, minute, second;
	int64_t offset; /* of the zone, in seconds east */
};

/* --- days and dates, by the Gregorian calendar for all time --- */

static int64_t
divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Both count in years that begin with March, so that the leap day is the last
 * of its year, and in eras of 400 years, which are all alike.
 */
static int64_t
day_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t march_year = month > 2 ? year : year - 1;
	int64_t era = divide_down(march_year, 400);
	int64_t year_of_era = march_year - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4
	    - year_of_era / 100 + day_of_year - 719468;
}

static struct fields
date_of_day(int64_t day)
{
	int64_t era = divide_down(day + 719468, 146097);
	int64_t day_of_era = day + 719468 - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460
				  + day_of_era / 36524 - day_of_era / 146096)
	    / 365;
	int64_t day_of_year = day_of_era
	    - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	struct fields date = {
		.year = era * 400 + year_of_era + (march_month >= 10),
		.month = march_month < 10 ? march_month + 3 : march_month - 9,
		.day = day_of_year - (153 * march_month + 2) / 5 + 1,
	};

	return date;
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

int64_t
datetime_day(int64_t time)
{
	return divide_down(time, DAY_SECONDS);
}

/* --- checking --- */

static bool
is_date(const struct fields *f)
{
	return f->year >= 1 && f->year <= 9999 && f->month >= 1
	    && f->month <= 12 && f->day >= 1
	    && f->day <= days_of_month(f->year, f->month);
}

/* A leap second is the first second after it; 24:00:00 ends a day. */
static bool
is_time(const struct fields *f)
{
	if (f->hour == 24)
		return f->minute == 0 && f->second == 0;
	return f->hour < 24 && f->minute < 60 && f->second <= 60;
}

static bool
join(const struct fields *f, int64_t *out)
{
	if (!is_date(f) || !is_time(f))
		return false;
	*out = day_of_date(f->year, f->month, f->day) * DAY_SECONDS
	    + f->hour * 3600 + f->minute * 60 + f->second - f->offset;
	return true;
}

/* --- taking a text apart, from its front --- */

static bool
take_char(struct bytes *in, char c)
{
	if (in->len == 0 || in->data[0] != c)
		return false;
	*in = bytes_skip(*in, 1);
	return true;
}

static bool
take_digits(struct bytes *in, size_t min, size_t max, int64_t *out)
{
	size_t len;

	*out = 0;
	for (len = 0; len < max && len < in->len; len++) {
		if (in->data[len] < '0' || in->data[len] > '9')
			break;
		*out = *out * 10 + (in->data[len] - '0');
	}
	*in = bytes_skip(*in, len);
	return len >= min;
}

/* +hh:mm, with or without the colon. */
static bool
take_offset(struct bytes *in, int64_t *out)
{
	bool west = take_char(in, '-');
	int64_t hours, minutes;

	if ((!west && !take_char(in, '+')) || !take_digits(in, 2, 2, &hours))
		return false;
	take_char(in, ':');
	if (!take_digits(in, 2, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

/* --- RFC 3339 --- */

static bool
take_date(struct bytes *in, struct fields *f)
{
	return take_digits(in, 4, 4, &f->year) && take_char(in, '-')
	    && take_digits(in, 2, 2, &f->month) && take_char(in, '-')
	    && take_digits(in, 2, 2, &f->day);
}

static bool
take_time(struct bytes *in, struct fields *f)
{
	return take_digits(in, 2, 2, &f->hour) && take_char(in, ':')
	    && take_digits(in, 2, 2, &f->minute) && take_char(in, ':')
	    && take_digits(in, 2, 2, &f->second);
}

static bool
take_fraction(struct bytes *in)
{
	int64_t digit;

	if (!take_char(in, '.'))
		return true;
	if (!take_digits(in, 1, 1, &digit))
		return false;
	while (take_digits(in, 1, 1, &digit))
		continue;
	return true;
}

bool
datetime_parse(struct bytes text, int64_t *out)
{
	struct fields f = { 0 };

	text = bytes_trim(text);
	if (!take_date(&text, &f)
	    || (!take_char(&text, 'T') && !take_char(&text, 't')
		&& !take_char(&text, ' '))
	    || !take_time(&text, &f) || !take_fraction(&text))
		return false;
	if (text.len > 0 && !text_is(text, "Z")
	    && (!take_offset(&text, &f.offset) || text.len > 0))
		return false;
	return join(&f, out);
}

bool
datetime_parse_date(struct bytes text, int64_t *out)
{
	struct fields f = { 0 };

	text = bytes_trim(text);
	return take_date(&text, &f) && text.len == 0 && join(&f, out);
}

/* --- RFC 5322 --- */

/* Skips one comment, which may hold others; to the end if it has none. */
static void
skip_comment(struct bytes *in)
{
	size_t depth = 0;

	do {
		if (in->data[0] == '(')
			depth++;
		else if (in->data[0] == ')')
			depth--;
		else if (in->data[0] == '\\')
			*in = bytes_skip(*in, 1);
		*in = bytes_skip(*in, 1);
	} while (depth > 0 && in->len > 0);
}

static void
skip_blanks(struct bytes *in)
{
	for (;;) {
		*in = bytes_trim(*in);
		if (in->len == 0 || in->data[0] != '(')
			return;
		skip_comment(in);
	}
}

static struct bytes
take_word(struct bytes *in)
{
	struct bytes word = { in->data, 0 };

	while (word.len < in->len
	    && ((in->data[word.len] >= 'a' && in->data[word.len] <= 'z')
		|| (in->data[word.len] >= 'A' && in->data[word.len] <= 'Z')))
		word.len++;
	*in = bytes_skip(*in, word.len);
	return word;
}

static bool
take_month(struct bytes *in, int64_t *out)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct bytes word = take_word(in);

	for (*out = 1; *out <= 12; ++*out)
		if (text_is(word, names[*out - 1]))
			return true;
	return false;
}

/* RFC 5322 4.3: years of two digits lie between 1950 and 2049. */
static bool
take_year(struct bytes *in, int64_t *out)
{
	size_t len = in->len;

	if (!take_digits(in, 2, 4, out))
		return false;
	len -= in->len;
	if (len == 2 && *out < 50)
		*out += 2000;
	else if (len < 4)
		*out += 1900;
	return true;
}

/* RFC 5322 4.3: a name that says nothing certain is UTC. */
static int64_t
zone_offset(struct bytes name)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{ "EDT", -4 },
		{ "EST", -5 },
		{ "CDT", -5 },
		{ "CST", -6 },
		{ "MDT", -6 },
		{ "MST", -7 },
		{ "PDT", -7 },
		{ "PST", -8 },
	};
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (text_is(name, zones[i].name))
			return zones[i].hours * 3600;
	return 0;
}

static bool
take_mail_zone(struct bytes *in, int64_t *out)
{
	struct bytes name = take_word(in);

	*out = zone_offset(name);
	return name.len > 0 || in->len == 0 || take_offset(in, out);
}

static bool
take_mail_date(struct bytes *in, struct fields *f)
{
	skip_blanks(in);
	take_word(in); /* the day of the week, which follows from the rest */
	skip_blanks(in);
	take_char(in, ',');
	skip_blanks(in);
	if (!take_digits(in, 1, 2, &f->day))
		return false;
	skip_blanks(in);
	if (!take_month(in, &f->month))
		return false;
	skip_blanks(in);
	return take_year(in, &f->year);
}

static bool
take_mail_time(struct bytes *in, struct fields *f)
{
	skip_blanks(in);
	if (!take_digits(in, 1, 2, &f->hour))
		return false;
	skip_blanks(in);
	if (!take_char(in, ':'))
		return false;
	skip_blanks(in);
	if (!take_digits(in, 2, 2, &f->minute))
		return false;
	skip_blanks(in);
	if (!take_char(in, ':'))
		return true;
	skip_blanks(in);
	return take_digits(in, 2, 2, &f->second);
}

bool
datetime_parse_mail(struct bytes text, int64_t *out)
{
	struct fields f = { 0 };

	if (!take_mail_date(&text, &f) || !take_mail_time(&text, &f))
		return false;
	skip_blanks(&text);
	if (!take_mail_zone(&text, &f.offset))
		return false;
	skip_blanks(&text);
	return text.len == 0 && join(&f, out);
}

/* --- the way back --- */

const char *
datetime_format(int64_t time, char out[DATETIME_TEXT])
{
	struct fields f = date_of_day(datetime_day(time));
	int second = (int)(time % DAY_SECONDS);

	if (second < 0)
		second += DAY_SECONDS;
	snprintf(out, DATETIME_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02dZ",
	    (long long)f.year, (int)f.month, (int)f.day, second / 3600,
	    second / 60 % 60, second % 60);
	return out;
}

const char *
datetime_format_date(int64_t time, char out[DATETIME_TEXT])
{
	struct fields f = date_of_day(datetime_day(time));

	snprintf(out, DATETIME_TEXT, "%04lld-%02d-%02d", (long long)f.year,
	    (int)f.month, (int)f.day);
	return out;
}
