/*
 * What stands behind the name of an LMTP command: paths (RFC 5321 4.1.2, RFC
 * 6531 3.3) and parameters (RFC 5321 4.1.1.11).
 *
 * Each function takes bytes and moves them past what it has read.
 */
#ifndef INGEST_ARGUMENT_H
#define INGEST_ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"

/* Whether it is UTF-8 without control characters. */
bool argument_is_text(struct bytes text);

/* Whether it is that word, in capitals or not. */
bool argument_is_word(struct bytes text, const char *word);

/* Up to the next c, which is dropped, or to the end. */
struct bytes argument_cut(struct bytes *text, char c);

enum argument_path {
	ARGUMENT_FROM, /* may be null: FROM:<> */
	ARGUMENT_TO,   /* may be TO:<Postmaster>, without a domain */
};

/*
 * FROM:<path> or TO:<path>, and a blank or nothing behind it.  The mailbox is
 * a part of text, as written there: quotes stay, a source route does not.
 *
 * Dots in a local part and labels of a domain may be anywhere: the mail has
 * come through an MTA, and to refuse it for its sender's spelling would bounce
 * it.  False when it is no path, or one longer than MAX_PATH_LENGTH.
 */
MUST_CHECK bool argument_path(
    struct bytes *text, enum argument_path kind, struct bytes *mailbox);

/* What MAIL may be told; size is the declared one, or 0. */
struct argument_mail {
	size_t max_message;
	size_t size;
};

/* The parameters of MAIL: the reply that refuses them, or NULL. */
const char *argument_mail_parameters(
    struct bytes text, struct argument_mail *mail);

#endif
