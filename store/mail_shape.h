/*
 * Sums of mail by sender or reason, which no roll-up has: records are gone
 * through, and summed up by their shape.
 */
#ifndef STORE_MAIL_SHAPE_H
#define STORE_MAIL_SHAPE_H

#include "store/mail.h"

/* Whether it can answer that: neither by source, nor day, nor reporter. */
bool mail_shape_fits(const struct store_filter *filter, unsigned by);

/* As store_mail(), in the same order. */
MUST_CHECK bool mail_shape_ask(struct store *store,
    const struct store_filter *filter, unsigned by, int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *err);

#endif
