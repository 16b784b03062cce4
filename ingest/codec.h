/*
 * A reading as bytes, and back: how a worker says what it found
 * (ingest/worker.h).
 *
 * One description of the structs (ingest/codec.c) is walked either way, so
 * that the two cannot get out of step.  Who decodes trusts nothing: a worker
 * reads hostile mail and may have been taken over.  What comes out keeps every
 * promise of parse/reading.h, and store/ can keep it.
 *
 * The digest and size of the message are not part of it: who has the message
 * takes them.
 */
#ifndef INGEST_CODEC_H
#define INGEST_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct arena;
struct error;
struct reading;

/* Where encoded bytes go, piece by piece; false ends the encoding. */
struct codec_sink {
	bool (*write)(void *context, struct bytes bytes);
	void *context;
};

/* Encodes a reading.  A text or a set of results that was encoded before is
 * only named again.  False when the sink said so. */
MUST_CHECK bool codec_encode(
    const struct reading *reading, const struct codec_sink *sink);

/*
 * Decodes what codec_encode() wrote; out lives in the arena and borrows
 * nothing.  Fails with ERROR_INPUT for anything that codec_encode() does not
 * write of a reading that read_input() made, and with ERROR_LIMIT.
 */
MUST_CHECK bool codec_decode(struct bytes encoded, struct arena *arena,
    struct reading *out, struct error *err);

#endif
