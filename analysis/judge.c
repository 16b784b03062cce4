/*
 * Is a channel a mailing list?  Points for and against, each with its reason.
 *
 * The heart is that a list sends every post to everybody: its parties move
 * together (analysis/grid.h).  Forwarders, filters, vendors and spammers
 * reach people one by one.  Names and signatures only add to that, because
 * anyone can choose a name and copy a signature.
 */

#include "analysis/judge.h"

#include <stdlib.h>

#include "analysis/classify.h"
#include "analysis/evidence.h"
#include "analysis/learn.h"
#include "analysis/posts.h"
#include "base/arena.h"
#include "parse/datetime.h"

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

static bool
is_broken(const struct analysis *analysis, const void *context,
    const struct flow *flow)
{
	(void)analysis;
	(void)context;
	return (flow->says & SAYS_OWN_FAIL) != 0;
}

static const struct step *
step_of_broken(struct analysis *analysis, struct channel *host)
{
	struct grid *grid;
	struct step *made;

	/* Each of its channels asks. */
	if (host->broken_step != NULL)
		return host->broken_step;
	made = arena_alloc(analysis->arena, 1, sizeof(*made));
	grid = grid_new(analysis, host, is_broken, NULL);
	*made = grid_step_all(analysis, grid);
	grid_free(grid);
	return host->broken_step = made;
}

/*
 * A university forwards for its people, as mail came, and has lists, which
 * change what they send.  So the broken part may move together where all of
 * it does not.
 */
static void
look_at_broken(struct judge *j)
{
	struct channel *host = j->channel->host;
	const struct step *step;

	if (!comes_one_by_one(j->step) || host->envelope == NULL
	    || 10 * host->sig_fail < host->messages
	    || 20 * host->sig_pass < host->messages)
		return;
	step = step_of_broken(j->analysis, host);
	if (step->sends < 1.8 || !moves_together(step))
		return;
	j->step = step;
	j->together = j->broken = j->channel->is_split = true;
	j->intact = false;
	SAY(j, "apart", 0, SAYS_OWN_FAIL,
	    "those with your signature broken (%d%%) are looked at alone: the "
	    "others are passed on to people",
	    percent(host->sig_fail, host->messages));
}

static void
judge_names(struct judge *j)
{
	const char *bounce;

	if (j->known)
		SAY(j, "known-host", 4, 0, "%s carries mailing lists",
		    j->host->envelope);
	else if (j->list_label != NULL)
		SAY(j, "list-name", 2, 0,
		    "the name looks like a list's (\"%s\")", j->list_label);
	if (j->host->envelope == NULL)
		return;
	bounce = knowledge_label(
	    j->analysis->config.knowledge, j->host->envelope, "bounce");
	if (bounce != NULL && !j->known)
		SAY(j, "bounce-name", 1, 0,
		    "the name is one for bounces (\"%s\")", bounce);
	if (j->forward_label != NULL && !j->known)
		SAY(j, "forward-name", -4, 0,
		    "the name looks like a forwarder's (\"%s\")",
		    j->forward_label);
}

static void
judge_testimony(struct judge *j)
{
	const struct channel *host = j->host;

	if (host->mailing_list > 0)
		SAY(j, "mailing-list-reason", host->mailing_list > 1 ? 5 : 4,
		    SAYS_MAILING_LIST,
		    "receivers recognised a mailing list in %lld messages",
		    (long long)host->mailing_list);
	if (host->sealed > 0)
		SAY(j, "arc-seal", 2, SAYS_ARC, "%s sealed it with ARC",
		    host->name);
	else if (j->arc && host->envelope != NULL
	    && 2 * host->spf_pass >= host->messages)
		SAY(j, "arc-pass", 1, SAYS_ARC,
		    "a receiver went by its ARC seals");
	if (host->trusted_forwarder > 0)
		SAY(j, "trusted-forwarder", 1, SAYS_TRUSTED_FORWARDER,
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

	if (step->fan >= 2) {
		datetime_format_date((int64_t)step->fan_day * 86400, day);
		SAY(j, "fan", step->fan >= 5 ? 2 : 1, 0,
		    "%zu organisations on %s", step->fan, day);
	}
	if (j->together && step->index >= 0.75)
		SAY(j, "together", 4, 0,
		    "the same %zu organisations on %zu days, together "
		    "(%.0f%% of what can be, far from chance)",
		    step->parties, step->days, step->index * 100);
	else if (j->together)
		SAY(j, "together", 3, 0,
		    "%zu organisations on %zu days, mostly together (%.0f%%)",
		    step->parties, step->days, step->index * 100);
	if (j->together && step->sends >= 5 && step->index >= 0.6)
		SAY(j, "again-and-again", 1, 0, "%zu days", step->days);
	if (step->parties == 1 && step->days >= 3)
		SAY(j, "one-destination", -4, 0, "only one destination ever");
	else if (comes_one_by_one(step))
		SAY(j, "alone", -5, 0,
		    "on many days (%zu of %zu) few of them are there, and "
		    "any of them",
		    step->rest_days > step->alone ? step->rest_days
						  : step->alone,
		    step->days);
	else if (!j->together && step->days >= 4 && step->index < 0.25)
		SAY(j, "one-by-one", -5, 0,
		    "who gets something on a day has nothing to do with who "
		    "else does");
	if (!j->together && step->days >= 4 && step->diversity >= 0.8
	    && j->host->messages >= 30)
		SAY(j, "everybody", -3, 0,
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
		SAY(j, "resigned", 2, SAYS_OWN_FAIL,
		    "your signature is broken in %d%%, and %s signs",
		    percent(host->sig_fail, n), host->name);
	else if (j->broken)
		SAY(j, "broken", 1, SAYS_OWN_FAIL,
		    "your signature is broken in %d%%",
		    percent(host->sig_fail, n));
	if (j->broken && host->sig_home > 0)
		SAY(j, "some-pass", 1, SAYS_OWN_PASS,
		    "in %d%% it survives: they are yours",
		    percent(host->sig_home, n));
	if (j->intact)
		SAY(j, "intact", 1, SAYS_OWN_PASS,
		    "your signature passes in %d%%",
		    percent(host->sig_pass, n));
	if (host->envelope == NULL)
		SAY(j, "envelope-kept", -2, 0, "your envelope sender is kept");
}

/* Several messages on some days, and none on others: people write to each
 * other.  Who mails his customers does so once. */
bool
judge_is_discussion(const struct judge *j)
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
 * Who signs for itself beside a signature of ours that survives may have our
 * key and have written the message.  So may a list whose server signs all it
 * sends; but that shows over time, while a service mails its few times, or on
 * a schedule.
 */
static void
judge_cosigner(struct judge *j)
{
	const struct channel *host = j->host;
	bool often = j->together && j->step->sends >= 4.5 && !j->step->regular
	    && j->step->parties < MANY_PARTIES;

	if (!j->intact || 2 * host->signed_by_relay < host->messages
	    || j->testified || j->known || j->list_label != NULL || j->arc
	    || judge_is_discussion(j))
		return;
	SAY(j, "cosigned", often ? -2 : -5, SAYS_RELAY_SIGNS,
	    "it signs beside a signature of yours that passes, as a service "
	    "with your key does");
}

/* It brings what other senders have signed, as they signed it: a forwarder,
 * whose users may well be on the same list. */
static void
judge_carrier(struct judge *j)
{
	const struct flow *flows = learn_flows(j->analysis, j->host);
	const struct flow *flow;
	int64_t carried = 0;
	size_t i;

	if (j->known || j->testified)
		return;
	for (i = 0; i < j->host->flow_count; i++) {
		flow = &flows[i];
		if (learn_is_anothers(j->analysis, j->host, flow))
			carried = sum(carried, flow->messages);
	}
	if (10 * carried < 3 * j->host->messages)
		return;
	j->together = false;
	SAY(j, "carrier", -5, SAYS_SIGNED,
	    "%d%% of it is signed by others, who send here themselves",
	    percent(carried, j->host->messages));
}

static bool
is_away(const struct analysis *analysis, const void *context,
    const struct flow *flow)
{
	(void)analysis;
	(void)context;
	return (flow->says & SAYS_AWAY) != 0;
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

	if (j->known || j->recognised)
		return;
	if (50 * j->host->from_others >= j->host->messages) {
		j->together = false;
		SAY(j, "errands", -5, 0,
		    "the network brings mail with other envelopes, too");
		return;
	}
	if (50 * j->host->sig_away < j->host->messages)
		return;
	grid = grid_new(j->analysis, j->host, is_away, NULL);
	is_apart = grid->party_count >= 2
	    && grid->cell_count * 2 <= grid->day_count * j->step->fan;
	grid_free(grid);
	if (!is_apart)
		return;
	j->together = false;
	SAY(j, "errands", -5, SAYS_AWAY,
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
	SAY(j, "own-mailings", -5, 0,
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
		SAY(j, "reach", -5, 0,
		    "it reaches %zu of the %zu organisations that get mail "
		    "with your domain",
		    j->step->parties, all);
}

/* Newsletters come on a schedule, posts as people feel like it. */
bool
judge_is_scheduled(const struct judge *j)
{
	return j->together && !j->broken && !j->testified && !j->arc
	    && !j->known && j->list_label == NULL && j->step->sends >= 3.5
	    && j->step->regular;
}

static void
judge_schedule(struct judge *j)
{
	if (judge_is_scheduled(j))
		SAY(j, "schedule", -4, 0,
		    "it comes at regular intervals, like a newsletter");
}

/* Posts are from our users, whose mail our servers send as well. */
static void
judge_from(struct judge *j)
{
	j->strange =
	    j->together && !j->passes && learn_is_strange(j->analysis, j->host);
	if (j->strange)
		SAY(j, "strange-from", -4, 0,
		    "From has a domain that your servers never use");
}

/* --- all of it --- */

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
	look_at_broken(&j);
	if (j.host != channel)
		evidence_add(analysis, channel, "other-domains", 0, 0,
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
	return verdict_reach(&j);
}
