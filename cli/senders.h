/* 'reports senders --by source'. */
#ifndef CLI_SENDERS_H
#define CLI_SENDERS_H

#include "base/compiler.h"
#include "cli/analyse.h"

/* A row for each address of each channel, the most messages first. */
MUST_CHECK bool sources_print(const struct context *context,
    const struct analysed *analysed, const struct channel *const *channels,
    size_t count, struct error *err);

#endif
