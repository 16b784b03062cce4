/* What summary says beyond totals: what changed, who failed, who is silent. */

#include <stdlib.h>
#include <string.h>

#include "analysis/own.h"
#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/summary_data.h"
#include "store/mail.h"
#include "store/silent.h"
#include "store/totals.h"

#define DAY INT64_C(86400)

/* A reporter has a rhythm when it reported on so many days, within so many
 * before the end, and is silent after so many times its usual interval. */
#define RHYTHM_DAYS    4
#define RHYTHM_WINDOW  90
#define RHYTHM_MISSING 3

struct more {
	struct summary *out;
	const struct question *question;
	const struct context *context;
	struct summary_silent **next_silent;
};

static int64_t
add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* --- the period before --- */

static bool
add_before(
    void *context, const struct store_dmarc_total *total, struct error *err)
{
	struct more *more = context;
	struct summary_domain *domain = summary_find(more->out, total->domain);

	(void)err;
	if (domain != NULL) {
		domain->messages_before = total->messages;
		domain->passed_before = total->passed;
	}
	return true;
}

/* It is as long, and there must be reports from before it begins. */
static bool
ask_before(struct more *more, struct error *err)
{
	struct store_filter before = more->question->filter;
	struct store_extent extent;
	int64_t length;

	if (before.since == STORE_SINCE_EVER
	    || before.until == STORE_UNTIL_EVER)
		return true;
	length = before.until - before.since;
	before.until = before.since;
	before.since = before.until - length;
	if (!store_extent(more->context->store, &before, &extent, err))
		return false;
	more->out->has_before = extent.report_count > 0;
	return extent.report_count == 0
	    || store_dmarc_totals(
		more->context->store, &before, add_before, more, err);
}

/* --- policies --- */

/* They come in the order in which they were first seen; the last one is that
 * which was seen last. */
static bool
add_policy(void *context, const struct store_policy *policy, struct error *err)
{
	struct more *more = context;
	struct summary_domain *domain = summary_find(more->out, policy->domain);
	const char *name = dmarc_policy_name(policy->p);

	(void)err;
	if (domain == NULL || name == NULL
	    || policy->last_begin < domain->policy_last)
		return true;
	domain->policy_last = policy->last_begin;
	if (domain->policy != NULL && strcmp(domain->policy, name) != 0) {
		domain->policy_before = domain->policy;
		domain->policy_since = policy->first_begin / DAY * DAY;
	}
	domain->policy = name;
	return true;
}

/* --- who failed --- */

static void
rank_sender(struct summary_domain *domain, const struct store_mail *mail)
{
	struct summary_sender sender = { mail->source_ip, mail->messages };
	struct summary_sender kept;
	size_t i;

	for (i = 0; i < SUMMARY_SENDERS; i++)
		if (sender.messages > domain->senders[i].messages) {
			kept = domain->senders[i];
			domain->senders[i] = sender;
			sender = kept;
		}
}

static bool
add_source(void *context, const struct store_mail *mail, struct error *err)
{
	struct more *more = context;
	struct summary *out = more->out;
	struct summary_domain *domain = summary_find(out, mail->domain);

	(void)err;
	out->all_failed = add_capped(out->all_failed, mail->messages);
	if (domain != NULL)
		rank_sender(domain, mail);
	if (!own_has_address(&more->context->config->own, &mail->source_ip))
		return true;
	out->own_failed = add_capped(out->own_failed, mail->messages);
	if (mail->messages > out->worst.messages) {
		out->worst =
		    (struct summary_sender) { mail->source_ip, mail->messages };
		out->worst_domain =
		    arena_copy(more->context->arena, bytes_of(mail->domain));
	}
	return true;
}

static bool
ask_sources(struct more *more, struct error *err)
{
	struct store_filter failing = more->question->filter;

	failing.results = failing.results == 0
	    ? STORE_RESULT(false, false)
	    : failing.results & STORE_RESULT(false, false);
	return failing.results == 0
	    || store_mail(more->context->store, &failing,
		STORE_BY_DOMAIN | STORE_BY_SOURCE, STORE_UNTIL_EVER, add_source,
		more, err);
}

/* --- who is silent --- */

static bool
add_rhythm(void *context, const struct store_rhythm *rhythm, struct error *err)
{
	struct more *more = context;
	struct arena *arena = more->context->arena;
	int64_t interval, missing;
	struct summary_silent *silent;

	(void)err;
	if (rhythm->days < RHYTHM_DAYS)
		return true;
	interval = (rhythm->last - rhythm->first) / DAY / (rhythm->days - 1);
	missing = (more->question->period.last - rhythm->last) / DAY;
	if (interval < 1)
		interval = 1;
	if (missing <= RHYTHM_MISSING * interval)
		return true;
	silent = arena_alloc(arena, 1, sizeof(*silent));
	silent->org_name = arena_copy(arena, bytes_of(rhythm->org_name));
	silent->email_domain =
	    arena_copy(arena, bytes_of(rhythm->email_domain));
	silent->last = rhythm->last;
	silent->interval = interval;
	*more->next_silent = silent;
	more->next_silent = &silent->next;
	return true;
}

static bool
ask_silent(struct more *more, struct error *err)
{
	const struct period *period = &more->question->period;
	struct store_filter window = more->question->filter;

	if (!period->has_days)
		return true;
	window.until = period->last + DAY;
	window.since = window.until - RHYTHM_WINDOW * DAY;
	return store_rhythms(
	    more->context->store, &window, add_rhythm, more, err);
}

bool
summary_ask_more(struct summary *out, const struct question *question,
    const struct context *context, struct error *err)
{
	struct more more = { out, question, context, &out->silent };

	return ask_before(&more, err)
	    && store_policies(
		context->store, &question->filter, add_policy, &more, err)
	    && ask_sources(&more, err) && ask_silent(&more, err);
}

/* --- curves --- */

static bool
add_day(void *context, const struct store_mail *mail, struct error *err)
{
	struct more *more = context;
	const struct summary *out = more->out;
	struct summary_domain *domain = summary_find(out, mail->domain);
	int64_t day = (mail->day - out->first_day) / DAY;

	(void)err;
	if (domain == NULL || day < 0 || day >= out->day_count)
		return true;
	if (out->day_count > SPARK_MAX)
		day = day * SPARK_MAX / out->day_count;
	domain->days[day] = add_capped(domain->days[day], mail->messages);
	return true;
}

bool
summary_ask_days(struct summary *summary, struct summary_domain *const *domains,
    size_t count, const struct question *question,
    const struct context *context, struct error *err)
{
	struct more more = { summary, question, context, NULL };
	struct store_filter filter = question->filter;
	const char **names;
	size_t i;

	summary->first_day = question->period.first;
	summary->day_count =
	    (question->period.last - question->period.first) / DAY + 1;
	if (count == 0 || summary->day_count < 1)
		return true;
	names = arena_alloc(context->arena, count, sizeof(*names));
	for (i = 0; i < count; i++)
		names[i] = domains[i]->total.domain;
	filter.domains = names;
	filter.domain_count = count;
	return store_mail(context->store, &filter,
	    STORE_BY_DOMAIN | STORE_BY_DAY, STORE_UNTIL_EVER, add_day, &more,
	    err);
}
