#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"

Test(error, reads_from_the_outside_in)
{
	struct error err;

	error_input(
	    &err, "record-count", "count: '%s' is not a number", "many");
	error_at(&err, "record %d", 3);
	error_at(&err, "%s", "report.xml");
	cr_expect_str_eq(
	    err.text, "report.xml: record 3: count: 'many' is not a number");
	cr_expect_str_eq(err.reason, "record-count");
	cr_expect_eq(err.kind, ERROR_INPUT);
}

Test(error, does_not_leave_half_a_character)
{
	struct error err;
	char text[1000];

	error_set(&err, ERROR_USAGE, "'%.2s' is no date", "x\xc3\xa9");
	cr_expect_str_eq(err.text, "'x?' is no date");
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(err.text) - 2, "\xc3\xa9", 3);
	error_set(&err, ERROR_USAGE, "%s", text);
	cr_expect_eq(err.text[sizeof(err.text) - 2], '?');
}
