#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/findings.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/summary_print.h"
#include "cli/text.h"

/* What fits on a screen together with what to look at, of which a few lines
 * are there in any case. */
#define ROWS       10
#define LOOK_LINES 5
#define LEAST_ROOM 6

#define CHANGE 4
#define WAS    11
static const struct output_column all_columns[] = {
	{ .heading = "DOMAIN", .min = 11 },
	{ .heading = "" }, /* "*": beside the name, which may be cut */
	{ .heading = "POLICY", .min = 6 },
	{ .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .heading = "CHANGE", .type = OUTPUT_RIGHT },
	{ .heading = "PASS", .type = OUTPUT_RIGHT },
	{ .heading = "FAILED", .type = OUTPUT_COUNT },
	{ .heading = "QUAR.", .type = OUTPUT_COUNT },
	{ .heading = "REJ.", .type = OUTPUT_COUNT },
	{ .heading = "TLS", .type = OUTPUT_RIGHT },
	{ .heading = "BY DAY" },
	{ .heading = "WAS", .type = OUTPUT_RIGHT, .is_optional = true },
	{ .heading = "REPORTS", .type = OUTPUT_COUNT, .is_optional = true },
	{ .heading = "ORGS", .type = OUTPUT_COUNT, .is_optional = true },
	{ .heading = "SINCE", .type = OUTPUT_DAY, .is_optional = true },
};

/* 99.9 when not all passed: 100 % is all of them. */
static const char *
percent(struct arena *arena, int64_t part, int64_t all)
{
	int64_t tenths;

	if (all == 0)
		return "-";
	tenths =
	    all > INT64_MAX / 1000 ? part / (all / 1000) : part * 1000 / all;
	if (tenths >= 1000 && part < all)
		tenths = 999;
	return arena_printf(
	    arena, "%" PRId64 ".%" PRId64 "%%", tenths / 10, tenths % 10);
}

static const char *
change(struct arena *arena, const struct summary *summary, int64_t before,
    int64_t now)
{
	double ratio;

	if (!summary->has_before || (before == 0 && now == 0))
		return "-";
	if (before == 0)
		return "new";
	ratio = ((double)now - (double)before) * 100 / (double)before;
	return ratio > 999 ? ">999%" : arena_printf(arena, "%+.0f%%", ratio);
}

static const char *
describe_tls(struct arena *arena, const struct summary_tls *tls)
{
	double failed, all;

	if (tls == NULL)
		return "-";
	failed = (double)tls->total.failed_sessions;
	all = failed + (double)tls->total.successful_sessions;
	if (all == 0 || failed == 0)
		return "ok";
	return failed * 1000 < all
	    ? "<0.1%"
	    : arena_printf(arena, "%.1f%%", failed * 100 / all);
}

/* A narrow terminal has a shorter curve. */
static const char *
draw_days(struct arena *arena, const struct summary *summary,
    const struct summary_domain *domain)
{
	size_t width = output_width(stdout) < 120 ? 8 : 30;
	int64_t count = summary->day_count;

	return spark_line(arena, domain->days,
	    count > SPARK_MAX ? SPARK_MAX : (size_t)count, width);
}

static void
print_domain(struct output *output, const struct summary *summary,
    const struct summary_domain *domain, struct arena *arena)
{
	const struct store_dmarc_total *total = &domain->total;

	output_row(output,
	    (struct output_value[]) { output_text(total->domain),
		output_text(domain->own == OWN_NO ? "*" : ""),
		output_text(domain->policy), output_count(total->messages),
		output_text(change(
		    arena, summary, domain->messages_before, total->messages)),
		output_text(percent(arena, total->passed, total->messages)),
		output_count(total->failed), output_count(total->quarantined),
		output_count(total->rejected),
		output_text(describe_tls(arena, domain->tls)),
		output_text(draw_days(arena, summary, domain)),
		output_text(percent(
		    arena, domain->passed_before, domain->messages_before)),
		output_count(total->reports), output_count(total->reporters),
		domain->policy_since == 0
		    ? OUTPUT_ABSENT
		    : output_time(domain->policy_since) });
}

/* --- which of them --- */

static int
compare_failed(const void *left, const void *right)
{
	const struct summary_domain *const *a = left, *const *b = right;
	int64_t x = (*a)->total.failed, y = (*b)->total.failed;

	return x != y ? (x < y) - (x > y)
		      : strcmp((*a)->total.domain, (*b)->total.domain);
}

/* All in their order when they fit, else the worst. */
static size_t
choose_domains(const struct summary *summary, const struct context *context,
    struct summary_domain ***out)
{
	struct summary_domain **shown = arena_alloc(context->arena,
	    summary->domain_count + 1, sizeof(struct summary_domain *));
	struct summary_domain *domain;
	size_t limit = context->options->style.limit, n = 0;

	if (limit == 0)
		limit = ROWS;
	for (domain = summary->domains; domain != NULL; domain = domain->next)
		shown[n++] = domain;
	if (n > limit) {
		qsort(
		    shown, n, sizeof(struct summary_domain *), compare_failed);
		n = limit;
	}
	*out = shown;
	return n;
}

/* A heading, a line for each, and perhaps one that explains a mark. */
static bool
print_domains(struct summary *summary, const struct question *question,
    const struct context *context, size_t *lines, struct error *err)
{
	struct arena *arena = context->arena;
	struct summary_domain **shown;
	size_t i, count = choose_domains(summary, context, &shown);
	struct output_column columns[COUNT_OF(all_columns)];
	struct output *output;
	bool has_foreign = false;

	if (!summary_ask_days(summary, shown, count, question, context, err))
		return false;
	memcpy(columns, all_columns, sizeof(columns));
	if (!summary->has_before)
		columns[CHANGE].heading = columns[WAS].heading = NULL;
	output = output_part(stdout, OUTPUT_TABLE, &context->options->style,
	    columns, COUNT_OF(columns));
	for (i = 0; i < count; i++) {
		print_domain(output, summary, shown[i], arena);
		has_foreign = has_foreign || shown[i]->own == OWN_NO;
	}
	output_free(output);
	if (has_foreign)
		puts("* not under [domains] own");
	*lines += count + 1 + has_foreign;
	return true;
}

/* --- where failed mail comes from --- */

struct failing {
	const struct summary_domain *domain;
	const struct summary_sender *sender;
};

/* The worst of all domains: of each, its worst are known. */
static size_t
find_failing(
    const struct summary *summary, struct failing worst[SUMMARY_SENDERS])
{
	const struct summary_domain *domain;
	const struct summary_sender *sender;
	size_t i, at, n = 0;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		for (i = 0; i < SUMMARY_SENDERS; i++) {
			sender = &domain->senders[i];
			for (at = n; at > 0
			     && worst[at - 1].sender->messages
				 < sender->messages;
			     at--)
				if (at < SUMMARY_SENDERS)
					worst[at] = worst[at - 1];
			if (sender->messages == 0 || at == SUMMARY_SENDERS)
				continue;
			worst[at] = (struct failing) { domain, sender };
			n += n < SUMMARY_SENDERS;
		}
	return n;
}

static bool
have_several_failed(const struct summary *summary)
{
	const struct summary_domain *domain;
	size_t n = 0;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		n += domain->total.failed > 0;
	return n > 1;
}

/* So many of them as two lines hold. */
static size_t
print_failing(const struct summary *summary, const struct context *context)
{
	struct failing worst[SUMMARY_SENDERS];
	size_t i, count = find_failing(summary, worst);
	size_t width = output_width(stdout);
	bool names = have_several_failed(summary);
	struct arena *arena = context->arena;
	const char *line = "Failed most:", *longer;
	char address[ADDRESS_TEXT];

	if (count == 0)
		return 0;
	for (i = 0; i < count; i++, line = longer) {
		longer = arena_printf(arena, "%s%s %s %" PRId64 "%s%s", line,
		    i == 0 ? "" : ",",
		    worst[i].sender->source_ip.len == 0
			? "no address"
			: address_format(&worst[i].sender->source_ip, address),
		    worst[i].sender->messages, names ? " for " : "",
		    names ? text_escape(
			arena, text_charset(), worst[i].domain->total.domain)
			  : "");
		if (i > 0 && text_fold(NULL, width, 0, 2, longer) > 2)
			break;
	}
	return text_fold(stdout, width, 0, 2, line);
}

/* Below the worst of many. */
static size_t
print_totals(const struct summary *summary, const struct context *context)
{
	const struct summary_domain *domain;
	struct store_dmarc_total all = { 0 };
	double messages = 0, passed = 0, failed = 0;

	for (domain = summary->domains; domain != NULL; domain = domain->next) {
		messages += (double)domain->total.messages;
		passed += (double)domain->total.passed;
		failed += (double)domain->total.failed;
		all.reports += domain->total.reports;
	}
	return text_fold(stdout, output_width(stdout), 0, 2,
	    arena_printf(context->arena,
		"All %zu domains: %" PRId64
		" reports, %.0f messages, %.0f passed, %.0f failed; --limit "
		"shows more.",
		summary->domain_count, all.reports, messages, passed, failed));
}

/* --- what to look at --- */

/* Lines of the screen that are left, and findings that were printed. */
struct look {
	const struct context *context;
	size_t width, room, count;
};

/* Text and command, on one line where they fit; only counted without a file. */
static size_t
print_line(FILE *out, size_t width, const struct finding_line *line)
{
	size_t lines;

	if (text_width(line->text) + text_width(line->command) + 4 <= width) {
		if (out != NULL)
			fprintf(out, "%s -> %s\n", line->text, line->command);
		return 1;
	}
	lines = text_fold(out, width, 0, 2, line->text);
	if (out != NULL)
		fprintf(out, "  -> %s\n", line->command);
	return lines + 1;
}

/* The first in any case, up to five, while there is room. */
static bool
look_at(struct look *look, const struct finding_line *line)
{
	size_t lines = print_line(NULL, look->width, line);

	if (look->count == LOOK_LINES
	    || (lines > look->room && look->count > 0))
		return false;
	print_line(stdout, look->width, line);
	look->room -= lines > look->room ? look->room : lines;
	look->count++;
	return true;
}

/* What there was no room for, in a few words. */
static const char *
describe_others(const struct look *look, const struct question *question,
    const struct finding_line *lines, size_t first, size_t count)
{
	struct arena *arena = look->context->arena;
	const char *text = "Also:";
	size_t i;

	for (i = first; i < count; i++)
		text = arena_printf(arena, "%s%s %s", text,
		    i == first ? "" : ",", lines[i].brief);
	return arena_printf(arena, "%s -> %s", text,
	    findings_command(
		"reports summary --format json", question, look->context));
}

static bool
have_room(
    const struct look *look, const struct finding_line *lines, size_t count)
{
	size_t i, all = 0;

	for (i = 0; i < count; i++)
		all += print_line(NULL, look->width, &lines[i]);
	return count <= LOOK_LINES && all <= look->room;
}

static void
print_findings(struct look *look, const struct summary *summary,
    const struct question *question)
{
	struct finding_line *lines;
	size_t i, others,
	    count = findings_make(summary, question, look->context, &lines);

	if (count == 0)
		puts("Nothing to look at. One report in full: reports show ID");
	if (!have_room(look, lines, count)) {
		others = text_fold(NULL, look->width, 0, 2,
		    describe_others(look, question, lines, 1, count));
		look->room -= others > look->room ? look->room : others;
	}
	for (i = 0; i < count && look_at(look, &lines[i]); i++)
		continue;
	if (i == count)
		return;
	text_fold(stdout, look->width, 0, 2,
	    describe_others(look, question, lines, i, count));
	look->room = 0;
}

/* --- what the DNS could do about it --- */

static bool
asks_for_nothing(const struct summary_domain *domain)
{
	return domain->policy != NULL && strcmp(domain->policy, "none") == 0;
}

static bool
has_no_tls(const struct summary_domain *domain)
{
	return domain->tls == NULL;
}

/* A line about those domains, of which the first are named. */
static void
print_hint(struct look *look, const struct summary *summary,
    bool (*is_so)(const struct summary_domain *domain), const char *what)
{
	const struct summary_domain *domain, *first = NULL;
	struct arena *arena = look->context->arena;
	struct finding_line line = { .command = "reports help dns" };
	size_t count = 0;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		if (domain->own != OWN_NO && *domain->total.domain != '\0'
		    && is_so(domain) && count++ == 0)
			first = domain;
	if (count == 0 || look->room == 0)
		return;
	line.text = arena_printf(arena, "%s%s: %s",
	    text_escape(arena, text_charset(), first->total.domain),
	    count == 1 ? "" : arena_printf(arena, " and %zu more", count - 1),
	    what);
	look_at(look, &line);
}

/* Not where what is there was left out by what was asked. */
static void
print_hints(struct look *look, const struct summary *summary,
    const struct question *question)
{
	if (store_filter_has_records(&question->filter)
	    || question->filter.reporter_count > 0
	    || look->context->options->verdicts != 0)
		return;
	print_hint(look, summary, asks_for_nothing,
	    "p=none asks receivers to do nothing");
	print_hint(look, summary, has_no_tls, "no TLS reports come");
}

/* The screen has a line for the next prompt, too.  Who asks for so many
 * domains does not mind how many lines it takes. */
static size_t
room_left(const struct context *context, size_t used)
{
	size_t height = output_height(stdout);

	if (context->options->style.limit > 0)
		return SIZE_MAX;
	return height < used + 1 + LEAST_ROOM ? LEAST_ROOM : height - used - 1;
}

bool
summary_print_text(struct summary *summary, const struct question *question,
    const struct context *context, struct error *err)
{
	struct look look = { .context = context,
		.width = output_width(stdout) };
	size_t used;

	used = text_fold(stdout, look.width, 0, 2,
	    arena_printf(context->arena, "DMARC and TLS %s",
		question_words(context->arena, question, context)));
	putchar('\n');
	used++;
	if (summary->domains != NULL
	    && !print_domains(summary, question, context, &used, err))
		return false;
	if (summary->domain_count > ROWS)
		used += print_totals(summary, context);
	used += print_failing(summary, context);
	if (summary->domains != NULL) {
		putchar('\n');
		used++;
	}
	look.room = room_left(context, used);
	print_findings(&look, summary, question);
	print_hints(&look, summary, question);
	return true;
}
