/*
 * The one entrance for what arrives: the bytes of a message, or of a report
 * or container by itself, to what is in them.
 */
#ifndef INGEST_READ_H
#define INGEST_READ_H

#include "base/bytes.h"
#include "parse/reading.h"

struct arena;

/* How to tell authentic reports from forged ones (ingest/authentic.h). */
struct read_config {
	/* The names our own mail system gives itself in
	 * Authentication-Results; without any, nothing is told. */
	const char *const *authserv_ids;
	size_t authserv_id_count;
	/* How many such fields it adds to a message at most; 0 when that is
	 * not known. */
	size_t trusted_ar_count;
	/* The report whose own bytes are wanted too, by its digest; or
	 * NULL. */
	const struct digest *original;
};

/*
 * Reads input; out lives in the arena and borrows nothing from input or
 * config, which may be NULL.  The digest of input is left to whoever is to
 * believe it.  It cannot fail: whatever cannot be read is a
 * finding that says why.
 */
void read_input(struct bytes input, const struct read_config *config,
    struct arena *arena, struct reading *out);

#endif
