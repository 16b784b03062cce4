#include "cli/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/text.h"

/* The first line: no other file is overwritten. */
#define MAGIC "# reports: what was told, one a line\n"

static int
compare(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

static bool
split(struct state *state, struct bytes bytes, struct error *err)
{
	const char *text = arena_copy(state->arena, bytes), *end;
	size_t lines = 0;

	if (*text == '\0')
		return true;
	if (strncmp(text, MAGIC, sizeof(MAGIC) - 1) != 0)
		return error_set(err, ERROR_INPUT,
		    "'%s' was not written by reports --state", state->path);
	text += sizeof(MAGIC) - 1;
	for (end = text; *end != '\0'; end++)
		lines += *end == '\n';
	state->before =
	    arena_alloc(state->arena, lines + 1, sizeof(*state->before));
	for (; (end = strchr(text, '\n')) != NULL; text = end + 1)
		state->before[state->before_count++] = arena_copy(state->arena,
		    (struct bytes) { text, (size_t)(end - text) });
	if (state->before_count > 0)
		qsort(state->before, state->before_count,
		    sizeof(*state->before), compare);
	return true;
}

static bool
read_file(struct state *state, FILE *file, struct error *err)
{
	char piece[8192];
	struct buffer buffer = { .max = MAX_STATE_FILE };
	size_t len;
	bool ok = true;

	while (ok && (len = fread(piece, 1, sizeof(piece), file)) > 0)
		ok = buffer_add(&buffer, (struct bytes) { piece, len })
		    || error_set(err, ERROR_INPUT,
			"'%s' is larger than %lu bytes", state->path,
			(unsigned long)MAX_STATE_FILE);
	if (ok && ferror(file))
		ok = error_errno(err, "read", state->path);
	ok = ok && split(state, buffer_bytes(&buffer), err);
	buffer_release(&buffer);
	return ok;
}

bool
state_open(struct state *state, const char *path, struct arena *arena,
    struct error *err)
{
	FILE *file;
	bool ok;

	*state = (struct state) { .arena = arena, .path = path };
	if (path == NULL)
		return true;
	if (!file_may_replace(path, err))
		return error_at(err, "--state");
	file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT || error_errno(err, "read", path);
	ok = read_file(state, file, err);
	fclose(file);
	return ok;
}

static void
note(struct state *state, const char *line)
{
	const char **more;

	if (state->now_count == state->now_size) {
		state->now_size =
		    state->now_size == 0 ? 64 : state->now_size * 2;
		more =
		    arena_alloc(state->arena, state->now_size, sizeof(*more));
		if (state->now_count > 0)
			memcpy(
			    more, state->now, state->now_count * sizeof(*more));
		state->now = more;
	}
	state->now[state->now_count++] = line;
}

bool
state_add(struct state *state, const char *finding)
{
	const char *line = text_escape(state->arena, TEXT_ASCII, finding);

	note(state, line);
	return state->before_count == 0
	    || bsearch(&line, state->before, state->before_count,
		   sizeof(*state->before), compare)
	    == NULL;
}

void
state_keep(struct state *state, const char *kind)
{
	size_t i, len = strlen(kind);

	for (i = 0; i < state->before_count; i++)
		if (strncmp(state->before[i], kind, len) == 0
		    && state->before[i][len] == ' ')
			note(state, state->before[i]);
}

static bool
write_file(const struct state *state, FILE *file)
{
	size_t i;

	fputs(MAGIC, file);
	for (i = 0; i < state->now_count; i++)
		fprintf(file, "%s\n", state->now[i]);
	return fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
}

bool
state_save(const struct state *state, struct error *err)
{
	const char *path;
	FILE *file;
	bool ok;

	if (state->path == NULL)
		return true;
	path =
	    arena_printf(state->arena, "%s.%ld", state->path, (long)getpid());
	file = fopen(path, "wxe");
	if (file == NULL)
		return error_errno(err, "write", path);
	ok = write_file(state, file) || error_errno(err, "write", path);
	if (fclose(file) != 0 && ok)
		ok = error_errno(err, "write", path);
	if (ok && rename(path, state->path) != 0)
		ok = error_errno(err, "write", state->path);
	if (!ok)
		remove(path);
	return ok;
}
