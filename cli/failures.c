/* reports failures: mail that failed DMARC, grouped, most messages first. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/own.h"
#include "base/error.h"
#include "cli/address.h"
#include "cli/command.h"
#include "cli/geo.h"
#include "cli/mail_group.h"
#include "cli/question.h"
#include "cli/resolve.h"
#include "cli/text.h"

/* What --by can be. */
static const struct grouping {
	const char *name;
	unsigned by;
	unsigned columns; /* of the table: bits of COLUMN_KEYS */
} groupings[] = {
	{ "source", STORE_BY_DOMAIN | STORE_BY_SOURCE, 1u << 1 },
	{ "sender", STORE_BY_DOMAIN | STORE_BY_SENDER, 3u << 2 },
	{ "reporter", STORE_BY_DOMAIN | STORE_BY_REPORTER, 3u << 4 },
	{ "day", STORE_BY_DOMAIN | STORE_BY_DAY, 1u << 6 },
	{ "reason", STORE_BY_DOMAIN | STORE_BY_REASON, 1u << 7 },
};

static const struct output_column all_columns[] = {
	{ .key = "domain", .heading = "DOMAIN", .min = 11 },
	{ .key = "source_ip", .heading = "SOURCE" },
	{ .key = "header_from", .heading = "FROM", .min = 11 },
	{ .key = "envelope_from", .heading = "ENVELOPE", .min = 10 },
	{ .key = "org_name", .heading = "REPORTER", .min = 10 },
	{ .key = "email_domain", .heading = "MAIL DOMAIN", .min = 10 },
	{ .key = "day", .heading = "DAY", .type = OUTPUT_DAY },
	{ .key = "reasons", .heading = "REASON", .min = 12 },
#define COLUMN_KEYS 8
	{ .key = "messages", .heading = "FAILED", .type = OUTPUT_COUNT },
	{ .key = "delivered",
	    .heading = "DELIV.",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "quarantined",
	    .heading = "QUAR.",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "rejected",
	    .heading = "REJ.",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .heading = "DKIM" },
	{ .heading = "SPF" },
	{ .heading = "TREND", .is_optional = true },
	{ .heading = "", .is_optional = true },
	{ .key = "dkim_none", .type = OUTPUT_COUNT },
	{ .key = "dkim_unaligned", .type = OUTPUT_COUNT },
	{ .key = "dkim_broken", .type = OUTPUT_COUNT },
	{ .key = "dkim_error", .type = OUTPUT_COUNT },
	{ .key = "spf_none", .type = OUTPUT_COUNT },
	{ .key = "spf_unaligned", .type = OUTPUT_COUNT },
	{ .key = "spf_broken", .type = OUTPUT_COUNT },
	{ .key = "spf_error", .type = OUTPUT_COUNT },
	{ .key = "first",
	    .heading = "FIRST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "last",
	    .heading = "LAST",
	    .type = OUTPUT_DAY,
	    .is_optional = true },
	{ .key = "recent", .type = OUTPUT_COUNT },
	{ .key = "trend" },
	{ .key = "own", .type = OUTPUT_FLAG },
	{ .key = "ptr", .min = 12, .is_late = true },
	GEO_COLUMNS,
};
#define SOURCE_COLUMN 1
#define COLUMN_COUNT  COUNT_OF(all_columns)
#define PTR_COLUMN    (COLUMN_COUNT - GEO_COUNT - 1)

struct failures {
	const struct grouping *grouping;
	const struct own *own;
	int64_t middle;
	struct output *output;
	struct geo *geo; /* NULL: none, or not by source */
	struct mail_group group;
	unsigned seen_dkim, seen_spf; /* bits of enum outcome_how */
	bool is_mixed;
};

/* --- a group --- */

static bool
is_same(const struct failures *failures, const struct store_mail *mail)
{
	const struct store_mail *key = &failures->group.key;

	return failures->group.messages > 0
	    && strcmp(key->domain, mail->domain) == 0 && key->day == mail->day
	    && strcmp(key->org_name, mail->org_name) == 0
	    && strcmp(key->email_domain, mail->email_domain) == 0
	    && address_compare(&key->source_ip, &mail->source_ip) == 0
	    && strcmp(key->header_from, mail->header_from) == 0
	    && strcmp(key->envelope_from, mail->envelope_from) == 0
	    && strcmp(key->reasons, mail->reasons) == 0;
}

/* --- rows --- */

static void
put_keys(struct output_value *out, const struct failures *failures,
    char address[ADDRESS_TEXT])
{
	const struct store_mail *key = &failures->group.key;
	const unsigned by = failures->grouping->by;
	size_t i;

	for (i = 0; i < COLUMN_KEYS; i++)
		out[i] = OUTPUT_ABSENT;
	out[0] = output_text(key->domain);
	if ((by & STORE_BY_SOURCE) != 0 && key->source_ip.len > 0)
		out[1] = output_text(address_format(&key->source_ip, address));
	if ((by & STORE_BY_SENDER) != 0) {
		out[2] = output_text(key->header_from);
		out[3] = output_text(key->envelope_from);
	}
	if ((by & STORE_BY_REPORTER) != 0) {
		out[4] = output_text(key->org_name);
		out[5] = output_text(key->email_domain);
	}
	if ((by & STORE_BY_DAY) != 0)
		out[6] = output_time(key->day);
	if ((by & STORE_BY_REASON) != 0)
		out[7] =
		    output_text(*key->reasons == '\0' ? "none" : key->reasons);
}

static struct output_value
put_own(const struct failures *failures)
{
	if ((failures->grouping->by & STORE_BY_SOURCE) == 0
	    || failures->own->network_count == 0)
		return OUTPUT_ABSENT;
	return output_flag(
	    own_has_address(failures->own, &failures->group.key.source_ip));
}

static void
note_seen(struct failures *failures)
{
	size_t dkim = 0, spf = 0;
	enum outcome_how how;

	for (how = HOW_NONE; how < HOW_COUNT; how++) {
		dkim += failures->group.dkim[how] > 0;
		spf += failures->group.spf[how] > 0;
		failures->is_mixed = failures->is_mixed || dkim > 1 || spf > 1;
		if (failures->group.dkim[how] > 0)
			failures->seen_dkim |= 1u << how;
		if (failures->group.spf[how] > 0)
			failures->seen_spf |= 1u << how;
	}
}

static void
print_group(struct failures *failures)
{
	const struct mail_group *group = &failures->group;
	const char *trend = mail_group_trend(group, failures->middle);
	struct output_value values[COLUMN_COUNT], *out = values;
	const struct output_value own = put_own(failures);
	char address[ADDRESS_TEXT], dkim[MAIL_GROUP_HOW], spf[MAIL_GROUP_HOW];
	enum outcome_how how;

	put_keys(out, failures, address);
	out += COLUMN_KEYS;
	*out++ = output_count(group->messages);
	*out++ = output_count(group->delivered);
	*out++ = output_count(group->quarantined);
	*out++ = output_count(group->rejected);
	*out++ = output_text(mail_group_how(group->dkim, dkim));
	*out++ = output_text(mail_group_how(group->spf, spf));
	*out++ = output_text(trend);
	*out++ = output_text(own.number != 0 ? "own" : "");
	for (how = HOW_NONE; how < HOW_COUNT; how++)
		*out++ = output_count(group->dkim[how]);
	for (how = HOW_NONE; how < HOW_COUNT; how++)
		*out++ = output_count(group->spf[how]);
	*out++ = output_time(group->first);
	*out++ = output_time(group->last);
	*out++ = output_count(group->recent);
	*out++ = output_text(trend);
	*out++ = own;
	*out++ = OUTPUT_ABSENT;
	geo_put(failures->geo, &group->key.source_ip, out);
	output_row(failures->output, values);
	note_seen(failures);
}

static bool
add_mail(void *context, const struct store_mail *mail, struct error *err)
{
	struct failures *failures = context;

	(void)err;
	if (!is_same(failures, mail)) {
		if (failures->group.messages > 0)
			print_group(failures);
		mail_group_begin(&failures->group, mail);
	}
	mail_group_add(&failures->group, mail);
	return true;
}

/* --- the page --- */

static const char *
explain(enum outcome_how how, bool is_dkim)
{
	switch (how) {
	case HOW_NONE:
		return is_dkim ? "not signed" : "no SPF record, or not checked";
	case HOW_UNALIGNED:
		return is_dkim ? "signed by another domain alone"
			       : "passed for another envelope domain";
	case HOW_BROKEN:
		return is_dkim ? "does not verify: changed on the way, or a "
				 "wrong key"
			       : "not sent from an address the SPF record has";
	case HOW_ERROR:
		return "the receiver could not tell, mostly for its DNS";
	case HOW_PASS:
		break;
	}
	return "";
}

static void
print_legend(unsigned seen, bool is_dkim)
{
	enum outcome_how how;

	for (how = HOW_NONE; how < HOW_COUNT; how++)
		if ((seen & 1u << how) != 0)
			printf("%-5s%-10s%s\n", is_dkim ? "DKIM" : "SPF",
			    outcome_how_name(how), explain(how, is_dkim));
}

static void
print_footer(const struct failures *failures)
{
	putchar('\n');
	print_legend(failures->seen_dkim, true);
	print_legend(failures->seen_spf, false);
	if (failures->is_mixed)
		puts("+: mostly that, and others; --format csv has all counts");
	if ((failures->grouping->by & STORE_BY_SOURCE) != 0)
		puts("\nAll about one address: reports failures --source "
		     "ADDRESS");
	else
		puts("\nWhere it came from: reports failures --by source");
}

static const struct grouping *
find_grouping(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(groupings); i++)
		if (name == NULL || strcmp(groupings[i].name, name) == 0)
			return &groupings[i];
	return NULL;
}

static bool
check(const struct context *context, struct error *err)
{
	const struct options *options = context->options;

	if (find_grouping(options->by) == NULL)
		return error_set(err, ERROR_USAGE,
		    "--by: '%.40s' is none of source, sender, reporter, day, "
		    "reason",
		    options->by);
	if (options->resolve
	    && (find_grouping(options->by)->by & STORE_BY_SOURCE) == 0)
		return error_set(err, ERROR_USAGE,
		    "--resolve: only --by source shows addresses");
	if (options->results != 0
	    && (options->results & STORE_RESULT(false, false)) == 0)
		return error_set(
		    err, ERROR_USAGE, "--result: what has passed did not fail");
	return true;
}

static void
choose_columns(struct output_column *columns, const struct grouping *grouping)
{
	size_t i;

	memcpy(columns, all_columns, sizeof(all_columns));
	for (i = 1; i < COLUMN_KEYS; i++)
		if ((grouping->columns & 1u << i) == 0)
			columns[i].heading = NULL;
}

static bool
print_groups(
    struct context *context, struct question *question, struct error *err)
{
	struct failures failures = {
		.grouping = find_grouping(context->options->by),
		.own = &context->config->own,
		.middle = question_middle(question),
	};
	struct output_style style = question_style(context->options);
	struct output_column columns[COLUMN_COUNT];
	bool ok, has_mail;

	struct resolve *resolve = NULL;
	bool by_source;

	choose_columns(columns, failures.grouping);
	if (context->options->resolve)
		columns[PTR_COLUMN].heading = "PTR";
	by_source = (failures.grouping->by & STORE_BY_SOURCE) != 0;
	if (by_source && context->config->mmdb_count > 0)
		geo_show(columns + PTR_COLUMN + 1);
	if (style.sort == NULL)
		style.sort =
		    failures.grouping->by & STORE_BY_DAY ? "day" : "messages";
	if (!output_new(
		&failures.output, stdout, &style, columns, COLUMN_COUNT, err))
		return false;
	question->filter.results = STORE_RESULT(false, false);
	ok = !context->options->resolve
	    || resolve_new(&resolve, context, failures.output, SOURCE_COLUMN,
		PTR_COLUMN, err);
	if (ok && by_source)
		ok = geo_open(&failures.geo, context->config, err);
	ok = ok
	    && store_mail(context->store, &question->filter,
		failures.grouping->by | STORE_BY_OUTCOME,
		question_middle(question), add_mail, &failures, err);
	has_mail = failures.group.messages > 0;
	if (ok && has_mail)
		print_group(&failures);
	mail_group_release(&failures.group);
	output_free(failures.output);
	resolve_free(resolve);
	geo_close(failures.geo);
	if (!ok || style.format != OUTPUT_TABLE)
		return ok;
	if (has_mail)
		print_footer(&failures);
	else if (question->report_count > 0)
		fprintf(stderr, "No mail failed, in %s.\n",
		    question_words(context->arena, question, context));
	return true;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct question question;

	(void)argc;
	(void)argv;
	if (!question_open(&question, context, err))
		return false;
	if (context->options->source_count > 0 && context->options->by == NULL
	    && context->options->style.format == OUTPUT_TABLE
	    && question.report_count > 0)
		return address_print(context, &question, err);
	return print_groups(context, &question, err);
}

const struct command command_failures = {
	.name = "failures",
	.usage = "",
	.summary = "mail that failed DMARC, and how; all about one address",
	.takes = TAKES_RECORDS | TAKES(OPTION_BY) | TAKES(OPTION_RESOLVE)
	    | TAKES_ROWS,
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
