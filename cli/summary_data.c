#include "cli/summary_data.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/own.h"
#include "cli/command.h"
#include "cli/question.h"

struct asking {
	struct summary *out;
	struct arena *arena;
	const struct own *own;
	struct summary_domain **next_domain;
	struct summary_tls **next_tls;
	struct summary_reason **next_reason;
	struct summary_failures **next_failures;
	struct summary_failures *failures; /* the last */
};

static enum ownership
judge(const struct own *own, const char *domain)
{
	if (own->domain_count == 0)
		return OWN_UNKNOWN;
	return own_has_domain(own, domain) ? OWN_YES : OWN_NO;
}

static const char *
keep(struct asking *asking, const char *text)
{
	return arena_copy(asking->arena, bytes_of(text == NULL ? "" : text));
}

static struct summary_domain *
new_domain(struct asking *asking, const char *name)
{
	struct summary_domain *domain =
	    arena_alloc(asking->arena, 1, sizeof(*domain));

	domain->total.domain = keep(asking, name);
	domain->own = judge(asking->own, domain->total.domain);
	*asking->next_domain = domain;
	asking->next_domain = &domain->next;
	asking->out->domain_count++;
	return domain;
}

static bool
add_domain(
    void *context, const struct store_dmarc_total *total, struct error *err)
{
	struct summary_domain *domain = new_domain(context, total->domain);
	const char *name = domain->total.domain;

	(void)err;
	domain->total = *total;
	domain->total.domain = name;
	return true;
}

static bool
add_tls(void *context, const struct store_tls_total *total, struct error *err)
{
	struct asking *asking = context;
	struct summary_tls *tls = arena_alloc(asking->arena, 1, sizeof(*tls));

	(void)err;
	tls->total = *total;
	tls->total.domain = keep(asking, total->domain);
	tls->total.policy_type = keep(asking, total->policy_type);
	tls->own = judge(asking->own, tls->total.domain);
	*asking->next_tls = tls;
	asking->next_tls = &tls->next;
	return true;
}

/* --- by name --- */

static int
compare_names(const void *left, const void *right)
{
	const struct summary_domain *const *a = left, *const *b = right;

	return strcmp((*a)->total.domain, (*b)->total.domain);
}

static void
sort_names(struct summary *out, struct arena *arena)
{
	struct summary_domain *domain;
	size_t n = 0;

	out->by_name = arena_alloc(
	    arena, out->domain_count + 1, sizeof(struct summary_domain *));
	for (domain = out->domains; domain != NULL; domain = domain->next)
		out->by_name[n++] = domain;
	if (n > 0)
		qsort(out->by_name, n, sizeof(struct summary_domain *),
		    compare_names);
}

struct summary_domain *
summary_find(const struct summary *summary, const char *name)
{
	const struct summary_domain key = { .total.domain = name };
	const struct summary_domain *wanted = &key;
	struct summary_domain **found;

	if (summary->domain_count == 0)
		return NULL;
	found = bsearch(&wanted, summary->by_name, summary->domain_count,
	    sizeof(struct summary_domain *), compare_names);
	return found == NULL ? NULL : *found;
}

static double
sessions_of(const struct store_tls_total *total)
{
	return (double)total->successful_sessions
	    + (double)total->failed_sessions;
}

/* Domains without mail come behind the others. */
static void
join_tls(struct asking *asking)
{
	struct summary *out = asking->out;
	struct summary_domain *domain;
	struct summary_tls *tls;
	const size_t count = out->domain_count;
	const char *last = NULL;

	sort_names(out, asking->arena);
	for (tls = out->tls; tls != NULL; tls = tls->next) {
		size_t now = out->domain_count;

		out->domain_count = count; /* that are sorted */
		domain = summary_find(out, tls->total.domain);
		out->domain_count = now;
		if (domain != NULL
		    || (last != NULL && strcmp(tls->total.domain, last) == 0))
			continue;
		last = new_domain(asking, tls->total.domain)->total.domain;
	}
	sort_names(out, asking->arena);
	for (tls = out->tls; tls != NULL; tls = tls->next) {
		domain = summary_find(out, tls->total.domain);
		if (domain->tls == NULL
		    || sessions_of(&tls->total)
			> sessions_of(&domain->tls->total))
			domain->tls = tls;
	}
}

static bool
add_reason(
    void *context, const char *reason, int64_t findings, struct error *err)
{
	struct asking *asking = context;
	struct summary_reason *row =
	    arena_alloc(asking->arena, 1, sizeof(*row));

	(void)err;
	row->reason = keep(asking, reason);
	row->count = findings;
	asking->out->quarantined += findings;
	*asking->next_reason = row;
	asking->next_reason = &row->next;
	return true;
}

/* Sums stop at their largest, as those of the store do. */
static int64_t
add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* They come by domain, then address. */
static bool
add_failures(
    void *context, const struct store_failure_total *total, struct error *err)
{
	struct asking *asking = context;
	struct summary_failures *row = asking->failures;

	(void)err;
	if (row == NULL || strcmp(row->domain, total->domain) != 0) {
		row = arena_alloc(asking->arena, 1, sizeof(*row));
		row->domain = keep(asking, total->domain);
		*asking->next_failures = asking->failures = row;
		asking->next_failures = &row->next;
	}
	row->reports = add_capped(row->reports, total->reports);
	row->incidents = add_capped(row->incidents, total->incidents);
	if (total->source_ip.len > 0
	    && (row->sources == 0
		|| address_compare(&row->last_source, &total->source_ip) != 0))
		row->sources++;
	row->last_source = total->source_ip;
	return true;
}

/* Those from the future lie behind the days that were not asked for. */
static bool
ask_doubts(struct summary *out, const struct store_filter *filter,
    const struct context *context, struct error *err)
{
	struct store_filter later = *filter;
	struct store_doubts now, then;

	if (context->options->until.kind == BOUND_NONE)
		later.until = STORE_UNTIL_EVER;
	if (!store_doubts(context->store, filter, &now, err))
		return false;
	then = now;
	if (later.until != filter->until
	    && !store_doubts(context->store, &later, &then, err))
		return false;
	if ((filter->verdicts & STORE_VERDICT(VERDICT_FAILED)) == 0)
		out->failed = now.failed;
	out->suspicious = now.suspicious;
	out->future = then.future;
	return true;
}

bool
summary_ask(struct summary *out, const struct question *question,
    const struct context *context, struct error *err)
{
	const struct own *own = &context->config->own;
	struct asking asking = { out, context->arena, own, &out->domains,
		&out->tls, &out->reasons, &out->failures, NULL };
	const struct store_filter *filter = &question->filter;
	struct store_filter received = *filter;
	struct store_outcome_counts outcomes;
	struct store *store = context->store;

	*out = (struct summary) { .has_networks = own->network_count > 0 };
	/* What can't be read has no begin; it came after the mail it is
	 * about, so only an end that was asked for is one.  Failure reports
	 * come while the report of the day is still to be written. */
	if (context->options->until.kind == BOUND_NONE)
		received.until = STORE_UNTIL_EVER;
	if (!store_dmarc_totals(store, filter, add_domain, &asking, err)
	    || !store_tls_totals(store, filter, add_tls, &asking, err)
	    || !store_quarantine_reasons(
		store, &received, add_reason, &asking, err)
	    || !store_failures(store, &received, add_failures, &asking, err)
	    || !store_outcomes(store, &outcomes, err)
	    || !ask_doubts(out, filter, context, err))
		return false;
	out->conflicts = outcomes.conflicts;
	join_tls(&asking);
	return summary_ask_more(out, question, context, err);
}
