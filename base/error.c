#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void
set(struct error *err, enum error_kind kind, const char *reason,
    const char *fmt, va_list args)
{
	err->kind = kind;
	err->reason = reason;
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	utf8_mend(err->text);
}

bool
error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, kind, "", fmt, args);
	va_end(args);
	return false;
}

bool
error_at(struct error *err, const char *fmt, ...)
{
	char where[sizeof(err->text)], what[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(where, sizeof(where), fmt, args);
	va_end(args);
	memcpy(what, err->text, sizeof(what));
	snprintf(err->text, sizeof(err->text), "%s: %s", where, what);
	utf8_mend(err->text);
	return false;
}

bool
error_input(struct error *err, const char *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, ERROR_INPUT, reason, fmt, args);
	va_end(args);
	return false;
}

bool
error_limit(struct error *err, const char *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(err, ERROR_LIMIT, reason, fmt, args);
	va_end(args);
	return false;
}

static enum error_kind
kind_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return ERROR_NO_INPUT;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERROR_NO_PERM;
	case EADDRINUSE:
		return ERROR_UNAVAILABLE;
	default:
		return ERROR_SYSTEM;
	}
}

bool
error_errno(struct error *err, const char *what, const char *name)
{
	int number = errno;

	return error_set(err, kind_of_errno(number), "cannot %s '%.200s': %s",
	    what, name, strerror(number));
}
