#include "analysis/leak.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "base/arena.h"
#include "base/room.h"

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
is_direct(const struct analysis *analysis, const void *context,
    const struct flow *flow)
{
	const struct draft *draft = context;
	struct address address;
	const struct net *net;

	if (draft->channel->envelope == NULL)
		return true;
	if (draft->channel->is_split && (flow->says & SAYS_OWN_PASS))
		return false;
	address = flow_address(analysis, flow);
	net = hops_net(draft, &address);
	return net == NULL || !net->is_hop;
}

static void
describe(const struct analysis *analysis, const struct flow *flow,
    struct exposure *out)
{
	out->via_envelope_to = flow->says & SAYS_VIA_ENVELOPE_TO;
	if (out->reporter == NULL)
		out->reporter =
		    world_reporter_name(flow_report(analysis, flow)->source);
	if (flow_window(analysis, flow) < out->window)
		out->window = flow_window(analysis, flow);
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* What the flows say that the grid does not. */
static void
describe_parties(const struct analysis *analysis, struct draft *draft)
{
	const struct flow *flows = learn_flows(analysis, draft->channel);
	const struct grid *grid = draft->grid;
	const uint32_t *found;
	size_t i;

	for (i = 0; i < draft->channel->flow_count; i++) {
		found = bsearch(&flows[i].party, grid->parties,
		    grid->party_count, sizeof(*found), compare_numbers);
		if (found != NULL && is_direct(analysis, draft, &flows[i]))
			describe(analysis, &flows[i],
			    &draft->exposures[found - grid->parties]);
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
	}
	describe_parties(analysis, draft);
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

/* A flow that came by a hop. */
struct detour {
	uint32_t net;
	int32_t day;
	const struct flow *flow;
};

static int
compare_detours(const void *a, const void *b)
{
	const struct detour *left = a, *right = b;

	if (left->net != right->net)
		return left->net < right->net ? -1 : 1;
	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return left->flow < right->flow ? -1 : left->flow > right->flow;
}

static size_t
list_detours(const struct analysis *analysis, const struct draft *draft,
    struct detour *out)
{
	const struct flow *flows = learn_flows(analysis, draft->channel);
	struct address address;
	const struct net *net;
	size_t i, count = 0;

	for (i = 0; i < draft->channel->flow_count; i++) {
		address = flow_address(analysis, &flows[i]);
		net = hops_net(draft, &address);
		if (net != NULL && net->is_hop)
			out[count++] = (struct detour) {
				(uint32_t)(net - draft->nets),
				flow_report(analysis, &flows[i])->day,
				&flows[i],
			};
	}
	qsort(out, count, sizeof(*out), compare_detours);
	return count;
}

static struct exposure *
add_kept_hop(
    const struct analysis *analysis, struct draft *draft, const struct net *net)
{
	struct exposure *out = draft_add(draft);

	out->is_hop = true;
	out->hop_via = net->name;
	out->party = analysis->parties[net->party].name;
	out->class = analysis->parties[net->party].class;
	out->subscribers = 1;
	out->messages = net->messages;
	return out;
}

/* Subscribers who forward, and keep the list's envelope. */
static void
add_kept_hops(const struct analysis *analysis, struct draft *draft)
{
	struct detour *detours =
	    room_new(draft->channel->flow_count, sizeof(*detours));
	struct exposure *out = NULL;
	const struct detour *detour;
	size_t count, i;

	count = list_detours(analysis, draft, detours);
	for (i = 0; i < count; i++) {
		detour = &detours[i];
		if (i == 0 || detour[-1].net != detour->net) {
			out = add_kept_hop(
			    analysis, draft, &draft->nets[detour->net]);
			out->first_day = detour->day;
		}
		describe(analysis, detour->flow, out);
		out->days += detour->day != out->last_day;
		out->last_day = detour->day;
	}
	free(detours);
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

struct signed_by {
	const char *selector;
	int64_t messages;
};

static int
compare_selectors(const void *a, const void *b)
{
	const struct signed_by *left = a, *right = b;

	return strcmp(left->selector, right->selector);
}

/* The one on most of its messages. */
static const char *
find_selector(const struct analysis *analysis, const struct channel *channel)
{
	const struct flow *flows = learn_flows(analysis, channel);
	struct signed_by *all = room_new(channel->flow_count, sizeof(*all));
	const char *selector, *best = NULL;
	int64_t messages, most = 0;
	size_t i, next, count = 0;

	for (i = 0; i < channel->flow_count; i++) {
		selector = flow_facts(analysis, &flows[i])->own_selector;
		if (selector != NULL)
			all[count++] =
			    (struct signed_by) { selector, flows[i].messages };
	}
	qsort(all, count, sizeof(*all), compare_selectors);
	for (i = 0; i < count; i = next) {
		messages = 0;
		for (next = i; next < count
		     && compare_selectors(&all[i], &all[next]) == 0;
		     next++)
			messages = sum(messages, all[next].messages);
		if (messages > most) {
			most = messages;
			best = all[i].selector;
		}
	}
	free(all);
	return best;
}

/* The policy that was on it last. */
static int
find_policy(const struct analysis *analysis, const struct channel *channel)
{
	const struct flow *flows = learn_flows(analysis, channel);
	const struct flow_report *report;
	int32_t last = INT32_MIN;
	int p = 0;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		report = flow_report(analysis, &flows[i]);
		if (report->day < last)
			continue;
		last = report->day;
		p = report->p;
	}
	return p;
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
	leak->p = find_policy(analysis, leak->channel);
	leak->selector = find_selector(analysis, leak->channel);
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
		channel = &analysis->channels[i];
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
