#include "store/numbers.h"

#include <err.h>
#include <stdlib.h>

#include "base/room.h"

#define PAGE 4096

/* Of rows; as many as there are numbers for. */
#define MAX_ID (UINT32_MAX - 1)

static uint32_t *
add_page(struct numbers *numbers, size_t page)
{
	size_t count = numbers->page_count == 0 ? 16 : numbers->page_count;

	while (count <= page)
		count *= 2;
	if (count > numbers->page_count) {
		numbers->pages = reallocarray(
		    numbers->pages, count, sizeof(*numbers->pages));
		if (numbers->pages == NULL)
			err(1, "numbers");
		for (; numbers->page_count < count; numbers->page_count++)
			numbers->pages[numbers->page_count] = NULL;
	}
	return numbers->pages[page] = room_new(PAGE, sizeof(uint32_t));
}

/* Pages hold numbers one up; 0 is free. */
bool
numbers_find(struct numbers *numbers, int64_t id, uint32_t *out)
{
	size_t page = (size_t)id / PAGE;
	uint32_t *place;

	if (id < 0 || id > MAX_ID)
		return false;
	place = page < numbers->page_count ? numbers->pages[page] : NULL;
	if (place == NULL)
		place = add_page(numbers, page);
	place += id % PAGE;
	if (*place == 0)
		*place = ++numbers->count;
	*out = *place - 1;
	return true;
}

struct numbered *
numbers_list(const struct numbers *numbers)
{
	struct numbered *list = room_new(numbers->count, sizeof(*list));
	size_t page, i, n = 0;

	for (page = 0; page < numbers->page_count; page++)
		for (i = 0; numbers->pages[page] != NULL && i < PAGE; i++)
			if (numbers->pages[page][i] != 0)
				list[n++] = (struct numbered) {
					(int64_t)(page * PAGE + i),
					numbers->pages[page][i] - 1,
				};
	return list;
}

void
numbers_release(struct numbers *numbers)
{
	size_t i;

	for (i = 0; i < numbers->page_count; i++)
		free(numbers->pages[i]);
	free(numbers->pages);
	*numbers = (struct numbers) { 0 };
}
