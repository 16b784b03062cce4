#include "cli/html_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"

/* Records; more of them take more than a few seconds, and half a gigabyte. */
#define MAX_ANALYSED 1500000

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

/* Domains that are not there yet: NULL. */
static struct html_domain *
find(const struct gather *gather, const char *name)
{
	const struct html_domain key = { .name = name };
	struct html_data *data = gather->data;

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
	if (find(gather, day->domain) == NULL
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
	domain->tls_failures_end = &domain->tls_failures;
	domain->reporters_end = &domain->reporters;
	domain->outcomes_end = &domain->outcomes;
	domain->sources_end = &domain->sources;
	domain->policies_end = &domain->policies;
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
add_day_to(
    struct gather *gather, struct html_domain *to, const struct html_day *day)
{
	struct html_day **at = &to->days, *sum = to->latest;

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
	struct html_domain *domain = find(gather, row->domain);
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
	add_day_to(gather, domain, &day);
	add_day_to(gather, &gather->data->all, &day);
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
	struct html_tls_day **at = &tls->days, *sum = tls->latest;

	add(&tls->successful, row->successful);
	add(&tls->failed, row->failed);
	if (sum == NULL || sum->day != row->day) {
		if (sum != NULL && sum->day < row->day)
			at = &sum->next;
		while (*at != NULL && (*at)->day < row->day)
			at = &(*at)->next;
		if (*at == NULL || (*at)->day != row->day) {
			sum = allocate(gather, sizeof(*sum));
			sum->day = row->day;
			sum->next = *at;
			*at = sum;
		}
		sum = tls->latest = *at;
	}
	add(&sum->successful, row->successful);
	add(&sum->failed, row->failed);
}

static bool
add_tls_day(void *context, const struct store_tls_day *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = find(gather, row->domain);

	(void)err;
	if (domain == NULL)
		return true;
	extend(gather->data, row->day);
	add_tls_day_to(gather, domain, row);
	add_tls_day_to(gather, &gather->data->all, row);
	return true;
}

static bool
add_tls_failure(
    void *context, const struct store_tls_failure *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = find(gather, row->domain);
	struct html_tls_failure *added;

	(void)err;
	if (domain == NULL)
		return true;
	added = allocate(gather, sizeof(*added));
	added->failure = *row;
	added->failure.domain = domain->name;
	added->failure.policy_type = copy(gather, row->policy_type);
	added->failure.result_type = copy(gather, row->result_type);
	added->failure.mx = copy(gather, row->mx);
	*domain->tls_failures_end = added;
	domain->tls_failures_end = &added->next;
	return true;
}

/* --- the rest --- */

static bool
add_reporter(
    void *context, const struct store_reporter_total *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = *row->domain == '\0'
	    ? &gather->data->all
	    : find(gather, row->domain);
	struct html_reporter *added;

	(void)err;
	if (domain == NULL)
		return true;
	added = allocate(gather, sizeof(*added));
	added->total = *row;
	added->total.domain = domain->name;
	added->total.org_name = copy(gather, row->org_name);
	*domain->reporters_end = added;
	domain->reporters_end = &added->next;
	return true;
}

static bool
add_outcome(
    void *context, const struct store_outcome_total *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = find(gather, row->domain);
	struct html_outcome *added;

	(void)err;
	if (domain == NULL)
		return true;
	added = allocate(gather, sizeof(*added));
	added->total = *row;
	added->total.domain = domain->name;
	*domain->outcomes_end = added;
	domain->outcomes_end = &added->next;
	return true;
}

static bool
add_source(void *context, const struct store_source_total *row, size_t count,
    struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = find(gather, row->domain);
	struct html_source *added;

	(void)err;
	if (domain == NULL)
		return true;
	added = allocate(gather, sizeof(*added));
	added->total = *row;
	added->total.domain = domain->name;
	domain->source_count = count;
	*domain->sources_end = added;
	domain->sources_end = &added->next;
	return true;
}

static bool
add_policy(void *context, const struct store_policy *row, struct error *err)
{
	struct gather *gather = context;
	struct html_domain *domain = find(gather, row->domain);
	struct html_policy *added;

	(void)err;
	if (domain == NULL)
		return true;
	added = allocate(gather, sizeof(*added));
	added->policy = *row;
	added->policy.domain = domain->name;
	added->policy.pct = copy(gather, row->pct);
	added->policy.testing = copy(gather, row->testing);
	*domain->policies_end = added;
	domain->policies_end = &added->next;
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
		store, filter, false, add_reporter, &gather, err)
	    || !store_outcome_totals(store, filter, add_outcome, &gather, err)
	    || !store_source_totals(
		store, filter, HTML_SOURCES, add_source, &gather, err)
	    || !store_policies(store, filter, add_policy, &gather, err)
	    || !store_doubts(store, filter, &out->doubts, err))
		return false;
	if (question->period.has_days && out->domain_count > 0) {
		out->first = question->period.first;
		out->last = question->period.last;
	}
	return true;
}

/* --- what the analysis found --- */

/* Channels stand by domain. */
static void
assign_channels(struct gather *gather, const struct analysis *analysis)
{
	struct channel *const *channels;
	struct html_domain *domain;
	size_t i, j, count;

	channels = analysis_channels(analysis, &count);
	for (i = 0; i < count; i = j) {
		for (j = i + 1; j < count
		     && strcmp(channels[i]->domain, channels[j]->domain) == 0;
		     j++)
			;
		domain = find(gather, channels[i]->domain);
		if (domain == NULL)
			continue;
		domain->channels = channels + i;
		domain->channel_count = j - i;
	}
}

static int
compare_addresses(const void *a, const void *b)
{
	const struct html_source *x = *(struct html_source *const *)a;
	const struct html_source *y = *(struct html_source *const *)b;

	return address_compare(&x->total.source_ip, &y->total.source_ip);
}

struct sources {
	struct html_source *by_address[HTML_SOURCES];
	size_t count;
	const struct channel *channel;
};

/* The channel with more messages comes first, and keeps the address. */
static void
assign_source(void *context, const struct channel_flow *flow)
{
	struct sources *sources = context;
	const struct html_source key = { .total.source_ip = flow->source_ip };
	const struct html_source *wanted = &key;
	struct html_source **found = bsearch(&wanted, sources->by_address,
	    sources->count, sizeof(*sources->by_address), compare_addresses);

	if (found != NULL && (*found)->channel == NULL)
		(*found)->channel = sources->channel;
}

static void
assign_sources(struct html_domain *domain, const struct analysis *analysis)
{
	struct sources sources = { .count = 0 };
	struct html_source *source;
	size_t i;

	for (source = domain->sources; source != NULL; source = source->next)
		sources.by_address[sources.count++] = source;
	if (sources.count == 0)
		return;
	qsort(sources.by_address, sources.count, sizeof(*sources.by_address),
	    compare_addresses);
	for (i = 0; i < domain->channel_count; i++) {
		sources.channel = domain->channels[i];
		analysis_flows(
		    analysis, domain->channels[i], assign_source, &sources);
	}
}

/* How far back the analysis goes: its time and memory grow with the records. */
static int64_t
choose_begin(const struct html_data *data)
{
	const struct html_day *day;
	int64_t records = 0;

	for (day = data->all.days; day != NULL; day = day->next)
		records += day->records;
	for (day = data->all.days; day != NULL && records > MAX_ANALYSED;
	     day = day->next)
		records -= day->records;
	return day == data->all.days || day == NULL ? data->first : day->day;
}

bool
html_analyse(struct html_data *data, struct analysed *analysed,
    const struct context *context, struct error *err)
{
	struct gather gather = { .data = data,
		.arena = context->arena,
		.sorted = data->domain_count };
	struct options options = *context->options;
	struct context part = *context;
	size_t i;

	data->analysed_from = choose_begin(data);
	if (data->analysed_from != data->first) {
		options.all = false;
		options.since =
		    (struct bound) { BOUND_DAY, data->analysed_from };
		options.until = (struct bound) { BOUND_DAY, data->last };
		part.options = &options;
	}
	if (!analyse(analysed, &part, err))
		return false;
	assign_channels(&gather, analysed->analysis);
	for (i = 0; i < data->domain_count; i++)
		assign_sources(&data->domains[i], analysed->analysis);
	return true;
}
