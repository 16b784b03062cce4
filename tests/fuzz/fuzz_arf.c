/* Any bytes as a failure report: nobody's address comes out. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "parse/arf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text)
{
	if (text == NULL)
		return;
	if (text[0] == '\0' || strchr(text, '@') != NULL
	    || strlen(text) > MAX_FEEDBACK_TEXT)
		abort();
}

static void
check(const struct failure *failure)
{
	check_text(failure->feedback_type);
	check_text(failure->user_agent);
	check_text(failure->auth_failure);
	check_text(failure->delivery_result);
	check_text(failure->reported_domain);
	check_text(failure->reporting_mta);
	check_text(failure->identity_alignment);
	check_text(failure->dkim_domain);
	check_text(failure->dkim_selector);
	if (failure->incidents < 1 || failure->incidents > UINT32_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { (const char *)data, size };
	struct arena arena = { 0 };
	struct failure failure;

	arf_parse(bytes, &arena, &failure);
	check(&failure);
	if (arf_parse_text(bytes, &arena, &failure))
		check(&failure);
	arf_is_error_report(bytes);
	arena_release(&arena);
	return 0;
}
