/* What all domains have in common: what is largest over all of them, with the
 * domain that it is of. */

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/arena.h"
#include "cli/html_part.h"
#include "cli/html_table.h"
#include "cli/html_text.h"

/* Of each table; the pages of the domains have more. */
#define MAX_ROWS 25

struct item {
	const struct html_domain *domain;
	const void *row;
};

struct items {
	struct item *items;
	size_t count;
};

/* The rows of one list, of all domains. */
static struct items
collect(const struct html_data *data, enum html_list list, struct arena *arena)
{
	struct items all = { NULL, 0 };
	const struct html_row *row;
	size_t i;

	for (i = 0; i < data->domain_count; i++)
		for (row = data->domains[i].lists[list].first; row != NULL;
		     row = row->next)
			all.count++;
	all.items = arena_alloc(
	    arena, all.count == 0 ? 1 : all.count, sizeof(*all.items));
	all.count = 0;
	for (i = 0; i < data->domain_count; i++)
		for (row = data->domains[i].lists[list].first; row != NULL;
		     row = row->next)
			all.items[all.count++] =
			    (struct item) { &data->domains[i], row->row };
	return all;
}

static int
compare_numbers(int64_t x, int64_t y)
{
	return (x < y) - (x > y);
}

static void
end_table(FILE *out, size_t count)
{
	html_table_end(out);
	if (count > MAX_ROWS)
		fprintf(out,
		    "<p class=\"soft\">The %d largest, of %zu that stand with "
		    "their domains.</p>\n",
		    MAX_ROWS, count);
}

static void
print_domain(FILE *out, const struct html_domain *domain)
{
	html_row_begin(out);
	html_cell_name(
	    out, *domain->name == '\0' ? "(no domain)" : domain->name);
}

/* --- addresses --- */

static int
compare_sources(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	const struct html_source *x = left->row, *y = right->row;
	int order = compare_numbers(x->total.messages - x->total.passed,
	    y->total.messages - y->total.passed);

	if (order == 0)
		order = compare_numbers(x->total.messages, y->total.messages);
	return order != 0 ? order
			  : strcmp(left->domain->name, right->domain->name);
}

void
html_all_sources(FILE *out, const struct html_data *data)
{
	static const struct html_column columns[] = {
		{ .heading = "Domain" },
		{ .heading = "Address" },
		{ .heading = "Class" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Failed", .is_number = true },
		{ .heading = "Quarantined", .is_number = true },
		{ .heading = "Rejected", .is_number = true },
		{ .heading = "Last seen", .is_number = true },
	};
	struct arena arena = { 0 };
	struct items all = collect(data, HTML_SOURCES, &arena);
	const struct html_source *source;
	char address[ADDRESS_TEXT];
	size_t i;

	qsort(all.items, all.count, sizeof(*all.items), compare_sources);
	html_table_begin(out, "Addresses with most failed messages", columns,
	    sizeof(columns) / sizeof(*columns));
	for (i = 0; i < all.count && i < MAX_ROWS; i++) {
		source = all.items[i].row;
		print_domain(out, all.items[i].domain);
		html_cell_text(out,
		    source->total.source_ip.len == 0
			? "not an address"
			: address_format(&source->total.source_ip, address));
		html_cell_text(out,
		    source->channel == NULL
			? NULL
			: sender_class_name(source->channel->class));
		html_cell_count(out, source->total.messages);
		html_cell_count(
		    out, source->total.messages - source->total.passed);
		html_cell_count(out, source->total.quarantined);
		html_cell_count(out, source->total.rejected);
		html_cell_day(out, source->total.last_day);
		html_row_end(out);
	}
	end_table(out, all.count);
	arena_release(&arena);
}

/* --- failures, as those of one domain --- */

static int
compare_outcomes(const void *a, const void *b)
{
	const struct store_outcome_total *x = a, *y = b;
	int order = compare_numbers(x->messages, y->messages);

	return order != 0
	    ? order
	    : (x->outcome > y->outcome) - (x->outcome < y->outcome);
}

static int
compare_outcome_names(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	const struct store_outcome_total *x = left->row, *y = right->row;

	return (x->outcome > y->outcome) - (x->outcome < y->outcome);
}

static int
compare_reasons(const void *a, const void *b)
{
	const struct store_reason_total *x = a, *y = b;
	int order = compare_numbers(x->messages, y->messages);

	if (order == 0)
		order = strcmp(x->reasons, y->reasons);
	return order != 0 ? order : (int)x->disposition - (int)y->disposition;
}

static int
compare_reason_names(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	const struct store_reason_total *x = left->row, *y = right->row;
	int order = strcmp(x->reasons, y->reasons);

	return order != 0 ? order : (int)x->disposition - (int)y->disposition;
}

/* The sums that are in an array, as a list. */
static void
make_list(struct html_rows *list, void *sums, size_t size, size_t count,
    struct arena *arena)
{
	struct html_row *rows =
	    arena_alloc(arena, count == 0 ? 1 : count, sizeof(*rows));
	size_t i;

	list->end = &list->first;
	for (i = 0; i < count; i++) {
		rows[i] = (struct html_row) { NULL, (char *)sums + i * size };
		*list->end = &rows[i];
		list->end = &rows[i].next;
	}
}

static void
sum_outcomes(
    struct html_domain *all, const struct html_data *data, struct arena *arena)
{
	struct items items = collect(data, HTML_OUTCOMES, arena);
	struct store_outcome_total *sums =
	    arena_alloc(arena, items.count + 1, sizeof(*sums));
	const struct store_outcome_total *row;
	size_t i, count = 0;

	qsort(items.items, items.count, sizeof(*items.items),
	    compare_outcome_names);
	for (i = 0; i < items.count; i++) {
		row = items.items[i].row;
		if (count > 0 && sums[count - 1].outcome == row->outcome)
			html_add(&sums[count - 1].messages, row->messages);
		else
			sums[count++] = *row;
	}
	qsort(sums, count, sizeof(*sums), compare_outcomes);
	make_list(
	    &all->lists[HTML_OUTCOMES], sums, sizeof(*sums), count, arena);
}

static void
sum_reasons(
    struct html_domain *all, const struct html_data *data, struct arena *arena)
{
	struct items items = collect(data, HTML_REASONS, arena);
	struct store_reason_total *sums =
	    arena_alloc(arena, items.count + 1, sizeof(*sums));
	const struct store_reason_total *row;
	size_t i, count = 0;

	qsort(items.items, items.count, sizeof(*items.items),
	    compare_reason_names);
	for (i = 0; i < items.count; i++) {
		row = items.items[i].row;
		if (count > 0
		    && compare_reason_names(
			   &items.items[i - 1], &items.items[i])
			== 0)
			html_add(&sums[count - 1].messages, row->messages);
		else
			sums[count++] = *row;
	}
	qsort(sums, count, sizeof(*sums), compare_reasons);
	make_list(&all->lists[HTML_REASONS], sums, sizeof(*sums), count, arena);
}

void
html_all_failures(FILE *out, const struct html_data *data)
{
	struct html_domain all = data->all;
	struct arena arena = { 0 };

	sum_outcomes(&all, data, &arena);
	sum_reasons(&all, data, &arena);
	html_mail_failures(out, &all);
	arena_release(&arena);
}

/* --- TLS --- */

static int
compare_tls_failures(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	const struct store_tls_failure *x = left->row, *y = right->row;
	int order = compare_numbers(x->sessions, y->sessions);

	return order != 0 ? order
			  : strcmp(left->domain->name, right->domain->name);
}

void
html_all_tls_failures(FILE *out, const struct html_data *data)
{
	static const struct html_column columns[] = {
		{ .heading = "Domain" },
		{ .heading = "Result" },
		{ .heading = "MX" },
		{ .heading = "Sessions", .is_number = true },
		{ .heading = "Reporters", .is_number = true },
		{ .heading = "Last seen", .is_number = true },
	};
	struct arena arena = { 0 };
	struct items all = collect(data, HTML_TLS_FAILURES, &arena);
	const struct store_tls_failure *failure;
	size_t i;

	if (all.count > 0) {
		qsort(all.items, all.count, sizeof(*all.items),
		    compare_tls_failures);
		html_table_begin(out, "Why most sessions failed", columns,
		    sizeof(columns) / sizeof(*columns));
		for (i = 0; i < all.count && i < MAX_ROWS; i++) {
			failure = all.items[i].row;
			print_domain(out, all.items[i].domain);
			html_cell_text(out, failure->result_type);
			html_cell_text(out, failure->mx);
			html_cell_count(out, failure->sessions);
			html_cell_count(out, failure->reporters);
			html_cell_day(out, failure->last_begin);
			html_row_end(out);
		}
		end_table(out, all.count);
	}
	arena_release(&arena);
}
