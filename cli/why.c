#include "cli/why.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/text.h"
#include "parse/value.h"

static const struct output_column columns[] = {
	{ .key = "domain" },
	{ .key = "sender" },
	{ .key = "class" },
	{ .key = "confidence" },
	{ .key = "rule" },
	{ .key = "points", .type = OUTPUT_COUNT },
	{ .key = "text" },
	{ .key = "report", .type = OUTPUT_COUNT },
	{ .key = "record", .type = OUTPUT_COUNT },
};

static void
write_row(struct output *output, const struct channel *channel,
    const struct evidence *evidence, const struct evidence_row *row)
{
	output_row(output,
	    (struct output_value[]) {
		output_text(channel->domain),
		output_text(channel->name),
		output_text(sender_class_name(channel->class)),
		output_text(confidence_name(channel->confidence)),
		output_text(evidence->rule),
		output_count(evidence->points),
		output_text(evidence->text),
		row == NULL ? OUTPUT_ABSENT : output_count(row->report),
		row == NULL ? OUTPUT_ABSENT : output_count(row->record),
	    });
}

static bool
write_rows(const struct context *context, const struct channel *const *channels,
    size_t count, struct error *err)
{
	const struct output_style style = question_style(context->options);
	const struct evidence *evidence;
	struct output *output;
	size_t i, j;

	if (!output_new(
		&output, stdout, &style, columns, COUNT_OF(columns), err))
		return false;
	for (i = 0; i < count; i++)
		for (evidence = channels[i]->evidence; evidence != NULL;
		     evidence = evidence->next) {
			if (evidence->row_count == 0)
				write_row(output, channels[i], evidence, NULL);
			for (j = 0; j < evidence->row_count; j++)
				write_row(output, channels[i], evidence,
				    &evidence->rows[j]);
		}
	output_free(output);
	return true;
}

static const char *
describe_rows(struct arena *arena, const struct evidence *evidence)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < evidence->row_count; i++)
		text = arena_printf(arena, "%s%s%" PRId64 ":%" PRId64, text,
		    i == 0 ? " (" : " ", evidence->rows[i].report,
		    evidence->rows[i].record);
	return evidence->row_count == 0 ? "" : arena_printf(arena, "%s)", text);
}

static void
print_block(struct arena *arena, const struct channel *channel)
{
	const struct evidence *evidence;
	char points[16];

	printf("%s (%s): %s, %s%s\n",
	    text_escape(arena, text_charset(), channel->name),
	    text_escape(arena, text_charset(), channel->domain),
	    sender_class_name(channel->class),
	    confidence_name(channel->confidence),
	    channel->is_possible_list ? "; possibly a list" : "");
	printf("  ");
	text_fold(stdout, output_width(stdout), 2, 2,
	    text_escape(arena, text_charset(), channel->reason));
	for (evidence = channel->evidence; evidence != NULL;
	     evidence = evidence->next) {
		snprintf(points, sizeof(points), "%+d", evidence->points);
		printf("  %3s  ", evidence->points == 0 ? "" : points);
		text_fold(stdout, output_width(stdout), 7, 7,
		    text_escape(arena, text_charset(),
			arena_printf(arena, "%s%s", evidence->text,
			    describe_rows(arena, evidence))));
	}
}

bool
why_print(const struct context *context, const struct channel *const *channels,
    size_t count, struct error *err)
{
	size_t i;

	if (context->options->style.format != OUTPUT_TABLE)
		return write_rows(context, channels, count, err);
	for (i = 0; i < count; i++) {
		if (i > 0)
			putchar('\n');
		print_block(context->arena, channels[i]);
	}
	if (count > 0)
		puts("\nIn parentheses: report and record, see 'reports show "
		     "ID'.");
	return true;
}

bool
why_is_named(const struct channel *channel, const char *name)
{
	struct network network;
	struct address address;

	if (text_is(bytes_of(name), channel->name))
		return true;
	return channel->envelope == NULL
	    && address_parse(bytes_of(name), &address)
	    && network_parse(bytes_of(channel->name), &network)
	    && network_contains(&network, &address);
}
