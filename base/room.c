#include "base/room.h"

#include <err.h>
#include <stdlib.h>

void *
room_new(size_t count, size_t size)
{
	void *made = calloc(count == 0 ? 1 : count, size);

	if (made == NULL)
		err(1, "%zu things", count);
	return made;
}
