/* reports tls: sessions and failures, why, and which policies were seen. */

#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/text.h"
#include "cli/tls_words.h"
#include "store/tls.h"

/* Of each part of the page. */
#define ROWS 10

static const struct output_column columns[] = {
	{ .key = "kind" },
	{ .key = "domain", .heading = "DOMAIN", .min = 10 },
	{ .key = "policy_type", .heading = "POLICY" },
	{ .key = "result_type", .heading = "RESULT", .min = 25 },
	{ .key = "receiving_mx_hostname", .heading = "MX", .min = 10 },
	{ .key = "sending_mta_ip", .heading = "SENDER", .min = 10 },
	{ .key = "successful_sessions",
	    .heading = "SESSIONS OK",
	    .type = OUTPUT_COUNT },
	{ .key = "failed_sessions",
	    .heading = "FAILED",
	    .type = OUTPUT_COUNT,
	    .is_alarm = true },
	{ .heading = "RATE", .type = OUTPUT_RIGHT, .is_optional = true },
	{ .key = "reports",
	    .heading = "REPORTS",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "reporters",
	    .heading = "ORGS",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "first",
	    .heading = "FIRST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "last",
	    .heading = "LAST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "policy_string",
	    .heading = "POLICY AS SEEN",
	    .min = 16,
	    .is_optional = true },
	{ .key = "mx_host" },
};
#define COLUMN_COUNT COUNT_OF(columns)

enum kind { TOTAL, FAILURE, POLICY, KIND_COUNT };
static const char *const kinds[KIND_COUNT] = { "total", "failure", "policy" };

/* The headings of the page's parts: bits of columns. */
static const unsigned parts[KIND_COUNT] = {
	1u << 1 | 1u << 2 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 10,
	1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 7 | 1u << 12,
	1u << 1 | 1u << 2 | 1u << 9 | 1u << 11 | 1u << 12 | 1u << 13,
};

struct tls {
	struct context *context;
	struct output *output;
	bool is_page;
	const char *seen[32]; /* result types, each once */
	size_t seen_count, rows;
	bool has_unknown; /* a result that no standard has */
};

/* 0.3%, of all sessions. */
static const char *
describe_rate(struct arena *arena, int64_t failed, int64_t successful)
{
	double all = (double)failed + (double)successful;

	if (all == 0)
		return "-";
	return arena_printf(arena, "%.1f%%", (double)failed * 100 / all);
}

static void
begin_row(struct output_value *values, enum kind kind, const char *domain,
    const char *policy_type)
{
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++)
		values[i] = OUTPUT_ABSENT;
	values[0] = output_text(kinds[kind]);
	values[1] = output_text(domain);
	values[2] = output_text(*policy_type == '\0' ? NULL : policy_type);
}

static struct output_value
text_or_absent(const char *text)
{
	return output_text(*text == '\0' ? NULL : text);
}

static bool
print_total(
    void *context, const struct store_tls_total *total, struct error *err)
{
	struct tls *tls = context;
	struct output_value values[COLUMN_COUNT];

	(void)err;
	begin_row(values, TOTAL, total->domain, total->policy_type);
	values[6] = output_count(total->successful_sessions);
	values[7] = output_count(total->failed_sessions);
	values[8] = output_text(describe_rate(tls->context->arena,
	    total->failed_sessions, total->successful_sessions));
	values[9] = output_count(total->reports);
	values[10] = output_count(total->reporters);
	output_row(tls->output, values);
	tls->rows++;
	return true;
}

static void
note_seen(struct tls *tls, const char *type)
{
	size_t i;

	if (*tls_explain(type) == '\0') {
		tls->has_unknown = true;
		return;
	}
	for (i = 0; i < tls->seen_count; i++)
		if (strcmp(tls->seen[i], type) == 0)
			return;
	if (i < COUNT_OF(tls->seen))
		tls->seen[tls->seen_count++] =
		    arena_copy(tls->context->arena, bytes_of(type));
}

static bool
print_failure(
    void *context, const struct store_tls_group *group, struct error *err)
{
	struct tls *tls = context;
	struct output_value values[COLUMN_COUNT];

	(void)err;
	begin_row(values, FAILURE, group->domain, group->policy_type);
	values[3] = text_or_absent(group->result_type);
	values[4] = text_or_absent(group->receiving_mx_hostname);
	values[5] = text_or_absent(group->sending_mta_ip);
	values[7] = output_count(group->sessions);
	values[9] = output_count(group->reports);
	values[10] = output_count(group->reporters);
	values[11] = output_time(group->first);
	values[12] = output_time(group->last);
	output_row(tls->output, values);
	note_seen(tls, group->result_type);
	return true;
}

static bool
print_policy(
    void *context, const struct store_tls_policy *policy, struct error *err)
{
	struct tls *tls = context;
	struct output_value values[COLUMN_COUNT];

	(void)err;
	begin_row(values, POLICY, policy->domain, policy->policy_type);
	values[9] = output_count(policy->reports);
	values[10] = output_count(policy->reporters);
	values[11] = output_time(policy->first);
	values[12] = output_time(policy->last);
	values[13] = text_or_absent(policy->policy_string);
	values[14] = text_or_absent(policy->mx_host);
	output_row(tls->output, values);
	return true;
}

/* --- all rows --- */

static bool
ask(struct tls *tls, enum kind kind, const struct store_filter *filter,
    struct error *err)
{
	struct store *store = tls->context->store;

	switch (kind) {
	case TOTAL:
		return store_tls_totals(store, filter, print_total, tls, err);
	case FAILURE:
		return store_tls_groups(store, filter, print_failure, tls, err);
	case POLICY:
		return store_tls_policies(
		    store, filter, print_policy, tls, err);
	case KIND_COUNT:
		break;
	}
	return true;
}

static bool
print_rows(
    struct tls *tls, const struct store_filter *filter, struct error *err)
{
	bool ok = true;
	enum kind kind;

	if (!output_new(&tls->output, stdout, &tls->context->options->style,
		columns, COLUMN_COUNT, err))
		return false;
	for (kind = TOTAL; ok && kind < KIND_COUNT; kind++)
		ok = ask(tls, kind, filter, err);
	output_free(tls->output);
	return ok;
}

/* --- the page --- */

static bool
print_part(struct tls *tls, enum kind kind, const char *title,
    const struct store_filter *filter, struct error *err)
{
	struct output_style style = tls->context->options->style;
	struct output_column shown[COLUMN_COUNT];
	const char *order = kind == POLICY ? "last" : "failed_sessions";
	bool ok;
	size_t i;

	if (*title != '\0')
		printf("\n%s\n", title);
	memcpy(shown, columns, sizeof(columns));
	for (i = 0; i < COLUMN_COUNT; i++)
		if ((parts[kind] & 1u << i) == 0)
			shown[i].heading = NULL;
	if (style.limit == 0)
		style.limit = ROWS;
	tls->output = output_ranked(stdout, &style, order, shown, COLUMN_COUNT);
	ok = ask(tls, kind, filter, err);
	output_free(tls->output);
	return ok;
}

static void
print_meanings(const struct tls *tls)
{
	size_t i;
	int used;

	if (tls->seen_count > 0 || tls->has_unknown)
		putchar('\n');
	for (i = 0; i < tls->seen_count; i++) {
		used = printf("%s: ", tls->seen[i]);
		text_fold(stdout, output_width(stdout), (size_t)used, 2,
		    tls_explain(tls->seen[i]));
	}
	if (tls->has_unknown)
		text_fold(stdout, output_width(stdout), 0, 2,
		    "Any other result is the sender's own word; 'reports "
		    "export --tls' has all that it says.");
}

static bool
print_page(struct tls *tls, const struct question *question, struct error *err)
{
	const struct store_filter *filter = &question->filter;

	if (question->report_count == 0)
		return true;
	printf("TLS %s\n\n",
	    question_words(tls->context->arena, question, tls->context));
	if (!print_part(tls, TOTAL, "", filter, err))
		return false;
	if (tls->rows == 0) {
		puts("There are none. Senders report when _smtp._tls.DOMAIN "
		     "has a TLSRPT record.");
		return true;
	}
	if (!print_part(tls, FAILURE, "Why sessions failed:", filter, err))
		return false;
	print_meanings(tls);
	return print_part(
	    tls, POLICY, "Policies as senders saw them:", filter, err);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct tls tls = { .context = context };
	struct question question;

	(void)argc;
	(void)argv;
	if (!question_open(&question, context, err))
		return false;
	if (context->options->style.format == OUTPUT_TABLE
	    && context->options->style.sort == NULL)
		return print_page(&tls, &question, err);
	return print_rows(&tls, &question.filter, err);
}

const struct command command_tls = {
	.name = "tls",
	.usage = "",
	.summary = "TLS sessions that failed, why, and what to do",
	.takes = TAKES_REPORTS | TAKES_ROWS,
	.store = COMMAND_READ,
	.run = run,
};
