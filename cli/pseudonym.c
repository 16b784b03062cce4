#include "cli/pseudonym.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

static bool
make_key(struct pseudonym *out, struct error *err)
{
	ssize_t len = getrandom(out->key, sizeof(out->key), 0);

	return len == (ssize_t)sizeof(out->key)
	    || error_errno(err, "get random bytes for", "a key");
}

static bool
read_key(struct pseudonym *out, int file, const char *path, struct error *err)
{
	ssize_t len = read(file, out->key, sizeof(out->key));
	struct stat status;

	if (len < 0 || fstat(file, &status) != 0)
		return error_errno(err, "read", path);
	if (len != (ssize_t)sizeof(out->key))
		return error_set(err, ERROR_INPUT,
		    "'%s' is no key; without it, a new one is made", path);
	if ((status.st_mode & 077) != 0)
		fprintf(stderr,
		    "'%s' may be read by others, who can then find out "
		    "names; chmod 600 it\n",
		    path);
	return true;
}

/* Under another name first, so that nobody reads half of it. */
static bool
write_key(struct pseudonym *out, const char *path, struct arena *arena,
    struct error *err)
{
	const char *draft = arena_printf(arena, "%s.%ld", path, (long)getpid());
	int file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (file < 0) {
		fprintf(stderr,
		    "The key '%s' cannot be made (%s): the h: names are for "
		    "this time only.\n",
		    path, strerror(errno));
		return true;
	}
	ok =
	    write(file, out->key, sizeof(out->key)) == (ssize_t)sizeof(out->key)
	    && fsync(file) == 0;
	ok = close(file) == 0 && ok;
	/* Somebody else may have been faster. */
	if (ok && link(draft, path) != 0 && errno == EEXIST) {
		unlink(draft);
		return pseudonym_open(out,
		    arena_printf(arena, "%.*s", (int)strlen(path) - 4, path),
		    arena, err);
	}
	if (!ok)
		error_errno(err, "write", draft);
	unlink(draft);
	return ok;
}

bool
pseudonym_open(struct pseudonym *out, const char *db, struct arena *arena,
    struct error *err)
{
	const char *path = arena_printf(arena, "%s.key", db);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (file >= 0) {
		ok = read_key(out, file, path, err);
		close(file);
		return ok;
	}
	if (errno == EACCES) {
		fprintf(stderr,
		    "The key '%s' cannot be read: the h: names are for this "
		    "time only.\n",
		    path);
		return make_key(out, err);
	}
	if (errno != ENOENT)
		return error_errno(err, "read", path);
	return make_key(out, err) && write_key(out, path, arena, err);
}

const char *
pseudonym_of(
    const struct pseudonym *pseudonym, struct arena *arena, const char *name)
{
	struct digest digest;
	const uint8_t *d = digest.data;

	if (name == NULL)
		return NULL;
	digest = digest_keyed(
	    (struct bytes) { pseudonym->key, sizeof(pseudonym->key) },
	    bytes_of(name));
	return arena_printf(
	    arena, "h:%02x%02x%02x%02x%02x", d[0], d[1], d[2], d[3], d[4]);
}
