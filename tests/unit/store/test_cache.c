#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "store/cache.h"

Test(cache, gives_back_what_was_put_in)
{
	struct cache cache = { 0 };

	cr_expect(eq(i64, cache_find(&cache, bytes_of("a")), 0));
	cache_put(&cache, bytes_of("a"), 7);
	cache_put(&cache, bytes_of(""), 8);
	cr_expect(eq(i64, cache_find(&cache, bytes_of("a")), 7));
	cr_expect(eq(i64, cache_find(&cache, bytes_of("")), 8));
	cr_expect(eq(i64, cache_find(&cache, bytes_of("b")), 0));
	cache_release(&cache);
	cr_expect(eq(i64, cache_find(&cache, bytes_of("a")), 0));
	cache_release(&cache);
}

/* With more keys than places: an id, if there is one, is the right one. */
Test(cache, never_takes_one_key_for_another)
{
	enum { KEYS = CACHE_PLACES * 2 };
	struct cache cache = { 0 };
	int64_t i, id, found = 0;
	char key[16];

	for (i = 1; i <= KEYS; i++) {
		snprintf(key, sizeof(key), "%lld", (long long)i);
		cache_put(&cache, bytes_of(key), i);
	}
	for (i = 1; i <= KEYS; i++) {
		snprintf(key, sizeof(key), "%lld", (long long)i);
		id = cache_find(&cache, bytes_of(key));
		cr_expect(id == 0 || id == i, "%s is %lld", key, (long long)id);
		found += id != 0;
	}
	cr_expect(found > CACHE_PLACES / 2 && found <= CACHE_PLACES);
	cache_release(&cache);
}

Test(cache, does_not_keep_long_keys)
{
	char key[CACHE_KEY + 1] = { 0 };
	struct bytes longest = { key, CACHE_KEY };
	struct bytes longer = { key, CACHE_KEY + 1 };
	struct cache cache = { 0 };

	cache_put(&cache, longest, 1);
	cache_put(&cache, longer, 2);
	cr_expect(eq(i64, cache_find(&cache, longest), 1));
	cr_expect(eq(i64, cache_find(&cache, longer), 0));
	cache_release(&cache);
}
