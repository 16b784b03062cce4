/* reports help: the commands, the options of one, or a topic. */

#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/topics.h"

static const struct command *const commands[] = {
	&command_listen,
	&command_status,
	&command_import,
	&command_check,
	&command_summary,
	&command_senders,
	&command_leaks,
	&command_failures,
	&command_tls,
	&command_list,
	&command_show,
	&command_export,
	&command_digest,
	&command_html,
	&command_quarantine,
	&command_doctor,
	&command_reparse,
	&command_prune,
	&command_backup,
	&command_restore,
	&command_migrate,
	&command_help,
};

const struct command *const *
command_all(size_t *count)
{
	*count = COUNT_OF(commands);
	return commands;
}

/* One letter left out, added, changed, or two swapped. */
static bool
is_near(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		;
	if (*a == '\0')
		return *b == '\0' || b[1] == '\0';
	if (*b == '\0')
		return a[1] == '\0';
	return strcmp(a + 1, b) == 0 || strcmp(a, b + 1) == 0
	    || strcmp(a + 1, b + 1) == 0
	    || (a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}

bool
command_find(const char *name, const struct command **out, struct error *err)
{
	size_t i;

	if (strcmp(command_complete.name, name) == 0) {
		*out = &command_complete;
		return true;
	}
	for (i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i]->name, name) == 0) {
			*out = commands[i];
			return true;
		}
	for (i = 0; i < COUNT_OF(commands); i++)
		if (is_near(commands[i]->name, name))
			return error_set(err, ERROR_USAGE,
			    "unknown command '%.40s'; did you mean '%s'? See "
			    "'reports help'",
			    name, commands[i]->name);
	return error_set(err, ERROR_USAGE,
	    "unknown command '%.40s'; see 'reports help'", name);
}

void
command_print_version(FILE *out)
{
	fputs("reports " REPORTS_VERSION "\n", out);
}

void
command_print_all(FILE *out)
{
	size_t i;

	fputs("usage: reports [--config FILE] [--db FILE] COMMAND "
	      "[ARGUMENT ...]\n\n"
	      "Collects DMARC aggregate and SMTP TLS reports, and answers "
	      "questions.\n\n",
	    out);
	for (i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-12s%s\n", commands[i]->name,
		    commands[i]->summary);
	fputs("\nOptions of every command:\n", out);
	options_print(out, TAKES_ALWAYS);
	fputs("\n'reports help COMMAND' has the options of a command, "
	      "'reports help TOPIC'\nmore about: ",
	    out);
	for (i = 0; i < topic_count; i++)
		fprintf(out, "%s%s", topics[i].name,
		    i + 1 < topic_count ? ", " : ".\n");
}

void
command_print(FILE *out, const struct command *command)
{
	fprintf(out, "usage: reports %s%s%s%s\n\n%s\n", command->name,
	    command->takes == 0 ? "" : " [OPTION ...]",
	    *command->usage == '\0' ? "" : " ", command->usage,
	    command->summary);
	if (command->takes != 0) {
		fputs("\nOptions:\n", out);
		options_print(out, command->takes);
	}
	fputs("\nOptions of every command:\n", out);
	options_print(out, TAKES_ALWAYS);
}

static void
print_topics(void)
{
	size_t i;

	for (i = 0; i < topic_count; i++)
		printf("  %-14s%s\n", topics[i].name, topics[i].summary);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	const struct command *command = NULL;
	const struct topic *topic;

	(void)context;
	if (argc == 0) {
		command_print_all(stdout);
		return true;
	}
	if (strcmp(argv[0], "topics") == 0)
		print_topics();
	else if ((topic = topic_find(argv[0])) != NULL)
		fputs(topic->text, stdout);
	else if (command_find(argv[0], &command, err))
		command_print(stdout, command);
	else
		return false;
	return true;
}

const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND | TOPIC]",
	.summary = "the commands, the options of one, or a topic",
	.max_arguments = 1,
	.run = run,
};
