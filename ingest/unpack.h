/*
 * Containers: gzip, zlib and zip, told by their first bytes, unpacked as a
 * stream under ceilings (base/limits.h).  Names inside a zip are labels, never
 * paths: nothing is written anywhere.
 */
#ifndef INGEST_UNPACK_H
#define INGEST_UNPACK_H

#include <stdbool.h>

#include "base/bytes.h"

struct error;

/* Receives the documents that come out, one after the other. */
struct unpack_sink {
	/* One begins; name is its path in the zip, "" when it has none. */
	void (*begin)(void *context, const char *name);
	/* The next of its bytes.  False: the rest of it is not wanted. */
	bool (*data)(void *context, struct bytes bytes);
	/*
	 * It ends.  trouble is NULL, or what was wrong with the container:
	 * the document may still be whole ("gzip-crc", "gzip-truncated",
	 * "gzip-trailing", "gzip-corrupt", "zip-corrupt"), or there is
	 * nothing to be had ("zip-empty", "zip-encrypted", "limit-unpacked",
	 * "limit-ratio", "limit-members", "limit-nesting").
	 */
	void (*end)(void *context, const struct error *trouble);
	void *context;
	/* Counts what comes out, for calls that share a ceiling; or NULL. */
	size_t *unpacked;
};

/* Whether the bytes begin like a container. */
bool unpack_is_packed(struct bytes bytes);

/* The name of another kind of container, one that is not unpacked; NULL when
 * the bytes do not begin like any. */
const char *unpack_foreign(struct bytes bytes);

/* Unpacks a container, and what is packed in it once more.  Bytes that are no
 * container are one document by themselves. */
void unpack(struct bytes packed, const struct unpack_sink *sink);

#endif
