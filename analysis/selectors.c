/*
 * Our selectors, and where each is at home: with us, or with the operators
 * that carry what it signs.
 */

#include "analysis/learn.h"

struct selector_key {
	const char *policy_domain, *domain, *name;
};

static bool
is_selector(const void *context, uint32_t number, const void *wanted)
{
	const struct analysis *analysis = context;
	const struct selector *selector = &analysis->selectors[number];
	const struct selector_key *key = wanted;

	return selector->policy_domain == key->policy_domain
	    && selector->domain == key->domain && selector->name == key->name;
}

static uint64_t
hash_selector(const struct selector_key *key)
{
	return index_hash_pointer(
	    index_hash_pointer(
		index_hash_pointer(6, key->policy_domain), key->domain),
	    key->name);
}

uint32_t
learn_selector(struct analysis *analysis, const char *policy_domain,
    const struct facts *facts)
{
	struct selector_key key = { policy_domain, facts->own_domain,
		facts->own_selector };
	uint64_t hash;
	uint32_t number;

	if (key.name == NULL || *key.name == '\0')
		return INDEX_NONE;
	hash = hash_selector(&key);
	number = index_find(
	    &analysis->selector_index, hash, is_selector, analysis, &key);
	if (number != INDEX_NONE)
		return number;
	number = (uint32_t)analysis->selector_count;
	analysis->selectors = index_grow(analysis->selectors, number,
	    &analysis->selector_room, sizeof(*analysis->selectors));
	analysis->selectors[analysis->selector_count++] =
	    (struct selector) { key.policy_domain, key.domain, key.name, 0, 0 };
	index_put(&analysis->selector_index, hash, number);
	return number;
}

static bool
is_carriage(const void *context, uint32_t number, const void *wanted)
{
	const struct analysis *analysis = context;
	const struct carriage *carriage = &analysis->carriages[number];
	const struct carriage *key = wanted;

	return carriage->selector == key->selector
	    && carriage->domain == key->domain
	    && carriage->channel == key->channel;
}

static struct carriage
carriage_of(const struct analysis *analysis, uint32_t selector,
    const struct channel *channel)
{
	return (struct carriage) {
		.selector = selector,
		.domain = channel->org,
		.channel = channel->org == NULL
		    ? (uint32_t)(channel - analysis->channels)
		    : INDEX_NONE,
	};
}

static uint64_t
hash_carriage(const struct carriage *key)
{
	return index_hash(
	    index_hash_pointer(index_hash(7, key->selector), key->domain),
	    key->channel);
}

/* Messages with the selector that the channel's operator carries: an
 * organisation, or a network. */
static int64_t
carried(const struct analysis *analysis, uint32_t selector,
    const struct channel *channel)
{
	struct carriage key = carriage_of(analysis, selector, channel);
	uint32_t number = index_find(&analysis->carriage_index,
	    hash_carriage(&key), is_carriage, analysis, &key);

	return number == INDEX_NONE ? 0 : analysis->carriages[number].messages;
}

static void
add_carriage(struct analysis *analysis, uint32_t selector,
    const struct channel *channel, int64_t messages)
{
	struct carriage key = carriage_of(analysis, selector, channel);
	uint64_t hash = hash_carriage(&key);
	uint32_t number = index_find(
	    &analysis->carriage_index, hash, is_carriage, analysis, &key);

	if (number == INDEX_NONE) {
		number = (uint32_t)analysis->carriage_count;
		analysis->carriages = index_grow(analysis->carriages, number,
		    &analysis->carriage_room, sizeof(*analysis->carriages));
		analysis->carriages[analysis->carriage_count++] = key;
		index_put(&analysis->carriage_index, hash, number);
	}
	analysis->carriages[number].messages =
	    sum(analysis->carriages[number].messages, messages);
}

/* Flows of a channel that follow each other and have the same selector.  Many
 * have: what is looked for is looked for once. */
struct run {
	uint32_t selector;
	int64_t messages;
	size_t next;
};

static struct run
next_run(const struct channel *channel, const struct flow *flows, size_t from)
{
	struct run run = { .selector = flows[from].selector, .next = from };

	while (run.next < channel->flow_count
	    && flows[run.next].selector == run.selector)
		run.messages = sum(run.messages, flows[run.next++].messages);
	return run;
}

static void
add_selectors(struct analysis *analysis, const struct channel *channel)
{
	const struct flow *flows = learn_flows(analysis, channel);
	struct selector *selector;
	struct run run;
	size_t i;

	for (i = 0; i < channel->flow_count; i = run.next) {
		run = next_run(channel, flows, i);
		if (run.selector == INDEX_NONE)
			continue;
		selector = &analysis->selectors[run.selector];
		selector->messages = sum(selector->messages, run.messages);
		if (channel->class == CLASS_OWN)
			selector->own = sum(selector->own, run.messages);
		add_carriage(analysis, run.selector, channel, run.messages);
	}
}

/* One that is used by what is ours is at home: a message that it passes for
 * was ours, whoever brought it. */
static void
place_run(
    struct analysis *analysis, struct channel *channel, const struct run *run)
{
	const struct selector *selector = &analysis->selectors[run->selector];
	int64_t share;

	if (selector->own > 0) {
		channel->sig_home = sum(channel->sig_home, run->messages);
		return;
	}
	channel->sig_away = sum(channel->sig_away, run->messages);
	share = carried(analysis, run->selector, channel) * 100
	    / (selector->messages > 0 ? selector->messages : 1);
	if (share > channel->carried)
		channel->carried = share;
}

static void
place_signatures(struct analysis *analysis, struct channel *channel)
{
	struct flow *flows = analysis->flows + channel->first_flow;
	struct run run;
	size_t i;

	for (i = 0; i < channel->flow_count; i = run.next) {
		run = next_run(channel, flows, i);
		if (run.selector == INDEX_NONE)
			continue;
		place_run(analysis, channel, &run);
		if (analysis->selectors[run.selector].own > 0)
			continue;
		for (; i < run.next; i++)
			flows[i].says |= SAYS_AWAY;
	}
}

void
learn_selectors(struct analysis *analysis)
{
	size_t i;

	for (i = 0; i < analysis->channel_count; i++)
		add_selectors(analysis, &analysis->channels[i]);
	for (i = 0; i < analysis->channel_count; i++)
		place_signatures(analysis, &analysis->channels[i]);
}
