#include "parse/verdict.h"

#include "parse/value.h"

static const char *const names[VERDICT_COUNT] = {
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_VERIFIED] = "verified",
	[VERDICT_UNVERIFIED] = "unverified",
	[VERDICT_SUSPICIOUS] = "suspicious",
	[VERDICT_FAILED] = "failed",
};

const char *
verdict_name(enum verdict verdict)
{
	return names[verdict];
}

bool
verdict_parse(struct bytes name, enum verdict *out)
{
	size_t i;

	for (i = 0; i < VERDICT_COUNT; i++) {
		if (text_is(name, names[i])) {
			*out = (enum verdict)i;
			return true;
		}
	}
	return false;
}
