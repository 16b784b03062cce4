/* Reports about single messages, and what passes for them: nobody's address
 * comes out. */
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "parse/arf.h"
#include "tests/fuzz/check.h"

static void
check_value(const char *text)
{
	check_text(text);
	if (text == NULL)
		return;
	CHECK(text[0] != '\0');
	CHECK(strchr(text, '@') == NULL);
	CHECK(strlen(text) <= MAX_FEEDBACK_TEXT);
}

static void
check_failure(const struct failure *failure)
{
	check_value(failure->feedback_type);
	check_value(failure->user_agent);
	check_value(failure->auth_failure);
	check_value(failure->delivery_result);
	check_value(failure->reported_domain);
	check_value(failure->reporting_mta);
	check_value(failure->identity_alignment);
	check_value(failure->dkim_domain);
	check_value(failure->dkim_selector);
	CHECK(failure->incidents >= 1 && failure->incidents <= UINT32_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = check_input(data, size);
	struct arena arena = { 0 };
	struct failure failure;
	const char *domain;

	arf_parse(input, &arena, &failure);
	check_failure(&failure);
	if (arf_parse_text(input, &arena, &failure))
		check_failure(&failure);
	arf_is_error_report(input);
	domain = arf_domain(input, &arena);
	check_text(domain);
	CHECK(domain == NULL || strchr(domain, '@') == NULL);
	arena_release(&arena);
	return 0;
}
