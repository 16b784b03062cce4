/*
 * A worker: a process of its own that reads messages for another, shut into
 * the sandbox, and says what is in them.
 *
 * It is this program, started anew (as 'reports worker'), so that it has
 * nothing in its memory and nothing open but one socket, as its standard
 * input.  Over that it gets what to read, and answers each in turn.  Who
 * starts it is ingest/pool.h.
 */
#ifndef INGEST_WORKER_H
#define INGEST_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct arena;
struct read_config;
struct reading;

/* --- what goes over the socket --- */

/* To the worker, before each thing it is sent. */
struct worker_request {
	uint32_t kind; /* enum worker_request_kind */
	uint32_t here; /* so many bytes follow */
	uint64_t len;  /* of the message; in the memfd that comes along, when
			* here is 0 */
};

enum worker_request_kind {
	WORKER_CONFIGURE = 1, /* a struct read_config; no answer */
	WORKER_READ,          /* a message; answered by parts and an end */
};

/* From the worker, before so many bytes. */
struct worker_answer {
	uint32_t kind; /* enum worker_answer_kind */
	uint32_t len;
};

enum worker_answer_kind {
	WORKER_READY = 1, /* once: the sandbox is shut */
	WORKER_REFUSES,   /* once: it cannot be; the text says why */
	WORKER_PART,      /* some of an encoded reading (ingest/codec.h) */
	WORKER_END,       /* that was all of it */
};

/* The longest part. */
#define WORKER_MAX_PART ((size_t)128 * 1024)

/* A worker that ran out of memory ends with this status. */
#define WORKER_NO_MEMORY 77

/* --- the worker --- */

/* read_input(), but for tests of what happens when it goes wrong. */
typedef void worker_read(struct bytes input, const struct read_config *config,
    struct arena *arena, struct reading *out);

/* Serves on standard input until that ends, and the process with it. */
_Noreturn void worker_run(bool has_sandbox, worker_read *read);

#endif
