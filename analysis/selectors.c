/*
 * Our selectors, and where each is at home: with us, or with the operators
 * that carry what it signs.
 */

#include "analysis/learn.h"

#include <stdlib.h>

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

static struct selector *
find_selector(struct analysis *analysis, const struct flow *flow, bool may_add)
{
	struct selector_key key = { flow->source->domain,
		flow->facts->own_domain, flow->facts->own_selector };
	uint64_t hash;
	uint32_t number;

	if (key.name == NULL || *key.name == '\0')
		return NULL;
	hash = hash_selector(&key);
	number = index_find(
	    &analysis->selector_index, hash, is_selector, analysis, &key);
	if (number == INDEX_NONE) {
		if (!may_add)
			return NULL;
		number = (uint32_t)analysis->selector_count;
		analysis->selectors = index_grow(analysis->selectors, number,
		    &analysis->selector_room, sizeof(*analysis->selectors));
		analysis->selectors[analysis->selector_count++] =
		    (struct selector) { key.policy_domain, key.domain, key.name,
			    0, 0 };
		index_put(&analysis->selector_index, hash, number);
	}
	return &analysis->selectors[number];
}

struct selector *
learn_selector(struct analysis *analysis, const struct flow *flow)
{
	return flow->facts->own_signature == SIGNATURE_PASS
	    ? find_selector(analysis, flow, false)
	    : NULL;
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
carriage_of(const struct analysis *analysis, const struct selector *selector,
    const struct channel *channel)
{
	return (struct carriage) {
		.selector = (uint32_t)(selector - analysis->selectors),
		.domain = channel->org,
		.channel = channel->org == NULL ? (uint32_t)channel->number
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

int64_t
learn_carried(const struct analysis *analysis, const struct selector *selector,
    const struct channel *channel)
{
	struct carriage key = carriage_of(analysis, selector, channel);
	uint32_t number = index_find(&analysis->carriage_index,
	    hash_carriage(&key), is_carriage, analysis, &key);

	return number == INDEX_NONE ? 0 : analysis->carriages[number].messages;
}

static void
add_carriage(struct analysis *analysis, const struct selector *selector,
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

static void
learn_selector_of(struct analysis *analysis, const struct flow *flow)
{
	const struct channel *channel = analysis->channels[flow->channel];
	struct selector *selector;

	if (flow->facts->own_signature != SIGNATURE_PASS)
		return;
	selector = find_selector(analysis, flow, true);
	if (selector == NULL)
		return;
	selector->messages = sum(selector->messages, flow->messages);
	if (channel->class == CLASS_OWN)
		selector->own = sum(selector->own, flow->messages);
	add_carriage(analysis, selector, channel, flow->messages);
}

static void
place_signature(struct analysis *analysis, struct flow *flow,
    const struct selector *selector)
{
	struct channel *channel = analysis->channels[flow->channel];
	int64_t share;

	if (learn_is_home(selector)) {
		channel->sig_home = sum(channel->sig_home, flow->messages);
		return;
	}
	flow->is_away = true;
	channel->sig_away = sum(channel->sig_away, flow->messages);
	share = learn_carried(analysis, selector, channel) * 100
	    / (selector->messages > 0 ? selector->messages : 1);
	if (share > channel->carried)
		channel->carried = share;
}

void
learn_selectors(struct analysis *analysis)
{
	const struct selector *selector;
	struct flow *flow;
	size_t i;

	for (i = 0; i < analysis->flow_count; i++)
		learn_selector_of(analysis, &analysis->flows[i]);
	for (i = 0; i < analysis->flow_count; i++) {
		flow = &analysis->flows[i];
		selector = learn_selector(analysis, flow);
		if (selector != NULL)
			place_signature(analysis, flow, selector);
	}
}
