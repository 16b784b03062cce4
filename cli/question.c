#include "cli/question.h"

#include <stdio.h>

#include "base/arena.h"
#include "cli/command.h"
#include "cli/text.h"
#include "parse/datetime.h"

static const char *
describe_domains(struct arena *arena, const struct options *options)
{
	const char *joined = "";
	size_t i;

	for (i = 0; i < options->domain_count; i++)
		joined = arena_printf(arena, "%s%s%s", joined,
		    i == 0 ? " about " : ", ",
		    text_escape(arena, text_charset(), options->domains[i]));
	return joined;
}

/* "failed ", "verified or unknown "; nothing when none or all were named. */
static const char *
describe_verdicts(struct arena *arena, const struct options *options)
{
	const char *joined = "";
	enum verdict verdict;

	if (options->verdicts == STORE_ALL_VERDICTS)
		return "";
	for (verdict = VERDICT_UNKNOWN; verdict <= VERDICT_FAILED; verdict++)
		if ((options->verdicts & STORE_VERDICT(verdict)) != 0)
			joined = arena_printf(arena, "%s%s%s", joined,
			    *joined == '\0' ? "" : " or ",
			    verdict_name(verdict));
	return *joined == '\0' ? "" : arena_printf(arena, "%s ", joined);
}

static const char *
describe_days(struct arena *arena, const struct period *period)
{
	char first[DATETIME_TEXT], last[DATETIME_TEXT];

	if (!period->has_days)
		return "";
	datetime_format_date(period->first, first);
	datetime_format_date(period->last, last);
	if (period->first == period->last)
		return arena_printf(arena, " that begin on %s", first);
	return arena_printf(arena, " that begin %s to %s (%lld days)", first,
	    last, (long long)(period->last - period->first) / 86400 + 1);
}

const char *
question_words(struct arena *arena, const struct question *question,
    const struct context *context)
{
	return arena_printf(arena, "%sreports%s%s",
	    describe_verdicts(arena, context->options),
	    describe_domains(arena, context->options),
	    describe_days(arena, &question->period));
}

static bool
explain_none(const struct question *question, const struct context *context,
    struct error *err)
{
	const struct store_filter all = { .since = STORE_SINCE_EVER,
		.until = STORE_UNTIL_EVER,
		.verdicts = STORE_ALL_VERDICTS };
	struct store_extent extent;

	if (!store_extent(context->store, &all, &extent, err))
		return false;
	if (extent.report_count == 0)
		fputs("There are no reports yet. 'reports import PATH' reads "
		      "files and mailboxes, 'reports listen' takes mail.\n",
		    stderr);
	else
		fprintf(stderr, "There are no %s.\n",
		    question_words(context->arena, question, context));
	return true;
}

bool
question_open(
    struct question *out, const struct context *context, struct error *err)
{
	const struct options *options = context->options;
	const struct period_request request = { options->since, options->until,
		options->all };
	struct store_extent extent;

	*out = (struct question) { .filter = { .domains = options->domains,
				       .domain_count = options->domain_count,
				       .verdicts = options->verdicts } };
	if (!period_ask(
		context->store, &request, &out->filter, &out->period, err)
	    || !store_extent(context->store, &out->filter, &extent, err))
		return false;
	out->report_count = extent.report_count;
	return extent.report_count > 0 || explain_none(out, context, err);
}
