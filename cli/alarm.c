#include "cli/alarm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/analyse.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/state.h"
#include "cli/summary_data.h"
#include "cli/text.h"
#include "parse/datetime.h"
#include "parse/value.h"
#include "store/mail.h"
#include "store/totals.h"

#define DAY INT64_C(86400)

/* A sender is new that was not there so many days before the period. */
#define KNOWN_DAYS 90

enum condition {
	NEW_SENDER,
	FAILURES,
	TLS_FAILURES,
	SILENT,
	QUARANTINE,
	CONDITION_COUNT
};
static const char *const names[CONDITION_COUNT] = { "new-sender", "failures",
	"tls-failures", "silent", "quarantine" };

struct alarm {
	struct context *context;
	const struct question *question;
	struct arena *arena;
	struct state state;
	int64_t least[CONDITION_COUNT]; /* 0: not asked for */
	size_t told;

	/* of TLS, the domain and type under way */
	const char *domain, *policy_type;
	int64_t sessions, last;
	int64_t pieces, newest; /* of the quarantine */
};

/* --- conditions --- */

static bool
read_condition(const char *text, size_t len, int64_t least[CONDITION_COUNT])
{
	const char *colon = memchr(text, ':', len);
	size_t i, name = colon == NULL ? len : (size_t)(colon - text);

	for (i = 0; i < CONDITION_COUNT; i++)
		if (strlen(names[i]) == name
		    && strncmp(names[i], text, name) == 0)
			break;
	if (i == CONDITION_COUNT)
		return false;
	least[i] = 1;
	return colon == NULL
	    || (number_parse(
		    (struct bytes) { colon + 1, len - name - 1 }, &least[i])
		&& least[i] > 0);
}

static bool
read_conditions(
    const char *text, int64_t least[CONDITION_COUNT], struct error *err)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (!read_condition(text, len, least))
			return error_set(err, ERROR_USAGE,
			    "--fail-on: '%.*s' is none of new-sender, "
			    "failures, tls-failures, silent, quarantine, with "
			    ":N behind it or not",
			    len > 40 ? 40 : (int)len, text);
		if (text[len] == '\0')
			return true;
	}
}

bool
alarm_check(const char *conditions, struct error *err)
{
	int64_t least[CONDITION_COUNT] = { 0 };

	return read_conditions(conditions, least, err);
}

/* --- findings --- */

/* The key is what makes it another finding than before. */
static void
tell(struct alarm *alarm, enum condition condition, const char *key,
    const char *text)
{
	const char *finding =
	    arena_printf(alarm->arena, "%s %s", names[condition], key);

	if (!state_add(&alarm->state, finding))
		return;
	printf("%s: %s\n", names[condition], text);
	alarm->told++;
}

static const char *
shown(struct alarm *alarm, const char *text)
{
	return text_escape(alarm->arena, text_charset(), text);
}

static const char *
day_text(struct alarm *alarm, int64_t day)
{
	char text[DATETIME_TEXT];

	return arena_printf(
	    alarm->arena, "%s", datetime_format_date(day, text));
}

/* New mail that failed is another finding, the same mail is not. */
static bool
on_failures(void *context, const struct store_mail *mail, struct error *err)
{
	struct alarm *alarm = context;

	(void)err;
	if (mail->messages < alarm->least[FAILURES])
		return true;
	tell(alarm, FAILURES,
	    arena_printf(alarm->arena, "%s %s", mail->domain,
		day_text(alarm, mail->last)),
	    arena_printf(alarm->arena,
		"%s: %" PRId64 " messages failed, the last on %s",
		shown(alarm, mail->domain), mail->messages,
		day_text(alarm, mail->last)));
	return true;
}

static bool
ask_failures(struct alarm *alarm, struct error *err)
{
	struct store_filter failing = alarm->question->filter;

	failing.results = STORE_RESULT(false, false);
	return store_mail(alarm->context->store, &failing, STORE_BY_DOMAIN,
	    STORE_UNTIL_EVER, on_failures, alarm, err);
}

static void
tell_tls(struct alarm *alarm)
{
	if (alarm->sessions < alarm->least[TLS_FAILURES])
		return;
	tell(alarm, TLS_FAILURES,
	    arena_printf(alarm->arena, "%s %s %s", alarm->domain,
		alarm->policy_type, day_text(alarm, alarm->last)),
	    arena_printf(alarm->arena,
		"%s: %" PRId64 " sessions failed (%s), the last on %s",
		shown(alarm, alarm->domain), alarm->sessions,
		shown(alarm, alarm->policy_type),
		day_text(alarm, alarm->last)));
}

static bool
on_tls_day(void *context, const struct store_tls_day *day, struct error *err)
{
	struct alarm *alarm = context;

	(void)err;
	if (alarm->domain == NULL || strcmp(alarm->domain, day->domain) != 0
	    || strcmp(alarm->policy_type, day->policy_type) != 0) {
		if (alarm->domain != NULL)
			tell_tls(alarm);
		alarm->domain = arena_copy(alarm->arena, bytes_of(day->domain));
		alarm->policy_type =
		    arena_copy(alarm->arena, bytes_of(day->policy_type));
		alarm->sessions = 0;
	}
	if (day->failed > 0) {
		alarm->sessions = day->failed > INT64_MAX - alarm->sessions
		    ? INT64_MAX
		    : alarm->sessions + day->failed;
		alarm->last = day->day;
	}
	return true;
}

static bool
ask_tls(struct alarm *alarm, struct error *err)
{
	struct store_filter filter = alarm->question->filter;

	filter.source_count = 0;
	filter.dispositions = filter.results = 0;
	if (!store_tls_days(
		alarm->context->store, &filter, on_tls_day, alarm, err))
		return false;
	if (alarm->domain != NULL)
		tell_tls(alarm);
	return true;
}

static void
tell_silent(struct alarm *alarm, const struct summary *summary)
{
	const struct summary_silent *silent;
	const char *name;
	int64_t missing;

	for (silent = summary->silent; silent != NULL; silent = silent->next) {
		missing = (alarm->question->period.last - silent->last) / DAY;
		if (missing < alarm->least[SILENT])
			continue;
		name = *silent->org_name == '\0' ? silent->email_domain
						 : silent->org_name;
		tell(alarm, SILENT,
		    arena_printf(alarm->arena, "%s %s %s", silent->org_name,
			silent->email_domain, day_text(alarm, silent->last)),
		    arena_printf(alarm->arena,
			"%s: no report since %s, before that one in %" PRId64
			" day%s",
			shown(alarm, name), day_text(alarm, silent->last),
			silent->interval, silent->interval == 1 ? "" : "s"));
	}
}

static bool
on_quarantined(void *context, const struct store_quarantined *quarantined,
    struct error *err)
{
	struct alarm *alarm = context;

	(void)err;
	alarm->pieces++;
	if (quarantined->message > alarm->newest)
		alarm->newest = quarantined->message;
	return true;
}

static bool
ask_quarantine(struct alarm *alarm, struct error *err)
{
	static const struct store_filter everything = {
		.since = STORE_SINCE_EVER,
		.until = STORE_UNTIL_EVER,
	};

	if (!store_quarantine(
		alarm->context->store, &everything, on_quarantined, alarm, err))
		return false;
	if (alarm->pieces >= alarm->least[QUARANTINE])
		tell(alarm, QUARANTINE,
		    arena_printf(alarm->arena, "%" PRId64, alarm->newest),
		    arena_printf(alarm->arena,
			"%" PRId64 " could not be read; reports quarantine",
			alarm->pieces));
	return true;
}

/* --- senders --- */

static void
tell_sender(struct alarm *alarm, const struct channel *channel)
{
	if (channel->first_day * DAY < alarm->question->period.first
	    || channel->messages < alarm->least[NEW_SENDER])
		return;
	tell(alarm, NEW_SENDER,
	    arena_printf(alarm->arena, "%s %s", channel->domain, channel->name),
	    arena_printf(alarm->arena,
		"%s: %s, %s, %" PRId64 " messages since %s",
		shown(alarm, channel->domain), shown(alarm, channel->name),
		sender_class_name(channel->class), channel->messages,
		day_text(alarm, channel->first_day * DAY)));
}

/* Of the period and of what was before it. */
static bool
ask_senders(struct alarm *alarm, struct error *err)
{
	const struct period *period = &alarm->question->period;
	struct options options = *alarm->context->options;
	struct context context = *alarm->context;
	struct analysed analysed;
	size_t i, count;
	bool ok;

	options.all = false;
	options.since =
	    (struct bound) { BOUND_DAY, period->first - KNOWN_DAYS * DAY };
	options.until = (struct bound) { BOUND_DAY, period->last };
	context.options = &options;
	ok = analyse(&analysed, &context, err);
	if (ok) {
		const struct channel *const *channels =
		    analysis_by_domain(analysed.analysis, &count);

		for (i = 0; i < count; i++)
			tell_sender(alarm, channels[i]);
	}
	analysed_release(&analysed);
	return ok;
}

bool
alarm_tell(const struct summary *summary, const struct question *question,
    struct context *context, size_t *told, struct error *err)
{
	struct alarm alarm = { .context = context,
		.question = question,
		.arena = context->arena };
	const struct options *options = context->options;
	size_t i;

	if (!read_conditions(options->fail_on, alarm.least, err)
	    || !state_open(&alarm.state, options->state, context->arena, err))
		return false;
	if ((alarm.least[NEW_SENDER] > 0 && question->report_count > 0
		&& !ask_senders(&alarm, err))
	    || (alarm.least[FAILURES] > 0 && !ask_failures(&alarm, err))
	    || (alarm.least[TLS_FAILURES] > 0 && !ask_tls(&alarm, err)))
		return false;
	if (alarm.least[SILENT] > 0)
		tell_silent(&alarm, summary);
	if (alarm.least[QUARANTINE] > 0 && !ask_quarantine(&alarm, err))
		return false;
	for (i = 0; i < CONDITION_COUNT; i++)
		if (alarm.least[i] == 0)
			state_keep(&alarm.state, names[i]);
	*told = alarm.told;
	/* What nobody has heard was not told. */
	return output_flush(stdout, err) && state_save(&alarm.state, err);
}
