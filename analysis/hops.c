/*
 * Second hops: subscribers who have the list's mail forwarded.  One that
 * keeps the list's envelope sends it from a network that the list does not
 * use; one with an envelope of its own is a channel that is active when the
 * list is, and never else.
 */

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/evidence.h"
#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "analysis/org.h"
#include "base/arena.h"

/* How sure, as the logarithm of how much likelier it is than chance. */
#define SURE 7.0
/* The list's own signature or seal on what is forwarded. */
#define SIGNED_WORTH 8.0
/* A day of the list shows in the hop's reports, unless one got lost. */
#define SEEN     0.88
#define ELSEWISE 0.01

/* --- the envelope kept --- */

static struct address
network_of(const struct address *address)
{
	struct address network = *address;
	size_t keep = address->len == 5 ? 4 : 7;

	if (address->len > keep)
		memset(network.data + keep, 0, address->len - keep);
	return network;
}

static int
compare_nets(const void *a, const void *b)
{
	const struct net *left = a, *right = b;

	return address_compare(&left->address, &right->address);
}

struct net *
hops_net(const struct draft *draft, const struct address *address)
{
	const struct net key = { .address = network_of(address) };

	return draft->net_count == 0
	    ? NULL
	    : bsearch(&key, draft->nets, draft->net_count, sizeof(*draft->nets),
		compare_nets);
}

static const char *
name_net(const struct analysis *analysis, const struct address *address)
{
	char text[ADDRESS_TEXT];

	return arena_printf(analysis->arena, "%s/%d",
	    address_format(address, text), address->len == 5 ? 24 : 48);
}

static void
collect_nets(const struct analysis *analysis, struct draft *draft)
{
	const uint32_t *flows = learn_flows(analysis, draft->channel);
	size_t count = draft->channel->flow_count, i, n = 0;
	struct net *nets = calloc(count, sizeof(*nets));
	const struct flow *flow;

	if (nets == NULL)
		err(1, "hops");
	for (i = 0; i < count; i++) {
		flow = &analysis->flows[flows[i]];
		nets[i] = (struct net) {
			.address = network_of(&flow->source_ip),
			.messages = flow->messages,
			.spf_pass = flow->facts->spf == DMARC_AUTH_PASS
			    ? flow->messages
			    : 0,
			.party = flow->party,
		};
	}
	qsort(nets, count, sizeof(*nets), compare_nets);
	for (i = 0; i < count; i++) {
		if (n > 0 && compare_nets(&nets[n - 1], &nets[i]) == 0) {
			nets[n - 1].messages =
			    sum(nets[n - 1].messages, nets[i].messages);
			nets[n - 1].spf_pass =
			    sum(nets[n - 1].spf_pass, nets[i].spf_pass);
			nets[n - 1].has_more |=
			    nets[n - 1].party != nets[i].party;
		} else
			nets[n++] = nets[i];
	}
	draft->nets = nets;
	draft->net_count = n;
}

/* The list's own network: it reaches most parties, and SPF knows it. */
void
hops_find_nets(const struct analysis *analysis, struct draft *draft)
{
	const struct channel *channel = draft->channel;
	bool has_spf = 2 * channel->spf_pass >= channel->messages;
	struct net *net;
	size_t i, wide = 0;

	collect_nets(analysis, draft);
	for (i = 0; i < draft->net_count; i++)
		wide += draft->nets[i].has_more;
	if (wide == 0)
		return;
	for (i = 0; i < draft->net_count; i++) {
		net = &draft->nets[i];
		if (net->has_more || net->address.len == 0)
			continue;
		if (has_spf ? 2 * net->spf_pass >= net->messages
			    : 3 * net->messages > channel->messages
			    || net->address.len != 5)
			continue;
		net->is_hop = true;
		net->name = name_net(analysis, &net->address);
	}
}

/* --- an envelope of its own --- */

/* A day on which the list was active, and how many posts it had. */
static int64_t
posts_on(const struct draft *list, int32_t day)
{
	size_t low = 0, high = list->grid->day_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (list->grid->days[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->grid->day_count && list->grid->days[low] == day
	    ? list->posts.by_day[low]
	    : 0;
}

/* Reporters disagree about when a day begins. */
static bool
is_near(const struct draft *list, int32_t day)
{
	return posts_on(list, day - 1) > 0 || posts_on(list, day + 1) > 0;
}

static bool
is_signed_by_list(const struct analysis *analysis,
    const struct channel *channel, const struct draft *list)
{
	const uint32_t *flows = learn_flows(analysis, channel);
	const struct flow *flow;
	int64_t messages = 0;
	size_t i;

	if (list->channel->org == NULL || list->channel->org == channel->org)
		return false;
	for (i = 0; i < channel->flow_count; i++) {
		flow = &analysis->flows[flows[i]];
		if (org_is_same(flow->facts->signer, list->channel->org)
		    || facts_sealed_by(
			flow->reasons->arc_seal, list->channel->org))
			messages = sum(messages, flow->messages);
	}
	return 2 * messages >= channel->messages;
}

/*
 * How much likelier the channel's days are if it passes the list's mail on
 * than if it is active on so many days by chance.
 */
static double
compare_days(const struct analysis *analysis, const struct grid *grid,
    const struct draft *list)
{
	double days = analysis->last_day - analysis->first_day + 1;
	double rate = ((double)grid->day_count + 0.5) / (days + 1);
	double ratio = 0, missed;
	size_t i, seen = 0, odd = 0;

	for (i = 0; i < grid->cell_count; i++) {
		if (posts_on(list, grid->cells[i].day) > 0) {
			seen++;
			ratio += log(SEEN / rate);
			odd += grid->cells[i].count
			    > 2 * posts_on(list, grid->cells[i].day);
		} else if (is_near(list, grid->cells[i].day))
			ratio += log(0.2 / rate) - 1;
		else
			ratio += log(ELSEWISE / rate);
	}
	missed = (double)list->grid->day_count - (double)seen;
	ratio += missed * log((1 - SEEN) / (1 - rate));
	ratio += (days - (double)list->grid->day_count)
	    * log((1 - ELSEWISE) / (1 - rate));
	return ratio - 3 * (double)odd;
}

/* The same thing has happened to our signature. */
static bool
is_alike(const struct channel *channel, const struct channel *list)
{
	double a = (double)channel->sig_pass / (double)channel->messages;
	double b = (double)list->sig_pass / (double)list->messages;
	double c = (double)channel->sig_fail / (double)channel->messages;
	double d = (double)list->sig_fail / (double)list->messages;

	return fabs(a - b) < 0.5 && fabs(c - d) < 0.5;
}

static void
add_hop(struct analysis *analysis, struct draft *list, struct channel *channel,
    const struct grid *grid)
{
	const uint32_t *flows = learn_flows(analysis, channel);
	const struct flow *flow = &analysis->flows[flows[0]];
	struct exposure *out = draft_add(list);
	size_t i;

	out->is_hop = true;
	out->hop_via = channel->name;
	out->party = analysis->parties[grid->parties[0]].name;
	out->class = analysis->parties[grid->parties[0]].class;
	out->via_envelope_to = flow->via_envelope_to;
	out->reporter = flow->source->org_name;
	out->subscribers = 1;
	out->first_day = channel->first_day;
	out->last_day = channel->last_day;
	out->days = (int64_t)grid->day_count;
	out->messages = channel->messages;
	for (i = 0; i < channel->flow_count; i++)
		if (analysis->flows[flows[i]].window < out->window)
			out->window = analysis->flows[flows[i]].window;
	channel->class = CLASS_FORWARDER;
	channel->confidence = CONFIDENCE_MED;
	channel->is_possible_list = false;
	channel->reason = arena_printf(
	    analysis->arena, "passes on mail of %s", list->channel->name);
	evidence_add(analysis, channel, "second-hop", 0, NULL,
	    "it is active on days of %s, and on no others",
	    list->channel->name);
}

static void
place(struct analysis *analysis, struct channel *channel, struct draft *drafts,
    size_t count)
{
	struct grid *grid = grid_new(analysis, channel, NULL, NULL);
	struct draft *best = NULL;
	double ratio, most = SURE;
	size_t i;

	for (i = 0; i < count; i++) {
		if (drafts[i].channel->domain != channel->domain
		    || drafts[i].channel->class != CLASS_LIST
		    || !is_alike(channel, drafts[i].channel))
			continue;
		ratio = compare_days(analysis, grid, &drafts[i]);
		if (is_signed_by_list(analysis, channel, &drafts[i]))
			ratio += SIGNED_WORTH;
		if (ratio > most) {
			most = ratio;
			best = &drafts[i];
		}
	}
	if (best != NULL)
		add_hop(analysis, best, channel, grid);
	grid_free(grid);
}

void
hops_find_channels(
    struct analysis *analysis, struct draft *drafts, size_t count)
{
	struct channel *channel;
	size_t i;

	for (i = 0; i < analysis->channel_count && count > 0; i++) {
		channel = analysis->channels[i];
		if (channel->parties == 1 && channel->class != CLASS_LIST
		    && channel->class != CLASS_OWN
		    && channel->class != CLASS_VENDOR && channel->cell_count > 0
		    && strcmp(channel->provenance, "none") != 0)
			place(analysis, channel, drafts, count);
	}
}
