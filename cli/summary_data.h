/* What 'reports summary' knows, before it is printed. */
#ifndef CLI_SUMMARY_DATA_H
#define CLI_SUMMARY_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "parse/address.h"
#include "store/mail.h"

struct context;
struct error;
struct question;

/* Whether a domain is under [domains] own. */
enum ownership {
	OWN_UNKNOWN, /* nothing is named there */
	OWN_YES,
	OWN_NO,
};

struct summary_domain {
	struct summary_domain *next;
	struct store_dmarc_total total;
	enum ownership own;
};

struct summary_tls {
	struct summary_tls *next;
	struct store_tls_total total;
	enum ownership own;
};

struct summary_reason {
	struct summary_reason *next;
	const char *reason;
	int64_t count;
};

/* What failure reports say of one domain. */
struct summary_failures {
	struct summary_failures *next;
	const char *domain; /* "" when they don't say */
	int64_t reports, incidents;
	int64_t sources; /* different addresses */
	struct address last_source;
};

struct summary {
	struct summary_domain *domains;
	struct summary_tls *tls;
	struct summary_reason *reasons; /* why something was quarantined */
	int64_t quarantined;
	struct summary_failures *failures; /* by domain */
	int64_t conflicts;

	int64_t failed;     /* reports left out for their verdict */
	int64_t suspicious; /* by their verdict */
	int64_t future;     /* from the future, see store/query.h */

	bool has_networks;  /* [networks] own names some */
	int64_t own_failed; /* messages from there that failed */
	int64_t all_failed;
	struct store_mail worst; /* of them; messages 0: none */
};

/* Asks it all; it lives in the arena of the context. */
MUST_CHECK bool summary_ask(struct summary *out,
    const struct question *question, const struct context *context,
    struct error *err);

#endif
