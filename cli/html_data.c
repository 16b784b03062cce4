#include "cli/html_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"

struct gather {
	struct html_data *data;
	struct arena *arena;
	size_t room;   /* for domains */
	size_t sorted; /* of them, by name */
};

static void *
allocate(struct gather *gather, size_t size)
{
	void *data = arena_alloc(gather->arena, 1, size);

	memset(data, 0, size);
	return data;
}

static const char *
copy(struct gather *gather, const char *text)
{
	return arena_copy(gather->arena, bytes_of(text));
}

static void
add(int64_t *to, int64_t count)
{
	*to = *to > INT64_MAX - count ? INT64_MAX : *to + count;
}

/* --- domains --- */

static int
compare_names(const void *a, const void *b)
{
	const struct html_domain *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct html_domain *
html_find(const struct html_data *data, const char *name)
{
	const struct html_domain key = { .name = name };

	return data->domain_count == 0
	    ? NULL
	    : bsearch(&key, data->domains, data->domain_count,
		sizeof(*data->domains), compare_names);
}

static struct html_domain *
append_domain(struct gather *gather, const char *name)
{
	struct html_data *data = gather->data;
	struct html_domain *more;

	if (data->domain_count == gather->room) {
		gather->room = gather->room == 0 ? 64 : gather->room * 2;
		more = arena_alloc(gather->arena, gather->room, sizeof(*more));
		if (data->domain_count > 0)
			memcpy(more, data->domains,
			    data->domain_count * sizeof(*more));
		data->domains = more;
	}
	more = &data->domains[data->domain_count++];
	*more = (struct html_domain) { .name = copy(gather, name) };
	return more;
}

static bool
add_total(
    void *context, const struct store_dmarc_total *total, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = append_domain(gather, total->domain);
	struct store_dmarc_total *all = &gather->data->all.total;

	(void)err;
	domain->total = *total;
	domain->total.domain = domain->name;
	add(&all->reports, total->reports);
	add(&all->messages, total->messages);
	add(&all->passed, total->passed);
	add(&all->failed, total->failed);
	add(&all->delivered, total->delivered);
	add(&all->quarantined, total->quarantined);
	add(&all->rejected, total->rejected);
	return true;
}

static void
sort_domains(struct gather *gather)
{
	struct html_data *data = gather->data;

	gather->sorted = data->domain_count;
	if (gather->sorted > 0)
		qsort(data->domains, gather->sorted, sizeof(*data->domains),
		    compare_names);
}

/* Those that have TLS reports alone; they come by name. */
static bool
add_tls_domain(
    void *context, const struct store_tls_day *day, struct error *err)
{
	struct gather *gather = context;
	struct html_data *data = gather->data;

	(void)err;
	if (html_find(gather->data, day->domain) == NULL
	    && (data->domain_count == gather->sorted
		|| strcmp(
		       data->domains[data->domain_count - 1].name, day->domain)
		    != 0))
		append_domain(gather, day->domain);
	return true;
}

static int
compare_sizes(const void *a, const void *b)
{
	const struct html_domain *x = *(struct html_domain *const *)a;
	const struct html_domain *y = *(struct html_domain *const *)b;
	int order = (x->total.messages < y->total.messages)
	    - (x->total.messages > y->total.messages);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
init_domain(struct html_domain *domain)
{
	size_t i;

	for (i = 0; i < HTML_LIST_COUNT; i++)
		domain->lists[i].end = &domain->lists[i].first;
}

/* Sorts them by name; nothing is added any more. */
static void
settle_domains(struct gather *gather)
{
	struct html_data *data = gather->data;
	size_t i, count = data->domain_count;

	sort_domains(gather);
	data->ranked = arena_alloc(
	    gather->arena, count == 0 ? 1 : count, sizeof(*data->ranked));
	for (i = 0; i < count; i++) {
		init_domain(&data->domains[i]);
		data->domains[i].id = arena_printf(gather->arena, "d%zu", i);
		data->ranked[i] = &data->domains[i];
	}
	if (count > 0)
		qsort(
		    data->ranked, count, sizeof(*data->ranked), compare_sizes);
	init_domain(&data->all);
	data->all.id = "all";
}

/* --- days --- */

static void
extend(struct html_data *data, int64_t day)
{
	if (day < data->first)
		data->first = day;
	if (day > data->last)
		data->last = day;
}

/* Days of one domain come in order, and then those of the next. */
static void
add_to_day(
    struct gather *gather, struct html_days *to, const struct html_day *day)
{
	struct html_day **at = &to->first, *sum = to->latest;

	if (sum == NULL || sum->day != day->day) {
		if (sum != NULL && sum->day < day->day)
			at = &sum->next;
		while (*at != NULL && (*at)->day < day->day)
			at = &(*at)->next;
		if (*at == NULL || (*at)->day != day->day) {
			sum = allocate(gather, sizeof(*sum));
			sum->day = day->day;
			sum->next = *at;
			*at = sum;
		}
		sum = to->latest = *at;
	}
	add(&sum->records, day->records);
	add(&sum->messages, day->messages);
	add(&sum->passed, day->passed);
	add(&sum->delivered, day->delivered);
	add(&sum->quarantined, day->quarantined);
	add(&sum->rejected, day->rejected);
}

static bool
add_day(void *context, const struct store_day *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = html_find(gather->data, row->domain);
	const struct html_day day = { .day = row->day,
		.records = row->records,
		.messages = row->messages,
		.passed = row->passed,
		.delivered = row->delivered,
		.quarantined = row->quarantined,
		.rejected = row->rejected };

	(void)err;
	if (domain == NULL)
		return true;
	extend(gather->data, row->day);
	add_to_day(gather, &domain->days, &day);
	add_to_day(gather, &gather->data->all.days, &day);
	return true;
}

/* --- TLS --- */

static struct html_tls *
get_tls(struct gather *gather, struct html_domain *domain, const char *type)
{
	struct html_tls **at = &domain->tls;

	while (*at != NULL && strcmp((*at)->policy_type, type) != 0)
		at = &(*at)->next;
	if (*at == NULL) {
		*at = allocate(gather, sizeof(**at));
		(*at)->policy_type = copy(gather, type);
	}
	return *at;
}

static void
add_tls_day_to(struct gather *gather, struct html_domain *domain,
    const struct store_tls_day *row)
{
	struct html_tls *tls = get_tls(gather, domain, row->policy_type);
	struct html_day day = { .day = row->day,
		.messages = row->successful,
		.passed = row->successful };

	add(&day.messages, row->failed);
	add(&tls->successful, row->successful);
	add(&tls->failed, row->failed);
	add_to_day(gather, &tls->days, &day);
}

static bool
add_tls_day(void *context, const struct store_tls_day *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = html_find(gather->data, row->domain);

	(void)err;
	if (domain == NULL)
		return true;
	extend(gather->data, row->day);
	add_tls_day_to(gather, domain, row);
	add_tls_day_to(gather, &gather->data->all, row);
	return true;
}

/* --- the rest --- */

/* Keeps a row in a list of a domain, and returns the copy, whose texts are not
 * copied; NULL when there is no such domain. */
static void *
keep_in(struct gather *gather, struct html_domain *domain, enum html_list list,
    const void *row, size_t size)
{
	struct html_row *added;

	if (domain == NULL)
		return NULL;
	added = allocate(gather, sizeof(*added));
	added->row = memcpy(allocate(gather, size), row, size);
	*domain->lists[list].end = added;
	domain->lists[list].end = &added->next;
	return added->row;
}

static void *
keep(struct gather *gather, const char *domain, enum html_list list,
    const void *row, size_t size)
{
	return keep_in(
	    gather, html_find(gather->data, domain), list, row, size);
}

static bool
add_tls_failure(
    void *context, const struct store_tls_failure *row, struct error *err)
{
	struct store_tls_failure *kept =
	    keep(context, row->domain, HTML_TLS_FAILURES, row, sizeof(*row));

	(void)err;
	if (kept == NULL)
		return true;
	kept->domain = NULL;
	kept->policy_type = copy(context, row->policy_type);
	kept->result_type = copy(context, row->result_type);
	kept->mx = copy(context, row->mx);
	return true;
}

static void
add_reporter_to(struct gather *gather, struct html_domain *domain,
    const struct store_reporter_total *row)
{
	struct store_reporter_total *kept =
	    keep_in(gather, domain, HTML_REPORTERS, row, sizeof(*row));

	if (kept == NULL)
		return;
	kept->domain = NULL;
	kept->org_name = copy(gather, row->org_name);
}

static bool
add_reporter(
    void *context, const struct store_reporter_total *row, struct error *err)
{
	struct gather *gather = context;

	(void)err;
	add_reporter_to(gather, html_find(gather->data, row->domain), row);
	return true;
}

static bool
add_reporter_of_all(
    void *context, const struct store_reporter_total *row, struct error *err)
{
	struct gather *gather = context;

	(void)err;
	add_reporter_to(gather, &gather->data->all, row);
	return true;
}

static bool
add_outcome(
    void *context, const struct store_outcome_total *row, struct error *err)
{
	struct store_outcome_total *kept =
	    keep(context, row->domain, HTML_OUTCOMES, row, sizeof(*row));

	(void)err;
	if (kept != NULL)
		kept->domain = NULL;
	return true;
}

static bool
add_reason(
    void *context, const struct store_reason_total *row, struct error *err)
{
	struct store_reason_total *kept =
	    keep(context, row->domain, HTML_REASONS, row, sizeof(*row));

	(void)err;
	if (kept == NULL)
		return true;
	kept->domain = NULL;
	kept->reasons = copy(context, row->reasons);
	return true;
}

static bool
add_source(void *context, const struct store_source_total *row, size_t count,
    struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = html_find(gather->data, row->domain);
	const struct html_source source = { .total = *row };
	struct html_source *kept =
	    keep_in(gather, domain, HTML_SOURCES, &source, sizeof(source));

	(void)err;
	if (kept == NULL)
		return true;
	kept->total.domain = NULL;
	domain->source_count = count;
	return true;
}

static bool
add_policy(void *context, const struct store_policy *row, struct error *err)
{
	struct store_policy *kept =
	    keep(context, row->domain, HTML_POLICIES, row, sizeof(*row));

	(void)err;
	if (kept == NULL)
		return true;
	kept->domain = NULL;
	kept->pct = copy(context, row->pct);
	kept->testing = copy(context, row->testing);
	return true;
}

bool
html_gather(struct html_data *out, const struct question *question,
    const struct context *context, struct error *err)
{
	struct gather gather = { .data = out, .arena = context->arena };
	const struct store_filter *filter = &question->filter;
	struct store *store = context->store;

	*out = (struct html_data) { .first = INT64_MAX, .last = INT64_MIN };
	if (!store_dmarc_totals(store, filter, add_total, &gather, err))
		return false;
	sort_domains(&gather);
	if (!store_tls_days(store, filter, add_tls_domain, &gather, err))
		return false;
	settle_domains(&gather);
	if (!store_days(store, filter, add_day, &gather, err)
	    || !store_tls_days(store, filter, add_tls_day, &gather, err)
	    || !store_tls_failures(store, filter, add_tls_failure, &gather, err)
	    || !store_reporter_totals(
		store, filter, true, add_reporter, &gather, err)
	    || !store_reporter_totals(
		store, filter, false, add_reporter_of_all, &gather, err)
	    || !store_outcome_totals(store, filter, add_outcome, &gather, err)
	    || !store_reason_totals(store, filter, add_reason, &gather, err)
	    || !store_source_totals(
		store, filter, HTML_MAX_SOURCES, add_source, &gather, err)
	    || !store_policies(store, filter, add_policy, &gather, err)
	    || !store_doubts(store, filter, &out->doubts, err))
		return false;
	if (question->period.has_days && out->domain_count > 0) {
		out->first = question->period.first;
		out->last = question->period.last;
	}
	return true;
}
