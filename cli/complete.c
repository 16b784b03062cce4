/*
 * reports complete: what could stand at the end of a command line, for the
 * shells (dist/completion); they call it as
 *
 *	reports complete -- WORD ... PREFIX
 */

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/option_table.h"
#include "cli/topics.h"
#include "store/names.h"
#include "store/store.h"

struct completion {
	struct context *context;
	uint64_t takes;   /* which options the command has */
	const char *kept; /* what stands before the candidate in its word */
	size_t kept_len;
	const char *prefix; /* what a candidate begins with */
};

static bool
offer(void *context, const char *word, struct error *err)
{
	const struct completion *completion = context;

	(void)err;
	if (strncmp(word, completion->prefix, strlen(completion->prefix)) == 0)
		printf("%.*s%s\n", (int)completion->kept_len, completion->kept,
		    word);
	return true;
}

/* Names are what strangers wrote: only plain ones come to a shell. */
static bool
offer_name(void *context, const char *name, struct error *err)
{
	if (*name == '\0' || *name == '-'
	    || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")]
		!= '\0')
		return true;
	return offer(context, name, err);
}

/* "a, b, c". */
static void
offer_words(struct completion *completion, const char *words)
{
	struct error err;
	const char *word;
	size_t len;

	for (; *words != '\0'; words += len) {
		words += strspn(words, ", ");
		len = strcspn(words, ", ");
		word = arena_copy(
		    completion->context->arena, (struct bytes) { words, len });
		if (len > 0 && !offer(completion, word, &err))
			return;
	}
}

/* Without a database there are no names, and nobody to tell. */
static void
offer_names(struct completion *completion, bool are_domains)
{
	struct store *store = NULL;
	struct error err;
	bool ok = store_open(&store, completion->context->db, STORE_READ, &err);

	if (ok)
		ok = are_domains
		    ? store_domain_names(store, offer_name, completion, &err)
		    : store_reporter_names(store, offer_name, completion, &err);
	(void)ok;
	store_close(store);
}

static void
offer_values(struct completion *completion, const struct option_row *row)
{
	const char *comma = strrchr(completion->prefix, ',');
	const char *words = option_words(row, completion->takes);

	if ((completion->takes & TAKES(row - option_rows)) == 0)
		return;
	if (row == &option_rows[OPTION_DOMAIN])
		offer_names(completion, true);
	else if (row == &option_rows[OPTION_REPORTER])
		offer_names(completion, false);
	if (words == NULL)
		return;
	if (comma != NULL) {
		completion->kept = completion->prefix;
		completion->kept_len = (size_t)(comma + 1 - completion->prefix);
		completion->prefix = comma + 1;
	}
	offer_words(completion, words);
}

static void
offer_options(struct completion *completion)
{
	struct error err;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if ((completion->takes & TAKES(i)) != 0
		    && !offer(completion,
			arena_printf(completion->context->arena, "--%s",
			    option_rows[i].name),
			&err))
			return;
}

static void
offer_commands(struct completion *completion)
{
	size_t i, count;
	const struct command *const *commands = command_all(&count);
	struct error err;

	for (i = 0; i < count; i++)
		if (!offer(completion, commands[i]->name, &err))
			return;
}

static void
offer_arguments(struct completion *completion, const struct command *command)
{
	struct error err;
	size_t i;

	if (command == &command_quarantine)
		offer_words(completion, "list, show, retry, drop");
	if (command != &command_help)
		return;
	offer_commands(completion);
	for (i = 0; i < topic_count; i++)
		if (!offer(completion, topics[i].name, &err))
			return;
}

/* The option a word is, or begins with before a '='. */
static const struct option_row *
find_option(const char *word)
{
	size_t i, len;

	if (strncmp(word, "--", 2) != 0)
		return NULL;
	len = strcspn(word + 2, "=");
	for (i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_rows[i].name) == len
		    && strncmp(option_rows[i].name, word + 2, len) == 0)
			return &option_rows[i];
	return NULL;
}

static bool
wants_value(const char *word)
{
	const struct option_row *row = find_option(word);

	return row != NULL && row->argument != NULL
	    && strchr(word, '=') == NULL;
}

static const struct command *
find_command(int count, char **words)
{
	const struct command *command;
	struct error err;
	int i;

	for (i = 0; i < count; i++) {
		if (wants_value(words[i]))
			i++;
		else if (words[i][0] != '-')
			return command_find(words[i], &command, &err) ? command
								      : NULL;
	}
	return NULL;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	char *last = argv[argc - 1];
	const struct command *command = find_command(argc - 1, argv);
	struct completion completion = { context,
		TAKES_ALWAYS | (command == NULL ? 0 : command->takes), "", 0,
		last };
	const char *before = argc > 1 ? argv[argc - 2] : "";
	const char *value = strchr(last, '=');

	(void)err;
	/* bash has '=' as a word of its own */
	if (strcmp(last, "=") == 0) {
		completion.prefix = "";
		offer_values(&completion,
		    find_option(before) == NULL ? &option_rows[OPTION_HELP]
						: find_option(before));
	} else if (strcmp(before, "=") == 0 && argc > 2
	    && find_option(argv[argc - 3]) != NULL)
		offer_values(&completion, find_option(argv[argc - 3]));
	else if (wants_value(before))
		offer_values(&completion, find_option(before));
	else if (value != NULL && find_option(last) != NULL) {
		completion.kept = last;
		completion.kept_len = (size_t)(value + 1 - last);
		completion.prefix = value + 1;
		offer_values(&completion, find_option(last));
	} else if (*last == '-')
		offer_options(&completion);
	else if (command == NULL)
		offer_commands(&completion);
	else
		offer_arguments(&completion, command);
	return true;
}

const struct command command_complete = {
	.name = "complete",
	.usage = "-- WORD ...",
	.summary = "what could come next on a command line, for shells",
	.min_arguments = 1,
	.max_arguments = INT_MAX,
	.run = run,
};
