/* reports export: rows for spreadsheets and other systems. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/export.h"
#include "cli/geo.h"
#include "cli/question.h"
#include "parse/datetime.h"

const char *
export_time(int64_t time, char out[EXPORT_TIME])
{
	char *end;

	datetime_format(time, out);
	for (end = out; *end != '\0'; end++)
		if (*end == 'T')
			*end = ' ';
	end[-1] = '\0'; /* Z */
	return out;
}

/* What goes through, and the last report of it. */
struct pull {
	struct export *export;
	int64_t reports, last;
};

static bool
on_report(void *context, const struct stored_report *report, struct error *err)
{
	struct pull *pull = context;
	const struct store_visitor *visitor = &pull->export->visitor;

	pull->reports++;
	pull->last = report->id;
	return visitor->report(visitor->context, report, err);
}

static bool
on_record(void *context, const struct dmarc_record *record, struct error *err)
{
	struct pull *pull = context;
	const struct store_visitor *visitor = &pull->export->visitor;

	return visitor->record(visitor->context, record, err);
}

static bool
check(const struct context *context, struct error *err)
{
	const struct options *options = context->options;

	if (options->has_format && options->style.format == OUTPUT_TABLE)
		return error_set(err, ERROR_USAGE,
		    "--format: an export is csv, json or jsonl");
	if (options->tls
	    && (options->source_count > 0 || options->dispositions != 0
		|| options->results != 0))
		return error_set(err, ERROR_USAGE,
		    "--source, --disposition and --result are about mail, "
		    "and --tls is not");
	return true;
}

/* On standard error, for whoever comes back for more. */
static void
print_cursor(const struct pull *pull, const struct question *question,
    const struct context *context)
{
	if (question->report_count > 0)
		fprintf(stderr, "%" PRId64 " rows from %" PRId64 " %s\n",
		    pull->export->rows, pull->reports,
		    question_words(context->arena, question, context));
	fprintf(stderr, "--since-id %" PRId64 "\n", pull->last);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const struct options *options = context->options;
	const enum report_kind kind =
	    options->tls ? REPORT_TLSRPT : REPORT_DMARC;
	struct pull pull = { .last = options->since_id };
	const struct store_visitor visitor = { on_report, on_record, &pull };
	struct question question;
	struct geo *geo = NULL;
	bool ok;

	(void)argc;
	(void)argv;
	if (!question_open(&question, context, err))
		return false;
	if (kind == REPORT_DMARC && !geo_open(&geo, context->config, err)) {
		geo_close(geo);
		return false;
	}
	pull.export = options->style.format == OUTPUT_JSON
		|| options->style.format == OUTPUT_JSONL
	    ? export_json_new(stdout, &options->style, kind, geo)
	    : export_csv_new(stdout, &options->style, kind, geo);
	ok = store_walk(context->store, &question.filter, kind,
	    options->since_id, &visitor, err);
	if (ok)
		print_cursor(&pull, &question, context);
	pull.export->end(pull.export);
	geo_close(geo);
	return ok;
}

const struct command command_export = {
	.name = "export",
	.usage = "",
	.summary = "all records as CSV or JSON, for other programs",
	.takes = TAKES_RECORDS | TAKES(OPTION_TLS) | TAKES(OPTION_SINCE_ID)
	    | TAKES(OPTION_FORMAT) | TAKES(OPTION_NO_HEADER)
	    | TAKES(OPTION_BOM),
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
