/* reports reparse: read what is kept once more, after an upgrade. */

#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "store/query.h"
#include "store/reparse.h"

struct work {
	struct store *store;
	size_t messages;
	struct store_result sum;
};

/* Each message in a transaction of its own, beside a listener. */
static bool
store_input(void *context, const struct intake_input *input, struct error *err)
{
	struct work *work = context;
	int64_t id = strtoll(input->name, NULL, 10);
	struct store_result result;

	if (!store_begin(work->store, err))
		return false;
	if (!store_reparse(work->store, id, input->reading, &result, err)
	    || !store_commit(work->store, err)) {
		store_rollback(work->store);
		return error_at(err, "message %lld", (long long)id);
	}
	work->messages++;
	work->sum.stored += result.stored;
	work->sum.conflicts += result.conflicts;
	work->sum.quarantined += result.quarantined;
	return true;
}

static bool
read_again(
    struct work *work, struct intake *intake, int64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct bytes raw;
	bool ok = store_raw(work->store, id, &arena, &raw, err)
	    && intake_add(
		intake, arena_printf(&arena, "%lld", (long long)id), raw, err);

	arena_release(&arena);
	return ok;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct work work = { .store = context->store };
	const struct intake_handler handler = { .input = store_input,
		.context = &work };
	struct intake *intake;
	int64_t id = 0;
	bool ok;

	(void)argc;
	(void)argv;
	if (!intake_new(&intake, context, &handler, err))
		return false;
	while ((ok = store_next_raw(work.store, id, &id, err)) && id != 0)
		if (!(ok = read_again(&work, intake, id, err)))
			break;
	ok = ok && intake_finish(intake, err);
	intake_free(intake);
	printf("read %zu %s again: %zu reports written anew, %zu in conflict, "
	       "%zu unreadable\n",
	    work.messages, work.messages == 1 ? "message" : "messages",
	    work.sum.stored, work.sum.conflicts, work.sum.quarantined);
	if (ok && work.messages == 0)
		fputs("No message is kept; [store] keep_raw keeps those that "
		      "come.\n",
		    stderr);
	return ok;
}

const struct command command_reparse = {
	.name = "reparse",
	.usage = "",
	.summary = "read kept messages again, with what this version knows",
	.takes = TAKES(OPTION_WORKERS) | TAKES(OPTION_NO_SANDBOX),
	.store = COMMAND_WRITE,
	.run = run,
};
