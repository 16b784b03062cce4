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
#define HTML_SOURCES 100

struct html_day {
	struct html_day *next;
	int64_t day; /* its first second */
	int64_t records, messages, passed, delivered, quarantined, rejected;
};

struct html_tls_day {
	struct html_tls_day *next;
	int64_t day;
	int64_t successful, failed;
};

/* Sessions of one type of policy, which are not added to those of another. */
struct html_tls {
	struct html_tls *next;
	const char *policy_type;
	int64_t successful, failed;
	struct html_tls_day *days;
	struct html_tls_day *latest; /* of those that were added to */
};

struct html_tls_failure {
	struct html_tls_failure *next;
	struct store_tls_failure failure;
};

struct html_reporter {
	struct html_reporter *next;
	struct store_reporter_total total;
};

struct html_outcome {
	struct html_outcome *next;
	struct store_outcome_total total;
};

struct html_source {
	struct html_source *next;
	struct store_source_total total;
	const struct channel *channel; /* that it is of most; or NULL */
};

struct html_policy {
	struct html_policy *next;
	struct store_policy policy;
};

/* A domain, or all of them together: then name is NULL, and there are neither
 * sources nor policies. */
struct html_domain {
	const char *name;
	const char *id; /* a word that no other domain has */
	struct store_dmarc_total total;
	size_t source_count; /* in all */
	struct html_day *days;
	struct html_day *latest; /* as above */
	struct html_tls *tls;
	struct html_tls_failure *tls_failures, **tls_failures_end;
	struct html_reporter *reporters, **reporters_end;
	struct html_outcome *outcomes, **outcomes_end;
	struct html_source *sources, **sources_end;
	struct html_policy *policies, **policies_end;
	struct channel *const *channels; /* most messages first */
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

/* Lives in the arena of the context. */
MUST_CHECK bool html_gather(struct html_data *out,
    const struct question *question, const struct context *context,
    struct error *err);

/*
 * Adds what the analysis finds, which the data then refers to: release
 * analysed after it, also after a failure.  Of very many records, only the last
 * are analysed; analysed_from says since when.
 */
MUST_CHECK bool html_analyse(struct html_data *data, struct analysed *analysed,
    const struct context *context, struct error *err);

#endif
