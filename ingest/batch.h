/*
 * Messages of all sessions that share a transaction.
 *
 * Each is stored as soon as it is read, while others are still being read; the
 * transaction is committed when nothing is being read any more, when its first
 * has waited for a few ms, or when it is full.  So one session alone does not
 * wait, and the disk is waited for once for many.  While another process has
 * the database, messages wait here and are tried again.
 */
#ifndef INGEST_BATCH_H
#define INGEST_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/queue.h>

#include "ingest/server.h"

struct batch;
struct event_base;
struct spool;

/* A message that is whole; who puts it there owns it. */
struct batch_item {
	TAILQ_ENTRY(batch_item) link;
	struct server_message message; /* its bytes are filled in here */
	struct spool *spool;           /* where they are */
	int64_t since;                 /* set here */
	/* Says that message.verdict is final; the item is the owner's again,
	 * and may be put again. */
	void (*decided)(struct batch_item *item);
	void *context;
};

/* Ends the process when there is no memory. */
struct batch *batch_new(
    struct event_base *base, const struct server_config *config);
/* What waits is not decided any more. */
void batch_free(struct batch *batch);

/* One more is being read, and may be waited for. */
void batch_expect(struct batch *batch);
/* It was read, or needs no reading; is_expected says which. */
void batch_put(struct batch *batch, struct batch_item *item, bool is_expected);

/* Those that are read or wait. */
size_t batch_count(const struct batch *batch);

/* From now on nothing waits for a database that is locked. */
void batch_hurry(struct batch *batch);

#endif
