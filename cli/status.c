/* reports status: how the listener is. */

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/listener.h"
#include "ingest/control.h"

static const struct output_column columns[] = {
	{ .key = "metric", .heading = "METRIC" },
	{ .key = "label", .heading = "LABEL" },
	{ .key = "label_value", .heading = "OF" },
	{ .key = "value", .heading = "VALUE", .type = OUTPUT_RIGHT },
};

/* What is told, for Prometheus: by the beginning of its name. */
static const struct family {
	const char *name, *type, *help;
} families[] = {
	{ "start_time_seconds", "gauge", "When the listener was started." },
	{ "accepted_total", "counter", "Messages that were answered 250." },
	{ "messages_total", "counter", "Accepted messages by outcome." },
	{ "reports_total", "counter", "Reports in accepted messages." },
	{ "deferred_total", "counter", "Messages answered 451 or 452." },
	{ "deferring", "gauge", "Whether mail is being deferred." },
	{ "sessions", "gauge", "Open sessions." },
	{ "sessions_total", "counter", "Sessions since the start." },
	{ "sessions_refused_total", "counter", "Sessions that were too many." },
	{ "waiting_messages", "gauge",
	    "Messages that are being read or wait for a commit." },
	{ "held_bytes", "gauge", "Bytes of messages on their way." },
	{ "workers", "gauge", "Processes that read messages." },
	{ "workers_replaced_total", "counter",
	    "Workers that ended on their own." },
	{ "workers_broken_by_messages_total", "counter",
	    "Messages that broke the worker that read them." },
	{ "commit_seconds", "histogram", "How long commits took." },
};

struct line {
	const char *metric, *label, *label_value, *value;
};

/* Takes a line off the text: four words, "-" for none. */
static bool
next_line(char **text, struct line *out)
{
	const char **words[] = { &out->metric, &out->label, &out->label_value,
		&out->value };
	char *line = strsep(text, "\n");
	size_t i;

	if (line == NULL || *line == '\0')
		return false;
	for (i = 0; i < COUNT_OF(words); i++) {
		*words[i] = strsep(&line, " ");
		if (*words[i] == NULL)
			return false;
		if (strcmp(*words[i], "-") == 0)
			*words[i] = NULL;
	}
	return out->metric != NULL && out->value != NULL;
}

static const struct family *
find_family(const char *metric)
{
	size_t i;

	for (i = 0; i < COUNT_OF(families); i++)
		if (strcmp(metric, families[i].name) == 0
		    || (strcmp(families[i].type, "histogram") == 0
			&& strncmp(metric, families[i].name,
			       strlen(families[i].name))
			    == 0))
			return &families[i];
	return NULL;
}

static bool
print_prometheus(char *text)
{
	const struct family *family, *last = NULL;
	struct line line;

	while (next_line(&text, &line)) {
		family = find_family(line.metric);
		if (family != NULL && family != last)
			printf("# HELP reports_%s %s\n# TYPE reports_%s %s\n",
			    family->name, family->help, family->name,
			    family->type);
		last = family;
		printf("reports_%s", line.metric);
		if (line.label != NULL)
			printf("{%s=\"%s\"}", line.label,
			    line.label_value == NULL ? "" : line.label_value);
		printf(" %s\n", line.value);
	}
	return true;
}

static bool
print_rows(const struct context *context, char *text, struct error *err)
{
	struct output *output;
	struct line line;

	if (!output_new(&output, stdout, &context->options->style, columns,
		COUNT_OF(columns), err))
		return false;
	while (next_line(&text, &line))
		output_row(output,
		    (struct output_value[]) {
			output_text(line.metric),
			output_text(line.label),
			output_text(line.label_value),
			output_text(line.value),
		    });
	output_free(output);
	return true;
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct buffer answer = { .max = MAX_STATUS };
	char *text;
	bool ok;

	(void)argc;
	(void)argv;
	ok = control_ask(listener_control(context), &answer, err);
	text = arena_copy(context->arena, buffer_bytes(&answer));
	buffer_release(&answer);
	if (!ok)
		return false;
	return context->options->prometheus ? print_prometheus(text)
					    : print_rows(context, text, err);
}

const struct command command_status = {
	.name = "status",
	.usage = "",
	.summary = "how the listener is: what it took, deferred, and why",
	.takes = TAKES_ROWS | TAKES(OPTION_CONTROL),
	.store = COMMAND_NO_STORE,
	.run = run,
};
