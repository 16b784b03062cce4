/* reports quarantine: what could not be read, and what to do about it. */

#include <limits.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/intake.h"
#include "cli/question.h"
#include "parse/value.h"
#include "store/query.h"
#include "store/store.h"

static const struct output_column columns[] = {
	{ .key = "message", .heading = "ID", .type = OUTPUT_COUNT },
	{ .key = "received", .heading = "RECEIVED", .type = OUTPUT_TIME },
	{ .key = "size",
	    .heading = "SIZE",
	    .type = OUTPUT_COUNT,
	    .is_optional = true },
	{ .key = "source", .heading = "SOURCE", .min = 12 },
	{ .key = "message_id" },
	{ .key = "from", .heading = "FROM", .min = 10, .is_optional = true },
	{ .key = "part", .heading = "PART", .min = 6, .is_optional = true },
	{ .key = "reason", .heading = "REASON" },
	{ .key = "detail",
	    .heading = "DETAIL",
	    .min = 10,
	    .is_optional = true },
};

static const struct store_filter everything = {
	.since = STORE_SINCE_EVER,
	.until = STORE_UNTIL_EVER,
};

/* --- list, show --- */

struct listing {
	struct output *output;
	size_t count;
};

static bool
print_row(void *context, const struct store_quarantined *row, struct error *err)
{
	struct listing *listing = context;

	(void)err;
	listing->count++;
	output_row(listing->output,
	    (struct output_value[]) {
		output_count(row->message),
		output_time(row->received),
		output_count(row->size),
		output_text(row->source),
		output_text(row->message_id),
		output_text(row->from),
		output_text(row->part),
		output_text(row->reason),
		output_text(row->detail),
	    });
	return true;
}

static bool
list(struct context *context, int argc, char **argv, struct error *err)
{
	struct listing listing = { 0 };
	bool ok, is_empty = false;

	(void)argc;
	(void)argv;
	if (!output_new(&listing.output, stdout, &context->options->style,
		columns, COUNT_OF(columns), err))
		return false;
	ok = store_quarantine(
	    context->store, &everything, print_row, &listing, err);
	output_free(listing.output);
	if (ok && listing.count == 0)
		ok = question_has_none(&is_empty, context, err);
	if (ok && listing.count == 0 && !is_empty)
		fputs(
		    "Nothing is in quarantine: all that came could be read.\n",
		    stderr);
	return ok;
}

static bool
read_id(const char *text, int64_t *out, struct error *err)
{
	return number_parse(bytes_of(text), out)
	    || error_set(err, ERROR_USAGE,
		"'%.40s' is not the number of a message; 'reports quarantine "
		"list' shows them",
		text);
}

/* The bytes as they came, to the last one. */
static bool
show(struct context *context, int argc, char **argv, struct error *err)
{
	struct bytes raw;
	int64_t id;

	(void)argc;
	if (!read_id(argv[0], &id, err)
	    || !store_raw(context->store, id, context->arena, &raw, err))
		return false;
	fwrite(raw.data, 1, raw.len, stdout);
	return true; /* main looks whether it was written */
}

/* --- retry, drop --- */

struct work {
	struct context *context;
	struct store *writer;
	struct intake *intake;
	int64_t id; /* of the message under way */
	size_t messages;
	struct store_result sum;

	/* the messages there are, newest first, each once */
	int64_t *ids;
	size_t count, size;
};

static bool
collect(void *context, const struct store_quarantined *row, struct error *err)
{
	struct work *work = context;
	int64_t *more;

	(void)err;
	if (work->count > 0 && work->ids[work->count - 1] == row->message)
		return true;
	if (work->count == work->size) {
		work->size = work->size == 0 ? 64 : work->size * 2;
		more = arena_alloc(
		    work->context->arena, work->size, sizeof(*more));
		if (work->count > 0)
			memcpy(more, work->ids, work->count * sizeof(*more));
		work->ids = more;
	}
	work->ids[work->count++] = row->message;
	return true;
}

static bool
on_read(void *context, const struct intake_input *input, struct error *err)
{
	struct work *work = context;
	struct store_result result;

	if (!store_retry(work->writer, work->id, input->reading, &result, err))
		return false;
	work->sum.stored += result.stored;
	work->sum.duplicates += result.duplicates;
	work->sum.conflicts += result.conflicts;
	work->sum.quarantined += result.quarantined;
	return true;
}

static bool
retry_one(struct work *work, int64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct bytes raw;
	bool ok;

	work->id = id;
	ok = store_raw(work->writer, id, &arena, &raw, err)
	    && intake_add(work->intake, "", raw, err)
	    && intake_finish(work->intake, err);
	arena_release(&arena);
	return ok;
}

static bool
drop_one(struct work *work, int64_t id, struct error *err)
{
	return store_drop(work->writer, id, err);
}

/* Each message in a transaction of its own: one that fails costs no other. */
static bool
do_each(struct work *work,
    bool (*one)(struct work *work, int64_t id, struct error *err), int argc,
    char **argv, struct error *err)
{
	size_t i, count = argc > 0 ? (size_t)argc : work->count;
	int64_t id;

	for (i = 0; i < count; i++) {
		if (argc > 0 && !read_id(argv[i], &id, err))
			return false;
		if (argc == 0)
			id = work->ids[i];
		if (!store_begin(work->writer, err))
			return false;
		if (!one(work, id, err) || !store_commit(work->writer, err)) {
			store_rollback(work->writer);
			return false;
		}
		work->messages++;
	}
	return true;
}

/* The database is there, or main had not opened it to read. */
static bool
change(struct context *context,
    bool (*one)(struct work *work, int64_t id, struct error *err), int argc,
    char **argv, struct work *work, struct error *err)
{
	bool ok;

	work->context = context;
	if (argc == 0
	    && !store_quarantine(
		context->store, &everything, collect, work, err))
		return false;
	if (!store_open(&work->writer, context->db, STORE_WRITE, err))
		return false;
	ok = do_each(work, one, argc, argv, err);
	store_close(work->writer);
	return ok;
}

static bool
retry(struct context *context, int argc, char **argv, struct error *err)
{
	struct work work = { 0 };
	const struct intake_handler handler = { on_read, NULL, &work };
	bool ok = intake_new(&work.intake, context, &handler, err);

	if (!ok)
		return false;
	ok = change(context, retry_one, argc, argv, &work, err);
	intake_free(work.intake);
	printf("read %zu %s again: %zu new, %zu known, %zu in conflict, %zu "
	       "still unreadable\n",
	    work.messages, work.messages == 1 ? "message" : "messages",
	    work.sum.stored, work.sum.duplicates, work.sum.conflicts,
	    work.sum.quarantined);
	return ok;
}

static bool
drop(struct context *context, int argc, char **argv, struct error *err)
{
	struct work work = { 0 };
	bool ok;

	if ((argc == 0) != context->options->all)
		return error_set(
		    err, ERROR_USAGE, "name the messages to drop, or --all");
	ok = change(context, drop_one, argc, argv, &work, err);
	printf("dropped %zu %s\n", work.messages,
	    work.messages == 1 ? "message" : "messages");
	return ok;
}

/* --- the four of them --- */

static const struct {
	const char *name;
	int min_arguments, max_arguments;
	bool (*run)(
	    struct context *context, int argc, char **argv, struct error *err);
} actions[] = {
	{ "list", 0, 0, list },
	{ "show", 1, 1, show },
	{ "retry", 0, INT_MAX, retry },
	{ "drop", 0, INT_MAX, drop },
};

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const char *name = argc == 0 ? "list" : argv[0];
	size_t i;

	for (i = 0; i < COUNT_OF(actions); i++)
		if (strcmp(name, actions[i].name) == 0)
			break;
	if (i == COUNT_OF(actions))
		return error_set(err, ERROR_USAGE,
		    "'%.40s' is none of list, show, retry, drop", name);
	if (argc > 0) {
		argc--;
		argv++;
	}
	if (argc < actions[i].min_arguments || argc > actions[i].max_arguments)
		return error_set(err, ERROR_USAGE,
		    "'%s' takes %s; see 'reports help quarantine'", name,
		    actions[i].max_arguments == 0
			? "no arguments"
			: "the number of one message");
	return actions[i].run(context, argc, argv, err);
}

const struct command command_quarantine = {
	.name = "quarantine",
	.usage = "[list | show | retry | drop] [ID ...]",
	.summary = "what could not be read, and why; read it again, drop it",
	.takes = TAKES_ROWS | TAKES(OPTION_ALL) | TAKES(OPTION_NO_SANDBOX),
	.max_arguments = INT_MAX,
	.store = COMMAND_READ,
	.run = run,
};
