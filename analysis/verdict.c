/*
 * What follows from the points: how sure it is, and what the list does.
 * Points can be had cheaply, by a name or a copied signature; so there are
 * doubts that no points outweigh.
 */

#include <string.h>

#include "analysis/evidence.h"
#include "analysis/judge.h"
#include "analysis/learn.h"
#include "base/compiler.h"

/* A channel needs so many points to be a list, and to be one surely. */
#define LIST_POINTS 5
#define SURE_POINTS 8

/* --- doubts --- */

/*
 * Copied signatures: nothing proves that anything in the channel was ours.
 * To be believed, it must be seen to be a list.
 */
static bool
is_doubtful_copy(const struct judge *j)
{
	const struct step *step = j->step;

	if (!j->broken || j->passes || j->known || j->testified || j->arc)
		return false;
	if (!j->together)
		return true;
	/* Fraud goes to the same few of our partners again and again; a list
	 * has somebody to whom we never write. */
	if (step->regular)
		return true;
	if (step->days >= 20
	    || (j->list_label != NULL && step->sends >= 4.5
		&& step->parties >= 6))
		return false;
	return step->parties < 4
	    || (step->parties < 10 && step->strangers == 0);
}

/* One send of an intact message: a list, a forwarder, or somebody who sends
 * a message of ours again. */
static bool
is_doubtful_send(const struct judge *j)
{
	return !j->broken && !j->together && !j->known && !j->testified
	    && !(j->list_label != NULL && j->step->fan >= 3);
}

static struct address
network_of(const struct judge *j, const struct flow *flow)
{
	struct address address = flow_address(j->analysis, flow);

	return world_network(&address);
}

/* The network that has most of the messages, if one has. */
static struct address
find_majority(const struct judge *j)
{
	const struct flow *flows = learn_flows(j->analysis, j->host);
	struct address network, most = { .len = 0 };
	int64_t lead = 0;
	size_t i;

	for (i = 0; i < j->host->flow_count; i++) {
		network = network_of(j, &flows[i]);
		if (i > 0 && address_compare(&network, &most) == 0) {
			lead = sum(lead, flows[i].messages);
			continue;
		}
		lead -= flows[i].messages;
		if (i == 0 || lead < 0) {
			most = network;
			lead = -lead;
		}
	}
	return most;
}

/* Most of it has one origin, by SPF or by address. */
static bool
is_steady(const struct judge *j)
{
	const struct flow *flows = learn_flows(j->analysis, j->host);
	struct address network, most;
	int64_t share = 0;
	size_t i;

	if (2 * j->host->spf_pass >= j->host->messages)
		return true;
	most = find_majority(j);
	for (i = 0; i < j->host->flow_count; i++) {
		network = network_of(j, &flows[i]);
		if (address_compare(&network, &most) == 0)
			share = sum(share, flows[i].messages);
	}
	return 2 * share >= j->host->messages;
}

/*
 * Nothing of ours is left in it, but it moves like a list: everybody gets
 * everything, whenever it comes, and people answer each other.  A service
 * writes to now these and now those, all of whom we write to; who mails the
 * same readers for us, without a key of ours, does so once a day at most.
 * Such vendors are many, and lists that take signatures out are few: without a
 * list's name, or for very many readers, only a discussion is believed.
 */
static bool
is_evident(const struct judge *j)
{
	const struct step *step = j->step;
	bool signs = 2 * j->host->signed_by_relay >= j->host->messages;

	if (!j->together || j->strange || judge_is_scheduled(j)
	    || step->sends < 4.5 || step->index < 0.8 || step->complete < 0.7
	    || step->parties < 4 || step->crowd + step->gate == 0
	    || !is_steady(j))
		return false;
	if (j->list_label != NULL)
		return (signs || step->strangers > 0 || step->parties >= 6)
		    && (step->parties < MANY_PARTIES || judge_is_discussion(j));
	return step->parties >= 5 && step->strangers > 0
	    && judge_is_discussion(j);
}

static bool
is_hint(const struct judge *j)
{
	return strcmp(j->channel->provenance, "hint") == 0 && !is_evident(j);
}

static void
settle_provenance(struct judge *j)
{
	const struct channel *host = j->host;
	struct channel *channel = j->channel;

	if (2 * (host->sig_pass + host->sig_fail) >= host->messages)
		channel->provenance = "sig";
	else if (j->testified)
		channel->provenance = "testimony";
	else if (j->known && 2 * host->spf_pass >= host->messages)
		channel->provenance = "host";
	else
		channel->provenance = "hint";
}

static void
settle_kind(struct judge *j)
{
	const struct channel *host = j->host;
	struct channel *channel = j->channel;
	int64_t n = host->messages;

	if (j->arc)
		channel->kind = KIND_ARC;
	else if (channel->is_split)
		channel->kind = 2 * host->signed_by_other >= host->sig_fail
		    ? KIND_RESIGN
		    : KIND_BREAKS;
	else if (2 * (host->sig_pass + host->sig_fail) < n
	    && host->sig_pass == 0)
		channel->kind = KIND_STRIP;
	else if (2 * host->signed_by_other >= n)
		channel->kind = KIND_RESIGN;
	else if (2 * host->sig_fail >= n
	    && 6 * host->sig_pass <= host->sig_pass + host->sig_fail)
		channel->kind = KIND_BREAKS;
	else
		channel->kind =
		    5 * host->sig_pass >= 4 * n ? KIND_INTACT : KIND_MIXED;
}

/* A few users of a forwarder, to whom we often write together, look like a
 * small list that changes nothing. */
static bool
is_doubtful_circle(const struct judge *j)
{
	if (!j->intact || j->known || j->testified || j->arc
	    || j->list_label != NULL)
		return false;
	return j->step->parties <= 5 && j->step->index < 0.7;
}

/* A message of ours that somebody sends again, to the same people for a few
 * days. */
static bool
is_doubtful_burst(const struct judge *j)
{
	return j->intact && !j->known && !j->testified && !j->arc
	    && j->list_label == NULL && j->step->span < 8;
}

/* One receiver saw a list's header, which stays when mail is passed on. */
static bool
is_doubtful_witness(const struct judge *j)
{
	return j->recognised && !j->known && j->list_label == NULL
	    && j->step->fan < 2;
}

/* A seal says that mail was passed on, as forwarders do. */
static bool
is_detour(const struct judge *j)
{
	return j->forward_label != NULL && !j->known && !j->recognised
	    && j->list_label == NULL;
}

static bool
is_possible(const struct judge *j)
{
	const struct step *step = j->step;

	return j->known || j->testified || j->together
	    || (step->fan >= 2 && j->list_label != NULL)
	    || (j->broken && step->fan >= 3)
	    || (j->intact && step->fan >= 3 && step->index >= 0.25);
}

/* What no points outweigh; each says why, unless a rule has said it. */
static const struct {
	bool (*holds)(const struct judge *j);
	const char *rule, *text;
	uint32_t says;
} doubts[] = {
	{ is_doubtful_copy, "copied",
	    "a broken signature can be copied, and nothing else shows that it "
	    "was your mail",
	    SAYS_OWN_FAIL },
	{ is_doubtful_send, "not-together",
	    "a forwarder looks like that, or a message that was sent again",
	    0 },
	{ is_doubtful_burst, "burst",
	    "it came within a week: a message that somebody sends again and "
	    "again looks like that",
	    0 },
	{ is_doubtful_circle, "circle",
	    "a forwarder looks like that, when you write to a few of its users "
	    "together",
	    0 },
	{ is_doubtful_witness, "one-witness",
	    "who forwards a list's mail looks like that, too",
	    SAYS_MAILING_LIST },
	{ is_detour, NULL, NULL, 0 },
	{ judge_is_scheduled, NULL, NULL, 0 },
	{ is_hint, "nothing-of-yours",
	    "there is nothing in it that only you can have written", 0 },
};

static bool
is_doubtful(const struct judge *j)
{
	size_t i;

	for (i = 0; i < COUNT_OF(doubts); i++) {
		if (!doubts[i].holds(j))
			continue;
		if (doubts[i].rule != NULL)
			evidence_add(j->analysis, j->channel, doubts[i].rule, 0,
			    doubts[i].says, "%s", doubts[i].text);
		return true;
	}
	return false;
}

bool
verdict_reach(struct judge *j)
{
	struct channel *channel = j->channel;

	settle_provenance(j);
	settle_kind(j);
	channel->score = j->points;
	channel->confidence = j->points >= SURE_POINTS ? CONFIDENCE_HIGH
	    : j->points >= LIST_POINTS                 ? CONFIDENCE_MED
						       : CONFIDENCE_LOW;
	if (j->step->parties == 1 && j->step->days >= 3 && !j->known)
		return false;
	/* Without a signature of ours, evident is not yet sure. */
	if (strcmp(channel->provenance, "hint") == 0)
		channel->confidence = CONFIDENCE_MED;
	if (is_doubtful(j))
		channel->confidence = CONFIDENCE_LOW;
	channel->is_possible_list = channel->confidence == CONFIDENCE_LOW
	    && j->points >= 2 && is_possible(j);
	return channel->confidence > CONFIDENCE_LOW
	    || channel->is_possible_list;
}
