#include "analysis/hosts.h"

#include <err.h>
#include <stdlib.h>

#include "base/arena.h"

struct place {
	const struct channel *channel;
	uint32_t number;
};

static int
compare_hosts(const struct channel *a, const struct channel *b)
{
	uintptr_t left = (uintptr_t)a->envelope, right = (uintptr_t)b->envelope;

	if (left != right)
		return left < right ? -1 : 1;
	return address_compare(&a->network, &b->network);
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	int order = compare_hosts(left->channel, right->channel);

	if (order != 0)
		return order;
	return left->number < right->number ? -1 : 1;
}

uint32_t *
hosts_order(const struct analysis *analysis)
{
	size_t count = analysis->channel_count, i;
	struct place *places = calloc(count + 1, sizeof(*places));
	uint32_t *order = calloc(count + 1, sizeof(*order));

	if (places == NULL || order == NULL)
		err(1, "hosts");
	for (i = 0; i < count; i++)
		places[i] =
		    (struct place) { analysis->channels[i], (uint32_t)i };
	qsort(places, count, sizeof(*places), compare_places);
	for (i = 0; i < count; i++)
		order[i] = places[i].number;
	free(places);
	return order;
}

static void
add_sums(struct channel *host, const struct channel *channel)
{
	host->messages = sum(host->messages, channel->messages);
	host->passed = sum(host->passed, channel->passed);
	host->aligned_spf = sum(host->aligned_spf, channel->aligned_spf);
	host->own_network = sum(host->own_network, channel->own_network);
	host->sig_pass = sum(host->sig_pass, channel->sig_pass);
	host->sig_fail = sum(host->sig_fail, channel->sig_fail);
	host->sig_home = sum(host->sig_home, channel->sig_home);
	host->sig_away = sum(host->sig_away, channel->sig_away);
	host->spf_pass = sum(host->spf_pass, channel->spf_pass);
	host->signed_by_relay =
	    sum(host->signed_by_relay, channel->signed_by_relay);
	host->signed_by_other =
	    sum(host->signed_by_other, channel->signed_by_other);
	host->arc = sum(host->arc, channel->arc);
	host->sealed = sum(host->sealed, channel->sealed);
	host->mailing_list = sum(host->mailing_list, channel->mailing_list);
	host->from_others = sum(host->from_others, channel->from_others);
	host->trusted_forwarder =
	    sum(host->trusted_forwarder, channel->trusted_forwarder);
	host->flow_count += channel->flow_count;
	host->cell_count += channel->cell_count;
}

/* Together they are like the largest of them. */
static void
join(struct analysis *analysis, const uint32_t *order, size_t count)
{
	struct channel *host = arena_alloc(analysis->arena, 1, sizeof(*host));
	struct channel *channel, *first = analysis->channels[order[0]];
	int64_t most = -1;
	size_t i;

	*host = (struct channel) {
		.name = first->name,
		.envelope = first->envelope,
		.org = first->org,
		.network = first->network,
		.class = CLASS_UNKNOWN,
		.first_flow = first->first_flow,
		.first_cell = first->first_cell,
	};
	for (i = 0; i < count; i++) {
		channel = analysis->channels[order[i]];
		channel->host = host;
		add_sums(host, channel);
		host->member_count++;
		if (channel->messages > most) {
			most = channel->messages;
			host->domain = channel->domain;
		}
	}
	host->host = host;
}

/* What is ours or authorised for one domain is judged for each alone. */
static bool
is_joint(const struct analysis *analysis, const uint32_t *order, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (analysis->channels[order[i]]->class != CLASS_UNKNOWN)
			return false;
	return count > 1;
}

void
hosts_join(struct analysis *analysis, const uint32_t *order)
{
	struct channel **channels = analysis->channels;
	size_t i, next, count = analysis->channel_count;

	for (i = 0; i < count; i++)
		channels[i]->host = channels[i];
	for (i = 0; i < count; i = next) {
		for (next = i + 1; next < count
		     && compare_hosts(channels[order[i]], channels[order[next]])
			 == 0;
		     next++)
			;
		if (is_joint(analysis, order + i, next - i))
			join(analysis, order + i, next - i);
	}
}
