#include "analysis/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/classify.h"
#include "analysis/grid.h"
#include "analysis/hosts.h"
#include "analysis/leak.h"
#include "analysis/learn.h"
#include "analysis/world.h"
#include "base/room.h"

/* A channel, and what it is sorted by first: there may be millions. */
struct place {
	const char *domain;
	int64_t messages;
	const struct channel *channel;
};

static int
compare_names(const struct channel *a, const struct channel *b)
{
	if (a->envelope != NULL && b->envelope != NULL)
		return strcmp(a->envelope, b->envelope);
	if (a->envelope != NULL || b->envelope != NULL)
		return a->envelope != NULL ? -1 : 1;
	return address_compare(&a->network, &b->network);
}

/* By domain, then most messages first. */
static int
compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->domain != right->domain)
		return strcmp(left->domain, right->domain);
	if (left->messages != right->messages)
		return left->messages < right->messages ? 1 : -1;
	return compare_names(left->channel, right->channel);
}

const struct channel *const *
analysis_by_domain(struct analysis *analysis, size_t *count)
{
	struct place *places;
	size_t i;

	*count = analysis->channel_count;
	if (analysis->by_domain != NULL)
		return analysis->by_domain;
	places = room_new(*count, sizeof(*places));
	analysis->by_domain = room_new(*count, sizeof(struct channel *));
	for (i = 0; i < *count; i++)
		places[i] = (struct place) { analysis->channels[i].domain,
			analysis->channels[i].messages,
			&analysis->channels[i] };
	qsort(places, *count, sizeof(*places), compare_places);
	for (i = 0; i < *count; i++)
		analysis->by_domain[i] = places[i].channel;
	free(places);
	return analysis->by_domain;
}

void
analysis_finish(struct analysis *analysis, const struct flow_shapes *shapes)
{
	struct channel *channel;
	size_t i;

	rows_settle(analysis, shapes);
	learn_sums(analysis);
	learn_own(analysis);
	learn_froms(analysis);
	learn_networks(analysis);
	learn_selectors(analysis);
	learn_new_servers(analysis);
	learn_signers(analysis);
	hosts_join(analysis);
	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		classify_measure(analysis, channel);
		if (channel->host->step == NULL)
			classify_measure(analysis, channel->host);
	}
	for (i = 0; i < analysis->channel_count; i++)
		classify(analysis, &analysis->channels[i]);
	leak_all(analysis);
}

const struct channel *
analysis_channels(const struct analysis *analysis, size_t *count)
{
	*count = analysis->channel_count;
	return analysis->channels;
}

void
analysis_flows(const struct analysis *analysis, const struct channel *channel,
    void (*row)(void *context, const struct channel_flow *flow), void *context)
{
	const struct flow *flows = learn_flows(analysis, channel);
	const struct flow_report *report;
	const struct flow *flow;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		flow = &flows[i];
		report = flow_report(analysis, flow);
		row(context,
		    &(struct channel_flow) {
			.source_ip = flow_address(analysis, flow),
			.facts = flow_facts(analysis, flow),
			.reporter = world_reporter_name(report->source),
			.messages = flow->messages,
			.day = report->day,
			.report = report->id,
			.record = (int64_t)flow->record,
		    });
	}
}

struct analysis_extent
analysis_extent(const struct analysis *analysis)
{
	struct analysis_extent out = { .messages = analysis->messages,
		.first_day = analysis->first_day,
		.last_day = analysis->last_day };
	size_t i;

	for (i = 0; i < analysis->channel_count; i++)
		out.is_signed |= analysis->channels[i].sig_pass > 0;
	return out;
}

int64_t
analysis_sum(int64_t a, int64_t b)
{
	return sum(a, b);
}
