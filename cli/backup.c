/* reports backup, reports restore. */

#include "store/backup.h"
#include "base/error.h"
#include "cli/command.h"

static bool
run_backup(struct context *context, int argc, char **argv, struct error *err)
{
	int64_t size;

	(void)argc;
	if (!store_backup(context->db, argv[0], &size, err))
		return false;
	printf("%s: %.1f MB\n", argv[0], (double)size / 1e6);
	return true;
}

const struct command command_backup = {
	.name = "backup",
	.usage = "FILE",
	.summary = "a copy of the database, while others go on writing",
	.min_arguments = 1,
	.max_arguments = 1,
	.store = COMMAND_NO_STORE,
	.run = run_backup,
};

static bool
run_restore(struct context *context, int argc, char **argv, struct error *err)
{
	struct store_restored restored;

	(void)argc;
	if (!store_restore(context->db, argv[0], &restored, err))
		return false;
	printf("%s: schema %d, %lld reports; it is sound\n", argv[0],
	    restored.schema, (long long)restored.reports);
	if (restored.set_aside)
		printf("what was there is %s.before-restore\n", context->db);
	return true;
}

const struct command command_restore = {
	.name = "restore",
	.usage = "FILE",
	.summary = "check a copy, and put it in the place of the database",
	.min_arguments = 1,
	.max_arguments = 1,
	.store = COMMAND_NO_STORE,
	.run = run_restore,
};
