/* reports senders: who sends with our domains in From. */

#include <string.h>

#include "base/error.h"
#include "cli/analyse.h"
#include "cli/command.h"
#include "cli/question.h"
#include "parse/address.h"

static const struct output_column columns[] = {
	{ .key = "domain", .heading = "DOMAIN", .min = 8, .is_optional = true },
	{ .key = "sender", .heading = "SENDER", .min = 12 },
	{ .key = "class", .heading = "CLASS" },
	{ .key = "confidence", .heading = "SURE" },
	{ .key = "evidence", .heading = "WHY", .min = 16 },
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

static bool
print_channels(
    const struct context *context, struct analysed *analysed, struct error *err)
{
	const struct output_style style = question_style(context->options);
	struct channel *const *channels;
	const struct channel *channel;
	struct output *output;
	size_t count, i;

	channels = analysis_channels(analysed->analysis, &count);
	if (!output_new(
		&output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	for (i = 0; i < count; i++) {
		channel = channels[i];
		output_row(output,
		    (struct output_value[]) {
			output_text(channel->domain),
			output_text(channel->name),
			output_text(sender_class_name(channel->class)),
			output_text(confidence_name(channel->confidence)),
			output_text(channel->reason),
			output_text(""),
			output_count(channel->messages),
			output_count(channel->passed),
			output_time((int64_t)channel->first_day * 86400),
			output_time((int64_t)channel->last_day * 86400),
			output_count((int64_t)channel->reporters),
		    });
	}
	output_free(output);
	return true;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct analysed analysed;
	bool ok;

	(void)argc;
	(void)argv;
	ok = analyse(&analysed, context, err)
	    && print_channels(context, &analysed, err);
	analysed_release(&analysed);
	return ok;
}

const struct command command_senders = {
	.name = "senders",
	.usage = "[SENDER]",
	.summary = "who sends with your domains in From, and why",
	.takes = TAKES_PERIOD | TAKES(OPTION_DOMAIN) | TAKES(OPTION_VERIFIED)
	    | TAKES(OPTION_WHY) | TAKES(OPTION_BY) | TAKES(OPTION_UNAUTHORISED)
	    | TAKES(OPTION_CLASS) | TAKES_ROWS,
	.max_arguments = 1,
	.store = COMMAND_READ,
	.run = run,
};
