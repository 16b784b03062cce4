#include "analysis/hosts.h"

#include "base/arena.h"

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
	host->followed += channel->followed;
}

/* Together they are like the largest of them. */
static void
join(struct analysis *analysis, struct channel *channels, size_t count)
{
	struct channel *host = arena_alloc(analysis->arena, 1, sizeof(*host));
	int64_t most = -1;
	size_t i;

	*host = (struct channel) {
		.name = channels->name,
		.envelope = channels->envelope,
		.org = channels->org,
		.network = channels->network,
		.class = CLASS_UNKNOWN,
		.first_flow = channels->first_flow,
	};
	for (i = 0; i < count; i++) {
		channels[i].host = host;
		add_sums(host, &channels[i]);
		host->member_count++;
		if (channels[i].messages > most) {
			most = channels[i].messages;
			host->domain = channels[i].domain;
		}
	}
	host->host = host;
}

/* What is ours or authorised for one domain is judged for each alone. */
static bool
is_joint(const struct channel *channels, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (channels[i].class != CLASS_UNKNOWN)
			return false;
	return count > 1;
}

static bool
is_same_host(const struct channel *a, const struct channel *b)
{
	return a->envelope == b->envelope
	    && address_compare(&a->network, &b->network) == 0;
}

void
hosts_join(struct analysis *analysis)
{
	struct channel *channels = analysis->channels;
	size_t i, next, count = analysis->channel_count;

	for (i = 0; i < count; i++)
		channels[i].host = &channels[i];
	for (i = 0; i < count; i = next) {
		for (next = i + 1; next < count
		     && is_same_host(&channels[i], &channels[next]);
		     next++)
			;
		if (is_joint(channels + i, next - i))
			join(analysis, channels + i, next - i);
	}
}
