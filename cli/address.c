#include "cli/address.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/own.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/geo.h"
#include "cli/mail_group.h"
#include "cli/question.h"
#include "cli/resolve.h"
#include "cli/spark.h"
#include "cli/text.h"
#include "store/auth.h"

/* Of each table; who wants more asks for --format csv. */
#define ROWS 10

/* One page: every table is printed as its rows come. */
struct page {
	struct context *context;
	const struct question *question;
	struct arena *arena;
	struct output *output;
	struct mail_group all;
	int64_t days[SPARK_MAX]; /* parts of the period */
	int64_t day_count;
};

static struct output *
begin_table(struct page *page, const char *title,
    const struct output_column *columns, size_t count)
{
	struct output_style style = page->context->options->style;

	printf("\n%s\n", title);
	style.sort = NULL;
	if (style.limit == 0)
		style.limit = ROWS;
	page->output =
	    output_ranked(stdout, &style, "messages", columns, count);
	return page->output;
}

/* --- how much, and when --- */

static bool
add_day(void *context, const struct store_mail *mail, struct error *err)
{
	struct page *page = context;
	int64_t first = page->question->period.first;
	int64_t day = (mail->day - first) / 86400;
	int64_t *part;

	(void)err;
	if (page->all.messages == 0)
		mail_group_begin(&page->all, mail);
	mail_group_add(&page->all, mail);
	if (mail->day < first || day >= page->day_count)
		return true;
	part = &page->days[page->day_count <= SPARK_MAX
		? day
		: day * SPARK_MAX / page->day_count];
	*part = *part > INT64_MAX - mail->messages ? INT64_MAX
						   : *part + mail->messages;
	return true;
}

static void
print_all(struct page *page)
{
	const struct mail_group *all = &page->all;
	char dkim[MAIL_GROUP_HOW], spf[MAIL_GROUP_HOW];
	const char *trend =
	    mail_group_trend(all, question_middle(page->question));

	printf("%" PRId64 " messages, %" PRId64 " passed DMARC; %" PRId64
	       " delivered, %" PRId64 " quarantined, %" PRId64 " rejected\n",
	    all->messages, all->passed, all->delivered, all->quarantined,
	    all->rejected);
	printf("DKIM: %s; SPF: %s%s%s\n", mail_group_how(all->dkim, dkim),
	    mail_group_how(all->spf, spf),
	    trend == NULL ? "" : "; trend: ", trend == NULL ? "" : trend);
	printf("by day: [%s]\n",
	    spark_line(page->arena, page->days,
		page->day_count < SPARK_MAX ? (size_t)page->day_count
					    : SPARK_MAX,
		SPARK_MAX));
}

/* --- what it sends as --- */

static const struct output_column sender_columns[] = {
	{ .heading = "DOMAIN", .min = 12 },
	{ .heading = "FROM", .min = 12 },
	{ .heading = "ENVELOPE", .min = 12 },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .heading = "FIRST", .type = OUTPUT_DAY },
	{ .heading = "LAST", .type = OUTPUT_DAY },
};

static bool
print_sender(void *context, const struct store_mail *mail, struct error *err)
{
	struct page *page = context;

	(void)err;
	output_row(page->output,
	    (struct output_value[]) { output_text(mail->domain),
		output_text(mail->header_from),
		output_text(mail->envelope_from), output_count(mail->messages),
		output_time(mail->first), output_time(mail->last) });
	return true;
}

/* --- who saw it --- */

static const struct output_column reporter_columns[] = {
	{ .heading = "REPORTER", .min = 12 },
	{ .heading = "MAIL DOMAIN", .min = 12 },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
	{ .heading = "FIRST", .type = OUTPUT_DAY },
	{ .heading = "LAST", .type = OUTPUT_DAY },
};

static bool
print_reporter(void *context, const struct store_mail *mail, struct error *err)
{
	struct page *page = context;

	(void)err;
	output_row(page->output,
	    (struct output_value[]) { output_text(mail->org_name),
		output_text(mail->email_domain), output_count(mail->messages),
		output_time(mail->first), output_time(mail->last) });
	return true;
}

/* --- what DKIM and SPF said --- */

static const struct output_column auth_columns[] = {
	{ .heading = "" },
	{ .heading = "DOMAIN", .min = 12 },
	{ .heading = "SELECTOR/SCOPE", .min = 10 },
	{ .heading = "RESULT" },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
};

static bool
print_auth(void *context, const struct store_auth *auth, struct error *err)
{
	struct page *page = context;
	const char *result = dmarc_auth_result_name(auth->result);

	(void)err;
	output_row(page->output,
	    (struct output_value[]) {
		output_text(auth->is_dkim ? "DKIM" : "SPF"),
		output_text(auth->domain), output_text(auth->selector),
		output_text(result == NULL ? "other" : result),
		output_count(auth->messages) });
	return true;
}

static const struct output_column reason_columns[] = {
	{ .heading = "OVERRIDE REASON", .min = 12 },
	{ .key = "messages", .heading = "MESSAGES", .type = OUTPUT_COUNT },
};

static bool
print_reason(void *context, const struct store_mail *mail, struct error *err)
{
	struct page *page = context;

	(void)err;
	output_row(page->output,
	    (struct output_value[]) {
		output_text(*mail->reasons == '\0' ? "none" : mail->reasons),
		output_count(mail->messages) });
	return true;
}

static bool
ask(struct page *page, unsigned by,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    struct error *err)
{
	return store_mail(page->context->store, &page->question->filter, by,
	    question_middle(page->question), row, page, err);
}

/* A table of mail in groups. */
static bool
print_groups(struct page *page, const char *title,
    const struct output_column *columns, size_t count, unsigned by,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    struct error *err)
{
	struct output *output = begin_table(page, title, columns, count);
	bool ok = ask(page, by, row, err);

	output_free(output);
	return ok;
}

static bool
print_tables(struct page *page, struct error *err)
{
	struct output *output;
	bool ok;

	if (!print_groups(page, "What it sends as:", sender_columns,
		COUNT_OF(sender_columns), STORE_BY_DOMAIN | STORE_BY_SENDER,
		print_sender, err))
		return false;
	output = begin_table(page, "What DKIM and SPF said:", auth_columns,
	    COUNT_OF(auth_columns));
	ok = store_auth(page->context->store, &page->question->filter,
	    print_auth, page, err);
	output_free(output);
	return ok
	    && print_groups(page, "Who saw it:", reporter_columns,
		COUNT_OF(reporter_columns), STORE_BY_REPORTER, print_reporter,
		err)
	    && print_groups(page,
		"Why a policy was not followed:", reason_columns,
		COUNT_OF(reason_columns), STORE_BY_REASON, print_reason, err);
}

/* Whether all that is asked for is our own. */
static const char *
describe_owner(const struct context *context)
{
	const struct own *own = &context->config->own;
	const struct options *options = context->options;
	size_t i;

	for (i = 0; i < options->source_count; i++)
		if (!own_has_address(own, &options->sources[i].first)
		    || !own_has_address(own, &options->sources[i].last))
			return "";
	return ", your own network";
}

/* "NL, AS64496 Example Networks", of what is known; "" for nothing. */
static const char *
describe_place(
    struct arena *arena, struct geo *geo, const struct address *address)
{
	struct output_value known[GEO_COUNT];
	const char *out = "";

	geo_put(geo, address, known);
	if (!known[0].is_absent)
		out = arena_printf(arena, "%s", known[0].text);
	if (!known[1].is_absent)
		out = arena_printf(arena, "%s%sAS%" PRId64, out,
		    *out == '\0' ? "" : ", ", known[1].number);
	if (!known[2].is_absent)
		out = arena_printf(arena, "%s%s%s", out,
		    *out == '\0'             ? ""
			: known[1].is_absent ? ", "
					     : " ",
		    known[2].text);
	return out;
}

/* Where it is and what it calls itself, when it is one address. */
static bool
print_place(const struct context *context, struct error *err)
{
	const struct options *options = context->options;
	const struct network *source = &options->sources[0];
	struct geo *geo = NULL;
	const char *name = NULL, *place;
	bool ok;

	if (options->source_count != 1
	    || address_compare(&source->first, &source->last) != 0)
		return true;
	ok = geo_open(&geo, context->config, err);
	if (ok) {
		place = describe_place(context->arena, geo, &source->first);
		if (*place != '\0')
			text_fold(stdout, output_width(stdout), 0, 2,
			    text_escape(context->arena, text_charset(), place));
	}
	geo_close(geo);
	if (!ok
	    || (options->resolve
		&& !resolve_address(context, &source->first, &name, err)))
		return false;
	if (options->resolve)
		text_fold(stdout, output_width(stdout), 0, 2,
		    text_escape(context->arena, text_charset(),
			name == NULL ? "it has no name"
				     : arena_printf(context->arena,
					 "it calls itself %s", name)));
	return true;
}

bool
address_print(
    struct context *context, const struct question *question, struct error *err)
{
	struct page page = { .context = context,
		.question = question,
		.arena = context->arena };

	page.day_count =
	    (question->period.last - question->period.first) / 86400 + 1;
	if (page.day_count < 1)
		page.day_count = 1;
	if (!ask(&page, STORE_BY_DAY | STORE_BY_OUTCOME, add_day, err))
		return false;
	text_fold(stdout, output_width(stdout), 0, 2,
	    arena_printf(context->arena, "DMARC %s%s",
		question_words(context->arena, question, context),
		describe_owner(context)));
	if (!print_place(context, err)) {
		mail_group_release(&page.all);
		return false;
	}
	if (page.all.messages == 0) {
		puts("no mail");
		mail_group_release(&page.all);
		return true;
	}
	print_all(&page);
	mail_group_release(&page.all);
	return print_tables(&page, err);
}
