/* reports check: read reports and say what is in them; store nothing. */

#include <limits.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "cli/text.h"
#include "ingest/source.h"
#include "parse/arf.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"

static const struct output_column columns[] = {
	{ .key = "path", .heading = "PATH", .min = 16 },
	{ .key = "part", .heading = "PART", .min = 8, .is_optional = true },
	{ .key = "kind", .heading = "KIND" },
	{ .key = "outcome", .heading = "OUTCOME" },
	{ .key = "reason", .heading = "REASON" },
	{ .key = "detail",
	    .heading = "DETAIL",
	    .min = 10,
	    .is_optional = true },
	{ .key = "flags", .type = OUTPUT_WORDS },
	{ .key = "organization",
	    .heading = "ORGANIZATION",
	    .min = 8,
	    .is_optional = true },
	{ .key = "report_id" },
	{ .key = "begin", .type = OUTPUT_TIME },
	{ .key = "end", .type = OUTPUT_TIME },
	{ .key = "domain", .heading = "DOMAIN", .min = 8 },
	{ .key = "records", .heading = "RECORDS", .type = OUTPUT_COUNT },
	{ .key = "skipped_records", .type = OUTPUT_COUNT },
	{ .key = "messages", .type = OUTPUT_COUNT },
	{ .key = "sessions_successful", .type = OUTPUT_COUNT },
	{ .key = "sessions_failed", .type = OUTPUT_COUNT },
	{ .key = "verdict" },
	{ .key = "verdict_reason" },
};

struct check {
	struct output *output;
	struct intake *intake;
	bool is_broken;      /* there is nobody to read */
	struct arena *arena; /* of the input under way */
	size_t inputs, reports, broken, unreadable;
	struct error first_unreadable;
};

/* The codes of the notes, each once, with a blank between. */
static const char *
list_flags(struct arena *arena, const struct report *report)
{
	const struct note *note, *before;
	const char *flags = "";

	for (note = report->notes; note != NULL; note = note->next) {
		for (before = report->notes; before != note;
		     before = before->next)
			if (strcmp(before->code, note->code) == 0)
				break;
		if (before == note)
			flags = arena_printf(arena, "%s%s%s", flags,
			    *flags == '\0' ? "" : " ", note->code);
	}
	return flags;
}

static int64_t
sum_sessions(const struct tlsrpt_report *tlsrpt, bool are_successful)
{
	const struct tlsrpt_policy *policy;
	int64_t sum = 0, more;

	for (policy = tlsrpt->policies; policy != NULL; policy = policy->next) {
		more = are_successful ? policy->total_successful_session_count
				      : policy->total_failure_session_count;
		sum = more > INT64_MAX - sum ? INT64_MAX : sum + more;
	}
	return sum;
}

static void
print_report(
    struct check *check, const char *path, const struct finding *finding)
{
	const struct report *report = finding->report;
	const struct dmarc_report *dmarc = report->dmarc;
	const struct tlsrpt_report *tlsrpt = report->tlsrpt;
	const struct note *note = report->notes;

	output_row(check->output,
	    (struct output_value[]) {
		output_text(path),
		output_text(finding->part),
		output_text(report_kind_name(report->kind)),
		output_text(note == NULL ? "ok" : "flagged"),
		output_text(note == NULL ? NULL : note->code),
		output_text(note == NULL ? NULL : note->detail),
		output_text(list_flags(check->arena, report)),
		output_text(report->org_name),
		output_text(report->report_id),
		output_period(report->begin, report->begin, report->end),
		output_period(report->end, report->begin, report->end),
		output_text(report->domain),
		output_count((int64_t)(dmarc != NULL ? dmarc->record_count
						     : tlsrpt->policy_count)),
		output_count((int64_t)(dmarc != NULL ? dmarc->skipped_count
						     : tlsrpt->skipped_count)),
		dmarc == NULL ? OUTPUT_ABSENT : output_count(dmarc->messages),
		tlsrpt == NULL ? OUTPUT_ABSENT
			       : output_count(sum_sessions(tlsrpt, true)),
		tlsrpt == NULL ? OUTPUT_ABSENT
			       : output_count(sum_sessions(tlsrpt, false)),
		output_text(verdict_name(finding->verdict)),
		output_text(finding->verdict_reason),
	    });
	check->reports++;
}

/* A failure report: who says it of which domain, and when it came. */
static void
print_failure(
    struct check *check, const char *path, const struct failure *failure)
{
	struct output_value values[COUNT_OF(columns)];
	size_t i;

	for (i = 0; i < COUNT_OF(values); i++)
		values[i] = OUTPUT_ABSENT;
	values[0] = output_text(path);
	values[2] = output_text("failure");
	values[3] = output_text("ok");
	values[6] = output_text("");
	values[7] = output_text(failure->reporter);
	if (failure->has_arrival_date)
		values[9] = values[10] = output_time(failure->arrival_date);
	values[11] = output_text(failure->reported_domain);
	values[14] = output_count(failure->incidents);
	output_row(check->output, values);
}

/* A row that holds no report. */
static void
print_other(struct check *check, const char *path, const char *part,
    const char *kind, const char *outcome, const char *reason,
    const char *detail)
{
	struct output_value values[COUNT_OF(columns)];
	size_t i;

	for (i = 0; i < COUNT_OF(values); i++)
		values[i] = OUTPUT_ABSENT;
	values[0] = output_text(path);
	values[1] = output_text(part);
	values[2] = output_text(kind);
	values[3] = output_text(outcome);
	values[4] = output_text(reason);
	values[5] = output_text(detail);
	values[6] = output_text("");
	output_row(check->output, values);
}

/* What an input without any report is instead. */
static void
print_no_report(
    struct check *check, const char *path, const struct reading *reading)
{
	static const struct {
		const char *reason, *detail;
	} others[] = {
		[MESSAGE_OTHER] = { "not-a-report",
		    "no part of the message is a report" },
		[MESSAGE_BOUNCE] = { "bounce", "mail could not be delivered" },
		[MESSAGE_FAILURE] = { "failure-report", "mail failed" },
		[MESSAGE_ABUSE] = { "abuse-report", "mail was complained of" },
		[MESSAGE_ERROR_REPORT] = { "error-report",
		    "a report could not be sent" },
	};
	const char *detail = others[reading->class].detail;

	print_other(check, path, NULL, "none", "no-report",
	    others[reading->class].reason,
	    reading->remark == NULL ? detail : reading->remark);
}

static void
print_reading(
    struct check *check, const char *path, const struct reading *reading)
{
	const struct finding *finding;
	const struct failure *failure;

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		if (finding->report != NULL) {
			print_report(check, path, finding);
			continue;
		}
		print_other(check, path, finding->part, "none", "quarantined",
		    finding->reason, finding->detail);
		check->broken++;
	}
	for (failure = reading->failures; failure != NULL;
	     failure = failure->next)
		print_failure(check, path, failure);
	if (reading->findings == NULL && reading->failures == NULL)
		print_no_report(check, path, reading);
}

static bool
on_read(void *context, const struct intake_input *input, struct error *err)
{
	struct check *check = context;

	(void)err;
	check->inputs++;
	check->arena = input->arena;
	print_reading(check, input->name, input->reading);
	check->arena = NULL;
	return true;
}

static bool
on_input(void *context, const char *name, struct bytes bytes, struct error *err)
{
	struct check *check = context;

	check->is_broken = !intake_add(check->intake, name, bytes, err);
	return !check->is_broken;
}

static void
on_unreadable(void *context, const struct error *err)
{
	struct check *check = context;
	struct arena arena = { 0 };

	if (check->unreadable++ == 0)
		check->first_unreadable = *err;
	fprintf(stderr, "reports check: %s\n",
	    text_escape(&arena, text_charset(), err->text));
	arena_release(&arena);
}

static bool
walk_all(struct check *check, int argc, char **argv, struct error *err)
{
	const struct source_visitor visitor = { on_input, on_unreadable,
		check };
	int i;

	for (i = 0; i < argc; i++) {
		if (source_walk(argv[i], &visitor, err))
			continue;
		if (check->is_broken)
			return false;
		on_unreadable(check, err);
	}
	return intake_finish(check->intake, err);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct check check = { 0 };
	const struct intake_handler handler = { on_read, NULL, &check };
	bool ok;

	if (!output_new(&check.output, stdout, &context->options->style,
		columns, COUNT_OF(columns), err))
		return false;
	ok = intake_new(&check.intake, context, &handler, err)
	    && walk_all(&check, argc, argv, err);
	intake_free(check.intake);
	output_free(check.output);
	if (!ok)
		return false;
	if (!output_flush(stdout, err))
		return false;
	if (check.unreadable > 0)
		return error_set(err, check.first_unreadable.kind,
		    "%zu of what was to be read could not be",
		    check.unreadable);
	if (check.broken > 0)
		return error_set(err, ERROR_INPUT,
		    "%zu inputs: %zu reports, and %zu that cannot be read",
		    check.inputs, check.reports, check.broken);
	return true;
}

const struct command command_check = {
	.name = "check",
	.usage = "PATH ...",
	.summary = "say what is in reports, or wrong with them; store nothing",
	.takes = TAKES_ROWS | TAKES(OPTION_WORKERS) | TAKES(OPTION_NO_SANDBOX),
	.min_arguments = 1,
	.max_arguments = INT_MAX,
	.store = COMMAND_NO_STORE,
	.run = run,
};
