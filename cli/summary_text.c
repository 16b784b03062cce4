#include <inttypes.h>
#include <string.h>

#include "cli/command.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/summary_print.h"
#include "cli/text.h"

static const struct output_column dmarc_columns[] = {
	{ .heading = "DOMAIN", .min = 12 },
	{ .heading = "REPORTS", .type = OUTPUT_COUNT },
	{ .heading = "ORGS", .type = OUTPUT_COUNT, .is_optional = true },
	{ .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .heading = "PASS", .type = OUTPUT_RIGHT },
	{ .heading = "FAILED", .type = OUTPUT_COUNT },
	{ .heading = "DELIV.", .type = OUTPUT_COUNT },
	{ .heading = "QUAR.", .type = OUTPUT_COUNT },
	{ .heading = "REJ.", .type = OUTPUT_COUNT },
};

static const struct output_column tls_columns[] = {
	{ .heading = "DOMAIN", .min = 20 },
	{ .heading = "POLICY", .min = 16 },
	{ .heading = "REPORTS", .type = OUTPUT_COUNT },
	{ .heading = "ORGS", .type = OUTPUT_COUNT, .is_optional = true },
	{ .heading = "SESSIONS", .type = OUTPUT_COUNT },
	{ .heading = "FAILED", .type = OUTPUT_COUNT },
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
mark(struct arena *arena, const char *domain, enum ownership own)
{
	return own == OWN_NO ? arena_printf(arena, "%s *", domain) : domain;
}

static void
print_dmarc(const struct summary *summary, struct arena *arena,
    const struct output_style *style)
{
	struct output *output = output_part(stdout, OUTPUT_TABLE, style,
	    dmarc_columns, COUNT_OF(dmarc_columns));
	const struct summary_domain *domain;
	const struct store_dmarc_total *total;

	for (domain = summary->domains; domain != NULL; domain = domain->next) {
		total = &domain->total;
		output_row(output,
		    (struct output_value[]) {
			output_text(mark(arena, total->domain, domain->own)),
			output_count(total->reports),
			output_count(total->reporters),
			output_count(total->messages),
			output_text(
			    percent(arena, total->passed, total->messages)),
			output_count(total->failed),
			output_count(total->delivered),
			output_count(total->quarantined),
			output_count(total->rejected) });
	}
	output_free(output);
}

static void
print_tls(const struct summary *summary, struct arena *arena,
    const struct output_style *style)
{
	struct output *output = output_part(
	    stdout, OUTPUT_TABLE, style, tls_columns, COUNT_OF(tls_columns));
	const struct summary_tls *tls;
	const struct store_tls_total *total;
	int64_t sessions;

	for (tls = summary->tls; tls != NULL; tls = tls->next) {
		total = &tls->total;
		sessions = total->successful_sessions
			> INT64_MAX - total->failed_sessions
		    ? INT64_MAX
		    : total->successful_sessions + total->failed_sessions;
		output_row(output,
		    (struct output_value[]) {
			output_text(mark(arena, total->domain, tls->own)),
			output_text(total->policy_type),
			output_count(total->reports),
			output_count(total->reporters), output_count(sessions),
			output_count(total->failed_sessions) });
	}
	output_free(output);
}

static bool
has_foreign(const struct summary *summary)
{
	const struct summary_domain *domain;
	const struct summary_tls *tls;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		if (domain->own == OWN_NO)
			return true;
	for (tls = summary->tls; tls != NULL; tls = tls->next)
		if (tls->own == OWN_NO)
			return true;
	return false;
}

/* A line of prose, folded. */
static void
say(const char *escaped)
{
	text_fold(stdout, output_width(stdout), 0, 2, escaped);
}

static void
print_quarantine(const struct summary *summary, struct arena *arena)
{
	const struct summary_reason *reason;
	const char *reasons = "";

	for (reason = summary->reasons; reason != NULL; reason = reason->next)
		reasons = arena_printf(arena, "%s%s%s (%" PRId64 ")", reasons,
		    *reasons == '\0' ? "" : ", ",
		    text_escape(arena, text_charset(), reason->reason),
		    reason->count);
	if (summary->quarantined > 0)
		say(arena_printf(arena,
		    "%" PRId64 " kept aside because unreadable: %s",
		    summary->quarantined, reasons));
	if (summary->conflicts > 0)
		say(arena_printf(arena,
		    "%" PRId64 " in conflict: the name of another report, "
		    "other content; in no sum",
		    summary->conflicts));
}

static const char *
plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

static void
print_doubts(const struct summary *summary, struct arena *arena)
{
	if (summary->failed > 0)
		say(arena_printf(arena,
		    "%" PRId64 " forged or failing report%s %s left out; see "
		    "reports list --verified failed",
		    summary->failed, plural(summary->failed),
		    summary->failed == 1 ? "is" : "are"));
	if (summary->suspicious > 0)
		say(arena_printf(arena,
		    "%" PRId64 " suspicious: more Authentication-Results "
		    "with your name than your mail system adds; see reports "
		    "list --verified suspicious",
		    summary->suspicious));
	if (summary->future > 0)
		say(arena_printf(arena,
		    "%" PRId64 " from the future: the period begins more than "
		    "a day after the report came",
		    summary->future));
}

static void
print_failures(const struct summary *summary, struct arena *arena)
{
	const struct summary_failures *row;
	const char *domain;

	for (row = summary->failures; row != NULL; row = row->next) {
		domain = *row->domain == '\0'
		    ? "an unknown domain"
		    : text_escape(arena, text_charset(), row->domain);
		say(arena_printf(arena,
		    "%" PRId64 " failure report%s about %s from %" PRId64
		    " source%s",
		    row->reports, plural(row->reports), domain, row->sources,
		    plural(row->sources)));
	}
}

static void
print_own_failures(const struct summary *summary, struct arena *arena)
{
	char address[ADDRESS_TEXT];
	const char *worst = "";

	if (!summary->has_networks)
		return;
	if (summary->own_failed > 0)
		worst = arena_printf(arena,
		    ", most from %s as %s (%" PRId64 ")",
		    address_format(&summary->worst.source_ip, address),
		    text_escape(arena, text_charset(), summary->worst.domain),
		    summary->worst.messages);
	say(arena_printf(arena,
	    "%" PRId64 " of %" PRId64
	    " failed messages came from your own networks%s",
	    summary->own_failed, summary->all_failed, worst));
}

/* A name that may stand in a command somebody copies. */
static bool
is_plain(const char *domain)
{
	return *domain != '\0' && *domain != '-'
	    && domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789.-_")]
	    == '\0';
}

static void
print_command(const char *domain)
{
	if (is_plain(domain))
		printf("reports list --domain %s\n", domain);
	else
		puts("reports list");
}

static void
print_next(const struct summary *summary)
{
	const struct summary_domain *domain, *worst = NULL;
	const struct summary_tls *tls, *worst_tls = NULL;

	for (domain = summary->domains; domain != NULL; domain = domain->next)
		if (worst == NULL || domain->total.failed > worst->total.failed)
			worst = domain;
	for (tls = summary->tls; tls != NULL; tls = tls->next)
		if (worst_tls == NULL
		    || tls->total.failed_sessions
			> worst_tls->total.failed_sessions)
			worst_tls = tls;
	if (worst != NULL && worst->total.failed > 0) {
		fputs("Most mail failed here:     ", stdout);
		print_command(worst->total.domain);
	}
	if (worst_tls != NULL && worst_tls->total.failed_sessions > 0) {
		fputs("Most sessions failed here: ", stdout);
		print_command(worst_tls->total.domain);
	}
	if (summary->quarantined > 0)
		puts("What could not be read:    reports quarantine");
	if (summary->domains != NULL || summary->tls != NULL)
		puts("One report in full:        reports show ID");
}

void
summary_print_text(const struct summary *summary,
    const struct question *question, const struct context *context)
{
	struct arena *arena = context->arena;

	printf("DMARC and TLS %s\n", question_words(arena, question, context));
	if (summary->domains != NULL) {
		puts("\nMail, and what became of what failed:");
		print_dmarc(summary, arena, &context->options->style);
	}
	if (summary->tls != NULL) {
		puts("\nTLS sessions:");
		print_tls(summary, arena, &context->options->style);
	}
	if (has_foreign(summary))
		puts("* not under [domains] own");
	putchar('\n');
	print_own_failures(summary, arena);
	print_failures(summary, arena);
	print_quarantine(summary, arena);
	print_doubts(summary, arena);
	print_next(summary);
}
