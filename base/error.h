/*
 * An error is a kind, which decides what the program does next, a reason,
 * which machines can count, and one line of text, which tells a person what
 * went wrong and where.
 *
 * A function that can fail returns false and has filled in its error.  The
 * caller handles it or passes it on, saying where it was:
 *
 *	if (!read_record(&r, &records[i]))
 *		return error_at(err, "record %zu", i);
 *
 * which reads, once it has come all the way up:
 *
 *	record 3: source_ip: '300.1.2.3' is not an IP address
 *
 * The text has no capital and no full stop, and quotes what came from outside
 * with a bound ('%.40s').
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "base/compiler.h"

/* Decisions, not causes: each has one exit status (cli/main.c). */
enum error_kind {
	ERROR_INPUT,       /* data from outside is wrong; a retry won't help */
	ERROR_LIMIT,       /* data from outside is larger than we accept */
	ERROR_SYSTEM,      /* our side failed; a retry may help */
	ERROR_USAGE,       /* the command line is wrong */
	ERROR_CONFIG,      /* the configuration file is wrong */
	ERROR_NO_INPUT,    /* what was named is not there */
	ERROR_NO_PERM,     /* what was named may not be read or written */
	ERROR_UNAVAILABLE, /* somebody else has it */
};

struct error {
	enum error_kind kind;
	const char *reason; /* a short code of docs/deviations.md, or "" */
	char text[512];
};

/* These return false, so that "return error_set(...)" reads well. */
bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Puts "where: " in front of the text. */
bool error_at(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* For data from outside: reason is a string constant, a code. */
bool error_input(struct error *err, const char *reason, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool error_limit(struct error *err, const char *reason, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/*
 * For a failed system call on something with a name: "cannot WHAT 'NAME': "
 * and strerror(errno); errno picks the kind.
 */
bool error_errno(struct error *err, const char *what, const char *name);

#endif
