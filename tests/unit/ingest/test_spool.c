#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/error.h"
#include "base/limits.h"
#include "ingest/spool.h"

/* Adds len octets, in pieces. */
static bool
fill(struct spool *spool, size_t len, struct error *err)
{
	static const char piece[1000] = "a piece";
	size_t add;

	for (; len > 0; len -= add) {
		add = len < sizeof(piece) ? len : sizeof(piece);
		if (!spool_add(spool, (struct bytes) { piece, add }, err))
			return false;
	}
	return true;
}

Test(spool, keeps_a_small_message_in_memory)
{
	struct spool spool;
	struct bytes bytes;
	struct error err;

	spool_start(&spool, NULL);
	cr_assert(fill(&spool, MAX_SPOOL_MEMORY, &err));
	cr_expect_not(spool.has_file);
	cr_assert(spool_bytes(&spool, &bytes, &err));
	cr_expect_eq(bytes.len, MAX_SPOOL_MEMORY);
	spool_release(&spool);
}

/* What was in memory comes first in the file. */
Test(spool, keeps_a_large_message_in_a_file)
{
	size_t len = MAX_SPOOL_MEMORY + 5000, i;
	struct spool spool;
	struct bytes bytes;
	struct error err;

	spool_start(&spool, NULL);
	cr_assert(fill(&spool, len, &err));
	cr_expect(spool.has_file);
	cr_expect_null(spool.small.data);
	cr_assert(spool_bytes(&spool, &bytes, &err));
	cr_assert_eq(bytes.len, len);
	for (i = 0; i < len; i += 1000)
		cr_assert_eq(memcmp(bytes.data + i, "a piece", 7), 0);

	/* It can grow on, though it was looked at. */
	cr_assert(fill(&spool, 10, &err));
	cr_assert(spool_bytes(&spool, &bytes, &err));
	cr_expect_eq(bytes.len, len + 10);

	spool_clear(&spool);
	cr_expect_not(spool.has_file);
	cr_expect_eq(spool.len, 0);
	cr_assert(fill(&spool, 10, &err));
	cr_assert(spool_bytes(&spool, &bytes, &err));
	cr_expect_eq(bytes.len, 10);
	spool_release(&spool);
}

Test(spool, shares_a_ceiling)
{
	struct spool_room room = { .max = 200000 };
	struct spool one, other;
	struct error err;

	spool_start(&one, &room);
	spool_start(&other, &room);
	cr_assert(fill(&one, 150000, &err));
	cr_assert(fill(&other, 50000, &err));
	cr_expect_not(fill(&other, 1, &err));
	cr_expect_eq(err.kind, ERROR_SYSTEM);
	cr_expect_str_eq(err.reason, "full");
	cr_expect_eq(other.len, 50000);
	spool_clear(&one);
	cr_expect_eq(room.used, 50000);
	cr_expect(fill(&other, 150000, &err));
	spool_release(&one);
	spool_release(&other);
	cr_expect_eq(room.used, 0);
}
