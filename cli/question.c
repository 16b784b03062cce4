#include "cli/question.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/command.h"
#include "cli/text.h"
#include "parse/address.h"
#include "parse/datetime.h"

/* More of them in a heading are nothing to read. */
#define MAX_NAMED 5

static const char *
describe_names(struct arena *arena, const char *before,
    const char *const *names, size_t count)
{
	size_t i, named = count > MAX_NAMED ? MAX_NAMED : count;
	const char *joined = "";

	for (i = 0; i < named; i++)
		joined = arena_printf(arena, "%s%s%s", joined,
		    i == 0 ? before : ", ",
		    text_escape(arena, text_charset(), names[i]));
	return named == count
	    ? joined
	    : arena_printf(arena, "%s and %zu more", joined, count - named);
}

/* Which of their records it is about; the options have the rest. */
static const char *
describe_records(struct arena *arena, const struct options *options)
{
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];
	const char *joined = "";
	size_t i;

	for (i = 0; i < options->source_count; i++) {
		const struct network *source = &options->sources[i];

		address_format(&source->first, first);
		address_format(&source->last, last);
		joined = arena_printf(arena, "%s%s%s%s%s", joined,
		    i == 0 ? " with mail from " : ", ", first,
		    strcmp(first, last) == 0 ? "" : " to ",
		    strcmp(first, last) == 0 ? "" : last);
	}
	if (options->dispositions != 0 || options->results != 0)
		joined = arena_printf(arena, "%s%s", joined,
		    " with the results that are asked for");
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
	const struct options *options = context->options;

	return arena_printf(arena, "%sreports%s%s%s%s",
	    describe_verdicts(arena, options),
	    describe_names(
		arena, " about ", options->domains, options->domain_count),
	    describe_names(
		arena, " from ", options->reporters, options->reporter_count),
	    describe_records(arena, options),
	    describe_days(arena, &question->period));
}

/* --- when there is nothing to answer --- */

static const struct store_filter everything = {
	.since = STORE_SINCE_EVER,
	.until = STORE_UNTIL_EVER,
	.verdicts = STORE_ALL_VERDICTS,
};

static void
say(const char *text)
{
	text_fold(stderr, output_width(stderr), 0, 0, text);
}

static void
say_none_yet(void)
{
	say("There are no reports yet. 'reports import PATH' reads files and "
	    "mailboxes, 'reports listen' takes mail; docs/dns.md has the "
	    "records that make them come.");
}

bool
question_has_none(bool *out, const struct context *context, struct error *err)
{
	struct store_extent extent;

	if (!store_extent(context->store, &everything, &extent, err))
		return false;
	*out = extent.report_count == 0;
	if (*out)
		say_none_yet();
	return true;
}

/* None at all, or none of these; of these days there may be none because
 * they are over. */
static bool
explain_none(const struct question *question, const struct context *context,
    struct error *err)
{
	struct store_extent extent;
	char day[DATETIME_TEXT];

	if (!store_extent(context->store, &everything, &extent, err))
		return false;
	if (extent.report_count == 0) {
		say_none_yet();
		return true;
	}
	say(arena_printf(context->arena, "There are no %s.",
	    question_words(context->arena, question, context)));
	if (question->period.has_days)
		fprintf(stderr, "The newest report begins on %s.\n",
		    datetime_format_date(extent.last_day, day));
	return true;
}

struct output_style
question_style(const struct options *options)
{
	struct output_style style = options->style;

	if (style.limit == 0 && style.format == OUTPUT_TABLE)
		style.limit = TABLE_ROWS;
	return style;
}

int64_t
question_middle(const struct question *question)
{
	int64_t last = question->period.last;

	if (question->first_day >= last)
		return STORE_UNTIL_EVER;
	return question->first_day + (last - question->first_day + 86400) / 2;
}

bool
question_open_quietly(
    struct question *out, const struct context *context, struct error *err)
{
	const struct options *options = context->options;
	const struct period_request request = { options->since, options->until,
		options->all || options->has_since_id };
	struct store_extent extent;

	*out =
	    (struct question) { .filter = {
				    .domains = options->domains,
				    .domain_count = options->domain_count,
				    .verdicts = options->verdicts,
				    .reporters = options->reporters,
				    .reporter_count = options->reporter_count,
				    .sources = options->sources,
				    .source_count = options->source_count,
				    .dispositions = options->dispositions,
				    .results = options->results,
				} };
	if (!period_ask(
		context->store, &request, &out->filter, &out->period, err)
	    || !store_extent(context->store, &out->filter, &extent, err))
		return false;
	out->report_count = extent.report_count;
	out->first_day =
	    extent.report_count > 0 && extent.first_day > out->period.first
	    ? extent.first_day
	    : out->period.first;
	return true;
}

bool
question_open(
    struct question *out, const struct context *context, struct error *err)
{
	return question_open_quietly(out, context, err)
	    && (out->report_count > 0 || explain_none(out, context, err));
}
