#include "analysis/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/classify.h"
#include "analysis/grid.h"
#include "analysis/hosts.h"
#include "analysis/leak.h"
#include "analysis/learn.h"
#include "analysis/world.h"

/* By domain, then most messages first. */
static int
compare_channels(const void *a, const void *b)
{
	const struct channel *left = *(struct channel *const *)a;
	const struct channel *right = *(struct channel *const *)b;

	if (left->domain != right->domain)
		return strcmp(left->domain, right->domain);
	if (left->messages != right->messages)
		return left->messages < right->messages ? 1 : -1;
	return strcmp(left->name, right->name);
}

void
analysis_finish(struct analysis *analysis, const struct flow_shapes *shapes)
{
	uint32_t *order;
	struct channel *channel;
	size_t i;

	order = rows_settle(analysis, shapes);
	learn_sums(analysis);
	learn_own(analysis);
	learn_froms(analysis);
	learn_networks(analysis);
	learn_selectors(analysis);
	learn_new_servers(analysis);
	learn_signers(analysis);
	hosts_join(analysis, order);
	free(order);
	for (i = 0; i < analysis->channel_count; i++) {
		channel = analysis->channels[i];
		classify_measure(analysis, channel);
		if (channel->host->step == NULL)
			classify_measure(analysis, channel->host);
	}
	for (i = 0; i < analysis->channel_count; i++)
		classify(analysis, analysis->channels[i]);
	leak_all(analysis);
	/* From here on nothing looks a channel up by its number. */
	if (analysis->channel_count > 0)
		qsort(analysis->channels, analysis->channel_count,
		    sizeof(struct channel *), compare_channels);
}

struct channel *const *
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
	const struct flow *flow;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		flow = &flows[i];
		row(context,
		    &(struct channel_flow) {
			.source_ip = flow->source_ip,
			.facts = flow->facts,
			.reporter = *flow->source->org_name != '\0'
			    ? flow->source->org_name
			    : flow->source->email_domain,
			.messages = flow->messages,
			.first_day = flow->first_day,
			.last_day = flow->last_day,
			.report = flow->report,
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
		out.is_signed |= analysis->channels[i]->sig_pass > 0;
	return out;
}

int64_t
analysis_sum(int64_t a, int64_t b)
{
	return sum(a, b);
}
