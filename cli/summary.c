/* reports summary: how much was reported, what passed, what to look at. */

#include <string.h>

#include "base/error.h"
#include "cli/alarm.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/summary_print.h"

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct question question;
	struct summary summary;
	size_t told = 0;

	(void)argc;
	(void)argv;
	if (context->options->fail_on != NULL) {
		if (!question_open_quietly(&question, context, err)
		    || !summary_ask(&summary, &question, context, err)
		    || !alarm_tell(&summary, &question, context, &told, err))
			return false;
		context->status = told > 0;
		return true;
	}
	if (!question_open(&question, context, err)
	    || !summary_ask(&summary, &question, context, err))
		return false;
	switch (context->options->style.format) {
	case OUTPUT_TABLE:
		if (question.report_count > 0 || summary.reasons != NULL
		    || summary.failures != NULL || summary.failed > 0)
			return summary_print_text(
			    &summary, &question, context, err);
		break;
	case OUTPUT_CSV:
		summary_print_csv(&summary, &context->options->style);
		break;
	case OUTPUT_JSON:
	case OUTPUT_JSONL:
		summary_print_json(&summary, &question, context);
		break;
	}
	return true;
}

static bool
check(const struct context *context, struct error *err)
{
	const struct options *options = context->options;

	if (options->fail_on != NULL)
		return alarm_check(options->fail_on, err);
	return options->state == NULL
	    || error_set(err, ERROR_USAGE,
		"--state remembers what --fail-on told: it wants that option");
}

const struct command command_summary = {
	.name = "summary",
	.usage = "",
	.summary = "how much was reported, what passed, what to look at",
	.takes = TAKES_RECORDS | TAKES(OPTION_LIMIT) | TAKES_FORMAT
	    | TAKES(OPTION_FAIL_ON) | TAKES(OPTION_STATE),
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
