/* Channels, each once: first their keys, one by one, then all at once those
 * that have been found. */

#include <stdlib.h>
#include <string.h>

#include "analysis/world.h"
#include "base/arena.h"
#include "base/room.h"

struct address
world_network(const struct address *address)
{
	struct address network = *address;
	size_t keep = address->len == 5 ? 4 : 7;

	if (address->len > keep)
		memset(network.data + keep, 0, address->len - keep);
	return network;
}

uint64_t
world_network_of(const struct address *address)
{
	const uint8_t *d = address->data;
	uint64_t out = (uint64_t)d[0] << 56;
	size_t i;

	if (address->len == 0)
		return 0;
	if (address->len == 5)
		return world_network_of_ipv4((uint32_t)d[1] << 24
		    | (uint32_t)d[2] << 16 | (uint32_t)d[3] << 8);
	for (i = 0; i < 6; i++)
		out |= (uint64_t)d[1 + i] << 8 * (5 - i);
	return out;
}

static struct address
unpack_network(uint64_t network)
{
	struct address out = { .len = 0 };
	size_t count, i;

	if (network == 0)
		return out;
	out.data[0] = (uint8_t)(network >> 56);
	out.len = out.data[0] == 4 ? 5 : ADDRESS_MAX;
	count = out.data[0] == 4 ? 3 : 6;
	for (i = 0; i < count; i++)
		out.data[count - i] = (uint8_t)(network >> 8 * i);
	return out;
}

static bool
is_same_host(const struct channel_key *a, const struct channel_key *b)
{
	return a->envelope == b->envelope && a->network == b->network;
}

static bool
is_channel(const void *context, uint32_t number, const void *key)
{
	const struct analysis *analysis = context;
	const struct channel_key *channel = &analysis->channel_keys[number];

	return channel->domain == ((const struct channel_key *)key)->domain
	    && is_same_host(channel, key);
}

/* By any channel that it has. */
static bool
is_host(const void *context, uint32_t number, const void *key)
{
	const struct analysis *analysis = context;

	return is_same_host(&analysis->channel_keys[number], key);
}

static uint64_t
hash_host(const struct channel_key *key)
{
	return index_hash(index_hash_pointer(3, key->envelope), key->network);
}

static uint64_t
hash_channel(const struct channel_key *key)
{
	return index_hash_pointer(hash_host(key), key->domain);
}

static uint32_t
add_channel(struct analysis *analysis, const struct channel_key *key)
{
	struct channel_key made = *key;
	uint32_t number = (uint32_t)analysis->channel_count, first;
	uint64_t hash = hash_host(key);

	first = index_find(&analysis->host_index, hash, is_host, analysis, key);
	if (first == INDEX_NONE) {
		index_put(&analysis->host_index, hash, number);
		made.host = (uint32_t)analysis->host_count++;
	} else
		made.host = analysis->channel_keys[first].host;
	analysis->channel_keys = index_grow(analysis->channel_keys, number,
	    &analysis->channel_key_room, sizeof(*analysis->channel_keys));
	analysis->channel_keys[number] = made;
	analysis->channel_count++;
	return number;
}

uint32_t
world_channel(struct analysis *analysis, const struct channel_key *key)
{
	uint64_t hash = hash_channel(key);
	uint32_t number = index_find(
	    &analysis->channel_index, hash, is_channel, analysis, key);

	if (number == INDEX_NONE) {
		number = add_channel(analysis, key);
		index_put(&analysis->channel_index, hash, number);
	}
	return number;
}

void
world_channel_soon(
    const struct analysis *analysis, const struct channel_key *key)
{
	index_soon(&analysis->channel_index, hash_channel(key));
	index_soon(&analysis->host_index, hash_host(key));
}

static const char *
name_network(struct analysis *analysis, const struct address *network)
{
	char text[ADDRESS_TEXT + 4];

	if (network->len == 0)
		return "unknown";
	address_format(network, text);
	strcat(text, network->len == 5 ? "/24" : "/48");
	return arena_copy(analysis->arena, bytes_of(text));
}

static struct channel
channel_of(struct analysis *analysis, const struct channel_key *key)
{
	struct channel out = { .domain = key->domain,
		.envelope = key->envelope,
		.network = unpack_network(key->network) };

	if (out.envelope == NULL) {
		out.name = name_network(analysis, &out.network);
		return out;
	}
	out.name = out.envelope;
	out.org = world_org(analysis, out.envelope);
	return out;
}

/* Counting sort: the numbers of the channels, by host. */
static uint32_t *
order_channels(const struct analysis *analysis)
{
	size_t count = analysis->channel_count, i, sum = 0, size;
	uint32_t *order = room_new(count, sizeof(*order));
	uint32_t *ends = room_new(analysis->host_count, sizeof(*ends));

	for (i = 0; i < count; i++)
		ends[analysis->channel_keys[i].host]++;
	for (i = 0; i < analysis->host_count; i++) {
		size = ends[i];
		ends[i] = (uint32_t)sum;
		sum += size;
	}
	for (i = 0; i < count; i++)
		order[ends[analysis->channel_keys[i].host]++] = (uint32_t)i;
	free(ends);
	return order;
}

void
world_make_channels(struct analysis *analysis, uint32_t *flows)
{
	uint32_t *order = order_channels(analysis), count;
	struct channel *channel;
	size_t i, first = 0;

	analysis->channels =
	    room_new(analysis->channel_count, sizeof(*analysis->channels));
	for (i = 0; i < analysis->channel_count; i++) {
		channel = &analysis->channels[i];
		*channel =
		    channel_of(analysis, &analysis->channel_keys[order[i]]);
		count = flows[order[i]];
		channel->first_flow = flows[order[i]] = (uint32_t)first;
		channel->flow_count = count;
		first += count;
	}
	free(order);
	free(analysis->channel_keys);
	analysis->channel_keys = NULL;
	index_release(&analysis->channel_index);
	index_release(&analysis->host_index);
}
