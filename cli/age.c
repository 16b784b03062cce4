#include "cli/age.h"

#include <string.h>
#include <time.h>

#include "parse/datetime.h"
#include "store/prune.h"

#define DAY INT64_C(86400)

/* A hundred years: more is a slip of the finger. */
#define MAX_DAYS   36525
#define MAX_MONTHS 1200

static const struct unit {
	char letter;
	enum age_kind kind;
	int64_t factor;
} units[] = {
	{ 'd', AGE_DAYS, 1 },
	{ 'w', AGE_DAYS, 7 },
	{ 'm', AGE_MONTHS, 1 },
	{ 'y', AGE_MONTHS, 12 },
};

static bool
read_number(const char *text, struct age *out)
{
	size_t i, digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] == '\0'
	    || text[digits + 1] != '\0')
		return false;
	for (i = 0; i < digits; i++)
		out->value = out->value * 10 + (text[i] - '0');
	for (i = 0; i < COUNT_OF(units); i++)
		if (units[i].letter == text[digits]) {
			out->kind = units[i].kind;
			out->value *= units[i].factor;
		}
	return out->kind != AGE_NONE && out->value > 0
	    && out->value <= (out->kind == AGE_DAYS ? MAX_DAYS : MAX_MONTHS);
}

bool
age_parse(const char *text, bool takes_words, struct age *out)
{
	*out = (struct age) { .kind = AGE_NONE };
	if (takes_words && strcmp(text, "never") == 0)
		out->kind = AGE_NEVER;
	else if (takes_words && strcmp(text, "forever") == 0)
		out->kind = AGE_FOREVER;
	return out->kind != AGE_NONE || read_number(text, out);
}

/* The same day so many months before, or the last of that month. */
static int64_t
go_back(int64_t now, int64_t months)
{
	time_t time = (time_t)now;
	struct tm tm, tried;

	gmtime_r(&time, &tm);
	tm.tm_mon -= (int)months;
	do {
		tried = tm;
		time = timegm(&tried);
	} while (tried.tm_mday != tm.tm_mday && --tm.tm_mday > 0);
	return (int64_t)time;
}

int64_t
age_before(const struct age *age, int64_t now)
{
	int64_t today = datetime_day(now) * DAY;

	switch (age->kind) {
	case AGE_DAYS:
		return today - age->value * DAY;
	case AGE_MONTHS:
		return go_back(today, age->value);
	case AGE_NEVER:
		return now + 1;
	case AGE_NONE:
	case AGE_FOREVER:
		break;
	}
	return STORE_KEEP;
}
