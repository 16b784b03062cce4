/*
 * Second hops that keep the list's envelope: they send from networks that the
 * list does not use.  So does what stands in front of a party's mailboxes, a
 * filter or a second MX, to which the list has delivered itself.
 */

#include <stdlib.h>

#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "base/arena.h"
#include "base/room.h"

static int
compare_nets(const void *a, const void *b)
{
	const struct net *left = a, *right = b;

	return address_compare(&left->address, &right->address);
}

struct net *
hops_net(const struct draft *draft, const struct address *address)
{
	const struct net key = { .address = world_network(address) };

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

/* --- candidates --- */

static void
collect_nets(const struct analysis *analysis, struct draft *draft)
{
	const struct flow *flows = learn_flows(analysis, draft->channel);
	size_t count = draft->channel->flow_count, i, n = 0;
	struct net *nets = room_new(count, sizeof(*nets));
	struct address address;
	const struct flow *flow;

	for (i = 0; i < count; i++) {
		flow = &flows[i];
		address = flow_address(analysis, flow);
		nets[i] = (struct net) {
			.address = world_network(&address),
			.messages = flow->messages,
			.spf_pass =
			    flow->says & SAYS_SPF_PASS ? flow->messages : 0,
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
static void
find_candidates(const struct analysis *analysis, struct draft *draft)
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

/* --- days --- */

/* Something was seen on a day: the list at all, the list at a party without a
 * detour, or a network. */
enum sight_of { SIGHT_LIST, SIGHT_PARTY, SIGHT_NET };
struct sight {
	enum sight_of of;
	uint32_t number;
	int32_t day;
};

static int
compare_sights(const void *a, const void *b)
{
	const struct sight *left = a, *right = b;

	if (left->of != right->of)
		return left->of < right->of ? -1 : 1;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return left->day < right->day ? -1 : left->day > right->day;
}

/* Different ones, in order. */
static size_t
list_sights(const struct analysis *analysis, const struct draft *draft,
    struct sight *out)
{
	const struct channel *channel = draft->channel;
	const struct flow *flows = learn_flows(analysis, channel), *flow;
	struct address address;
	const struct net *net;
	size_t i, n = 0, kept = 0;
	int32_t day;

	for (i = 0; i < channel->flow_count; i++) {
		flow = &flows[i];
		if (!(flow->says & SAYS_FOLLOWED))
			continue;
		address = flow_address(analysis, flow);
		net = hops_net(draft, &address);
		day = flow_report(analysis, flow)->day;
		out[n++] = (struct sight) { SIGHT_LIST, 0, day };
		out[n++] = net != NULL && net->is_hop
		    ? (struct sight) { SIGHT_NET, (uint32_t)(net - draft->nets),
			      day }
		    : (struct sight) { SIGHT_PARTY, flow->party, day };
	}
	qsort(out, n, sizeof(*out), compare_sights);
	for (i = 0; i < n; i++)
		if (kept == 0 || compare_sights(&out[kept - 1], &out[i]) != 0)
			out[kept++] = out[i];
	return kept;
}

static int64_t
count_days(
    const struct sight *sights, size_t count, enum sight_of of, uint32_t number)
{
	const struct sight first = { of, number, INT32_MIN };
	size_t low = 0, high = count, middle;
	int64_t days = 0;

	while (low < high) {
		middle = (low + high) / 2;
		if (compare_sights(&sights[middle], &first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && sights[low].of == of
	     && sights[low].number == number;
	     low++)
		days++;
	return days;
}

static void
count_all_days(const struct analysis *analysis, struct draft *draft)
{
	struct sight *sights =
	    room_new(2 * (size_t)draft->channel->followed, sizeof(*sights));
	size_t count = list_sights(analysis, draft, sights), i;
	struct net *net;

	for (i = 0; i < draft->net_count; i++) {
		net = &draft->nets[i];
		if (!net->is_hop)
			continue;
		net->days = count_days(sights, count, SIGHT_NET, (uint32_t)i);
		net->list_days = count_days(sights, count, SIGHT_LIST, 0);
		net->direct_days =
		    count_days(sights, count, SIGHT_PARTY, net->party);
	}
	free(sights);
}

/* --- what else comes through --- */

static size_t
add_number(uint32_t *numbers, size_t count, uint32_t number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (numbers[i] == number)
			return count;
	if (count < NET_NUMBERS)
		numbers[count++] = number;
	return count;
}

/* Networks that may be hops, of all drafts, in the order of addresses. */
struct candidates {
	struct net **nets;
	size_t count;
};

static int
compare_candidates(const void *a, const void *b)
{
	const struct net *left = *(struct net *const *)a;
	const struct net *right = *(struct net *const *)b;
	int order = compare_nets(left, right);

	if (order != 0)
		return order;
	return left->party < right->party ? -1 : left->party > right->party;
}

static struct candidates
gather_candidates(const struct draft *drafts, size_t count)
{
	struct candidates out = { 0 };
	size_t i, j, room = 0;

	for (i = 0; i < count; i++)
		room += drafts[i].net_count;
	out.nets = room_new(room, sizeof(struct net *));
	for (i = 0; i < count; i++)
		for (j = 0; j < drafts[i].net_count; j++)
			if (drafts[i].nets[j].is_hop)
				out.nets[out.count++] = &drafts[i].nets[j];
	qsort(out.nets, out.count, sizeof(struct net *), compare_candidates);
	return out;
}

/* The first that is not before the address. */
static size_t
find_first(const struct candidates *candidates, const struct address *address)
{
	size_t low = 0, high = candidates->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (address_compare(&candidates->nets[middle]->address, address)
		    < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
look_around(const struct analysis *analysis,
    const struct candidates *candidates, const struct channel *channel,
    const struct flow *flow)
{
	const struct address address = flow_address(analysis, flow);
	const struct address network = world_network(&address);
	struct net *net;
	size_t i;

	for (i = find_first(candidates, &network); i < candidates->count; i++) {
		net = candidates->nets[i];
		if (address_compare(&net->address, &network) != 0)
			break;
		net->party_count =
		    add_number(net->parties, net->party_count, flow->party);
		if (channel->envelope != NULL)
			net->sender_count =
			    add_number(net->senders, net->sender_count,
				(uint32_t)(channel - analysis->channels));
		else if (flow->party == net->party
		    && !(flow->says & SAYS_ALIGNED_SPF))
			net->has_own_mail = true;
	}
}

/* The same network at the same party is the same thing, whichever list it is
 * on. */
static void
share_days(const struct candidates *candidates)
{
	struct net **nets = candidates->nets;
	int64_t days, list_days, direct_days;
	size_t i, j, next;

	for (i = 0; i < candidates->count; i = next) {
		days = list_days = direct_days = 0;
		for (next = i; next < candidates->count
		     && compare_candidates(&nets[i], &nets[next]) == 0;
		     next++) {
			days += nets[next]->days;
			list_days += nets[next]->list_days;
			direct_days += nets[next]->direct_days;
		}
		for (j = i; j < next; j++) {
			nets[j]->days = days;
			nets[j]->list_days = list_days;
			nets[j]->direct_days = direct_days;
		}
	}
}

/* --- in front --- */

/* Nothing ever came there from where SPF allows it. */
static bool
is_sheltered(const struct party *party)
{
	return party->class == PARTY_NAMED && party->direct == 0
	    && party->messages >= 10;
}

/* A filter: most of those behind it get nothing in another way. */
static bool
is_pool(const struct analysis *analysis, const struct net *net)
{
	const struct party *party;
	size_t i, named = 0, sheltered = 0;

	for (i = 0; i < net->party_count; i++) {
		party = &analysis->parties[net->parties[i]];
		named += party->class == PARTY_NAMED;
		sheltered += is_sheltered(party);
	}
	return sheltered >= 2 && sheltered * 2 > named;
}

/* A second MX gets some of the messages, a subscriber gets every post. */
static bool
is_second_mx(const struct net *net)
{
	return net->party_count == 1
	    && (net->has_own_mail
		|| (2 * net->days < net->list_days
		    && net->direct_days > net->days / 2));
}

static bool
is_in_front(const struct analysis *analysis, const struct net *net)
{
	if (is_second_mx(net) || is_pool(analysis, net))
		return true;
	return analysis->parties[net->party].direct == 0
	    && (net->has_own_mail || net->sender_count == NET_NUMBERS);
}

void
hops_find_nets(
    const struct analysis *analysis, struct draft *drafts, size_t count)
{
	struct candidates candidates;
	const struct channel *channel;
	const struct flow *flows;
	size_t i, j;

	for (i = 0; i < count; i++) {
		if (drafts[i].channel->envelope == NULL)
			continue;
		find_candidates(analysis, &drafts[i]);
		count_all_days(analysis, &drafts[i]);
	}
	candidates = gather_candidates(drafts, count);
	for (i = 0; i < analysis->channel_count && candidates.count > 0; i++) {
		channel = &analysis->channels[i];
		flows = learn_flows(analysis, channel);
		for (j = 0; j < channel->flow_count; j++)
			look_around(analysis, &candidates, channel, &flows[j]);
	}
	share_days(&candidates);
	for (i = 0; i < candidates.count; i++)
		candidates.nets[i]->is_hop =
		    !is_in_front(analysis, candidates.nets[i]);
	free(candidates.nets);
}
