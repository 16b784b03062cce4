/*
 * Is a channel a mailing list?  Points for and against, each with its reason.
 *
 * The heart is that a list sends every post to everybody: its parties move
 * together (analysis/grid.h).  Forwarders, filters, vendors and spammers
 * reach people one by one.  Names and signatures only add to that, because
 * anyone can choose a name and copy a signature.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/classify.h"
#include "analysis/evidence.h"
#include "analysis/grid.h"
#include "analysis/learn.h"
#include "analysis/posts.h"
#include "parse/datetime.h"

/* A channel needs so many points to be a list, and to be one surely. */
#define LIST_POINTS 5
#define SURE_POINTS 8

struct judge {
	struct analysis *analysis;
	struct channel *channel;    /* gets the verdict, */
	const struct channel *host; /* and this is judged */
	const struct step *step;
	const char *list_label, *forward_label;
	bool known;          /* host of lists */
	bool together;       /* parties move together, over several sends */
	bool recognised;     /* as a list, by a receiver */
	bool testified;      /* that, or that it passes mail on */
	bool arc;            /* many receivers went by it, or the host sealed */
	bool passes;         /* some genuine signature of ours came through */
	bool intact, broken; /* most of our signatures */
	bool steady;         /* one operator sends it, as far as can be seen */
	bool strange;        /* From is a domain that our servers never use */
	int points;
};

static int
percent(int64_t part, int64_t whole)
{
	return whole == 0 ? 0 : (int)((double)part * 100 / (double)whole + 0.5);
}

#define SAY(judge, rule, worth, says, ...)                                     \
	((judge)->points += (worth),                                           \
	    evidence_add((judge)->analysis, (judge)->channel, rule, worth,     \
		says, __VA_ARGS__))

/* --- what is seen --- */

/* On a list nobody is alone, unless reports get lost. */
static bool
comes_one_by_one(const struct step *step)
{
	return (step->alone >= 4 && step->alone_parties >= 2
		   && step->alone * 10 >= step->days * 3)
	    || (step->rest_days >= 5 && step->rest_parties >= 2
		&& step->rest_days * 10 >= step->days * 3
		&& step->rest_share >= 0.1 && step->rest_index < 0.25);
}

/*
 * A few waves of mail to all sorts of people are together too, in that all of
 * a wave are on one day; but then each wave has others.
 */
static bool
moves_together(const struct step *step)
{
	if (step->parties < 2 || step->sends < 1.8 || step->index < 0.5)
		return false;
	if (comes_one_by_one(step))
		return false;
	if (step->sends < 4)
		return step->complete >= 0.75 && step->index >= 0.7
		    && (step->deviations >= 3 || step->span == 2);
	return step->deviations >= 3;
}

static void
look(struct judge *j)
{
	const struct knowledge *knowledge = j->analysis->config.knowledge;
	const struct channel *host = j->host;
	const struct step *step = j->step;

	j->intact = 2 * host->sig_pass > host->messages;
	j->broken = 2 * host->sig_fail >= host->messages;
	j->passes = host->sig_pass > 0;
	/* A tenth: one subscriber may have a filter that seals. */
	j->arc = host->sealed > 0 || 10 * host->arc >= host->messages;
	j->together = moves_together(step);
	if (host->envelope == NULL)
		return;
	j->known = knowledge_find_above(
		       knowledge, KNOWLEDGE_LISTS, host->envelope, NULL)
	    != NULL;
	j->list_label = knowledge_label(knowledge, host->envelope, "list");
	j->forward_label =
	    knowledge_label(knowledge, host->envelope, "forward");
}

static void
judge_names(struct judge *j)
{
	const char *bounce;

	if (j->known)
		SAY(j, "known-host", 4, NULL, "%s carries mailing lists",
		    j->host->envelope);
	else if (j->list_label != NULL)
		SAY(j, "list-name", 2, NULL,
		    "the name looks like a list's (\"%s\")", j->list_label);
	if (j->host->envelope == NULL)
		return;
	bounce = knowledge_label(
	    j->analysis->config.knowledge, j->host->envelope, "bounce");
	if (bounce != NULL && !j->known)
		SAY(j, "bounce-name", 1, NULL,
		    "the name is one for bounces (\"%s\")", bounce);
	if (j->forward_label != NULL && !j->known)
		SAY(j, "forward-name", -4, NULL,
		    "the name looks like a forwarder's (\"%s\")",
		    j->forward_label);
}

static void
judge_testimony(struct judge *j)
{
	const struct channel *host = j->host;

	if (host->mailing_list > 0)
		SAY(j, "mailing-list-reason", host->mailing_list > 1 ? 5 : 4,
		    says_mailing_list,
		    "receivers recognised a mailing list in %lld messages",
		    (long long)host->mailing_list);
	if (host->sealed > 0)
		SAY(j, "arc-seal", 2, says_arc, "%s sealed it with ARC",
		    host->name);
	else if (j->arc && host->envelope != NULL
	    && 2 * host->spf_pass >= host->messages)
		SAY(j, "arc-pass", 1, says_arc,
		    "a receiver went by its ARC seals");
	if (host->trusted_forwarder > 0)
		SAY(j, "trusted-forwarder", 1, says_trusted_forwarder,
		    "a receiver knows it as a forwarder");
	j->recognised = host->mailing_list > 0;
	j->testified = host->mailing_list > 0 || host->sealed > 0
	    || host->trusted_forwarder > 0;
}

static void
judge_step(struct judge *j)
{
	const struct step *step = j->step;
	char day[DATETIME_TEXT];

	datetime_format_date((int64_t)step->fan_day * 86400, day);
	if (step->fan >= 2)
		SAY(j, "fan", step->fan >= 5 ? 2 : 1, NULL,
		    "%zu organisations on %s", step->fan, day);
	if (j->together && step->index >= 0.75)
		SAY(j, "together", 4, NULL,
		    "the same %zu organisations on %zu days, together "
		    "(%.0f%% of what can be, far from chance)",
		    step->parties, step->days, step->index * 100);
	else if (j->together)
		SAY(j, "together", 3, NULL,
		    "%zu organisations on %zu days, mostly together (%.0f%%)",
		    step->parties, step->days, step->index * 100);
	if (j->together && step->sends >= 5 && step->index >= 0.6)
		SAY(j, "again-and-again", 1, NULL, "%zu days", step->days);
	if (step->parties == 1 && step->days >= 3)
		SAY(j, "one-destination", -4, NULL,
		    "only one destination ever");
	else if (comes_one_by_one(step))
		SAY(j, "alone", -5, NULL,
		    "on many days (%zu of %zu) few of them are there, and "
		    "any of them",
		    step->rest_days > step->alone ? step->rest_days
						  : step->alone,
		    step->days);
	else if (!j->together && step->days >= 4 && step->index < 0.25)
		SAY(j, "one-by-one", -5, NULL,
		    "who gets something on a day has nothing to do with who "
		    "else does");
	if (!j->together && step->days >= 4 && step->diversity >= 0.8
	    && j->host->messages >= 30)
		SAY(j, "everybody", -3, NULL,
		    "it reaches %zu organisations, as mail to all sorts of "
		    "people would",
		    step->parties);
}

static void
judge_signatures(struct judge *j)
{
	const struct channel *host = j->host;
	int64_t n = host->messages;

	if (j->broken && 2 * host->signed_by_relay >= n)
		SAY(j, "resigned", 2, says_own_fail,
		    "your signature is broken in %d%%, and %s signs",
		    percent(host->sig_fail, n), host->name);
	else if (j->broken)
		SAY(j, "broken", 1, says_own_fail,
		    "your signature is broken in %d%%",
		    percent(host->sig_fail, n));
	if (j->broken && host->sig_home > 0)
		SAY(j, "some-pass", 1, says_own_pass,
		    "in %d%% it survives: they are yours",
		    percent(host->sig_home, n));
	if (j->intact)
		SAY(j, "intact", 1, says_own_pass,
		    "your signature passes in %d%%",
		    percent(host->sig_pass, n));
	if (host->envelope == NULL)
		SAY(j, "envelope-kept", -2, NULL,
		    "your envelope sender is kept");
}

/* Several messages on some days, and none on others: people write to each
 * other.  Who mails his customers does so once. */
static bool
is_discussion(const struct judge *j)
{
	struct posts posts;
	struct grid *grid;
	size_t i, many = 0;

	if (!j->together || j->step->days < 10 || j->step->regular)
		return false;
	grid = grid_new(j->analysis, j->host, NULL, NULL);
	posts_fit(grid, &posts);
	for (i = 0; i < grid->day_count; i++)
		many += posts.by_day[i] > 1;
	posts_free(&posts);
	grid_free(grid);
	return many >= 3 && many * 10 >= j->step->days;
}

/*
 * Who signs for itself beside a signature of ours that survives had our key
 * and wrote the message: a list that signs has changed it before.
 */
static bool
judge_cosigner(struct judge *j)
{
	const struct channel *host = j->host;

	if (!j->intact || 2 * host->signed_by_relay < host->messages
	    || j->testified || j->known || j->list_label != NULL || j->arc
	    || is_discussion(j))
		return false;
	SAY(j, "cosigned", -5, says_relay_signs,
	    "it signs beside a signature of yours that passes, as a service "
	    "with your key does");
	return true;
}

/* It brings what other senders have signed, as they signed it: a forwarder,
 * whose users may well be on the same list. */
static void
judge_carrier(struct judge *j)
{
	const uint32_t *flows = learn_flows(j->analysis, j->host);
	const struct flow *flow;
	int64_t carried = 0;
	size_t i;

	if (j->known || j->testified)
		return;
	for (i = 0; i < j->host->flow_count; i++) {
		flow = &j->analysis->flows[flows[i]];
		if (learn_is_anothers(j->analysis, j->host, flow->facts))
			carried = sum(carried, flow->messages);
	}
	if (10 * carried < 3 * j->host->messages)
		return;
	j->together = false;
	SAY(j, "carrier", -5, says_signed,
	    "%d%% of it is signed by others, who send here themselves",
	    percent(carried, j->host->messages));
}

static bool
is_away(const void *context, const struct flow *flow)
{
	(void)context;
	return flow->is_away;
}

/*
 * What a vendor of ours sends goes to people.  Who passes it on to these, and
 * what we write to those, forwards for both, and some of them may be in a
 * circle that we write to.
 */
static void
judge_errands(struct judge *j)
{
	struct grid *grid;
	bool is_apart;

	if (j->known || j->recognised
	    || 50 * j->host->sig_away < j->host->messages)
		return;
	grid = grid_new(j->analysis, j->host, is_away, NULL);
	is_apart = grid->party_count >= 2
	    && grid->cell_count * 2 <= grid->day_count * j->step->fan;
	grid_free(grid);
	if (!is_apart)
		return;
	j->together = false;
	SAY(j, "errands", -5, says_away,
	    "it passes on what vendors of yours sent (%d%%), and not to those "
	    "who get the rest",
	    percent(j->host->sig_away, j->host->messages));
}

/*
 * Users of a forwarding service are together when all get the same mailing
 * of ours, and never else.
 */
static void
judge_mailings(struct judge *j)
{
	size_t count, before, both;
	struct grid *grid;
	struct step rest;
	int32_t *days;

	if (!j->together || j->testified || j->known)
		return;
	days = learn_mailings(j->analysis, j->host->domain, &count);
	grid = grid_new(j->analysis, j->host, NULL, NULL);
	before = grid_joint_days(grid);
	grid_drop_days(grid, days, count);
	rest = grid_step(j->analysis, grid);
	both = before - grid_joint_days(grid);
	grid_free(grid);
	free(days);
	if (both < 2 || both * 10 < before * 6 || moves_together(&rest))
		return;
	j->together = false;
	SAY(j, "own-mailings", -5, NULL,
	    "they are together on %zu days, and on %zu of them you wrote to "
	    "many at once yourself",
	    before, both);
}

/* A list has some of those who report; who reaches most of them with a few
 * messages wrote to all his customers. */
static void
judge_reach(struct judge *j)
{
	size_t all = j->analysis->party_count;

	if (j->together && j->intact && !j->testified && !j->known
	    && j->list_label == NULL && j->step->sends < 8
	    && j->step->parties >= 40 && j->step->parties * 5 > all * 2)
		SAY(j, "reach", -5, NULL,
		    "it reaches %zu of the %zu organisations that get mail "
		    "with your domain",
		    j->step->parties, all);
}

/* Newsletters come on a schedule, posts as people feel like it. */
static bool
is_scheduled(const struct judge *j)
{
	return j->together && !j->broken && !j->testified && !j->arc
	    && !j->known && j->list_label == NULL && j->step->sends >= 4
	    && j->step->regular;
}

static void
judge_schedule(struct judge *j)
{
	if (is_scheduled(j))
		SAY(j, "schedule", -4, NULL,
		    "it comes at regular intervals, like a newsletter");
}

/* Posts are from our users, whose mail our servers send as well. */
static void
judge_from(struct judge *j)
{
	j->strange = !j->passes && learn_is_strange(j->analysis, j->host);
	if (j->strange)
		SAY(j, "strange-from", -4, NULL,
		    "From has a domain that your servers never use");
}

/* --- what follows --- */

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

static bool
is_same_network(const struct flow *a, const struct flow *b)
{
	size_t keep = a->source_ip.len == 5 ? 4 : 7;

	return a->source_ip.len == b->source_ip.len
	    && memcmp(a->source_ip.data, b->source_ip.data, keep) == 0;
}

/* The flow whose network has most of the messages, if one has. */
static const struct flow *
find_majority(const struct judge *j)
{
	const uint32_t *flows = learn_flows(j->analysis, j->host);
	const struct flow *flow, *most = NULL;
	int64_t lead = 0;
	size_t i;

	for (i = 0; i < j->host->flow_count; i++) {
		flow = &j->analysis->flows[flows[i]];
		if (most != NULL && is_same_network(flow, most)) {
			lead = sum(lead, flow->messages);
			continue;
		}
		lead -= flow->messages;
		if (most == NULL || lead < 0) {
			most = flow;
			lead = lead < 0 ? -lead : lead;
		}
	}
	return most;
}

/* Most of it has one origin, by SPF or by address. */
static bool
is_steady(const struct judge *j)
{
	const uint32_t *flows = learn_flows(j->analysis, j->host);
	const struct flow *flow, *most;
	int64_t share = 0;
	size_t i;

	if (2 * j->host->spf_pass >= j->host->messages)
		return true;
	most = find_majority(j);
	for (i = 0; i < j->host->flow_count; i++) {
		flow = &j->analysis->flows[flows[i]];
		if (is_same_network(flow, most))
			share = sum(share, flow->messages);
	}
	return 2 * share >= j->host->messages;
}

/*
 * Nothing of ours is left in it, but it moves like a list: everybody gets
 * everything, whenever it comes.  A service writes to now these and now
 * those, all of whom we write to.
 */
static bool
is_evident(const struct judge *j)
{
	const struct step *step = j->step;
	bool signs = 2 * j->host->signed_by_relay >= j->host->messages;

	if (!j->together || j->strange || is_scheduled(j) || step->sends < 4.5
	    || step->index < 0.8 || step->complete < 0.7 || step->parties < 4
	    || step->crowd + step->gate == 0 || !is_steady(j))
		return false;
	if (j->list_label != NULL)
		return signs || step->strangers > 0 || step->parties >= 6;
	return step->parties >= 5 && step->strangers > 0;
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

/* One receiver saw a list's header, which stays when mail is passed on. */
static bool
is_doubtful_witness(const struct judge *j)
{
	return j->recognised && !j->known && j->step->fan < 2;
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

bool
judge_list(struct analysis *analysis, struct channel *channel)
{
	struct judge j = {
		.analysis = analysis,
		.channel = channel,
		.host = channel->host,
		.step = channel->host->step,
	};

	look(&j);
	if (j.host != channel)
		evidence_add(analysis, channel, "other-domains", 0, NULL,
		    "judged by what %u of your domains got of it",
		    (unsigned)j.host->member_count);
	judge_names(&j);
	judge_testimony(&j);
	judge_step(&j);
	judge_signatures(&j);
	judge_cosigner(&j);
	judge_carrier(&j);
	judge_errands(&j);
	judge_mailings(&j);
	judge_schedule(&j);
	judge_from(&j);
	judge_reach(&j);
	settle_provenance(&j);
	settle_kind(&j);
#ifdef DBG
	fprintf(stderr,
	    "DBG %s %s prov=%s pts=%d tog=%d parties=%zu days=%zu sends=%.1f "
	    "idx=%.2f compl=%.2f dev=%.1f div=%.2f crowd=%zu named=%zu "
	    "gate=%zu strangers=%zu reg=%d alone=%zu/%zu "
	    "rest=%zu/%zu/%.2f/%.2f span=%d sig=%lld/%lld home=%lld away=%lld "
	    "n=%lld relay=%lld other=%lld spf=%lld arc=%lld lbl=%d fan=%zu\n",
	    channel->domain, channel->name, channel->provenance, j.points,
	    j.together, j.step->parties, j.step->days, j.step->sends,
	    j.step->index, j.step->complete, j.step->deviations,
	    j.step->diversity, j.step->crowd, j.step->named, j.step->gate,
	    j.step->strangers, j.step->regular, j.step->alone,
	    j.step->alone_parties, j.step->rest_days, j.step->rest_parties,
	    j.step->rest_index, j.step->rest_share, j.step->span,
	    (long long)j.host->sig_pass, (long long)j.host->sig_fail,
	    (long long)j.host->sig_home, (long long)j.host->sig_away,
	    (long long)j.host->messages, (long long)j.host->signed_by_relay,
	    (long long)j.host->signed_by_other, (long long)j.host->spf_pass,
	    (long long)j.host->arc, j.list_label != NULL, j.step->fan);
#endif
	channel->score = j.points;
	channel->confidence = j.points >= SURE_POINTS ? CONFIDENCE_HIGH
	    : j.points >= LIST_POINTS                 ? CONFIDENCE_MED
						      : CONFIDENCE_LOW;
	if (j.step->parties == 1 && j.step->days >= 3 && !j.known)
		return false;
	if (is_doubtful_copy(&j)) {
		channel->confidence = CONFIDENCE_LOW;
		evidence_add(analysis, channel, "copied", 0, says_own_fail,
		    "a broken signature can be copied, and nothing else shows "
		    "that it was your mail");
	} else if (is_doubtful_send(&j) || is_scheduled(&j) || is_detour(&j)
	    || is_doubtful_circle(&j) || is_doubtful_witness(&j))
		channel->confidence = CONFIDENCE_LOW;
	else if (strcmp(channel->provenance, "hint") == 0)
		channel->confidence =
		    is_evident(&j) ? CONFIDENCE_MED : CONFIDENCE_LOW;
	channel->is_possible_list = channel->confidence == CONFIDENCE_LOW
	    && j.points >= 2 && is_possible(&j);
	return channel->confidence > CONFIDENCE_LOW
	    || channel->is_possible_list;
}
