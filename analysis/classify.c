#include "analysis/classify.h"

#include <string.h>

#include "analysis/evidence.h"
#include "analysis/grid.h"
#include "analysis/learn.h"
#include "base/arena.h"
#include "parse/value.h"

/* Of most channels one flow is followed: they share what is to say of it. */
#define ONE_PARTY                                                              \
	.parties = 1, .days = 1, .fan = 1, .span = 1, .sends = 1,              \
	.complete = 1, .dispersion = -1

static const struct step *
single_step(const struct analysis *analysis, const struct channel *channel)
{
	static const struct step steps[] = {
		[PARTY_NAMED] = { ONE_PARTY, .named = 1 },
		[PARTY_CROWD] = { ONE_PARTY, .crowd = 1 },
		[PARTY_GATE] = { ONE_PARTY, .gate = 1 },
	};
	const struct flow *flow = learn_flows(analysis, channel);

	while (!(flow->says & SAYS_FOLLOWED))
		flow++;
	return &steps[analysis->parties[flow->party].class];
}

void
classify_measure(struct analysis *analysis, struct channel *channel)
{
	static const struct step none = { .dispersion = -1 };
	struct step *step;
	struct grid *grid;

	channel->step = &none;
	if (channel->class != CLASS_UNKNOWN || channel->followed == 0)
		return;
	if (channel->followed == 1) {
		channel->step = single_step(analysis, channel);
		return;
	}
	step = arena_alloc(analysis->arena, 1, sizeof(*step));
	grid = grid_new(analysis, channel, NULL, NULL);
	*step = grid_step_all(analysis, grid);
	grid_free(grid);
	channel->step = step;
}

static bool
set(struct channel *channel, enum sender_class class,
    enum confidence confidence, const char *reason)
{
	channel->class = class;
	channel->confidence = confidence;
	channel->reason = reason;
	return true;
}

static const char *
say(struct analysis *analysis, const char *text, const char *name)
{
	return arena_printf(analysis->arena, text, name);
}

/* --- what needs no judging --- */

static bool
classify_labelled(struct analysis *analysis, struct channel *channel)
{
	const struct analysis_config *config = &analysis->config;
	const struct label *label;
	size_t i;

	for (i = 0; i < config->label_count; i++) {
		label = &config->labels[i];
		if (strcmp(label->domain, channel->name) != 0
		    && (channel->envelope == NULL
			|| !domain_is_below(channel->envelope, label->domain)))
			continue;
		evidence_add(analysis, channel, "label", 0, 0,
		    "[labels] %s = %s", label->domain,
		    sender_class_name(label->class));
		if (label->class == CLASS_LIST)
			judge_list(analysis, channel);
		channel->is_possible_list = false;
		channel->is_labelled = true;
		return set(
		    channel, label->class, CONFIDENCE_HIGH, "you said so");
	}
	return false;
}

static bool
classify_authorised(struct analysis *analysis, struct channel *channel)
{
	if (channel->class == CLASS_OWN) {
		if (2 * channel->own_network >= channel->messages)
			evidence_add(analysis, channel, "own-network", 0, 0,
			    "the address is in [networks] own");
		if (channel->aligned_spf > 0)
			evidence_add(analysis, channel, "authorised", 0,
			    SAYS_ALIGNED_SPF,
			    "SPF authorises it for %lld of %lld messages",
			    (long long)channel->aligned_spf,
			    (long long)channel->messages);
		if (analysis->config.own->network_count > 0
		    && 2 * channel->own_network < channel->messages)
			return set(channel, CLASS_OWN, CONFIDENCE_MED,
			    "signs as your servers do, and SPF names it; "
			    "[networks] own does not");
		return set(channel, CLASS_OWN, CONFIDENCE_HIGH,
		    "sent by your servers");
	}
	if (channel->class != CLASS_VENDOR)
		return false;
	evidence_add(analysis, channel, "authorised", 0, SAYS_ALIGNED_SPF,
	    "SPF authorises it for %lld of %lld messages",
	    (long long)channel->aligned_spf, (long long)channel->messages);
	if (channel->signed_by_other > 0)
		evidence_add(analysis, channel, "signs", 0, SAYS_SIGNED,
		    "it signs with its own domain too");
	return set(channel, CLASS_VENDOR, CONFIDENCE_HIGH,
	    "SPF authorises it, and it is none of your servers");
}

/* --- by the envelope of somebody else --- */

/* A service that everybody knows.  Lists have no place there. */
static bool
classify_known_service(struct analysis *analysis, struct channel *channel)
{
	const char *key;
	const char *kind = knowledge_find_above(analysis->config.knowledge,
	    KNOWLEDGE_SERVICES, channel->envelope, &key);

	if (kind == NULL)
		return false;
	evidence_add(analysis, channel, "known-service", 0, 0,
	    "%s is known as a %s", key, kind);
	if (2 * channel->sig_pass >= channel->messages) {
		evidence_add(analysis, channel, "own-signature", 0,
		    SAYS_OWN_PASS, "it signs with a key of yours");
		return set(channel, CLASS_VENDOR, CONFIDENCE_HIGH,
		    say(analysis, "%s sends for you, with your key", key));
	}
	if (strcmp(kind, "vendor") == 0)
		return set(channel, CLASS_VENDOR, CONFIDENCE_MED,
		    say(analysis, "%s sends with your domain in From", key));
	return set(channel, CLASS_SERVICE, CONFIDENCE_HIGH,
	    say(analysis, "%s writes your domain into From", key));
}

/* Who has a mailbox at a provider forwards; nobody sends for us from there,
 * and no list is there. */
static bool
classify_provider(struct analysis *analysis, struct channel *channel)
{
	if (knowledge_find(analysis->config.knowledge, KNOWLEDGE_PROVIDERS,
		channel->envelope)
		== NULL
	    || 2 * (channel->sig_pass + channel->sig_fail) < channel->messages)
		return false;
	evidence_add(analysis, channel, "provider", 0, 0,
	    "%s has mailboxes for everybody", channel->envelope);
	return set(channel, CLASS_FORWARDER, CONFIDENCE_MED,
	    "passes mail on for people who have mailboxes there");
}

/*
 * A signature by a key that our servers never use was made where the key is:
 * at a vendor.  Who carries much of what it signs is that vendor, who carries
 * a little of it for few people passes it on.
 */
static bool
classify_away(struct analysis *analysis, struct channel *channel)
{
	const struct step *step = channel->step;

	if (2 * channel->sig_away <= channel->messages - channel->sig_home
	    || 2 * channel->sig_away < channel->sig_pass)
		return false;
	evidence_add(analysis, channel, "selector-away", 0, SAYS_AWAY,
	    "a key signs that your servers don't use, and it carries %lld%% "
	    "of what that key signs",
	    (long long)channel->carried);
	if (channel->carried >= 10
	    || (step->parties >= 3 && step->diversity >= 0.6)
	    || (step->parties >= 20 && 2 * step->fan >= step->parties))
		return set(channel, CLASS_VENDOR, CONFIDENCE_HIGH,
		    "signs with a key of yours that is used there");
	return set(channel, CLASS_FORWARDER, CONFIDENCE_MED,
	    "passes on what a vendor of yours sent");
}

/* Our own key, and recipients as if it were we who wrote to them. */
static bool
classify_key_holder(struct analysis *analysis, struct channel *channel)
{
	const struct step *step = channel->step;
	bool signs = 2 * channel->signed_by_relay >= channel->messages;

	if (knowledge_label(
		analysis->config.knowledge, channel->envelope, "forward")
	    != NULL)
		return false;
	if (2 * channel->sig_pass < channel->messages || step->parties < 3
	    || step->sends < 2.5 || step->span < 7)
		return false;
	if (step->diversity >= 0.75 && step->parties >= 5
	    && channel->messages >= 20 && step->index < 0.5) {
		evidence_add(analysis, channel, "everybody", 0, 0,
		    "%zu organisations got it, as many as get mail of yours "
		    "at random",
		    step->parties);
		return set(channel, CLASS_VENDOR,
		    signs ? CONFIDENCE_HIGH : CONFIDENCE_MED,
		    "sends for you with your own key");
	}
	if (step->parties >= 40
	    && step->parties * 5 > analysis->party_count * 2)
		return set(channel, CLASS_VENDOR, CONFIDENCE_LOW,
		    "sends for you with your own key, to most of those who "
		    "get your mail");
	if (channel->host->step->regular && step->parties >= 8
	    && step->index >= 0.5)
		return set(channel, CLASS_VENDOR, CONFIDENCE_MED,
		    "sends for you with your own key, on a schedule");
	return signs
	    && set(channel, CLASS_VENDOR, CONFIDENCE_MED,
		"signs with your key and its own");
}

static bool
classify_passed_on(struct analysis *analysis, struct channel *channel)
{
	const struct step *step = channel->step;

	(void)analysis;
	if (step->parties <= 1)
		return set(channel, CLASS_FORWARDER,
		    step->days >= 3 ? CONFIDENCE_HIGH : CONFIDENCE_MED,
		    "passes your mail on to one place");
	if ((step->sends < 2.5 || step->span < 7) && step->diversity >= 0.6
	    && channel->messages >= 20)
		return set(channel, CLASS_RELAY, CONFIDENCE_LOW,
		    "sends signed mail of yours again, to many at once");
	return set(channel, CLASS_FORWARDER,
	    step->days >= 4 && step->index < 0.25 ? CONFIDENCE_MED
						  : CONFIDENCE_LOW,
	    "passes your mail on, to several places");
}

/*
 * The same to many, on a schedule or with a name in From that our servers
 * never use: somebody of ours pays for that, and nobody gave them a key.
 */
static bool
classify_unsigned_vendor(struct analysis *analysis, struct channel *channel)
{
	const struct channel *host = channel->host;
	const struct step *step = host->step;

	if (2 * host->spf_pass < host->messages || step->parties < 8
	    || step->sends < 3.5 || step->index < 0.5
	    || (!step->regular && !learn_is_strange(analysis, host)))
		return false;
	channel->is_possible_list = false;
	evidence_add(analysis, channel, "newsletter", 0, SAYS_SPF_PASS,
	    "the same %zu organisations on %zu days", step->parties,
	    step->days);
	return set(channel, CLASS_VENDOR, CONFIDENCE_LOW,
	    "sends a newsletter as you, without a key of yours");
}

static bool
classify_foreign_envelope(struct analysis *analysis, struct channel *channel)
{
	bool is_list;

	if (classify_known_service(analysis, channel)
	    || classify_provider(analysis, channel)
	    || classify_away(analysis, channel))
		return true;
	is_list = judge_list(analysis, channel);
	if (is_list && channel->confidence > CONFIDENCE_LOW)
		return set(channel, CLASS_LIST, channel->confidence,
		    "sends what you write to everybody on a list");
	if (2 * channel->sig_pass >= channel->messages)
		return classify_key_holder(analysis, channel)
		    || classify_passed_on(analysis, channel);
	if (2 * (channel->sig_pass + channel->sig_fail) >= channel->messages) {
		if (channel->step->parties <= 1)
			return set(channel, CLASS_FORWARDER, CONFIDENCE_MED,
			    "passes your mail on to one place, changed");
		if (channel->sig_pass > 0)
			return set(channel, CLASS_RELAY, CONFIDENCE_LOW,
			    "passes mail on with your signature broken");
		return set(channel, CLASS_SPOOF, CONFIDENCE_LOW,
		    "broken copies of your signature, and nothing of yours");
	}
	if (classify_unsigned_vendor(analysis, channel))
		return true;
	if (2 * channel->spf_pass >= channel->messages
	    || 2 * channel->signed_by_other >= channel->messages) {
		evidence_add(analysis, channel, "proves-itself", 0,
		    SAYS_SPF_PASS, "it proves to be %s", channel->name);
		return set(channel, CLASS_SERVICE, CONFIDENCE_MED,
		    "writes your domain into From and proves only itself");
	}
	return set(channel, CLASS_SPOOF, CONFIDENCE_MED,
	    "nothing of yours, and nothing proves who it is");
}

/* --- by our own envelope, from where SPF does not authorise it --- */

/*
 * With one or two reporters, everything goes to one place.  Then only size
 * tells a server of ours from a forwarder: nobody has a twentieth of all our
 * mail forwarded.
 */
static bool
is_large_alone(const struct analysis *analysis, const struct channel *channel)
{
	return analysis->party_count <= 2 && channel->messages >= 20
	    && 20 * (channel->sig_pass - channel->sig_away)
	    >= analysis->messages
	    && 5 * channel->sig_pass >= 4 * channel->messages;
}

/* A server of ours with a few correspondents. Who passes mail on passes on
 * that of others, too. */
static bool
is_branch(const struct channel *channel)
{
	const struct step *step = channel->step;

	return channel->messages >= 20 && step->days >= 10 && step->span >= 14
	    && step->parties >= 3 && step->index < 0.25 && channel->arc == 0
	    && channel->sig_away == 0 && channel->from_others == 0
	    && 50 * channel->sig_pass >= 49 * channel->messages;
}

static bool
classify_kept_envelope(struct analysis *analysis, struct channel *channel)
{
	const struct step *step = channel->step;

	if (2 * (channel->sig_pass + channel->sig_fail) < channel->messages) {
		evidence_add(analysis, channel, "unsigned", 0, SAYS_UNSIGNED,
		    "neither SPF nor a signature says that it is yours");
		return set(channel, CLASS_SPOOF,
		    channel->messages > 2 ? CONFIDENCE_HIGH : CONFIDENCE_MED,
		    "nothing proves that it is yours");
	}
	if (2 * channel->sig_away > channel->messages && channel->carried >= 10
	    && channel->messages >= 5) {
		evidence_add(analysis, channel, "selector-away", 0, SAYS_AWAY,
		    "it carries %lld%% of what a key of yours signs that the "
		    "servers in your SPF don't use",
		    (long long)channel->carried);
		return set(channel, CLASS_UNLISTED, CONFIDENCE_MED,
		    "signs with a key of yours, and is not in your SPF");
	}
	if (is_large_alone(analysis, channel))
		return set(channel, CLASS_UNLISTED, CONFIDENCE_LOW,
		    "signs and sends as you, but is not in your SPF");
	if (step->parties <= 1)
		return set(channel, CLASS_FORWARDER,
		    step->days >= 3 ? CONFIDENCE_HIGH : CONFIDENCE_MED,
		    "passes your mail on to one place, envelope kept");
	/* What people write is signed by our servers; a filter passes on what
	 * vendors send, too. */
	if (judge_list(analysis, channel)
	    && channel->confidence > CONFIDENCE_LOW && step->crowd > 0
	    && channel->sig_away <= channel->sig_home)
		return set(channel, CLASS_LIST, channel->confidence,
		    "sends what you write to a group, envelope kept");
	channel->is_possible_list = false;
	if (step->crowd == 0 && step->gate == 0)
		return set(channel, CLASS_GATEWAY,
		    step->days >= 3 ? CONFIDENCE_HIGH : CONFIDENCE_MED,
		    "a filter or relay in front of a few organisations");
	if ((step->sends < 2.5 || step->span < 7) && step->parties >= 10)
		return set(channel, CLASS_RELAY, CONFIDENCE_LOW,
		    "sends signed mail of yours again, to many at once");
	if (5 * channel->sig_pass >= 4 * channel->messages
	    && (step->diversity >= 0.6 || step->parties >= 20)) {
		evidence_add(analysis, channel, "own-signature", 0,
		    SAYS_OWN_PASS,
		    "your signature and envelope, to %zu organisations",
		    step->parties);
		return set(channel, CLASS_UNLISTED,
		    channel->messages >= 20 ? CONFIDENCE_HIGH : CONFIDENCE_LOW,
		    "signs and sends as you, but is not in your SPF");
	}
	if (is_branch(channel))
		return set(channel, CLASS_UNLISTED, CONFIDENCE_LOW,
		    "signs and sends as you, and brings nobody else's mail");
	return set(channel, CLASS_RELAY, CONFIDENCE_LOW,
	    "passes your mail on, envelope kept");
}

void
classify(struct analysis *analysis, struct channel *channel)
{
	channel->provenance = "none";
	if (channel->messages == 0) {
		set(channel, CLASS_UNKNOWN, CONFIDENCE_LOW,
		    "reported, and without messages");
		return;
	}
	if (classify_labelled(analysis, channel)
	    || classify_authorised(analysis, channel))
		return;
	if (channel->envelope != NULL
	    && own_has_domain(analysis->config.own, channel->envelope)) {
		evidence_add(analysis, channel, "own-domain", 0, 0,
		    "%s is in [domains] own", channel->envelope);
		set(channel, CLASS_OWN, CONFIDENCE_HIGH,
		    "the envelope is another domain of yours");
	} else if (channel->envelope != NULL)
		classify_foreign_envelope(analysis, channel);
	else
		classify_kept_envelope(analysis, channel);
}
