/* reports migrate: bring the database up to the schema of this program. */

#include "base/error.h"
#include "cli/command.h"
#include "store/store.h"

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	int from = store_migrated_from(context->store);

	(void)argc;
	(void)argv;
	(void)err;
	if (from == 0)
		printf("%s: of this version already\n", context->db);
	else
		printf("%s: brought up from schema %d; a copy of what it was "
		       "is %s.schema-%d\n",
		    context->db, from, context->db, from);
	return true;
}

const struct command command_migrate = {
	.name = "migrate",
	.usage = "",
	.summary = "bring a database of an older version up to this one",
	.store = COMMAND_WRITE,
	.run = run,
};
