/*
 * A borrowed run of bytes: whoever made it keeps the memory.
 *
 * Everything from outside travels as bytes, never as char *: it may hold NUL
 * and has no terminator.  A char * in a struct is a checked, NUL-terminated
 * copy in an arena.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
	const char *data;
	size_t len;
};

/* The bytes of a string, without its terminator. */
static inline struct bytes
bytes_of(const char *text)
{
	return (struct bytes) { text, strlen(text) };
}

/* What is left after the first len bytes; nothing when there are fewer. */
static inline struct bytes
bytes_skip(struct bytes bytes, size_t len)
{
	if (len > bytes.len)
		len = bytes.len;
	return (struct bytes) { bytes.data + len, bytes.len - len };
}

static inline bool
bytes_start(struct bytes bytes, struct bytes prefix)
{
	return bytes.len >= prefix.len
	    && memcmp(bytes.data, prefix.data, prefix.len) == 0;
}

static inline bool
bytes_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without the blanks, tabs and line ends at the beginning. */
static inline struct bytes
bytes_trim_start(struct bytes bytes)
{
	while (bytes.len > 0 && bytes_is_blank(bytes.data[0]))
		bytes = bytes_skip(bytes, 1);
	return bytes;
}

/* The same at both ends. */
static inline struct bytes
bytes_trim(struct bytes bytes)
{
	bytes = bytes_trim_start(bytes);
	while (bytes.len > 0 && bytes_is_blank(bytes.data[bytes.len - 1]))
		bytes.len--;
	return bytes;
}

#endif
