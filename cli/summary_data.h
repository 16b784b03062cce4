/* What 'reports summary' knows, before it is printed. */
#ifndef CLI_SUMMARY_DATA_H
#define CLI_SUMMARY_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "cli/spark.h"
#include "parse/address.h"
#include "store/query.h"

struct context;
struct error;
struct question;

/* Whether a domain is under [domains] own. */
enum ownership {
	OWN_UNKNOWN, /* nothing is named there */
	OWN_YES,
	OWN_NO,
};

/* One of those whose mail failed most. */
struct summary_sender {
	struct address source_ip; /* none when it was no address */
	int64_t messages;
};
#define SUMMARY_SENDERS 3

struct summary_tls {
	struct summary_tls *next;
	struct store_tls_total total;
	enum ownership own;
};

struct summary_domain {
	struct summary_domain *next;
	struct store_dmarc_total total; /* nothing when only TLS is known */
	enum ownership own;
	int64_t messages_before, passed_before; /* in the period before */
	const char *policy;   /* the last one published; NULL: not known */
	int64_t policy_since; /* day it was first seen, after another one; or
			       * 0: it was the same all the time */
	const char *policy_before;
	int64_t policy_last; /* of what is known so far: last seen */
	struct summary_sender senders[SUMMARY_SENDERS]; /* messages 0: none */
	const struct summary_tls *tls; /* the type with most sessions */
	int64_t days[SPARK_MAX]; /* messages, see struct summary; for those that
				  * summary_ask_days() was called for */
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

/* A reporter that has stopped. */
struct summary_silent {
	struct summary_silent *next;
	const char *org_name, *email_domain;
	int64_t last;     /* the day of its last report */
	int64_t interval; /* days between its reports, usually */
};

struct summary {
	struct summary_domain *domains; /* most messages first */
	size_t domain_count;
	struct summary_domain **by_name; /* the same, sorted */
	struct summary_tls *tls;
	struct summary_reason *reasons; /* why something was quarantined */
	int64_t quarantined;
	struct summary_failures *failures; /* by domain */
	struct summary_silent *silent;
	int64_t conflicts;
	bool has_before;   /* the period before is known */
	int64_t first_day; /* of the curves, */
	int64_t day_count; /* and how many */

	int64_t failed;     /* reports left out for their verdict */
	int64_t suspicious; /* by their verdict */
	int64_t future;     /* from the future, see store/query.h */

	bool has_networks;  /* [networks] own names some */
	int64_t own_failed; /* messages from there that failed */
	int64_t all_failed;
	struct summary_sender worst; /* of them; messages 0: none */
	const char *worst_domain;
};

/* Asks it all; it lives in the arena of the context. */
MUST_CHECK bool summary_ask(struct summary *out,
    const struct question *question, const struct context *context,
    struct error *err);

/* Fills in the days of these domains. */
MUST_CHECK bool summary_ask_days(struct summary *summary,
    struct summary_domain *const *domains, size_t count,
    const struct question *question, const struct context *context,
    struct error *err);

/* The part of it that store/mail.h and the like answer; called by the first. */
MUST_CHECK bool summary_ask_more(struct summary *out,
    const struct question *question, const struct context *context,
    struct error *err);

/* The domain of that name, or NULL. */
struct summary_domain *summary_find(
    const struct summary *summary, const char *name);

#endif
