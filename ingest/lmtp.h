/*
 * One LMTP conversation (RFC 2033) as a state machine: bytes in, replies out.
 *
 * It owns no socket and no clock, so a test talks to it with strings, and the
 * fuzzer does too.  Lines end in CRLF and a message ends in CRLF.CRLF, never
 * in anything less (a bare LF is how SMTP smuggling starts).
 *
 * A whole message is handed out and the conversation waits, taking no more
 * input, until lmtp_finish() says what became of it: the 250 of a message is
 * sent by whoever has put it on disk.
 */
#ifndef INGEST_LMTP_H
#define INGEST_LMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct spool;
struct spool_room;

struct lmtp_envelope {
	const char *lhlo;      /* the client's name for itself */
	const char *mail_from; /* "" for the null reverse-path */
	const char *const *rcpt_to;
	size_t rcpt_count;
};

/* What became of a message; the reply is the same for each recipient. */
enum lmtp_verdict {
	LMTP_STORED,    /* 250 2.0.0: it is on disk */
	LMTP_TRY_LATER, /* 451 4.3.0: something local is wrong */
	LMTP_NO_ROOM,   /* 452 4.3.1: the disk is full, or memory */
};

struct lmtp_config {
	const char *hostname;
	size_t max_message;      /* bytes; announced as SIZE */
	struct spool_room *room; /* of all conversations; NULL for no bound */
	/* Says whether mail for that address is taken; NULL takes all. */
	bool (*accepts)(void *context, const char *rcpt_to);
	void *context;
};

struct lmtp;

/* The texts of config must stay while the conversation lasts. */
struct lmtp *lmtp_new(const struct lmtp_config *config);
void lmtp_free(struct lmtp *lmtp);

/* Appends the greeting to out. */
void lmtp_greet(struct lmtp *lmtp, struct buffer *out);

enum lmtp_state {
	LMTP_READING, /* all input was used; more is welcome */
	LMTP_WAITING, /* a message is whole: lmtp_finish() goes next */
	LMTP_CLOSING, /* send what is in out, then hang up */
};

/*
 * Takes what arrived, appends the replies, and says in *used how much of it
 * was taken: all of it, but for a whole message in LMTP_WAITING, whose next
 * commands are to be fed again after lmtp_finish().
 *
 * A command is text between CRLFs.  One with a bare LF or CR, NUL or another
 * control character in it is one bad command, refused once, at its CRLF.
 *
 * Send and empty out after each call.  If a reply does not fit into it, the
 * client's count of replies would be wrong, so the conversation is over:
 * LMTP_CLOSING, from the next lmtp_feed() on when it was lmtp_finish()'s.
 */
MUST_CHECK enum lmtp_state lmtp_feed(
    struct lmtp *lmtp, struct bytes in, size_t *used, struct buffer *out);

/* In LMTP_WAITING: the envelope and the message, unstuffed, CRLF kept.  They
 * stay until lmtp_finish(). */
const struct lmtp_envelope *lmtp_envelope(const struct lmtp *lmtp);
struct spool *lmtp_message(struct lmtp *lmtp);

/* Ends LMTP_WAITING: one reply for each recipient (RFC 2033 4.2). */
void lmtp_finish(
    struct lmtp *lmtp, enum lmtp_verdict verdict, struct buffer *out);

/* Whether a message is on its way: begun by DATA and not yet answered. */
bool lmtp_is_busy(const struct lmtp *lmtp);

/* Appends a reply such as "421 4.4.2 Idle for too long" for a hang-up that is
 * our idea; the state is LMTP_CLOSING from then on. */
void lmtp_hang_up(
    struct lmtp *lmtp, const char *code_and_text, struct buffer *out);

#endif
