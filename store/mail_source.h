/* The part of store_mail() that sums up sources. */
#ifndef STORE_MAIL_SOURCE_H
#define STORE_MAIL_SOURCE_H

#include "store/mail.h"

/* Whether it can answer: groups by source, perhaps domain and outcome, of what
 * total_source can tell. */
bool mail_source_fits(const struct store_filter *filter, unsigned by);

/* The condition on total_source.passes, which leads into its key. */
const char *mail_source_passes(const struct store_filter *filter);

/* As store_mail(). */
MUST_CHECK bool mail_source_ask(struct store *store,
    const struct store_filter *filter, unsigned by, int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *err);

#endif
