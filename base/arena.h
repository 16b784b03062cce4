/*
 * Memory with one lifetime: everything that is read from one message, or made
 * by one command, lives in one arena and goes with it.
 *
 *	struct arena arena = { 0 };
 *	...
 *	arena_release(&arena);
 *
 * Memory comes zeroed.  Running out of it ends the process: nothing that
 * calls us could do better.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	char *next;  /* free room in the newest block */
	size_t room; /* how much of it */
};

/* Room for count things of that size; a product that overflows is fatal. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, struct bytes bytes);

/* A string made as by printf. */
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees it all; the arena can be used again. */
void arena_release(struct arena *arena);

#endif
