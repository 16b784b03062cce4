/* reports reparse: read what is kept once more, after an upgrade. */

#include "store/reparse.h"
#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "ingest/read.h"
#include "store/query.h"

static bool
reparse_one(struct context *context, int64_t id, struct store_result *sum,
    struct error *err)
{
	struct arena arena = { 0 };
	struct store_result result = { 0 };
	struct reading reading;
	struct bytes raw;
	bool ok = store_raw(context->store, id, &arena, &raw, err);

	if (ok) {
		read_input(
		    raw, &context->config->authentication, &arena, &reading);
		ok = store_begin(context->store, err);
		if (ok
		    && !(store_reparse(
			     context->store, id, &reading, &result, err)
			&& store_commit(context->store, err))) {
			store_rollback(context->store);
			ok = false;
		}
	}
	sum->stored += result.stored;
	sum->conflicts += result.conflicts;
	sum->duplicates += result.duplicates;
	sum->quarantined += result.quarantined;
	arena_release(&arena);
	return ok;
}

/* Each message in a transaction of its own, beside a listener. */
static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct store_result sum = { 0 };
	size_t messages = 0;
	int64_t id = 0;
	bool ok;

	(void)argc;
	(void)argv;
	while ((ok = store_next_raw(context->store, id, &id, err)) && id != 0
	    && (ok = reparse_one(context, id, &sum, err)))
		messages++;
	printf("read %zu %s again: %zu reports written anew, %zu in conflict, "
	       "%zu unreadable\n",
	    messages, messages == 1 ? "message" : "messages", sum.stored,
	    sum.conflicts, sum.quarantined);
	return ok;
}

const struct command command_reparse = {
	.name = "reparse",
	.usage = "",
	.summary = "read kept messages again, with what this version knows",
	.store = COMMAND_WRITE,
	.run = run,
};
