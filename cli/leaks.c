/* reports leaks: mailing lists, and whose subscriptions reports expose. */

#include "cli/leaks.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/why.h"
#include "parse/dmarc.h"

static const struct output_column columns[] = {
	{ .key = "domain" },
	{ .key = "list_host" },
	{ .key = "kind" },
	{ .key = "confidence" },
	{ .key = "score", .type = OUTPUT_COUNT },
	{ .key = "party" },
	{ .key = "party_class" },
	{ .key = "via" },
	{ .key = "subs_min", .type = OUTPUT_COUNT },
	{ .key = "first_seen", .type = OUTPUT_DAY },
	{ .key = "last_seen", .type = OUTPUT_DAY },
	{ .key = "days", .type = OUTPUT_COUNT },
	{ .key = "messages", .type = OUTPUT_COUNT },
	{ .key = "posts", .type = OUTPUT_COUNT },
	{ .key = "window_s", .type = OUTPUT_COUNT },
	{ .key = "hop_via" },
	{ .key = "provenance" },
	{ .key = "reporter" },
	{ .key = "policy_p" },
	{ .key = "dkim_own" },
	{ .key = "list_label_source" },
};

const char *
leaks_name(const struct leaks *leaks, const char *name)
{
	return leaks->context->options->names
	    ? name
	    : pseudonym_of(&leaks->pseudonym, leaks->context->arena, name);
}

static const char *
own_signature(const struct channel *channel)
{
	if (2 * channel->sig_pass >= channel->messages)
		return "pass";
	return 2 * channel->sig_fail >= channel->messages ? "fail" : "none";
}

static const char *
class_of(const struct exposure *exposure)
{
	if (exposure->is_hop)
		return "hop";
	return exposure->is_solo ? "solo" : party_class_name(exposure->class);
}

static void
write_row(const struct leaks *leaks, struct output *output,
    const struct leak *leak, const struct exposure *exposure)
{
	const struct channel *channel = leak->channel;

	output_row(output,
	    (struct output_value[]) {
		output_text(channel->domain),
		output_text(channel->name),
		output_text(list_kind_name(channel->kind)),
		output_text(confidence_name(channel->is_possible_list
			? CONFIDENCE_LOW
			: channel->confidence)),
		output_count(channel->score),
		output_text(leaks_name(leaks, exposure->party)),
		output_text(class_of(exposure)),
		output_text(exposure->is_hop        ? "forwarder"
			: exposure->via_envelope_to ? "env_to"
						    : "reporter"),
		output_count(exposure->subscribers),
		output_time((int64_t)exposure->first_day * 86400),
		output_time((int64_t)exposure->last_day * 86400),
		output_count(exposure->days),
		output_count(exposure->messages),
		output_count(leak->posts),
		exposure->window == UINT32_MAX ? OUTPUT_ABSENT
					       : output_count(exposure->window),
		output_text(leaks_name(leaks, exposure->hop_via)),
		output_text(channel->provenance),
		output_text(leaks_name(leaks, exposure->reporter)),
		output_text(dmarc_policy_name(leak->p)),
		output_text(own_signature(channel)),
		output_text(channel->is_labelled ? "label" : "rules"),
	    });
}

bool
leaks_print_rows(const struct leaks *leaks, struct error *err)
{
	const struct output_style style =
	    question_style(leaks->context->options);
	const struct leak *leak;
	struct output *output;
	size_t i, j;

	if (!output_new(
		&output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	for (i = 0; i < leaks->count; i++) {
		leak = leaks->channels[i]->leak;
		for (j = 0; j < leak->exposure_count; j++)
			write_row(leaks, output, leak, &leak->exposures[j]);
	}
	output_free(output);
	return true;
}

/* --- which lists --- */

/* Lists before possible ones, most exposed first. */
static int
compare(const void *a, const void *b)
{
	const struct channel *left = *(const struct channel *const *)a;
	const struct channel *right = *(const struct channel *const *)b;
	int order;

	if (left->is_possible_list != right->is_possible_list)
		return left->is_possible_list ? 1 : -1;
	if (left->leak->named != right->leak->named)
		return left->leak->named < right->leak->named ? 1 : -1;
	order = strcmp(left->domain, right->domain);
	return order != 0 ? order : strcmp(left->name, right->name);
}

static bool
choose(struct leaks *leaks, struct error *err)
{
	const struct channel *all;
	size_t n, i;

	all = analysis_channels(leaks->analysed.analysis, &n);
	leaks->channels =
	    arena_alloc(leaks->context->arena, n, sizeof(struct channel *));
	for (i = 0; i < n; i++)
		if (all[i].leak != NULL
		    && (leaks->name == NULL
			|| why_is_named(&all[i], leaks->name)))
			leaks->channels[leaks->count++] = &all[i];
	qsort(leaks->channels, leaks->count, sizeof(struct channel *), compare);
	while (leaks->list_count < leaks->count
	    && !leaks->channels[leaks->list_count]->is_possible_list)
		leaks->list_count++;
	if (leaks->name == NULL || leaks->count > 0)
		return true;
	return error_set(err, ERROR_NO_INPUT,
	    "no mailing list '%.80s' in this period", leaks->name);
}

/* --- the command --- */

static bool
print(const struct leaks *leaks, struct error *err)
{
	const struct options *options = leaks->context->options;

	if (options->selectors)
		return leaks_print_selectors(leaks, err);
	if (options->why)
		return why_print(
		    leaks->context, leaks->channels, leaks->count, err);
	if (options->style.format != OUTPUT_TABLE)
		return leaks_print_rows(leaks, err);
	if (options->names)
		leaks_print_parties(leaks);
	else if (!options->advice)
		leaks_print_lists(leaks);
	if (options->advice)
		leaks_print_advice(leaks);
	return true;
}

static int
find_status(const struct leaks *leaks)
{
	size_t i;

	if (leaks->context->options->fail_on == NULL)
		return 0;
	for (i = 0; i < leaks->list_count; i++)
		if (leaks->channels[i]->leak->solo > 0)
			return 1;
	return 0;
}

static bool
check(const struct context *context, struct error *err)
{
	const char *condition = context->options->fail_on;

	return condition == NULL || strcmp(condition, "solo") == 0
	    || error_set(
		err, ERROR_USAGE, "--fail-on: '%.40s' is not solo", condition);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct leaks leaks = { .context = context,
		.name = argc > 0 ? argv[0] : NULL };
	bool ok = analyse(&leaks.analysed, context, err)
	    && (context->options->names
		|| pseudonym_open(
		    &leaks.pseudonym, context->db, context->arena, err))
	    && choose(&leaks, err) && print(&leaks, err);

	if (ok)
		context->status = find_status(&leaks);
	analysed_release(&leaks.analysed);
	return ok;
}

const struct command command_leaks = {
	.name = "leaks",
	.usage = "[LIST]",
	.summary = "mailing lists, and whose subscriptions reports expose",
	.takes = TAKES_PERIOD | TAKES(OPTION_DOMAIN) | TAKES(OPTION_VERIFIED)
	    | TAKES(OPTION_WHY) | TAKES(OPTION_NAMES) | TAKES(OPTION_ADVICE)
	    | TAKES(OPTION_SELECTORS) | TAKES(OPTION_FAIL_ON) | TAKES_ROWS,
	.max_arguments = 1,
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
