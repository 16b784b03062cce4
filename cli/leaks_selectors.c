/* reports leaks --selectors: what DKIM selectors tell of who wrote. */

#include <stdlib.h>
#include <string.h>

#include "analysis/facts.h"
#include "analysis/index.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/leaks.h"
#include "cli/question.h"

static const struct output_column columns[] = {
	{ .key = "domain", .heading = "DOMAIN", .min = 8, .is_optional = true },
	{ .key = "list_host", .heading = "LIST HOST", .min = 16 },
	{ .key = "header_from", .heading = "FROM", .min = 12 },
	{ .key = "dkim_domain", .heading = "SIGNED BY", .min = 12 },
	{ .key = "selector", .heading = "SELECTOR", .min = 8 },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .key = "first_seen", .heading = "FIRST", .type = OUTPUT_DAY },
	{ .key = "last_seen", .heading = "LAST", .type = OUTPUT_DAY },
};

struct row {
	const struct channel *channel;
	const char *from, *domain, *selector;
	int64_t messages;
	int32_t first_day, last_day;
};

struct rows {
	const struct channel *channel;
	struct row *rows;
	size_t count, room;
};

static const char *
text_or_none(const char *text)
{
	return text == NULL ? "" : text;
}

static void
add_flow(void *context, const struct channel_flow *flow)
{
	struct rows *rows = context;
	const struct facts *facts = flow->facts;

	if (facts->own_selector == NULL || *facts->own_selector == '\0')
		return;
	rows->rows = index_grow(
	    rows->rows, rows->count, &rows->room, sizeof(*rows->rows));
	rows->rows[rows->count++] = (struct row) {
		.channel = rows->channel,
		.from = text_or_none(facts->shape->header_from),
		.domain = text_or_none(facts->own_domain),
		.selector = facts->own_selector,
		.messages = flow->messages,
		.first_day = flow->day,
		.last_day = flow->day,
	};
}

static int
compare(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = strcmp(left->from, right->from);

	if (order == 0)
		order = strcmp(left->domain, right->domain);
	return order == 0 ? strcmp(left->selector, right->selector) : order;
}

static size_t
merge(struct row *rows, size_t count)
{
	size_t i, n = 0;

	if (count == 0)
		return 0;
	qsort(rows, count, sizeof(*rows), compare);
	for (i = 0; i < count; i++) {
		if (n == 0 || compare(&rows[n - 1], &rows[i]) != 0) {
			rows[n++] = rows[i];
			continue;
		}
		rows[n - 1].messages =
		    analysis_sum(rows[n - 1].messages, rows[i].messages);
		if (rows[i].first_day < rows[n - 1].first_day)
			rows[n - 1].first_day = rows[i].first_day;
		if (rows[i].last_day > rows[n - 1].last_day)
			rows[n - 1].last_day = rows[i].last_day;
	}
	return n;
}

static void
print_rows(struct output *output, const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		output_row(output,
		    (struct output_value[]) {
			output_text(rows[i].channel->domain),
			output_text(rows[i].channel->name),
			output_text(rows[i].from),
			output_text(rows[i].domain),
			output_text(rows[i].selector),
			output_count(rows[i].messages),
			output_time((int64_t)rows[i].first_day * 86400),
			output_time((int64_t)rows[i].last_day * 86400),
		    });
}

bool
leaks_print_selectors(const struct leaks *leaks, struct error *err)
{
	const struct output_style style =
	    question_style(leaks->context->options);
	struct rows rows = { 0 };
	struct output *output;
	size_t i;

	if (!output_new(
		&output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	for (i = 0; i < leaks->list_count; i++) {
		rows.count = 0;
		rows.channel = leaks->channels[i];
		analysis_flows(
		    leaks->analysed.analysis, rows.channel, add_flow, &rows);
		print_rows(output, rows.rows, merge(rows.rows, rows.count));
	}
	output_free(output);
	free(rows.rows);
	if (style.format == OUTPUT_TABLE && leaks->list_count > 0)
		leaks_say_what_selectors_tell(leaks);
	else if (style.format == OUTPUT_TABLE)
		leaks_say_why_none(leaks);
	return true;
}
