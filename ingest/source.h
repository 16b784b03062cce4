/*
 * Where import finds its input: files, folders, Maildirs, mboxes, standard
 * input.
 */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct error;

struct source_visitor {
	/* One input: a file's bytes, or one message of an mbox, whose name
	 * is "FILE: message N".  False ends the walk with that error. */
	bool (*input)(void *context, const char *name, struct bytes bytes,
	    struct error *err);
	/* Something below a given path that cannot be read, or anything that
	 * is too large; the walk goes on. */
	void (*unreadable)(void *context, const struct error *err);
	void *context;
};

/*
 * Walks over path, which is a file, a folder, or "-" for standard input.
 * Folders are walked in the order of their names, so that the result does not
 * depend on the disk; symbolic links in them are not followed, and only
 * regular files are read.  Of a Maildir, cur and new are read, tmp and what a
 * server keeps beside them are not.  A file that begins with "From " is an
 * mbox: each of its messages is one input, of which one is in memory.
 *
 * Fails when path itself cannot be read, or as visitor->input did.
 */
MUST_CHECK bool source_walk(
    const char *path, const struct source_visitor *visitor, struct error *err);

/* How many files a walk over path will read, for a progress bar. */
size_t source_count(const char *path);

#endif
