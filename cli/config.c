#include "cli/config.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "cli/config_key.h"
#include "parse/value.h"

struct reader {
	FILE *file;
	const char *name;
	struct config_reader values;
	int line;
	bool failed;
};

/* For inih: zero is failure, and it goes on all the same. */
static int
on_key(void *context, const char *section, const char *name, const char *value)
{
	struct reader *r = context;

	if (r->failed)
		return 1;
	r->failed = !config_key_set(&r->values, section, name, value);
	if (r->failed)
		error_at(r->values.err, "%s:%d", r->name, r->line);
	return !r->failed;
}

/*
 * For inih, which would take the rest of a line that does not fit for another
 * line; in place of fgets(), because it does not tell the handler the line.
 */
static char *
read_line(char *out, int size, void *context)
{
	struct reader *r = context;
	size_t len;

	if (r->failed || fgets(out, size, r->file) == NULL)
		return NULL;
	r->line++;
	len = strlen(out);
	if (len + 1 == (size_t)size && out[len - 1] != '\n') {
		r->failed = true;
		error_set(r->values.err, ERROR_CONFIG,
		    "%s:%d: the line is longer than %d characters; go on with "
		    "a list on the next line, after a blank",
		    r->name, r->line, size - 2);
		return NULL;
	}
	return out;
}

bool
config_read_file(FILE *file, const char *name, struct arena *arena,
    struct config *out, struct error *err)
{
	struct reader r = { file, name, { arena, out, err }, 0, false };
	int line = ini_parse_stream(read_line, &r, on_key, &r);

	if (r.failed)
		return false;
	if (ferror(file))
		return error_errno(err, "read", name);
	if (line != 0)
		return error_set(err, ERROR_CONFIG,
		    "%s:%d: neither '[section]' nor 'key = value'", name, line);
	return true;
}

bool
config_read(const char *path, struct arena *arena, struct config *out,
    struct error *err)
{
	const char *name = path == NULL ? CONFIG_PATH : path;
	FILE *file = fopen(name, "re");
	bool ok;

	*out = (struct config) { 0 };
	if (file == NULL)
		return (path == NULL && (errno == ENOENT || errno == ENOTDIR))
		    || error_errno(err, "read", name);
	ok = config_read_file(file, name, arena, out, err);
	fclose(file);
	return ok;
}

bool
config_accepts(const struct config *config, const char *rcpt_to)
{
	struct arena arena = { 0 };
	const char *address = domain_copy(&arena, bytes_of(rcpt_to));
	const char *at = strrchr(address, '@');
	bool found = config->recipient_count == 0;
	size_t i;

	for (i = 0; i < config->recipient_count && !found; i++)
		found = strcmp(config->recipients[i], address) == 0
		    || (at != NULL
			&& strcmp(config->recipients[i], at + 1) == 0);
	arena_release(&arena);
	return found;
}
