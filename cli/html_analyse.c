/* What the analysis adds to the data of 'reports html'. */

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/html_data.h"

/* Records; more of them take more than a few seconds, and half a gigabyte. */
#define MAX_ANALYSED 2000000

/* Channels stand by domain. */
static void
assign_channels(struct html_data *data, struct analysis *analysis)
{
	const struct channel *const *channels;
	struct html_domain *domain;
	size_t i, j, count;

	channels = analysis_by_domain(analysis, &count);
	for (i = 0; i < count; i = j) {
		for (j = i + 1; j < count
		     && strcmp(channels[i]->domain, channels[j]->domain) == 0;
		     j++)
			;
		domain = html_find(data, channels[i]->domain);
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
	struct html_source *by_address[HTML_MAX_SOURCES];
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
	const struct html_row *row;
	size_t i;

	row = domain->lists[HTML_SOURCES].first;
	for (; row != NULL; row = row->next)
		sources.by_address[sources.count++] = row->row;
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

	for (day = data->all.days.first; day != NULL; day = day->next)
		records += day->records;
	for (day = data->all.days.first; day != NULL && records > MAX_ANALYSED;
	     day = day->next)
		records -= day->records;
	return day == data->all.days.first || day == NULL ? data->first
							  : day->day;
}

bool
html_analyse(struct html_data *data, struct analysed *analysed,
    const struct context *context, struct error *err)
{
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
	assign_channels(data, analysed->analysis);
	for (i = 0; i < data->domain_count; i++)
		assign_sources(&data->domains[i], analysed->analysis);
	return true;
}
