/* What the analysis makes of a domain's mail: who sends, and which mailing
 * lists reports tell of.  Of those who read them there are numbers only. */

#include "analysis/analysis.h"
#include "cli/html_part.h"
#include "cli/html_table.h"
#include "cli/html_text.h"

/* Of each domain. */
#define MAX_SENDERS 100

#define DAY 86400

void
html_senders(
    FILE *out, const struct html_data *data, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "Sender" },
		{ .heading = "Class" },
		{ .heading = "Sure" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Pass rate", .is_number = true },
		{ .heading = "First seen", .is_number = true },
		{ .heading = "Last seen", .is_number = true },
		{ .heading = "Why", .is_plain = true },
	};
	const struct channel *channel;
	size_t i;

	if (data->analysed_from != data->first) {
		fputs("<p class=\"soft\">Senders and lists are those since ",
		    out);
		html_day(out, data->analysed_from);
		fputs(
		    ": there are too many records to look at all.</p>\n", out);
	}
	html_table_begin(out, "Who sends with this domain in From", columns,
	    sizeof(columns) / sizeof(*columns));
	for (i = 0; i < domain->channel_count && i < MAX_SENDERS; i++) {
		channel = domain->channels[i];
		html_row_begin(out);
		html_cell_name(out, channel->name);
		html_cell_text(out, sender_class_name(channel->class));
		html_cell_text(out, confidence_name(channel->confidence));
		html_cell_count(out, channel->messages);
		html_cell_share(out, channel->passed, channel->messages);
		html_cell_day(out, (int64_t)channel->first_day * DAY);
		html_cell_day(out, (int64_t)channel->last_day * DAY);
		html_cell_sentence(out, channel->reason);
		html_row_end(out);
	}
	html_table_end(out);
	if (domain->channel_count > MAX_SENDERS)
		fprintf(out,
		    "<p class=\"soft\">The %d with most messages, of %zu: "
		    "<code>reports senders</code> has all of them.</p>\n",
		    MAX_SENDERS, domain->channel_count);
}

bool
html_has_lists(const struct html_domain *domain)
{
	size_t i;

	for (i = 0; i < domain->channel_count; i++)
		if (domain->channels[i]->leak != NULL)
			return true;
	return false;
}

static void
print_list(FILE *out, const struct channel *channel)
{
	const struct leak *leak = channel->leak;

	html_row_begin(out);
	html_cell_name(out, channel->name);
	html_cell_text(out,
	    channel->is_possible_list ? "possible"
				      : confidence_name(channel->confidence));
	html_cell_text(out, list_kind_name(channel->kind));
	html_cell_count(out, leak->days);
	html_cell_count(out, leak->posts);
	html_cell_count(out, (int64_t)leak->crowd);
	html_cell_count(out, (int64_t)leak->gate);
	html_cell_count(out, (int64_t)leak->named);
	html_cell_count(out, (int64_t)leak->solo);
	html_cell_count(out, (int64_t)leak->hops);
	html_row_end(out);
}

void
html_lists(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "List host" },
		{ .heading = "Sure" },
		{ .heading = "What it does" },
		{ .heading = "Days", .is_number = true },
		{ .heading = "Posts", .is_number = true },
		{ .heading = "Providers", .is_number = true },
		{ .heading = "Filters", .is_number = true },
		{ .heading = "Named", .is_number = true },
		{ .heading = "Single persons", .is_number = true },
		{ .heading = "Forwarders", .is_number = true },
	};
	size_t i;

	fputs("<p>Each post to a list is reported by those who receive it, and "
	      "so the reports tell who they are. Here they are only counted; "
	      "<code>reports leaks --advice</code> says what can be done. What "
	      "is possible may be no list.</p>\n",
	    out);
	html_table_begin(out, "Mailing lists that reports tell of", columns,
	    sizeof(columns) / sizeof(*columns));
	for (i = 0; i < domain->channel_count; i++)
		if (domain->channels[i]->leak != NULL
		    && !domain->channels[i]->is_possible_list)
			print_list(out, domain->channels[i]);
	for (i = 0; i < domain->channel_count; i++)
		if (domain->channels[i]->leak != NULL
		    && domain->channels[i]->is_possible_list)
			print_list(out, domain->channels[i]);
	html_table_end(out);
}
