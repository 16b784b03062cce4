/* Authentication-Results and DKIM-Signature. */
#include "base/arena.h"
#include "base/error.h"
#include "parse/authres.h"
#include "parse/signature.h"
#include "tests/fuzz/check.h"

static void
check_result(const struct authres_result *result)
{
	const struct authres_property *p;

	CHECK(result->method[0] != '\0');
	for (p = result->properties; p != NULL; p = p->next) {
		CHECK(p->ptype[0] != '\0' && p->property[0] != '\0');
		CHECK(authres_property(result, p->ptype, p->property) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = check_input(data, size);
	const struct authres_result *result;
	struct arena arena = { 0 };
	struct signature signature;
	struct authres authres;
	struct error err;

	if (authres_parse(input, &arena, &authres, &err)) {
		CHECK(authres.authserv_id != NULL);
		for (result = authres.results; result != NULL;
		     result = result->next)
			check_result(result);
	} else {
		CHECK(authres.results == NULL);
	}
	signature = signature_parse(input, &arena);
	CHECK(strlen(signature.b) <= size);
	arena_release(&arena);
	return 0;
}
