/* reports show: everything of one report. */

#include "base/bytes.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/show_print.h"
#include "parse/value.h"
#include "store/query.h"

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
	.takes = TAKES_FORMAT,
	.min_arguments = 1,
	.max_arguments = 1,
	.store = COMMAND_READ,
	.run = run,
};
