#include "parse/tlsrpt.h"
#include "base/error.h"
bool
tlsrpt_parse(struct bytes json, struct arena *arena, struct report *out,
    struct error *err)
{
	(void)json;
	(void)arena;
	(void)out;
	return error_input(err, "stub", "stub");
}
