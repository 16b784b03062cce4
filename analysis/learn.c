#include "analysis/learn.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void *
allocate(size_t count, size_t size)
{
	void *made = calloc(count == 0 ? 1 : count, size);

	if (made == NULL)
		err(1, "analysis");
	return made;
}

/* --- sums --- */

static void
add(int64_t *out, bool counts, int64_t messages)
{
	if (counts)
		*out = sum(*out, messages);
}

static void
add_flow(
    struct analysis *analysis, struct channel *channel, const struct flow *flow)
{
	const struct facts *facts = flow->facts;
	const struct reason_facts *reasons = flow->reasons;
	int64_t n = flow->messages;

	add(&channel->messages, true, n);
	add(&channel->passed, facts->passes, n);
	add(&channel->aligned_spf, facts->aligned_spf, n);
	add(&channel->own_network,
	    own_has_address(analysis->config.own, &flow->source_ip), n);
	add(&channel->sig_pass, facts->own_signature == SIGNATURE_PASS, n);
	add(&channel->sig_fail, facts->own_signature == SIGNATURE_FAIL, n);
	add(&channel->spf_pass, facts->spf == DMARC_AUTH_PASS, n);
	add(&channel->signed_by_relay, facts->relay_signs, n);
	add(&channel->signed_by_other, facts->signer != NULL, n);
	add(&channel->mailing_list, reasons->mailing_list, n);
	add(&channel->trusted_forwarder, reasons->trusted_forwarder, n);
	add(&channel->arc, reasons->arc_pass || reasons->arc_seal != NULL, n);
	add(&channel->sealed,
	    facts_sealed_by(reasons->arc_seal, channel->envelope), n);
	if (flow->first_day < channel->first_day)
		channel->first_day = flow->first_day;
	if (flow->last_day > channel->last_day)
		channel->last_day = flow->last_day;
	add(&analysis->parties[flow->party].messages, true, n);
	add(&analysis->parties[flow->party].direct, facts->aligned_spf, n);
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static int
compare_pointers(const void *a, const void *b)
{
	const void *const *left = a, *const *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void
count_distinct(struct analysis *analysis, struct channel *channel)
{
	const struct flow *flows = learn_flows(analysis, channel);
	size_t i, n = channel->flow_count;
	uint32_t *parties;
	const void **reporters;

	if (n == 1) {
		channel->parties = channel->reporters = 1;
		return;
	}
	parties = allocate(n, sizeof(*parties));
	reporters = allocate(n, sizeof(*reporters));
	for (i = 0; i < n; i++) {
		parties[i] = flows[i].party;
		reporters[i] = flows[i].source;
	}
	qsort(parties, n, sizeof(*parties), compare_numbers);
	qsort(reporters, n, sizeof(*reporters), compare_pointers);
	for (i = 0; i < n; i++) {
		channel->parties += i == 0 || parties[i] != parties[i - 1];
		channel->reporters +=
		    i == 0 || reporters[i] != reporters[i - 1];
	}
	free(parties);
	free(reporters);
}

void
learn_sums(struct analysis *analysis)
{
	const struct flow *flows;
	struct channel *channel;
	size_t i, j;

	for (i = 0; i < analysis->channel_count; i++) {
		channel = analysis->channels[i];
		channel->first_day = INT32_MAX;
		channel->last_day = INT32_MIN;
		flows = learn_flows(analysis, channel);
		for (j = 0; j < channel->flow_count; j++)
			add_flow(analysis, channel, &flows[j]);
		count_distinct(analysis, channel);
		add(&analysis->messages, true, channel->messages);
		if (i == 0 || channel->first_day < analysis->first_day)
			analysis->first_day = channel->first_day;
		if (i == 0 || channel->last_day > analysis->last_day)
			analysis->last_day = channel->last_day;
	}
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
		channel = analysis->channels[i];
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
		channel = analysis->channels[i];
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
	struct address network = *address;
	size_t keep = address->len == 5 ? 4 : 7, low = 0, high = count, middle;

	if (address->len > keep)
		memset(network.data + keep, 0, address->len - keep);
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

void
learn_networks(struct analysis *analysis)
{
	struct channel **networks =
	    allocate(analysis->channel_count, sizeof(struct channel *));
	size_t count = list_networks(analysis, networks), i, at;
	const struct flow *flow;

	for (i = 0; i < analysis->flow_count && count > 0; i++) {
		flow = &analysis->flows[i];
		if (flow->facts->envelope == NULL)
			continue;
		at = find_network(networks, count, &flow->source_ip);
		for (; at < count
		     && find_network(networks + at, 1, &flow->source_ip) == 0;
		     at++)
			add(&networks[at]->from_others, true, flow->messages);
	}
	free(networks);
}

/* --- the domains in From --- */

void
learn_froms(struct analysis *analysis)
{
	const char *from, *last = NULL;
	const struct flow *flow;
	size_t i;

	for (i = 0; i < analysis->flow_count; i++) {
		flow = &analysis->flows[i];
		from = flow->facts->shape->header_from;
		if (from == last
		    || analysis->channels[flow->channel]->class != CLASS_OWN)
			continue;
		*memo_place(&analysis->own_froms, from) = flow;
		last = from;
	}
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
		if (*memo_place(
			&analysis->own_froms, flow->facts->shape->header_from)
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
		channel = analysis->channels[i];
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
		channel = analysis->channels[i];
		if (channel->org != NULL && channel->messages > 0
		    && 2 * channel->signed_by_relay >= channel->messages)
			*memo_place(&analysis->signers, channel->org) = channel;
	}
}

bool
learn_is_anothers(struct analysis *analysis, const struct channel *channel,
    const struct facts *facts)
{
	const struct dmarc_dkim *dkim;
	const char *org;

	if (facts->signer == NULL)
		return false;
	for (dkim = facts->shape->dkim_results; dkim != NULL;
	     dkim = dkim->next) {
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
	struct own_day *days = allocate(all, sizeof(*days));
	int64_t *records = allocate(all, sizeof(*records)), usual;
	int32_t *out = allocate(all, sizeof(*out));

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
