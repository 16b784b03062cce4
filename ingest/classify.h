/*
 * What a message is that holds no report: told by the types of its parts, and
 * by its text where senders leave the types out.
 *
 * A failure report or a complaint encloses somebody's mail.  Once one is seen,
 * nothing of what it encloses is opened any more.
 */
#ifndef INGEST_CLASSIFY_H
#define INGEST_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "ingest/message.h"
#include "parse/reading.h"

struct arena;

struct classifier {
	struct arena *arena;
	enum message_class hint; /* by the message's header alone */
	enum message_class class;
	size_t depth;         /* of the part that says so */
	size_t private_depth; /* deeper parts are not ours to open */
	bool has_complaint;   /* a feedback report, not of a failure */
	const struct failure *failures; /* the last one first */
};

/* content_type is that of the message; NULL when it has none. */
void classify_start(struct classifier *classifier, const char *content_type,
    struct arena *arena);

/* Takes note of a part by its type; it need not be wanted. */
void classify_see(
    struct classifier *classifier, const struct message_part *part);

/* Reads a part that is for people, or a feedback report. */
void classify_read(
    struct classifier *classifier, const struct message_part *part);

/* For a message whose parts cannot be known: decides by how it looks. */
void classify_guess(struct classifier *classifier, struct bytes message);

/* Whether the parts of messages so deep in the message may be opened. */
bool classify_may_open(const struct classifier *classifier, size_t depth);

/* Whether there is somebody's mail in it, however deep. */
bool classify_is_private(const struct classifier *classifier);

/* Whether one of the parts that are so deep is a feedback report. */
bool classify_has_feedback(const struct classifier *classifier, size_t depth);

/* After all parts, and what was found in them: sets the class and the
 * failures.  Those without a domain get the one in the From: of what they
 * enclose, which is all that is read of it. */
void classify_finish(const struct classifier *classifier, struct bytes message,
    struct reading *out);

#endif
