#include "cli/analyse.h"

#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/knowledge_data.h"
#include "store/flows.h"

/* What stands there takes the place of what is built in. */
#define DATA_FOLDER "/etc/reports/data"

static bool
read_file(FILE *file, const char *path, struct buffer *out, struct error *err)
{
	char piece[8192];
	size_t len;

	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		if (!buffer_add(out, (struct bytes) { piece, len }))
			return error_set(err, ERROR_CONFIG,
			    "'%s' is larger than %lu bytes", path,
			    (unsigned long)out->max);
	return !ferror(file) || error_errno(err, "read", path);
}

/* The operator's table, if there is one. */
static bool
read_table(struct knowledge *knowledge, enum knowledge_table table,
    const char *folder, struct arena *arena, bool *found, struct error *err)
{
	const char *path =
	    arena_printf(arena, "%s/%s", folder, knowledge_name(table));
	struct buffer buffer = { .max = MAX_DATA_FILE };
	FILE *file = fopen(path, "re");
	bool ok;

	*found = file != NULL;
	if (file == NULL)
		return errno == ENOENT || errno == ENOTDIR
		    || error_errno(err, "read", path);
	ok = read_file(file, path, &buffer, err)
	    && (knowledge_read(
		    knowledge, table, buffer_bytes(&buffer), arena, err)
		|| error_at(err, "%s", folder));
	buffer_release(&buffer);
	fclose(file);
	return ok;
}

static bool
read_knowledge(
    struct knowledge *out, const struct context *context, struct error *err)
{
	static const char *const built_in[KNOWLEDGE_TABLES] = {
		[KNOWLEDGE_PROVIDERS] = knowledge_providers,
		[KNOWLEDGE_GATEWAYS] = knowledge_gateways,
		[KNOWLEDGE_LISTS] = knowledge_lists,
		[KNOWLEDGE_LABELS] = knowledge_labels,
		[KNOWLEDGE_SERVICES] = knowledge_services,
	};
	const char *folder = context->config->data_folder;
	bool found;
	int table;

	if (folder == NULL)
		folder = DATA_FOLDER;
	for (table = 0; table < KNOWLEDGE_TABLES; table++)
		if (!read_table(out, table, folder, context->arena, &found, err)
		    || (!found
			&& !knowledge_read(out, table,
			    bytes_of(built_in[table]), context->arena, err)))
			return false;
	return true;
}

static bool
on_row(void *context, const struct flow_row *row, struct error *err)
{
	(void)err;
	analysis_add(context, row);
	return true;
}

bool
analyse(struct analysed *out, const struct context *context, struct error *err)
{
	const struct analysis_config config = {
		.own = &context->config->own,
		.knowledge = &out->knowledge,
		.labels = context->config->labels,
		.label_count = context->config->label_count,
		.explains = context->options->why,
	};

	struct flow_shapes shapes;

	*out = (struct analysed) { 0 };
	if (!question_open(&out->question, context, err)
	    || !read_knowledge(&out->knowledge, context, err))
		return false;
	out->analysis = analysis_new(context->arena, &config);
	if (!store_flows(context->store, &out->question.filter, context->arena,
		on_row, out->analysis, &shapes, err))
		return false;
	analysis_finish(out->analysis, &shapes);
	return true;
}

void
analysed_release(struct analysed *analysed)
{
	analysis_free(analysed->analysis);
	knowledge_release(&analysed->knowledge);
}
