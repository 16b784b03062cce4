/*
 * What 'reports html' shows, gathered from the store before any of it is
 * printed: one question each for all domains, and the analysis.
 */
#ifndef CLI_HTML_DATA_H
#define CLI_HTML_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "cli/analyse.h"
#include "store/totals.h"

struct context;
struct error;

/* Of each domain; the page says how many there are in all. */
#define HTML_MAX_SOURCES 100

/* Of mail; of TLS, records are 0, messages are sessions, and what passed
 * succeeded. */
struct html_day {
	struct html_day *next;
	int64_t day; /* its first second */
	int64_t records, messages, passed, delivered, quarantined, rejected;
};

struct html_days {
	struct html_day *first;
	struct html_day *latest; /* of those that were added to */
};

/* Sessions of one type of policy, which are not added to those of another. */
struct html_tls {
	struct html_tls *next;
	const char *policy_type;
	int64_t successful, failed;
	struct html_days days;
};

/* An address of a domain, and the channel that it is of most; or NULL. */
struct html_source {
	struct store_source_total total;
	const struct channel *channel;
};

/* What there is of a domain, each in the order of the store, and what a row of
 * it is (store/totals.h); the domain in that is NULL. */
enum html_list {
	HTML_OUTCOMES,     /* struct store_outcome_total */
	HTML_REASONS,      /* struct store_reason_total */
	HTML_SOURCES,      /* struct html_source */
	HTML_POLICIES,     /* struct store_policy */
	HTML_REPORTERS,    /* struct store_reporter_total */
	HTML_TLS_FAILURES, /* struct store_tls_failure */
	HTML_LIST_COUNT,
};

struct html_row {
	struct html_row *next;
	void *row;
};

struct html_rows {
	struct html_row *first, **end;
};

/* A domain, or all of them together: then name is NULL, and there are neither
 * sources nor policies. */
struct html_domain {
	const char *name;
	const char *id; /* a word that no other domain has */
	struct store_dmarc_total total;
	size_t source_count; /* in all */
	struct html_days days;
	struct html_tls *tls;
	struct html_rows lists[HTML_LIST_COUNT];
	const struct channel *const *channels; /* most messages first */
	size_t channel_count;
};

struct html_data {
	struct html_domain all;
	struct html_domain *domains; /* by name */
	size_t domain_count;
	struct html_domain **ranked; /* most messages first */
	int64_t first, last;         /* days, as the first second of each */
	struct store_doubts doubts;
	int64_t analysed_from; /* a day; first when it is all */
};

/* cli/html_data.c.  Lives in the arena of the context. */
MUST_CHECK bool html_gather(struct html_data *out,
    const struct question *question, const struct context *context,
    struct error *err);

/* The domain of that name, or NULL. */
struct html_domain *html_find(const struct html_data *data, const char *name);

/*
 * cli/html_analyse.c.  Adds what the analysis finds, which the data then refers to: release
 * analysed after it, also after a failure.  Of very many records, only the last
 * are analysed; analysed_from says since when.
 */
MUST_CHECK bool html_analyse(struct html_data *data, struct analysed *analysed,
    const struct context *context, struct error *err);

#endif
