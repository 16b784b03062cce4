/* reports show: everything of one report. */

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "cli/show_print.h"
#include "parse/value.h"
#include "store/query.h"

/* --- as it came --- */

/* A worker may have been taken over: its word is not taken for it. */
static bool
print_original(
    void *context, const struct intake_input *input, struct error *err)
{
	const struct reading *reading = input->reading;
	struct digest digest = digest_of(reading->original);

	if (memcmp(&digest, context, sizeof(digest)) == 0) {
		fwrite(
		    reading->original.data, 1, reading->original.len, stdout);
		return true; /* main looks whether it was written */
	}
	if (reading->report_count == 0 && reading->broken_count > 0)
		return error_set(err, ERROR_INPUT,
		    "the message it came in cannot be read any more: %.300s",
		    reading->findings->detail);
	return error_set(err, ERROR_INPUT,
	    "the report is not in what is kept of its message");
}

/* What is kept is the message, and only workers unpack messages. */
static bool
show_original(struct context *context, int64_t id, struct error *err)
{
	struct config config = *context->config;
	struct context own = *context;
	struct digest digest;
	const struct intake_handler handler = { .input = print_original,
		.context = &digest };
	struct intake *intake;
	struct bytes raw;
	bool ok;

	if (context->options->has_format)
		return error_set(err, ERROR_USAGE,
		    "--original is the report as it came and has no --format");
	if (!store_report_raw(
		context->store, id, context->arena, &raw, &digest, err))
		return false;
	config.authentication.original = &digest;
	own.config = &config;
	if (!intake_new(&intake, &own, &handler, err))
		return false;
	ok = intake_add(intake, "", raw, err) && intake_finish(intake, err);
	intake_free(intake);
	return ok;
}

/* --- as it was read --- */

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct stored_report stored;
	int64_t id;

	(void)argc;
	if (!number_parse(bytes_of(argv[0]), &id))
		return error_set(err, ERROR_USAGE,
		    "'%.40s' is not the number of a report; 'reports list' "
		    "shows them",
		    argv[0]);
	if (context->options->original)
		return show_original(context, id, err);
	if (!store_report(context->store, id, context->arena, &stored, err))
		return false;
	switch (context->options->style.format) {
	case OUTPUT_TABLE:
		show_print_text(stdout, &stored);
		break;
	case OUTPUT_CSV:
		show_print_csv(stdout, &stored, &context->options->style);
		break;
	case OUTPUT_JSON:
	case OUTPUT_JSONL:
		show_print_json(stdout, &stored);
		break;
	}
	return true;
}

const struct command command_show = {
	.name = "show",
	.usage = "ID",
	.summary = "everything of one report",
	.takes =
	    TAKES_FORMAT | TAKES(OPTION_ORIGINAL) | TAKES(OPTION_NO_SANDBOX),
	.min_arguments = 1,
	.max_arguments = 1,
	.store = COMMAND_READ,
	.run = run,
};
