#include "analysis/leak.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "base/arena.h"

struct exposure *
draft_add(struct draft *draft)
{
	draft->exposures = index_grow(draft->exposures, draft->count,
	    &draft->room, sizeof(*draft->exposures));
	draft->exposures[draft->count] = (struct exposure) {
		.window = UINT32_MAX,
		.first_day = INT32_MAX,
		.last_day = INT32_MIN,
	};
	return &draft->exposures[draft->count++];
}

static bool
is_direct(const void *context, const struct flow *flow)
{
	const struct draft *draft = context;
	const struct net *net;

	if (draft->channel->envelope == NULL)
		return true;
	if (draft->channel->is_split
	    && flow->facts->own_signature == SIGNATURE_PASS)
		return false;
	net = hops_net(draft, &flow->source_ip);
	return net == NULL || !net->is_hop;
}

/* What the flows say that the grid does not. */
static void
describe(const struct analysis *analysis, const struct draft *draft,
    struct exposure *out, uint32_t party)
{
	const struct flow *flows = learn_flows(analysis, draft->channel);
	const struct flow *flow;
	size_t i;

	for (i = 0; i < draft->channel->flow_count; i++) {
		flow = &flows[i];
		if (flow->party != party || !is_direct(draft, flow))
			continue;
		out->via_envelope_to = flow->via_envelope_to;
		if (out->reporter == NULL)
			out->reporter = *flow->source->org_name != '\0'
			    ? flow->source->org_name
			    : flow->source->email_domain;
		if (flow->window < out->window)
			out->window = flow->window;
	}
}

/* How many posts there were before a day, and after. */
static void
place_in_time(const struct draft *draft, struct exposure *exposure)
{
	int64_t before = 0, after = 0;
	size_t i;

	for (i = 0; i < draft->grid->day_count; i++) {
		if (draft->grid->days[i] < exposure->first_day)
			before += draft->posts.by_day[i];
		if (draft->grid->days[i] > exposure->last_day)
			after += draft->posts.by_day[i];
	}
	exposure->is_new = before >= 3;
	exposure->is_gone = after >= 5;
}

static void
add_parties(const struct analysis *analysis, struct draft *draft)
{
	const struct grid *grid = draft->grid;
	const struct grid_cell *cell;
	struct exposure *out;
	size_t i;

	for (i = 0; i < grid->party_count; i++) {
		out = draft_add(draft);
		out->party = analysis->parties[grid->parties[i]].name;
		out->class = analysis->parties[grid->parties[i]].class;
		out->subscribers = draft->posts.subscribers[i];
		out->is_solo =
		    out->class == PARTY_NAMED && out->subscribers == 1;
		describe(analysis, draft, out, grid->parties[i]);
	}
	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		out = &draft->exposures[cell->party];
		out->days++;
		out->messages += cell->count;
		if (cell->day < out->first_day)
			out->first_day = cell->day;
		if (cell->day > out->last_day)
			out->last_day = cell->day;
	}
	for (i = 0; i < draft->count; i++)
		place_in_time(draft, &draft->exposures[i]);
}

/* Subscribers who forward, and keep the list's envelope. */
static void
add_kept_hops(const struct analysis *analysis, struct draft *draft)
{
	const struct flow *flows = learn_flows(analysis, draft->channel);
	const struct flow *flow;
	const struct net *net;
	struct exposure *out;
	size_t i, j;

	for (i = 0; i < draft->net_count; i++) {
		net = &draft->nets[i];
		if (!net->is_hop)
			continue;
		out = draft_add(draft);
		out->is_hop = true;
		out->hop_via = net->name;
		out->party = analysis->parties[net->party].name;
		out->class = analysis->parties[net->party].class;
		out->subscribers = 1;
		out->messages = net->messages;
		for (j = 0; j < draft->channel->flow_count; j++) {
			flow = &flows[j];
			if (hops_net(draft, &flow->source_ip) != net)
				continue;
			out->via_envelope_to = flow->via_envelope_to;
			out->reporter = flow->source->org_name;
			out->days += flow->last_day > flow->first_day ? 2 : 1;
			if (flow->first_day < out->first_day)
				out->first_day = flow->first_day;
			if (flow->last_day > out->last_day)
				out->last_day = flow->last_day;
			if (flow->window < out->window)
				out->window = flow->window;
		}
	}
}

static void
open_draft(const struct analysis *analysis, struct draft *draft)
{
	struct channel *channel = draft->channel;

	draft->grid = grid_new(analysis, channel, is_direct, draft);
	posts_fit(draft->grid, &draft->posts);
	hops_find_sends(draft);
	add_parties(analysis, draft);
	if (channel->envelope != NULL)
		add_kept_hops(analysis, draft);
}

/* --- the sum of it --- */

static int
compare_exposures(const void *a, const void *b)
{
	const struct exposure *left = a, *right = b;

	if (left->is_hop != right->is_hop)
		return left->is_hop ? 1 : -1;
	if (left->messages != right->messages)
		return left->messages < right->messages ? 1 : -1;
	return strcmp(left->party, right->party);
}

static void
count(struct leak *leak)
{
	const struct exposure *exposure;
	size_t i;

	for (i = 0; i < leak->exposure_count; i++) {
		exposure = &leak->exposures[i];
		leak->fresh += exposure->is_new;
		if (exposure->is_hop) {
			leak->hops++;
			continue;
		}
		leak->crowd += exposure->class == PARTY_CROWD;
		leak->gate += exposure->class == PARTY_GATE;
		leak->named += exposure->class == PARTY_NAMED;
		leak->solo += exposure->is_solo;
	}
}

/* The policy and selector that were on it last, and most. */
static void
find_last(const struct analysis *analysis, struct leak *leak)
{
	const struct flow *flows = learn_flows(analysis, leak->channel);
	const struct flow *flow;
	int32_t last = INT32_MIN;
	int64_t most = 0;
	size_t i;

	for (i = 0; i < leak->channel->flow_count; i++) {
		flow = &flows[i];
		if (flow->last_day >= last) {
			last = flow->last_day;
			leak->p = flow->p;
		}
		if (flow->facts->own_selector != NULL
		    && flow->messages > most) {
			most = flow->messages;
			leak->selector = flow->facts->own_selector;
		}
	}
}

static void
close_draft(const struct analysis *analysis, struct draft *draft)
{
	struct leak *leak = arena_alloc(analysis->arena, 1, sizeof(*leak));

	leak->channel = draft->channel;
	leak->days = (int64_t)draft->grid->day_count;
	leak->posts = draft->posts.total;
	leak->exposure_count = draft->count;
	leak->exposures = arena_alloc(
	    analysis->arena, draft->count, sizeof(*leak->exposures));
	if (draft->count > 0)
		memcpy(leak->exposures, draft->exposures,
		    draft->count * sizeof(*leak->exposures));
	qsort(leak->exposures, leak->exposure_count, sizeof(*leak->exposures),
	    compare_exposures);
	count(leak);
	find_last(analysis, leak);
	/* What turned out to be a hop of another list is none itself. */
	if (draft->channel->class == CLASS_LIST
	    || draft->channel->is_possible_list)
		draft->channel->leak = leak;
	grid_free(draft->grid);
	posts_free(&draft->posts);
	free(draft->nets);
	free(draft->sends);
	free(draft->exposures);
}

void
leak_all(struct analysis *analysis)
{
	struct draft *drafts = NULL;
	size_t count_of = 0, room = 0, i;
	struct channel *channel;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = analysis->channels[i];
		if (channel->class != CLASS_LIST && !channel->is_possible_list)
			continue;
		drafts = index_grow(drafts, count_of, &room, sizeof(*drafts));
		drafts[count_of++] = (struct draft) { .channel = channel };
	}
	hops_find_nets(analysis, drafts, count_of);
	for (i = 0; i < count_of; i++)
		open_draft(analysis, &drafts[i]);
	hops_find_channels(analysis, drafts, count_of);
	for (i = 0; i < count_of; i++)
		close_draft(analysis, &drafts[i]);
	free(drafts);
}
