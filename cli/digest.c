/* reports digest: the summary as the text of a mail. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/summary_print.h"
#include "cli/text.h"
#include "parse/datetime.h"

/* RFC 5322 2.1.1 wants lines of no more than 78. */
#define WIDTH "78"
/* And a mail is no screen. */
#define HEIGHT "1000"

static bool
check(const struct context *context, struct error *err)
{
	const char *to = context->options->to;

	/* It stands in a header: nothing may follow it there. */
	if (to == NULL
	    || (*to != '\0' && *to != '-'
		&& to[strspn(to,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		       "0123456789.!#$%&'*+/=?^_`{|}~@-, ")]
		    == '\0'))
		return true;
	return error_set(err, ERROR_USAGE,
	    "--to: '%.60s' is no address, or several with commas between", to);
}

/* Last week, unless a period was asked for: a mail that comes each Monday
 * should come when there was nothing, too. */
static bool
set_period(struct options *options, struct error *err)
{
	if (options->since.kind != BOUND_NONE
	    || options->until.kind != BOUND_NONE || options->all)
		return true;
	return period_parse("last-week", (int64_t)time(NULL), &options->since,
	    &options->until, err);
}

static void
print_headers(const struct summary *summary, const struct question *question,
    const struct context *context)
{
	struct finding_line *lines;
	size_t count = findings_make(summary, question, context, &lines);
	char first[DATETIME_TEXT], last[DATETIME_TEXT];

	datetime_format_date(question->period.first, first);
	datetime_format_date(question->period.last, last);
	printf("To: %s\n", context->options->to);
	if (!question->period.has_days)
		printf("Subject: DMARC and TLS reports: none yet\n");
	else if (question->report_count == 0)
		printf("Subject: DMARC and TLS reports %s to %s: none came\n",
		    first, last);
	else if (count == 0)
		printf("Subject: DMARC and TLS reports %s to %s: nothing to "
		       "look at\n",
		    first, last);
	else
		printf("Subject: DMARC and TLS reports %s to %s: %zu to look "
		       "at\n",
		    first, last, count);
	printf("MIME-Version: 1.0\n"
	       "Content-Type: text/plain; charset=%s\n"
	       "Content-Transfer-Encoding: 8bit\n"
	       "Auto-Submitted: auto-generated\n\n",
	    text_charset() == TEXT_UTF8 ? "utf-8" : "us-ascii");
}

/* A quiet period, and since when it is quiet. */
static bool
print_nothing(const struct question *question, const struct context *context,
    struct error *err)
{
	const struct store_filter everything = { .since = STORE_SINCE_EVER,
		.until = STORE_UNTIL_EVER };
	struct store_extent extent;
	char day[DATETIME_TEXT];

	if (!store_extent(context->store, &everything, &extent, err))
		return false;
	text_fold(stdout, output_width(stdout), 0, 0,
	    arena_printf(context->arena, "There are no %s.",
		question_words(context->arena, question, context)));
	if (extent.report_count == 0)
		puts("There have been none so far; docs/dns.md has the records "
		     "that make them come.");
	else
		printf("The newest report begins on %s.\n",
		    datetime_format_date(extent.last_day, day));
	return true;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct options options = *context->options;
	struct question question;
	struct summary summary;

	(void)argc;
	(void)argv;
	options.style.format = OUTPUT_TABLE;
	options.style.color = OUTPUT_COLOR_NEVER;
	context->options = &options;
	setenv("COLUMNS", WIDTH, 1);
	setenv("LINES", HEIGHT, 1);
	if (!set_period(&options, err)
	    || !question_open_quietly(&question, context, err)
	    || !summary_ask(&summary, &question, context, err))
		return false;
	if (options.to != NULL)
		print_headers(&summary, &question, context);
	if (question.report_count == 0
	    && !print_nothing(&question, context, err))
		return false;
	if (question.report_count == 0 && summary.quarantined == 0)
		return true;
	return summary_print_text(&summary, &question, context, err);
}

const struct command command_digest = {
	.name = "digest",
	.usage = "",
	.summary = "the summary of last week as a mail: digest | sendmail -t",
	.takes = TAKES_RECORDS | TAKES(OPTION_LIMIT) | TAKES(OPTION_TO),
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
