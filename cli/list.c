/* reports list: one line for each report. */

#include <inttypes.h>

#include "analysis/own.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"
#include "store/query.h"

static const struct output_column columns[] = {
	{ .key = "id", .heading = "ID", .type = OUTPUT_COUNT },
	{ .key = "kind", .heading = "KIND" },
	{ .key = "begin", .heading = "BEGIN", .type = OUTPUT_TIME },
	{ .key = "end",
	    .heading = "END",
	    .type = OUTPUT_TIME,
	    .is_optional = true },
	{ .key = "received", .type = OUTPUT_TIME },
	{ .key = "org_name", .heading = "ORG_NAME", .min = 8 },
	{ .key = "email" },
	{ .key = "domain", .heading = "DOMAIN", .min = 8 },
	{ .key = "report_id",
	    .heading = "REPORT_ID",
	    .min = 12,
	    .is_optional = true },
	{ .key = "records",
	    .heading = "RECORDS",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .key = "passed", .type = OUTPUT_COUNT },
	{ .key = "failed", .heading = "FAILED", .type = OUTPUT_COUNT },
	{ .heading = "", .min = 10 }, /* what describe() says */
	{ .key = "conflict", .type = OUTPUT_FLAG },
	{ .key = "notes", .heading = "NOTES", .type = OUTPUT_COUNT },
	{ .key = "verdict" },
	{ .key = "verdict_reason" },
	{ .key = "future", .type = OUTPUT_FLAG },
	{ .key = "own", .type = OUTPUT_FLAG },
};

struct list {
	struct output *output;
	struct arena *arena;
	const struct own *own;
};

static bool
is_foreign(const struct list *list, const struct store_report_row *report)
{
	return list->own->domain_count > 0
	    && !own_has_domain(list->own, report->domain);
}

/* What is not as one would wish, and whether it was verified. */
static const char *
describe(const struct list *list, const struct store_report_row *report)
{
	const struct {
		bool is_so;
		const char *word;
	} words[] = {
		{ report->verdict != VERDICT_UNKNOWN,
		    verdict_name(report->verdict) },
		{ report->is_conflict, "conflict" },
		{ report->is_future, "future" },
		{ is_foreign(list, report), "not own" },
	};
	const char *text = "";
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (words[i].is_so)
			text = arena_printf(list->arena, "%s%s%s", text,
			    *text == '\0' ? "" : ", ", words[i].word);
	return text;
}

static bool
print_row(
    void *context, const struct store_report_row *report, struct error *err)
{
	struct list *list = context;

	(void)err;
	output_row(list->output,
	    (struct output_value[]) {
		output_count(report->id),
		output_text(report_kind_name(report->kind)),
		output_period(report->begin, report->begin, report->end),
		output_period(report->end, report->begin, report->end),
		output_time(report->received),
		output_text(report->org_name),
		output_text(report->email),
		output_text(report->domain),
		output_text(report->report_id),
		output_count(report->records),
		output_count(report->messages),
		output_count(report->passed),
		output_count(report->messages - report->passed),
		output_text(describe(list, report)),
		output_flag(report->is_conflict),
		output_count((int64_t)report->note_count),
		output_text(verdict_name(report->verdict)),
		output_text(report->verdict_reason),
		output_flag(report->is_future),
		list->own->domain_count == 0
		    ? OUTPUT_ABSENT
		    : output_flag(!is_foreign(list, report)),
	    });
	return true;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct list list = { .arena = context->arena,
		.own = &context->config->own };
	const struct output_style style = question_style(context->options);
	struct question question;
	bool ok;

	(void)argc;
	(void)argv;
	if (!output_new(
		&list.output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	ok = question_open(&question, context, err)
	    && store_reports(
		context->store, &question.filter, 0, print_row, &list, err);
	output_free(list.output);
	return ok;
}

const struct command command_list = {
	.name = "list",
	.usage = "",
	.summary = "one line for each report, the newest first",
	.takes = TAKES_RECORDS | TAKES_ROWS,
	.store = COMMAND_READ,
	.run = run,
};
