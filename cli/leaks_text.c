/* reports leaks, for people. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/command.h"
#include "cli/leaks.h"
#include "cli/question.h"
#include "cli/text.h"
#include "parse/dmarc.h"
#include "parse/value.h"

static const struct output_column list_columns[] = {
	{ .heading = "LIST HOST", .min = 20 },
	{ .heading = "KIND" },
	{ .heading = "CONF" },
	{ .heading = "DAYS", .type = OUTPUT_COUNT },
	{ .heading = "POSTS", .type = OUTPUT_COUNT },
	{ .heading = "CROWD", .type = OUTPUT_COUNT },
	{ .heading = "GATE", .type = OUTPUT_COUNT },
	{ .heading = "NAMED", .type = OUTPUT_COUNT },
	{ .heading = "SOLO", .type = OUTPUT_COUNT, .is_alarm = true },
	{ .heading = "HOPS", .type = OUTPUT_COUNT, .is_alarm = true },
	{ .heading = "NEW", .type = OUTPUT_COUNT },
};

static const struct output_column party_columns[] = {
	{ .heading = "PARTY", .min = 20 },
	{ .heading = "CLASS" },
	{ .heading = "VIA", .min = 8 },
	{ .heading = "SUBS", .type = OUTPUT_RIGHT },
	{ .heading = "FIRST", .type = OUTPUT_DAY },
	{ .heading = "LAST", .type = OUTPUT_DAY },
	{ .heading = "SEEN", .type = OUTPUT_COUNT },
	{ .heading = "WHEN" },
};

static struct output *
open_table(const struct leaks *leaks, const struct output_column *columns,
    size_t count)
{
	return output_part(stdout, OUTPUT_TABLE,
	    &leaks->context->options->style, columns, count);
}

/* Ends the line, folded. */
static void say(const struct leaks *leaks, size_t indent, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void
say(const struct leaks *leaks, size_t indent, const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_fold(stdout, output_width(stdout), 0, indent,
	    text_escape(leaks->context->arena, text_charset(), text));
}

/* --- the lists --- */

static void
add_list(struct output *output, const struct channel *channel)
{
	const struct leak *leak = channel->leak;

	output_row(output,
	    (struct output_value[]) {
		output_text(channel->name),
		output_text(list_kind_name(channel->kind)),
		output_text(confidence_name(channel->is_possible_list
			? CONFIDENCE_LOW
			: channel->confidence)),
		output_count(leak->days),
		output_count(leak->posts),
		output_count((int64_t)leak->crowd),
		output_count((int64_t)leak->gate),
		output_count((int64_t)leak->named),
		output_count((int64_t)leak->solo),
		output_count((int64_t)leak->hops),
		output_count((int64_t)leak->fresh),
	    });
}

/* Whether the address is at a domain of ours, or at the policy domain. */
static bool
is_third_party(const struct leaks *leaks, const char *address)
{
	const char *domain = domain_of_email(leaks->context->arena, address);

	return *domain != '\0'
	    && !own_has_domain(&leaks->context->config->own, domain)
	    && !(leaks->count > 0
		&& domain_is_below(domain, leaks->channels[0]->domain));
}

static void
say_who_is_told(const struct leaks *leaks)
{
	const struct config *config = leaks->context->config;

	if (config->rua == NULL)
		say(leaks, 2,
		    "Also told: whoever rua= of your DMARC record names; put "
		    "it into [domains] rua to see it here.");
	else
		say(leaks, 2, "Also told: rua=%s%s.", config->rua,
		    is_third_party(leaks, config->rua) ? " (third party)" : "");
	if (config->ruf != NULL)
		say(leaks, 2,
		    "ruf=%s%s: failure reports hold the messages themselves. "
		    "Remove it.",
		    config->ruf,
		    is_third_party(leaks, config->ruf) ? " (third party)" : "");
}

/* Of the lists, not of the possible ones. */
static void
say_sums(const struct leaks *leaks)
{
	size_t i, named = 0, solo = 0, hops = 0;

	for (i = 0; i < leaks->list_count; i++) {
		named += leaks->channels[i]->leak->named;
		solo += leaks->channels[i]->leak->solo;
		hops += leaks->channels[i]->leak->hops;
	}
	say(leaks, 2,
	    "%zu %s exposed by the name of an organisation, %zu of them with "
	    "one subscriber; %zu %s of subscribers.",
	    named, named == 1 ? "subscription is" : "subscriptions are", solo,
	    hops, hops == 1 ? "forwarder" : "forwarders");
}

void
leaks_say_why_none(const struct leaks *leaks)
{
	const struct analysis_extent extent =
	    analysis_extent(leaks->analysed.analysis);

	if (leaks->analysed.question.report_count == 0)
		return; /* analyse() has said what to do */
	say(leaks, 0, "No mailing lists are to be seen in %s.",
	    question_words(leaks->context->arena, &leaks->analysed.question,
		leaks->context));
	if (!extent.is_signed)
		say(leaks, 0,
		    "No message has a DKIM signature of yours that passes: "
		    "without one, mail that a list sends on cannot be told "
		    "from anybody's.");
	else
		say(leaks, 0,
		    "A list shows when two receivers or more report its mail "
		    "on the same days; a longer period (--since 90d, --all) "
		    "may show more.");
}

void
leaks_print_lists(const struct leaks *leaks)
{
	struct output *output;
	size_t i;

	if (leaks->count == 0) {
		leaks_say_why_none(leaks);
		return;
	}
	say(leaks, 2, "Mailing lists revealed by %s",
	    question_words(leaks->context->arena, &leaks->analysed.question,
		leaks->context));
	putchar('\n');
	output = open_table(leaks, list_columns, COUNT_OF(list_columns));
	for (i = 0; i < leaks->list_count; i++)
		add_list(output, leaks->channels[i]);
	output_free(output);
	if (leaks->list_count < leaks->count) {
		puts("\npossible, not counted");
		output =
		    open_table(leaks, list_columns, COUNT_OF(list_columns));
		for (i = leaks->list_count; i < leaks->count; i++)
			add_list(output, leaks->channels[i]);
		output_free(output);
	}
	putchar('\n');
	say_sums(leaks);
	say_who_is_told(leaks);
	say(leaks, 2,
	    "Not visible: lists that put their own address into From; "
	    "receivers that send no reports.");
	say(leaks, 2,
	    "Names are withheld; --names LIST shows them, --why LIST the "
	    "evidence, --advice LIST what to do.");
}

/* --- the parties --- */

/* How precisely reports tell when a message came; NULL: not at all. */
static const char *
describe_window(struct arena *arena, uint32_t seconds)
{
	if (seconds == UINT32_MAX)
		return NULL;
	if (seconds < 60)
		return arena_printf(arena, "%us", seconds == 0 ? 1 : seconds);
	if (seconds < 5400)
		return arena_printf(arena, "%um", (seconds + 30) / 60);
	return arena_printf(arena, "%uh", (seconds + 1800) / 3600);
}

static void
add_party(
    const struct leaks *leaks, struct output *output, const struct exposure *e)
{
	struct arena *arena = leaks->context->arena;

	output_row(output,
	    (struct output_value[]) {
		output_text(leaks_name(leaks, e->party)),
		output_text(e->is_hop ? "hop"
			: e->is_solo  ? "solo"
				      : party_class_name(e->class)),
		output_text(e->is_hop        ? leaks_name(leaks, e->hop_via)
			: e->via_envelope_to ? "env_to"
					     : "reporter"),
		output_text(arena_printf(arena, "%" PRId64 "%s", e->subscribers,
		    e->subscribers > 1 ? "+" : "")),
		output_time((int64_t)e->first_day * 86400),
		output_time((int64_t)e->last_day * 86400),
		output_count(e->days),
		output_text(describe_window(arena, e->window)),
	    });
}

void
leaks_print_parties(const struct leaks *leaks)
{
	const struct leak *leak;
	struct output *output;
	size_t i, j;

	if (leaks->count == 0)
		leaks_say_why_none(leaks);
	for (i = 0; i < leaks->count; i++) {
		leak = leaks->channels[i]->leak;
		if (i > 0)
			putchar('\n');
		say(leaks, 2, "%s (%s)%s", leaks->channels[i]->name,
		    leaks->channels[i]->domain,
		    leaks->channels[i]->is_possible_list
			? ": possible, not counted"
			: "");
		output =
		    open_table(leaks, party_columns, COUNT_OF(party_columns));
		for (j = 0; j < leak->exposure_count; j++)
			add_party(leaks, output, &leak->exposures[j]);
		output_free(output);
	}
}

/* --- advice --- */

static void
advise_on_policy(const struct leaks *leaks, const struct leak *leak)
{
	if (leak->p == DMARC_POLICY_NONE || leak->p == 0)
		say(leaks, 4,
		    "  - p=quarantine makes most list software put its own "
		    "address into From. Don't go to p=reject for that: users "
		    "who write to lists need something softer (RFC 9989 "
		    "section 7.4).");
	say(leaks, 4,
	    "  - Write to lists from a subdomain with a _dmarc record of its "
	    "own and no rua= in it: nobody is told then.");
	say(leaks, 4,
	    "  - Remove rua= while you don't need reports, or send them to "
	    "yourself instead of a third party; keep raw reports a month and "
	    "sums longer.");
}

static void
advise_on(const struct leaks *leaks, const struct channel *channel)
{
	const struct leak *leak = channel->leak;

	say(leaks, 2, "%s: %s%s", channel->name, list_kind_name(channel->kind),
	    channel->is_possible_list ? " (if it is a list)" : "");
	if (channel->kind == KIND_INTACT)
		say(leaks, 4,
		    "  - The list changes nothing, your mail passes DMARC, and "
		    "yet every receiver reports it to you. Only another From, "
		    "or no rua=, ends that; ARC does not.");
	else
		say(leaks, 4,
		    "  - Ask its owner to put the list's address into From for "
		    "all senders. Mailman 2: dmarc_moderation_action=Munge "
		    "From, dmarc_quarantine_moderation_action=Yes, "
		    "dmarc_none_moderation_action=Yes. Mailman 3: "
		    "dmarc_mitigate_unconditionally=Yes. Sympa: "
		    "dmarc_protection.mode=all. The reports then go to the "
		    "list, which knows its members anyway.");
	advise_on_policy(leaks, leak);
	if (leak->solo > 0)
		say(leaks, 4,
		    "  - %zu %s one subscriber, whom this points to. If the "
		    "list is sensitive, tell its owner, and don't pass this "
		    "table on.",
		    leak->solo,
		    leak->solo == 1 ? "organisation has"
				    : "organisations have");
	if (leak->hops > 0)
		say(leaks, 4,
		    "  - %zu %s mail forwarded, and reports say where to.",
		    leak->hops,
		    leak->hops == 1 ? "subscriber has" : "subscribers have");
}

void
leaks_say_what_selectors_tell(const struct leaks *leaks)
{
	putchar('\n');
	say(leaks, 0,
	    "If people or offices have selectors or subdomains of their own, "
	    "this says who wrote to which list, to everybody who gets the "
	    "reports.");
}

void
leaks_print_advice(const struct leaks *leaks)
{
	size_t i;

	if (leaks->count == 0)
		leaks_say_why_none(leaks);
	for (i = 0; i < leaks->count; i++) {
		if (i > 0)
			putchar('\n');
		advise_on(leaks, leaks->channels[i]);
	}
	if (leaks->context->config->ruf != NULL)
		say(leaks, 2,
		    "\nRemove ruf=: failure reports hold the messages.");
}
