/* What DKIM and SPF said of mail, whatever DMARC made of it. */
#ifndef STORE_AUTH_H
#define STORE_AUTH_H

#include <stdbool.h>

#include "base/compiler.h"
#include "store/query.h"

struct store_auth {
	bool is_dkim;
	const char *domain;   /* "" when absent, as the next */
	const char *selector; /* of SPF the scope */
	int result;           /* enum dmarc_auth_result */
	int64_t messages;     /* a message may have several signatures */
};

/* DKIM first, then most messages first; at most a hundred of either. */
MUST_CHECK bool store_auth(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_auth *auth, struct error *err),
    void *context, struct error *err);

#endif
