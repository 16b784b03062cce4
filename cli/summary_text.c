#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/findings.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/summary_print.h"
#include "cli/text.h"

/* What fits on a screen together with what to look at. */
#define ROWS       10
#define LOOK_LINES 5

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

static bool
print_domains(struct summary *summary, const struct question *question,
    const struct context *context, struct error *err)
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

static void
print_failing(const struct summary *summary, const struct context *context)
{
	struct failing worst[SUMMARY_SENDERS];
	size_t i, count = find_failing(summary, worst);
	bool names = have_several_failed(summary);
	const char *line = "Failed most:";
	char address[ADDRESS_TEXT];

	for (i = 0; i < count; i++)
		line = arena_printf(context->arena, "%s%s %s %" PRId64 "%s%s",
		    line, i == 0 ? "" : ",",
		    worst[i].sender->source_ip.len == 0
			? "no address"
			: address_format(&worst[i].sender->source_ip, address),
		    worst[i].sender->messages, names ? " for " : "",
		    names ? worst[i].domain->total.domain : "");
	if (count > 0)
		text_fold(stdout, output_width(stdout), 0, 2,
		    text_escape(context->arena, text_charset(), line));
}

/* Below the worst of many. */
static void
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
	text_fold(stdout, output_width(stdout), 0, 2,
	    arena_printf(context->arena,
		"All %zu domains: %" PRId64
		" reports, %.0f messages, %.0f passed, %.0f failed; --limit "
		"shows more.",
		summary->domain_count, all.reports, messages, passed, failed));
}

/* --- what to look at --- */

static void
print_findings(const struct summary *summary, const struct context *context)
{
	struct finding_line *lines;
	size_t i, count = findings_make(summary, context, &lines);
	size_t width = output_width(stdout);

	if (count == 0) {
		puts("Nothing to look at. One report in full: reports show ID");
		return;
	}
	for (i = 0; i < count && i < LOOK_LINES; i++) {
		if (text_width(lines[i].text) + strlen(lines[i].command) + 4
		    <= width) {
			printf("%s -> %s\n", lines[i].text, lines[i].command);
			continue;
		}
		text_fold(stdout, width, 0, 2, lines[i].text);
		printf("  -> %s\n", lines[i].command);
	}
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
print_hint(const struct summary *summary, const struct context *context,
    bool (*is_so)(const struct summary_domain *domain), const char *what)
{
	const struct summary_domain *domain, *first = NULL;
	struct arena *arena = context->arena;
	size_t count = 0;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		if (domain->own != OWN_NO && *domain->total.domain != '\0'
		    && is_so(domain) && count++ == 0)
			first = domain;
	if (count == 0)
		return;
	text_fold(stdout, output_width(stdout), 0, 2,
	    arena_printf(arena, "%s%s: %s -> docs/dns.md",
		text_escape(arena, text_charset(), first->total.domain),
		count == 1 ? ""
			   : arena_printf(arena, " and %zu more", count - 1),
		what));
}

/* Not where what is there was left out by what was asked. */
static void
print_hints(const struct summary *summary, const struct question *question,
    const struct context *context)
{
	if (store_filter_has_records(&question->filter)
	    || question->filter.reporter_count > 0
	    || context->options->verdicts != 0)
		return;
	print_hint(summary, context, asks_for_nothing,
	    "p=none asks receivers to do nothing");
	print_hint(summary, context, has_no_tls, "no TLS reports come");
}

bool
summary_print_text(struct summary *summary, const struct question *question,
    const struct context *context, struct error *err)
{
	struct arena *arena = context->arena;

	text_fold(stdout, output_width(stdout), 0, 2,
	    arena_printf(arena, "DMARC and TLS %s",
		question_words(arena, question, context)));
	putchar('\n');
	if (summary->domains != NULL
	    && !print_domains(summary, question, context, err))
		return false;
	if (summary->domain_count > ROWS)
		print_totals(summary, context);
	print_failing(summary, context);
	if (summary->domains != NULL)
		putchar('\n');
	print_findings(summary, context);
	print_hints(summary, question, context);
	return true;
}
