/* reports senders --by source: one line for each address. */

#include <stdlib.h>
#include <string.h>

#include "analysis/facts.h"
#include "analysis/index.h"
#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/geo.h"
#include "cli/question.h"
#include "cli/resolve.h"
#include "cli/senders.h"

static const struct output_column all_columns[] = {
	{ .key = "domain", .heading = "DOMAIN", .min = 8, .is_optional = true },
	{ .key = "sender", .heading = "SENDER", .min = 12 },
	{ .key = "class", .heading = "CLASS" },
	{ .key = "source_ip", .heading = "SOURCE_IP" },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .key = "dmarc_pass", .heading = "PASS", .type = OUTPUT_COUNT },
	{ .key = "dkim_pass", .heading = "DKIM", .type = OUTPUT_COUNT },
	{ .key = "spf_pass", .heading = "SPF", .type = OUTPUT_COUNT },
	{ .key = "first_seen",
	    .heading = "FIRST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "last_seen", .heading = "LAST", .type = OUTPUT_DAY },
#define PTR_COLUMN 10
	{ .key = "ptr", .min = 12, .is_late = true },
	GEO_COLUMNS,
};
#define COLUMN_COUNT  COUNT_OF(all_columns)
#define SOURCE_COLUMN 3

struct source {
	const struct channel *channel;
	struct address address;
	int64_t messages, passed, dkim, spf;
	int32_t first_day, last_day;
};

struct sources {
	const struct channel *channel;
	struct source *rows;
	size_t count, room;
};

static void
add_flow(void *context, const struct channel_flow *flow)
{
	struct sources *sources = context;
	struct source *row;

	sources->rows = index_grow(sources->rows, sources->count,
	    &sources->room, sizeof(*sources->rows));
	row = &sources->rows[sources->count++];
	*row = (struct source) {
		.channel = sources->channel,
		.address = flow->source_ip,
		.messages = flow->messages,
		.passed = flow->facts->passes ? flow->messages : 0,
		.dkim =
		    flow->facts->shape->dkim == DMARC_PASS ? flow->messages : 0,
		.spf = flow->facts->aligned_spf ? flow->messages : 0,
		.first_day = flow->day,
		.last_day = flow->day,
	};
}

static int
compare_addresses(const void *a, const void *b)
{
	const struct source *left = a, *right = b;

	return address_compare(&left->address, &right->address);
}

static int
compare_messages(const void *a, const void *b)
{
	const struct source *left = a, *right = b;

	if (left->messages != right->messages)
		return left->messages < right->messages ? 1 : -1;
	return address_compare(&left->address, &right->address);
}

/* One row for each address, of the rows from first on. */
static void
merge(struct sources *sources, size_t first)
{
	struct source *rows = sources->rows;
	size_t i, n = first;

	qsort(rows + first, sources->count - first, sizeof(*rows),
	    compare_addresses);
	for (i = first; i < sources->count; i++) {
		if (n == first
		    || compare_addresses(&rows[n - 1], &rows[i]) != 0) {
			rows[n++] = rows[i];
			continue;
		}
		rows[n - 1].messages =
		    analysis_sum(rows[n - 1].messages, rows[i].messages);
		rows[n - 1].passed =
		    analysis_sum(rows[n - 1].passed, rows[i].passed);
		rows[n - 1].dkim = analysis_sum(rows[n - 1].dkim, rows[i].dkim);
		rows[n - 1].spf = analysis_sum(rows[n - 1].spf, rows[i].spf);
		if (rows[i].first_day < rows[n - 1].first_day)
			rows[n - 1].first_day = rows[i].first_day;
		if (rows[i].last_day > rows[n - 1].last_day)
			rows[n - 1].last_day = rows[i].last_day;
	}
	sources->count = n;
	qsort(rows + first, n - first, sizeof(*rows), compare_messages);
}

static void
print_row(struct output *output, struct geo *geo, const struct source *row)
{
	struct output_value known[GEO_COUNT];
	char text[ADDRESS_TEXT];

	geo_put(geo, &row->address, known);
	output_row(output,
	    (struct output_value[]) {
		output_text(row->channel->domain),
		output_text(row->channel->name),
		output_text(sender_class_name(row->channel->class)),
		row->address.len == 0
		    ? OUTPUT_ABSENT
		    : output_text(address_format(&row->address, text)),
		output_count(row->messages),
		output_count(row->passed),
		output_count(row->dkim),
		output_count(row->spf),
		output_time((int64_t)row->first_day * 86400),
		output_time((int64_t)row->last_day * 86400),
		OUTPUT_ABSENT,
		known[0],
		known[1],
		known[2],
	    });
}

bool
sources_print(const struct context *context, const struct analysed *analysed,
    const struct channel *const *channels, size_t count, struct error *err)
{
	const struct output_style style = question_style(context->options);
	struct sources sources = { 0 };
	struct output_column columns[COLUMN_COUNT];
	struct resolve *resolve = NULL;
	struct geo *geo = NULL;
	struct output *output;
	size_t i, first;
	bool ok;

	memcpy(columns, all_columns, sizeof(columns));
	if (context->config->mmdb_count > 0)
		geo_show(columns + PTR_COLUMN + 1);
	if (context->options->resolve)
		columns[PTR_COLUMN].heading = "PTR";
	if (!output_new(&output, stdout, &style, columns, COLUMN_COUNT, err))
		return false;
	ok = !context->options->resolve
	    || resolve_new(
		&resolve, context, output, SOURCE_COLUMN, PTR_COLUMN, err);
	ok = ok && geo_open(&geo, context->config, err);
	for (i = 0; ok && i < count; i++) {
		first = sources.count;
		sources.channel = channels[i];
		analysis_flows(
		    analysed->analysis, channels[i], add_flow, &sources);
		merge(&sources, first);
	}
	for (i = 0; i < sources.count; i++)
		print_row(output, geo, &sources.rows[i]);
	output_free(output);
	resolve_free(resolve);
	geo_close(geo);
	free(sources.rows);
	return ok;
}
