/* How regularly reporters report. */
#ifndef STORE_SILENT_H
#define STORE_SILENT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "store/query.h"

struct store_rhythm {
	const char *org_name, *email_domain; /* in lower case, "" when absent */
	int64_t days;                        /* on which its reports begin */
	int64_t first, last;                 /* the first seconds of days */
	int64_t reports;
};
/* Each reporter, by id. */
MUST_CHECK bool store_rhythms(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_rhythm *rhythm, struct error *err),
    void *context, struct error *err);

#endif
