#include <criterion/criterion.h>

#include "parse/verdict.h"

Test(verdict, has_a_name_that_leads_back)
{
	enum verdict verdict, back;

	for (verdict = VERDICT_UNKNOWN; verdict <= VERDICT_FAILED; verdict++) {
		cr_assert(
		    verdict_parse(bytes_of(verdict_name(verdict)), &back));
		cr_expect_eq(back, verdict);
	}
	cr_expect(verdict_parse(bytes_of("FAILED"), &back));
	cr_expect_eq(back, VERDICT_FAILED);
	cr_expect_not(verdict_parse(bytes_of("forged"), &back));
	cr_expect_not(verdict_parse(bytes_of(""), &back));
}
