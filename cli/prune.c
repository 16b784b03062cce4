/* reports prune: what is old goes. */

#include <time.h>

#include "base/error.h"
#include "cli/command.h"
#include "store/prune.h"
#include "store/store.h"

/* What the command line says, and else the configuration. */
static const struct age *
choose(const struct age *given, const struct age *configured)
{
	return given->kind != AGE_NONE ? given : configured;
}

static bool
make_retention(const struct context *context, struct store_retention *out,
    struct error *err)
{
	const struct options *options = context->options;
	const struct prune_config *config = &context->config->prune;
	const struct age *rows =
	    choose(&options->older_than, &config->older_than);
	const struct age *rollups =
	    choose(&options->keep_rollups, &config->keep_rollups);
	int64_t now = (int64_t)time(NULL);

	*out = (struct store_retention) {
		.rows = age_before(rows, now),
		.rollups = age_before(rollups, now),
		.recipients = age_before(choose(&options->recipients_older_than,
					     &config->recipients_older_than),
		    now),
		.raw = age_before(
		    choose(&options->raw_older_than, &config->raw_older_than),
		    now),
		.readable_raw = age_before(&context->config->keep_raw, now),
		.domains = options->domains,
		.domain_count = options->domain_count,
	};
	/* Sums go with the rows unless somebody wants to keep them. */
	if (rollups->kind == AGE_NONE)
		out->rollups = out->rows;
	if (out->rollups > out->rows)
		return error_set(err, ERROR_USAGE,
		    "sums cannot go before the rows: --keep-rollups is less "
		    "than --older-than");
	if (out->rows == STORE_KEEP && out->rollups == STORE_KEEP
	    && out->recipients == STORE_KEEP && out->raw == STORE_KEEP
	    && out->readable_raw == STORE_KEEP)
		return error_set(err, ERROR_USAGE,
		    "say what is to go, for example --older-than 13m; or say "
		    "it under [prune] in the configuration");
	return true;
}

static bool
check(const struct context *context, struct error *err)
{
	struct store_retention retention;

	return make_retention(context, &retention, err);
}

static void
print(int64_t count, const char *one, const char *many)
{
	printf("  %lld %s\n", (long long)count, count == 1 ? one : many);
}

static bool
is_nothing(const struct store_pruned *pruned)
{
	return pruned->reports == 0 && pruned->messages == 0
	    && pruned->days == 0 && pruned->recipients == 0 && pruned->raw == 0;
}

static void
print_all(const struct store_pruned *pruned, bool was_done)
{
	if (is_nothing(pruned)) {
		printf("nothing is that old\n");
		return;
	}
	printf(was_done ? "removed:\n" : "would remove:\n");
	print(pruned->reports, "report", "reports");
	print(pruned->records, "record or policy in them",
	    "records and policies in them");
	print(pruned->messages, "message", "messages");
	print(pruned->days, "sum of a domain's day",
	    "sums, each of a domain's day");
	printf("  who received mail, in %lld %s\n",
	    (long long)pruned->recipients,
	    pruned->recipients == 1 ? "report" : "reports");
	printf("  the bytes of %lld %s, %.1f MB\n", (long long)pruned->raw,
	    pruned->raw == 1 ? "message" : "messages",
	    (double)pruned->raw_bytes / 1e6);
	if (!was_done)
		printf("nothing was changed; --apply does it\n");
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct store_retention retention;
	struct store_pruned pruned;
	struct store *writer;
	bool ok;

	(void)argc;
	(void)argv;
	if (!make_retention(context, &retention, err))
		return false;
	if (!context->options->apply) {
		ok = store_prune_plan(context->store, &retention, &pruned, err);
		if (ok)
			print_all(&pruned, false);
		return ok;
	}
	if (!store_open(&writer, context->db, STORE_WRITE, err))
		return false;
	ok = store_prune(writer, &retention, &pruned, err);
	store_close(writer);
	if (ok || !is_nothing(&pruned))
		print_all(&pruned, true);
	return ok;
}

const struct command command_prune = {
	.name = "prune",
	.usage = "",
	.summary = "remove what is old; says what it would, until --apply",
	.takes = TAKES(OPTION_OLDER_THAN) | TAKES(OPTION_KEEP_ROLLUPS)
	    | TAKES(OPTION_RECIPIENTS_OLDER_THAN) | TAKES(OPTION_RAW_OLDER_THAN)
	    | TAKES(OPTION_DOMAIN) | TAKES(OPTION_APPLY),
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
