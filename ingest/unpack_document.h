/*
 * Inside of ingest/unpack: documents on their way out of containers, under one
 * budget.
 */
#ifndef INGEST_UNPACK_DOCUMENT_H
#define INGEST_UNPACK_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "ingest/unpack.h"

/* What one call of unpack() may cost, over all its levels. */
struct budget {
	const struct unpack_sink *sink;
	size_t packed, members;
	size_t unpacked;           /* by this call, */
	size_t *shared;            /* and by all that share a ceiling */
	const struct error *outer; /* trouble of the container around */
	bool is_in_tar;
};

/*
 * A document on its way out.  One that is itself packed is collected and
 * unpacked when it ends; any other goes straight to the sink.
 */
struct document {
	struct budget *budget;
	size_t depth;
	const char *name;
	bool has_begun, is_wanted, is_packed;
	struct buffer inner;
	bool has_trouble;
	struct error trouble;
};

/* False, when it may not become that much larger or nobody wants more of it. */
bool unpack_take(struct document *doc, struct bytes bytes);

/* What is wrong with its container; the first counts. */
void unpack_set_trouble(
    struct document *doc, const char *reason, const char *text);

/* To be called last. */
void unpack_end(struct document *doc);

/* A container out of which no document comes at all. */
void unpack_give_up(
    struct budget *budget, const char *name, const struct error *trouble);

bool unpack_is_gzip(struct bytes bytes);
bool unpack_is_zip(struct bytes bytes);
bool unpack_is_tar(struct bytes bytes);

/* gzip or zlib: one document. */
void unpack_deflated(struct document *doc, struct bytes packed);

/* zip or tar: as many as there are. */
void unpack_archive(
    struct budget *budget, size_t depth, struct bytes packed, const char *name);

#endif
