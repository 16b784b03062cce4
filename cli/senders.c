/* reports senders: who sends with our domains in From. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/analyse.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/senders.h"
#include "cli/text.h"
#include "cli/why.h"
#include "parse/address.h"

/* In a cell; the others are counted. */
#define SHOWN_NETWORKS 5

static const struct output_column columns[] = {
	{ .key = "domain", .heading = "DOMAIN", .min = 8, .is_optional = true },
	{ .key = "sender", .heading = "SENDER", .min = 24 },
	{ .key = "class", .heading = "CLASS" },
	{ .key = "confidence", .heading = "SURE" },
	{ .key = "evidence", .heading = "WHY", .is_note = true },
	{ .key = "networks", .type = OUTPUT_WORDS },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .key = "dmarc_pass", .heading = "PASS", .type = OUTPUT_COUNT },
	{ .key = "first_seen",
	    .heading = "FIRST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "last_seen", .heading = "LAST", .type = OUTPUT_DAY },
	{ .key = "reporters",
	    .heading = "REPORTERS",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
};

/* What sends with our domain and without our leave, and what to do. */
static const struct {
	enum sender_class class;
	const char *advice;
} unauthorised[] = {
	{ CLASS_SPOOF,
	    "spoof: nothing of yours is in it. p=quarantine or p=reject tells "
	    "receivers what to do with it; there is nothing else to do." },
	{ CLASS_UNKNOWN,
	    "unknown: too little to tell. Look at it with --why, and settle it "
	    "under [labels] in the configuration." },
	{ CLASS_SERVICE,
	    "service: it is who it says, but not you. If you use it, have it "
	    "sign with a DKIM key for your domain, or write from its own; if "
	    "you don't, your policy stops it." },
	{ CLASS_UNLISTED,
	    "unlisted: it signs with your key, so it is yours, or somebody "
	    "has your key. If it is yours, put it into your SPF record and "
	    "under [networks] own; if not, change the key." },
};

static size_t rank_of(enum sender_class class)
{
	size_t i;

	for (i = 0; i < COUNT_OF(unauthorised); i++)
		if (unauthorised[i].class == class)
			break;
	return i;
}

static bool
is_wanted(const struct options *options, const struct channel *channel,
    const char *name)
{
	if (name != NULL && !why_is_named(channel, name))
		return false;
	if (options->unauthorised
	    && rank_of(channel->class) == COUNT_OF(unauthorised))
		return false;
	return options->classes == 0
	    || (options->classes & 1U << channel->class) != 0;
}

/* A channel, and what it is sorted by first: there may be a million. */
struct candidate {
	bool is_authorised;
	int64_t messages;
	const struct channel *channel;
};

/* Without leave first, most messages first in each half; */
static int
compare(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->is_authorised != right->is_authorised)
		return left->is_authorised ? 1 : -1;
	return left->messages < right->messages
	    ? 1
	    : -(left->messages > right->messages);
}

/* then by name. */
static int
compare_names(const void *a, const void *b)
{
	const struct channel *left = ((const struct candidate *)a)->channel;
	const struct channel *right = ((const struct candidate *)b)->channel;
	int order = strcmp(left->domain, right->domain);

	return order != 0 ? order : strcmp(left->name, right->name);
}

/* As many as are shown are in order; those behind them need no names. */
static void
sort(struct candidate *candidates, size_t count, size_t shown)
{
	size_t i, next;

	qsort(candidates, count, sizeof(*candidates), compare);
	for (i = 0; i < count && i < shown; i = next) {
		for (next = i + 1; next < count
		     && compare(&candidates[i], &candidates[next]) == 0;
		     next++)
			;
		qsort(candidates + i, next - i, sizeof(*candidates),
		    compare_names);
	}
}

static const struct channel **
choose(const struct context *context, const struct analysed *analysed,
    const char *name, size_t shown, size_t *count)
{
	const struct channel *all, **chosen;
	struct candidate *candidates;
	size_t n, i;

	all = analysis_channels(analysed->analysis, &n);
	candidates = arena_alloc(context->arena, n, sizeof(*candidates));
	*count = 0;
	for (i = 0; i < n; i++)
		if (is_wanted(context->options, &all[i], name))
			candidates[(*count)++] = (struct candidate) {
				rank_of(all[i].class) == COUNT_OF(unauthorised),
				all[i].messages, &all[i]
			};
	sort(candidates, *count, shown);
	chosen = arena_alloc(context->arena, *count, sizeof(struct channel *));
	for (i = 0; i < *count; i++)
		chosen[i] = candidates[i].channel;
	return chosen;
}

/* --- the table --- */

struct networks {
	struct arena *arena;
	struct address last[SHOWN_NETWORKS];
	size_t count, more;
	const char *words;
};

static void
add_network(void *context, const struct channel_flow *flow)
{
	struct networks *networks = context;
	struct address network = flow->source_ip;
	size_t keep = network.len == 5 ? 4 : 7, i;
	char text[ADDRESS_TEXT];

	if (network.len == 0)
		return;
	memset(network.data + keep, 0, network.len - keep);
	for (i = 0; i < networks->count; i++)
		if (address_compare(&networks->last[i], &network) == 0)
			return;
	if (networks->count == SHOWN_NETWORKS) {
		networks->more++;
		return;
	}
	networks->last[networks->count++] = network;
	networks->words = arena_printf(networks->arena, "%s%s%s/%d",
	    networks->words, *networks->words == '\0' ? "" : " ",
	    address_format(&network, text), network.len == 5 ? 24 : 48);
}

static const char *
list_networks(struct arena *arena, const struct analysed *analysed,
    const struct channel *channel)
{
	struct networks networks = { .arena = arena, .words = "" };

	if (channel->envelope == NULL)
		return channel->name;
	analysis_flows(analysed->analysis, channel, add_network, &networks);
	return networks.more == 0
	    ? networks.words
	    : arena_printf(arena, "%s ...", networks.words);
}

static void
print_row(struct output *output, const struct context *context,
    const struct analysed *analysed, const struct channel *channel)
{
	output_row(output,
	    (struct output_value[]) {
		output_text(channel->domain),
		output_text(channel->name),
		output_text(sender_class_name(channel->class)),
		output_text(confidence_name(channel->confidence)),
		output_text(channel->reason),
		context->options->style.format == OUTPUT_TABLE
		    ? OUTPUT_ABSENT
		    : output_text(
			list_networks(context->arena, analysed, channel)),
		output_count(channel->messages),
		output_count(channel->passed),
		output_time((int64_t)channel->first_day * 86400),
		output_time((int64_t)channel->last_day * 86400),
		output_count((int64_t)channel->reporters),
	    });
}

static void
advise(const struct context *context, const struct channel *const *channels,
    size_t count)
{
	bool is_there[COUNT_OF(unauthorised) + 1] = { false };
	size_t i;

	for (i = 0; i < count; i++)
		is_there[rank_of(channels[i]->class)] = true;
	for (i = 0; i < COUNT_OF(unauthorised); i++) {
		if (!is_there[i])
			continue;
		putchar('\n');
		text_fold(stdout, output_width(stdout), 0, 2,
		    text_escape(context->arena, text_charset(),
			unauthorised[i].advice));
	}
}

/* How many rows there are room for, where nothing else decides which. */
static size_t
count_shown(const struct options *options)
{
	const struct output_style style = question_style(options);

	return options->why || options->by != NULL || style.sort != NULL
		|| style.limit == 0
	    ? SIZE_MAX
	    : style.limit;
}

static bool
print_channels(const struct context *context, const struct analysed *analysed,
    const struct channel *const *channels, size_t count, struct error *err)
{
	const struct output_style style = question_style(context->options);
	size_t shown = count_shown(context->options), i;
	struct output *output;

	if (!output_new(
		&output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	for (i = 0; i < count && i < shown; i++)
		print_row(output, context, analysed, channels[i]);
	output_more(output, count - i);
	output_free(output);
	if (style.format == OUTPUT_TABLE)
		advise(context, channels, count);
	return true;
}

static bool
check(const struct context *context, struct error *err)
{
	const char *by = context->options->by;

	if (context->options->resolve && by == NULL)
		return error_set(err, ERROR_USAGE,
		    "--resolve: only with --by source, which shows addresses");
	return by == NULL || strcmp(by, "source") == 0
	    || error_set(err, ERROR_USAGE, "--by: '%.40s' is not source", by);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const char *name = argc > 0 ? argv[0] : NULL;
	const struct channel **channels;
	struct analysed analysed;
	size_t count;
	bool ok;

	ok = analyse(&analysed, context, err);
	if (ok) {
		channels = choose(context, &analysed, name,
		    count_shown(context->options), &count);
		if (name != NULL && count == 0)
			ok = error_set(err, ERROR_NO_INPUT,
			    "no sender '%.80s' in this period", name);
		else if (context->options->why)
			ok = why_print(context, channels, count, err);
		else if (context->options->by != NULL)
			ok = sources_print(
			    context, &analysed, channels, count, err);
		else
			ok = print_channels(
			    context, &analysed, channels, count, err);
	}
	analysed_release(&analysed);
	return ok;
}

const struct command command_senders = {
	.name = "senders",
	.usage = "[SENDER]",
	.summary = "who sends with your domains in From, and why",
	.takes = TAKES_PERIOD | TAKES(OPTION_DOMAIN) | TAKES(OPTION_VERIFIED)
	    | TAKES(OPTION_WHY) | TAKES(OPTION_BY) | TAKES(OPTION_UNAUTHORISED)
	    | TAKES(OPTION_CLASS) | TAKES(OPTION_RESOLVE) | TAKES_ROWS,
	.max_arguments = 1,
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
