/* Reports about single messages, and what passes for them. */
#include <string.h>

#include "base/arena.h"
#include "parse/arf.h"
#include "tests/fuzz/check.h"

static void
check_failure(const struct failure *failure)
{
	check_text(failure->reporter);
	check_text(failure->feedback_type);
	check_text(failure->user_agent);
	check_text(failure->auth_failure);
	check_text(failure->delivery_result);
	check_text(failure->reported_domain);
	check_text(failure->reporting_mta);
	check_text(failure->identity_alignment);
	check_text(failure->dkim_domain);
	check_text(failure->dkim_selector);
	CHECK(failure->incidents >= 0);
	/* A domain never brings an address with it. */
	CHECK(failure->reported_domain == NULL
	    || strchr(failure->reported_domain, '@') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = check_input(data, size);
	struct arena arena = { 0 };
	struct failure failure;

	arf_parse(bytes, &arena, &failure);
	check_failure(&failure);
	if (arf_parse_text(bytes, &arena, &failure))
		check_failure(&failure);
	check_text(arf_domain(bytes, &arena));
	arena_release(&arena);
	return 0;
}
