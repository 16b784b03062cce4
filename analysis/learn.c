#include "analysis/learn.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/room.h"

/* --- sums --- */

static void
add(int64_t *out, bool counts, int64_t messages)
{
	if (counts)
		*out = sum(*out, messages);
}

/* What flows say, and the sum of a channel that it goes into. */
static const struct {
	uint32_t says;
	size_t member;
} sums[] = {
	{ SAYS_PASS, offsetof(struct channel, passed) },
	{ SAYS_ALIGNED_SPF, offsetof(struct channel, aligned_spf) },
	{ SAYS_OWN_NETWORK, offsetof(struct channel, own_network) },
	{ SAYS_OWN_PASS, offsetof(struct channel, sig_pass) },
	{ SAYS_OWN_FAIL, offsetof(struct channel, sig_fail) },
	{ SAYS_SPF_PASS, offsetof(struct channel, spf_pass) },
	{ SAYS_RELAY_SIGNS, offsetof(struct channel, signed_by_relay) },
	{ SAYS_SIGNED, offsetof(struct channel, signed_by_other) },
	{ SAYS_MAILING_LIST, offsetof(struct channel, mailing_list) },
	{ SAYS_TRUSTED_FORWARDER, offsetof(struct channel, trusted_forwarder) },
	{ SAYS_ARC, offsetof(struct channel, arc) },
};

static void
add_flow(
    struct analysis *analysis, struct channel *channel, const struct flow *flow)
{
	const struct flow_report *report = flow_report(analysis, flow);
	struct party *party = &analysis->parties[flow->party];
	int64_t n = flow->messages;
	size_t i;

	add(&channel->messages, true, n);
	for (i = 0; i < COUNT_OF(sums); i++)
		add((int64_t *)((char *)channel + sums[i].member),
		    flow->says & sums[i].says, n);
	if (flow->says & SAYS_ARC)
		add(&channel->sealed,
		    facts_sealed_by(flow_reasons(analysis, flow)->arc_seal,
			channel->envelope),
		    n);
	channel->followed += (flow->says & SAYS_FOLLOWED) != 0;
	if (report->day < channel->first_day)
		channel->first_day = report->day;
	if (report->day > channel->last_day)
		channel->last_day = report->day;
	add(&party->messages, true, n);
	add(&party->direct, flow->says & SAYS_ALIGNED_SPF, n);
}

/* For each party and source the last channel it was seen in, one up: so each
 * is counted once. */
struct stamps {
	uint32_t *parties, *sources;
};

static void
count_distinct(struct analysis *analysis, struct channel *channel,
    const struct flow *flow, struct stamps *stamps)
{
	uint32_t source = flow_report(analysis, flow)->source_number;
	uint32_t stamp = (uint32_t)(channel - analysis->channels) + 1;

	channel->parties += stamps->parties[flow->party] != stamp;
	channel->reporters += stamps->sources[source] != stamp;
	stamps->parties[flow->party] = stamps->sources[source] = stamp;
}

static void
sum_channel(
    struct analysis *analysis, struct channel *channel, struct stamps *stamps)
{
	const struct flow *flows = learn_flows(analysis, channel);
	size_t i;

	channel->first_day = INT32_MAX;
	channel->last_day = INT32_MIN;
	for (i = 0; i < channel->flow_count; i++) {
		add_flow(analysis, channel, &flows[i]);
		count_distinct(analysis, channel, &flows[i], stamps);
	}
}

void
learn_sums(struct analysis *analysis)
{
	struct stamps stamps = {
		room_new(analysis->party_count, sizeof(uint32_t)),
		room_new(analysis->sources.count, sizeof(uint32_t)),
	};
	struct channel *channel;
	size_t i;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		sum_channel(analysis, channel, &stamps);
		add(&analysis->messages, true, channel->messages);
		if (i == 0 || channel->first_day < analysis->first_day)
			analysis->first_day = channel->first_day;
		if (i == 0 || channel->last_day > analysis->last_day)
			analysis->last_day = channel->last_day;
	}
	/* No more of them come. */
	memset(stamps.parties, 0, analysis->party_count * sizeof(uint32_t));
	analysis->party_rows = stamps.parties;
	free(stamps.sources);
}

/* --- ours --- */

/*
 * What sends with our envelope from where SPF says it may is ours, or works
 * for us.  A vendor mostly signs for itself too; our servers don't sign for
 * others.  [networks] own, where it is given, knows better.
 */
static enum sender_class
class_of_authorised(
    const struct analysis *analysis, const struct channel *channel)
{
	if (2 * channel->own_network >= channel->messages)
		return CLASS_OWN;
	if (analysis->config.own->network_count > 0)
		return CLASS_VENDOR;
	return 2 * channel->signed_by_other >= channel->messages ? CLASS_VENDOR
								 : CLASS_OWN;
}

void
learn_own(struct analysis *analysis)
{
	struct channel *channel;
	size_t i;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		channel->class = CLASS_UNKNOWN;
		if (channel->envelope == NULL && channel->messages > 0
		    && (2 * channel->aligned_spf >= channel->messages
			|| 2 * channel->own_network >= channel->messages))
			channel->class = class_of_authorised(analysis, channel);
	}
}

/* --- networks --- */

/* By the network alone; those of several domains stand together. */
static int
compare_networks(const void *a, const void *b)
{
	const struct channel *left = *(struct channel *const *)a;
	const struct channel *right = *(struct channel *const *)b;

	return address_compare(&left->network, &right->network);
}

/* Networks that may be servers of ours which SPF lacks: a few. */
static size_t
list_networks(const struct analysis *analysis, struct channel **out)
{
	struct channel *channel;
	size_t i, n = 0;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		if (channel->envelope == NULL && channel->network.len > 0
		    && channel->class == CLASS_UNKNOWN
		    && 2 * channel->sig_pass >= channel->messages)
			out[n++] = channel;
	}
	qsort(out, n, sizeof(struct channel *), compare_networks);
	return n;
}

/* The first whose network is that of the address, or count. */
static size_t
find_network(struct channel *const *networks, size_t count,
    const struct address *address)
{
	struct address network = world_network(address);
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (address_compare(&networks[middle]->network, &network) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count
		&& address_compare(&networks[low]->network, &network) == 0
	    ? low
	    : count;
}

static void
look_at_others(const struct analysis *analysis, const struct channel *channel,
    struct channel *const *networks, size_t count)
{
	const struct flow *flows = learn_flows(analysis, channel);
	struct address address;
	size_t i, at;

	for (i = 0; i < channel->flow_count; i++) {
		address = flow_address(analysis, &flows[i]);
		at = find_network(networks, count, &address);
		for (; at < count
		     && find_network(networks + at, 1, &address) == 0;
		     at++)
			add(&networks[at]->from_others, true,
			    flows[i].messages);
	}
}

void
learn_networks(struct analysis *analysis)
{
	struct channel **networks =
	    room_new(analysis->channel_count, sizeof(struct channel *));
	size_t count = list_networks(analysis, networks), i;

	for (i = 0; i < analysis->channel_count && count > 0; i++)
		if (analysis->channels[i].envelope != NULL)
			look_at_others(
			    analysis, &analysis->channels[i], networks, count);
	free(networks);
}

/* --- the domains in From --- */

static const char *
from_of(const struct analysis *analysis, const struct flow *flow)
{
	return flow_facts(analysis, flow)->shape->header_from;
}

static void
learn_froms_of(struct analysis *analysis, const struct channel *channel)
{
	const struct flow *flows = learn_flows(analysis, channel);
	const char *from, *last = NULL;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		from = from_of(analysis, &flows[i]);
		if (from == last)
			continue;
		*memo_place(&analysis->own_froms, from) = channel;
		last = from;
	}
}

void
learn_froms(struct analysis *analysis)
{
	size_t i;

	for (i = 0; i < analysis->channel_count; i++)
		if (analysis->channels[i].class == CLASS_OWN)
			learn_froms_of(analysis, &analysis->channels[i]);
}

bool
learn_is_strange(struct analysis *analysis, const struct channel *host)
{
	const struct flow *flows = learn_flows(analysis, host);
	const struct flow *flow;
	int64_t strange = 0;
	size_t i;

	if (analysis->own_froms.count == 0)
		return false;
	for (i = 0; i < host->flow_count; i++) {
		flow = &flows[i];
		if (*memo_place(&analysis->own_froms, from_of(analysis, flow))
		    == NULL)
			strange = sum(strange, flow->messages);
	}
	return 5 * strange >= 4 * host->messages;
}

/* A server of ours that [networks] own does not name yet: it has the key, and
 * nobody else signs.  Vendors have keys of their own. */
void
learn_new_servers(struct analysis *analysis)
{
	struct channel *channel;
	size_t i;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		if (channel->class == CLASS_VENDOR
		    && 2 * channel->sig_home >= channel->messages
		    && 10 * channel->signed_by_other < channel->messages)
			channel->class = CLASS_OWN;
	}
}

/* --- signers --- */

void
learn_signers(struct analysis *analysis)
{
	const struct channel *channel;
	size_t i;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		if (channel->org != NULL && channel->messages > 0
		    && 2 * channel->signed_by_relay >= channel->messages)
			*memo_place(&analysis->signers, channel->org) = channel;
	}
}

bool
learn_is_anothers(struct analysis *analysis, const struct channel *channel,
    const struct flow *flow)
{
	const struct dmarc_dkim *dkim;
	const char *org;

	if (!(flow->says & SAYS_SIGNED))
		return false;
	dkim = flow_facts(analysis, flow)->shape->dkim_results;
	for (; dkim != NULL; dkim = dkim->next) {
		if (dkim->result.value != DMARC_AUTH_PASS
		    || dkim->domain == NULL)
			continue;
		org = world_org(analysis, dkim->domain);
		if (org != channel->org
		    && *memo_place(&analysis->signers, org) != NULL)
			return true;
	}
	return false;
}

/* --- mailings --- */

static int
compare_days(const void *a, const void *b)
{
	const struct own_day *left = a, *right = b;

	return left->day < right->day ? -1 : left->day > right->day;
}

static int
compare_records(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

int32_t *
learn_mailings(
    const struct analysis *analysis, const char *domain, size_t *count)
{
	size_t i, n = 0, all = analysis->own_day_count;
	struct own_day *days = room_new(all, sizeof(*days));
	int64_t *records = room_new(all, sizeof(*records)), usual;
	int32_t *out = room_new(all, sizeof(*out));

	*count = 0;
	for (i = 0; i < all; i++)
		if (analysis->own_days[i].domain == domain) {
			records[n] = analysis->own_days[i].records;
			days[n++] = analysis->own_days[i];
		}
	qsort(records, n, sizeof(*records), compare_records);
	qsort(days, n, sizeof(*days), compare_days);
	/* Of a working day, not of a Sunday. */
	usual = n == 0 ? 0 : records[n * 2 / 3];
	for (i = 0; i < n; i++)
		if (days[i].records * 2 >= usual * 3)
			out[(*count)++] = days[i].day;
	free(days);
	free(records);
	return out;
}
