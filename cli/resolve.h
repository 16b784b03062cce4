/*
 * Names of addresses (PTR, RFC 1035 3.5), for --resolve and nothing else: no
 * other code asks the DNS.  A name is what the owner of the address says of
 * it, which proves nothing.
 */
#ifndef CLI_RESOLVE_H
#define CLI_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "parse/address.h"

struct context;
struct error;
struct output;
struct resolve;

/*
 * Has the rows of the output, once it is known which are shown, filled in: the
 * name of the address in the text of column source goes to column name.  Each
 * address is asked for once, many at a time; MAX_RESOLVE_... in base/limits.h
 * bound it.  What gets no name stays absent; names that did not come in time
 * are counted on standard error.  Fails with ERROR_CONFIG when there is no DNS
 * server to ask.  The result is freed after the output.
 */
MUST_CHECK bool resolve_new(struct resolve **out, const struct context *context,
    struct output *output, size_t source, size_t name, struct error *err);
void resolve_free(struct resolve *resolve);

/* The name of one address, in the context's arena; *out is NULL without. */
MUST_CHECK bool resolve_address(const struct context *context,
    const struct address *address, const char **out, struct error *err);

#endif
