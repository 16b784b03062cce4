#include "cli/findings.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "cli/text.h"
#include "parse/datetime.h"

#define MAX_FINDINGS 16

/* A fall of the pass rate that is news: so many hundredths, and messages. */
#define FALL_RATE     5
#define FALL_MESSAGES 10

struct maker {
	const struct summary *summary;
	const struct question *question;
	const struct context *context;
	struct arena *arena;
	struct finding_line *lines;
	size_t count;
};

static void
add(struct maker *maker, const char *kind, const char *brief, const char *text,
    const char *command)
{
	if (maker->count < MAX_FINDINGS)
		maker->lines[maker->count++] =
		    (struct finding_line) { kind, brief, text, command };
}

static const char *
shown(struct maker *maker, const char *text)
{
	return text_escape(maker->arena, text_charset(), text);
}

static const char *
plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

#define PLAIN "abcdefghijklmnopqrstuvwxyz0123456789.-_"

/* A name as a word of a command that somebody copies, whatever the shell; NULL
 * when it cannot be one. */
static const char *
make_word(struct arena *arena, const char *name)
{
	if (*name == '\0' || *name == '-')
		return NULL;
	if (name[strspn(name, PLAIN)] == '\0')
		return name;
	return name[strspn(name, PLAIN " &(),/@+:")] == '\0'
	    ? arena_printf(arena, "'%s'", name)
	    : NULL;
}

static const char *
add_period(struct arena *arena, const char *command,
    const struct question *question, const struct options *options)
{
	char first[DATETIME_TEXT], last[DATETIME_TEXT];

	if (options->all)
		return arena_printf(arena, "%s --all", command);
	if (!question->period.has_days
	    || (options->since.kind == BOUND_NONE
		&& options->until.kind == BOUND_NONE))
		return command;
	datetime_format_date(question->period.first, first);
	datetime_format_date(question->period.last, last);
	return options->until.kind == BOUND_NONE
	    ? arena_printf(arena, "%s --since %s", command, first)
	    : arena_printf(
		arena, "%s --since %s --until %s", command, first, last);
}

static const char *
add_verdicts(struct arena *arena, const char *command, unsigned verdicts)
{
	const char *joined = "";
	enum verdict verdict;

	if (verdicts == 0)
		return command;
	if (verdicts == STORE_ALL_VERDICTS)
		return arena_printf(arena, "%s --verified all", command);
	for (verdict = VERDICT_UNKNOWN; verdict <= VERDICT_FAILED; verdict++)
		if ((verdicts & STORE_VERDICT(verdict)) != 0)
			joined = arena_printf(arena, "%s%s%s", joined,
			    *joined == '\0' ? "" : ",", verdict_name(verdict));
	return arena_printf(arena, "%s --verified %s", command, joined);
}

const char *
findings_command(const char *command, const struct question *question,
    const struct context *context)
{
	const struct options *options = context->options;
	struct arena *arena = context->arena;
	const char *name;
	size_t i;

	for (i = 0; i < options->reporter_count; i++) {
		name = make_word(arena, options->reporters[i]);
		if (name != NULL)
			command = arena_printf(
			    arena, "%s --reporter %s", command, name);
	}
	return add_verdicts(arena,
	    add_period(arena, command, question, options), options->verdicts);
}

static const char *
same_reports(struct maker *maker, const char *command)
{
	return findings_command(command, maker->question, maker->context);
}

/* "reports failures --domain example.org". */
static const char *
with_name(struct maker *maker, const char *command, const char *option,
    const char *name)
{
	const char *word = make_word(maker->arena, name);

	return word == NULL
	    ? command
	    : arena_printf(maker->arena, "%s --%s %s", command, option, word);
}

/* The same, about the reports that the summary is about. */
static const char *
about_domain(struct maker *maker, const char *command, const char *domain)
{
	return same_reports(maker, with_name(maker, command, "domain", domain));
}

static const char *
domain_text(struct maker *maker, const char *domain)
{
	return *domain == '\0' ? "no domain" : shown(maker, domain);
}

static const char *
address_text(struct maker *maker, const struct address *address)
{
	char text[ADDRESS_TEXT];

	return arena_printf(maker->arena, "%s", address_format(address, text));
}

static void
add_own(struct maker *maker)
{
	const struct summary *summary = maker->summary;
	const char *worst;

	if (summary->own_failed == 0)
		return;
	worst = address_text(maker, &summary->worst.source_ip);
	add(maker, "own-failed", "your own networks fail",
	    arena_printf(maker->arena,
		"%" PRId64 " of %" PRId64 " failed messages are from your own "
		"networks, most from %s",
		summary->own_failed, summary->all_failed, worst),
	    same_reports(maker,
		arena_printf(
		    maker->arena, "reports failures --source %s", worst)));
}

static int64_t
rate(int64_t part, int64_t all)
{
	return all == 0             ? 0
	    : all > INT64_MAX / 100 ? part / (all / 100)
				    : part * 100 / all;
}

/* The domain that lost most. */
static void
add_fall(struct maker *maker)
{
	const struct summary_domain *domain, *worst = NULL;
	int64_t fall, most = FALL_RATE - 1;

	if (!maker->summary->has_before)
		return;
	for (domain = maker->summary->domains; domain != NULL;
	     domain = domain->next) {
		fall = rate(domain->passed_before, domain->messages_before)
		    - rate(domain->total.passed, domain->total.messages);
		if (domain->total.failed >= FALL_MESSAGES && fall > most) {
			most = fall;
			worst = domain;
		}
	}
	if (worst != NULL)
		add(maker, "pass-rate-fell", "a pass rate fell",
		    arena_printf(maker->arena,
			"%s: %" PRId64 "%% passed, %" PRId64
			"%% in the period before",
			domain_text(maker, worst->total.domain),
			rate(worst->total.passed, worst->total.messages),
			rate(worst->passed_before, worst->messages_before)),
		    about_domain(
			maker, "reports failures", worst->total.domain));
}

static void
add_failed(struct maker *maker)
{
	const struct summary_domain *domain, *worst = NULL;
	const struct summary_sender *sender;

	for (domain = maker->summary->domains; domain != NULL;
	     domain = domain->next)
		if (domain->total.failed > 0
		    && (worst == NULL
			|| domain->total.failed > worst->total.failed))
			worst = domain;
	if (worst == NULL)
		return;
	sender = &worst->senders[0];
	add(maker, "failed", "mail failed",
	    arena_printf(maker->arena, "%s: %" PRId64 " failed%s%s",
		domain_text(maker, worst->total.domain), worst->total.failed,
		sender->source_ip.len == 0 ? "" : ", most from ",
		address_text(maker, &sender->source_ip)),
	    about_domain(maker, "reports failures", worst->total.domain));
}

static void
add_policy(struct maker *maker)
{
	const struct summary_domain *domain;
	char day[DATETIME_TEXT];

	for (domain = maker->summary->domains; domain != NULL;
	     domain = domain->next) {
		if (domain->policy_since == 0)
			continue;
		add(maker, "policy-changed", "a policy changed",
		    arena_printf(maker->arena,
			"%s: the policy is %s since %s, before it was %s",
			domain_text(maker, domain->total.domain),
			domain->policy,
			datetime_format_date(domain->policy_since, day),
			domain->policy_before),
		    about_domain(maker, "reports list", domain->total.domain));
		return;
	}
}

/* By what was asked, and the worst first: a report may be under one domain and
 * have policies of others, which --domain does not lead to. */
static const char *
about_tls(struct maker *maker)
{
	const struct options *options = maker->context->options;
	const char *command = "reports tls --sort failed_sessions";
	size_t i;

	for (i = 0; i < options->domain_count; i++)
		command =
		    with_name(maker, command, "domain", options->domains[i]);
	return same_reports(maker, command);
}

static void
add_tls(struct maker *maker)
{
	const struct summary_tls *tls, *worst = NULL;

	for (tls = maker->summary->tls; tls != NULL; tls = tls->next)
		if (tls->total.failed_sessions > 0
		    && (worst == NULL
			|| tls->total.failed_sessions
			    > worst->total.failed_sessions))
			worst = tls;
	if (worst != NULL)
		add(maker, "tls-failed", "TLS sessions failed",
		    arena_printf(maker->arena,
			"%s: %" PRId64 " TLS sessions failed",
			domain_text(maker, worst->total.domain),
			worst->total.failed_sessions),
		    about_tls(maker));
}

/* A name that people know: the organisation's, else the domain. */
static const char *
name_of(const struct summary_silent *silent)
{
	return *silent->org_name == '\0' ? silent->email_domain
					 : silent->org_name;
}

static void
add_silent(struct maker *maker)
{
	const struct summary_silent *silent = maker->summary->silent, *one;
	char day[DATETIME_TEXT];
	int64_t count = 0;

	for (one = silent; one != NULL; one = one->next)
		count++;
	if (count == 0)
		return;
	add(maker, "silent",
	    arena_printf(maker->arena, "%" PRId64 " silent", count),
	    arena_printf(maker->arena, "%s: no report since %s%s",
		shown(maker, name_of(silent)),
		datetime_format_date(silent->last, day),
		count == 1 ? ""
			   : arena_printf(maker->arena,
			       ", and %" PRId64 " more are silent", count - 1)),
	    with_name(
		maker, "reports list --all", "reporter", name_of(silent)));
}

static void
add_count(struct maker *maker, const char *kind, int64_t count,
    const char *brief, const char *what, const char *command)
{
	if (count > 0)
		add(maker, kind,
		    arena_printf(maker->arena, "%" PRId64 " %s", count, brief),
		    arena_printf(maker->arena, "%" PRId64 " report%s %s", count,
			plural(count), what),
		    command);
}

static int64_t
count_failures(const struct summary *summary)
{
	const struct summary_failures *row;
	int64_t count = 0;

	for (row = summary->failures; row != NULL; row = row->next)
		count += row->reports;
	return count;
}

size_t
findings_make(const struct summary *summary, const struct question *question,
    const struct context *context, struct finding_line **out)
{
	struct maker maker = { summary, question, context, context->arena, NULL,
		0 };

	*out = maker.lines =
	    arena_alloc(context->arena, MAX_FINDINGS, sizeof(**out));
	add_own(&maker);
	add_fall(&maker);
	add_failed(&maker);
	add_policy(&maker);
	add_tls(&maker);
	add_silent(&maker);
	add_count(&maker, "quarantined", summary->quarantined, "unreadable",
	    "could not be read", "reports quarantine");
	add_count(&maker, "forged", summary->failed, "forged",
	    "forged or failing, left out",
	    add_period(context->arena, "reports list --verified failed",
		question, context->options));
	add_count(&maker, "suspicious", summary->suspicious, "suspicious",
	    "suspicious: more Authentication-Results than you add",
	    add_period(context->arena, "reports list --verified suspicious",
		question, context->options));
	add_count(&maker, "conflicts", summary->conflicts, "in conflict",
	    "in conflict with another, in no sum",
	    "reports list --all --sort conflict");
	add_count(&maker, "future", summary->future, "from the future",
	    "from the future", "reports list --all --sort future");
	add_count(&maker, "failure-reports", count_failures(summary),
	    "about single messages", "about single messages that failed",
	    same_reports(&maker, "reports summary --format json"));
	return maker.count;
}
