#include "base/arena.h"

#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	max_align_t data[];
};

/*
 * Small things share a block.  Under AddressSanitizer each gets its own, so
 * that a write past its end is seen.
 */
#ifdef __SANITIZE_ADDRESS__
#define BLOCK_SIZE ((size_t)0)
#else
#define BLOCK_SIZE ((size_t)32 * 1024)
#endif

static size_t
align_up(size_t size)
{
	return (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
}

void *
arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block;
	size_t need, get;
	void *result;

	if (size != 0 && count > (SIZE_MAX / 2) / size)
		errx(1, "arena: %zu * %zu bytes overflow", count, size);
	/* Nothing has a place too, so that nobody has to tell. */
	need = align_up(count * size == 0 ? 1 : count * size);
	if (need > arena->room) {
		get = need > BLOCK_SIZE / 4 ? need : BLOCK_SIZE;
		block = malloc(sizeof(*block) + get);
		if (block == NULL)
			err(1, "arena");
		block->next = arena->blocks;
		arena->blocks = block;
		if (get == need) /* a block of its own: keep the open one */
			return memset(block->data, 0, need);
		arena->next = (char *)block->data;
		arena->room = get;
	}
	result = arena->next;
	arena->next += need;
	arena->room -= need;
	return memset(result, 0, need);
}

char *
arena_copy(struct arena *arena, struct bytes bytes)
{
	char *copy = arena_alloc(arena, bytes.len + 1, 1);

	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		errx(1, "arena: bad format '%s'", fmt);
	text = arena_alloc(arena, (size_t)len + 1, 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

void
arena_release(struct arena *arena)
{
	struct arena_block *block, *next;

	for (block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	*arena = (struct arena) { 0 };
}
