/*
 * Memory for things whose number is known when it is asked for.
 */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include <stddef.h>

/* Room for count things, or for one; all zero, for free().  Running out of
 * memory ends the process. */
void *room_new(size_t count, size_t size);

#endif
