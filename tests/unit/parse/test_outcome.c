#include <criterion/criterion.h>

#include "base/compiler.h"
#include "parse/outcome.h"

/* A record with these results; 0 ends a list. */
static unsigned
judge(int dkim, int spf, const int signatures[2], const int checks[2])
{
	const struct dmarc_dkim two = { .domain = "example.org",
		.result = { signatures[1], NULL } };
	const struct dmarc_dkim one = { .next = &two,
		.domain = "example.org",
		.result = { signatures[0], NULL } };
	const struct dmarc_spf twice = { .result = { checks[1], NULL } };
	const struct dmarc_spf once = { &twice, NULL, NULL, { checks[0], NULL },
		NULL };
	const struct dmarc_record record = {
		.disposition = { DMARC_DISPOSITION_REJECT, NULL },
		.dkim = { dkim, NULL },
		.spf = { spf, NULL },
		.dkim_results = &one,
		.spf_results = &once,
	};

	return outcome_of(&record);
}

Test(outcome, says_how_each_came_out)
{
	static const struct {
		int evaluated, results[2];
		enum outcome_how how;
	} cases[] = {
		{ DMARC_PASS, { DMARC_AUTH_PASS, 0 }, HOW_PASS },
		{ DMARC_PASS, { 0, 0 }, HOW_PASS },
		{ DMARC_FAIL, { 0, 0 }, HOW_NONE },
		{ 0, { DMARC_AUTH_NONE, 0 }, HOW_NONE },
		{ DMARC_FAIL, { DMARC_AUTH_PASS, 0 }, HOW_UNALIGNED },
		{ DMARC_FAIL, { DMARC_AUTH_FAIL, DMARC_AUTH_PASS },
		    HOW_UNALIGNED },
		{ DMARC_FAIL, { DMARC_AUTH_PASS, DMARC_AUTH_FAIL },
		    HOW_UNALIGNED },
		{ DMARC_FAIL, { DMARC_AUTH_FAIL, 0 }, HOW_BROKEN },
		{ DMARC_FAIL, { DMARC_AUTH_SOFTFAIL, DMARC_AUTH_NONE },
		    HOW_BROKEN },
		{ DMARC_FAIL, { DMARC_AUTH_TEMPERROR, 0 }, HOW_ERROR },
		{ DMARC_FAIL, { DMARC_AUTH_PERMERROR, DMARC_AUTH_NEUTRAL },
		    HOW_BROKEN },
		{ DMARC_FAIL, { DMARC_AUTH_FAIL, DMARC_AUTH_TEMPERROR },
		    HOW_BROKEN },
		{ DMARC_FAIL, { DMARC_AUTH_OTHER, 0 }, HOW_BROKEN },
	};
	static const int nothing[2] = { 0, 0 };
	unsigned outcome;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		outcome = judge(
		    cases[i].evaluated, DMARC_FAIL, cases[i].results, nothing);
		cr_expect_eq(outcome_dkim(outcome), cases[i].how, "%zu", i);
		cr_expect_eq(outcome_spf(outcome), HOW_NONE, "%zu", i);
		outcome = judge(
		    DMARC_FAIL, cases[i].evaluated, nothing, cases[i].results);
		cr_expect_eq(outcome_spf(outcome), cases[i].how, "%zu", i);
		cr_expect_eq(outcome_dkim(outcome), HOW_NONE, "%zu", i);
		cr_expect_eq(outcome_passes(outcome), cases[i].how == HOW_PASS);
		cr_expect_eq(
		    outcome_disposition(outcome), DMARC_DISPOSITION_REJECT);
	}
}

Test(outcome, takes_the_result_of_nobody_for_no_signature)
{
	static const char *const domains[] = { NULL, "" };
	struct dmarc_dkim neutral = { .result = { DMARC_AUTH_NEUTRAL, NULL } };
	const struct dmarc_record record = { .dkim_results = &neutral };
	size_t i;

	for (i = 0; i < COUNT_OF(domains); i++) {
		neutral.domain = domains[i];
		cr_expect_eq(outcome_dkim(outcome_of(&record)), HOW_NONE);
	}
	neutral.domain = "example.org";
	cr_expect_eq(outcome_dkim(outcome_of(&record)), HOW_BROKEN);
}

Test(outcome, fits_into_its_bits)
{
	unsigned outcome =
	    OUTCOME(DMARC_DISPOSITION_OTHER, HOW_ERROR, HOW_ERROR);

	cr_expect_lt(outcome, OUTCOME_COUNT);
	cr_expect_eq(outcome_disposition(outcome), DMARC_DISPOSITION_OTHER);
	cr_expect_str_eq(outcome_how_name(outcome_dkim(outcome)), "error");
	cr_expect_str_eq(outcome_how_name(outcome_spf(outcome)), "error");
}
