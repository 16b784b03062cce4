#include "cli/html_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "cli/text.h"
#include "parse/datetime.h"

void
html_text(FILE *out, const char *text)
{
	struct arena arena = { 0 };
	const char *c = text_escape(&arena, TEXT_UTF8, text);

	for (; *c != '\0'; c++)
		switch (*c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*c, out);
		}
	arena_release(&arena);
}

void
html_count(FILE *out, int64_t count)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64,
	    count < 0 ? 0 - (uint64_t)count : (uint64_t)count);
	int i;

	if (count < 0)
		fputs("-", out);
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			fputc(',', out);
		fputc(digits[i], out);
	}
}

void
html_share(FILE *out, int64_t part, int64_t whole)
{
	double share;

	if (whole <= 0) {
		fputs("\xe2\x80\x93", out);
		return;
	}
	if (part == 0 || part == whole) {
		fputs(part == 0 ? "0%" : "100%", out);
		return;
	}
	/* Not rounded to all or nothing. */
	share = 100.0 * (double)part / (double)whole;
	if (share > 99.9)
		share = 99.9;
	if (share < 0.1)
		share = 0.1;
	fprintf(out, "%.1f%%", share);
}

void
html_short(FILE *out, int64_t count)
{
	static const char units[] = " kMGTPE";
	double value = (double)count;
	const char *unit = units;

	while (value >= 1000 && unit[1] != '\0') {
		value /= 1000;
		unit++;
	}
	fprintf(out, "%.3g", value);
	if (unit != units)
		fputc(*unit, out);
}

void
html_day(FILE *out, int64_t time)
{
	char text[DATETIME_TEXT];

	datetime_format_date(time, text);
	fputs(text, out);
}
