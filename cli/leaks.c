/* reports leaks: mailing lists, and whose subscriptions reports expose. */

#include <string.h>

#include "base/error.h"
#include "cli/analyse.h"
#include "cli/command.h"
#include "cli/question.h"
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

static void
print_row(struct output *output, const struct leak *leak,
    const struct exposure *exposure)
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
		output_text(exposure->party),
		output_text(exposure->is_hop ? "hop"
			: exposure->is_solo  ? "solo"
					     : party_class_name(
						 exposure->class)),
		output_text(exposure->is_hop		? "forwarder"
			: exposure->via_envelope_to	? "env_to"
							: "reporter"),
		output_count(exposure->subscribers),
		output_time((int64_t)exposure->first_day * 86400),
		output_time((int64_t)exposure->last_day * 86400),
		output_count(exposure->days),
		output_count(exposure->messages),
		output_count(leak->posts),
		exposure->window == UINT32_MAX
		    ? OUTPUT_ABSENT
		    : output_count(exposure->window),
		output_text(exposure->hop_via),
		output_text(channel->provenance),
		output_text(exposure->reporter),
		output_text(dmarc_policy_name(leak->p)),
		output_text(2 * channel->sig_pass >= channel->messages ? "pass"
			: 2 * channel->sig_fail >= channel->messages ? "fail"
								     : "none"),
		output_text("rules"),
	    });
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const struct output_style style = question_style(context->options);
	struct analysed analysed;
	struct channel *const *channels;
	struct output *output;
	size_t count, i, j;

	(void)argc;
	(void)argv;
	if (!analyse(&analysed, context, err)
	    || !output_new(&output, stdout, &style, columns, COUNT_OF(columns),
		err)) {
		analysed_release(&analysed);
		return false;
	}
	channels = analysis_channels(analysed.analysis, &count);
	for (i = 0; i < count; i++)
		for (j = 0; channels[i]->leak != NULL
		     && j < channels[i]->leak->exposure_count;
		     j++)
			print_row(output, channels[i]->leak,
			    &channels[i]->leak->exposures[j]);
	output_free(output);
	analysed_release(&analysed);
	return true;
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
	.run = run,
};
