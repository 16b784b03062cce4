/* For tests over a folder of fixtures: NAME.xml and what should come of it,
 * NAME.expect. */
#ifndef TESTS_FIXTURES_H
#define TESTS_FIXTURES_H

#include <assert.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"

struct fixture {
	char path[256];
};

/* The whole file, in the arena. */
static inline struct bytes
fixture_bytes(const char *path, struct arena *arena)
{
	FILE *file = fopen(path, "rb");
	struct bytes bytes = { "", 0 };
	char *data;
	long size;

	cr_assert(file != NULL, "cannot open %s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	data = arena_alloc(arena, (size_t)size + 1, 1);
	bytes.len = fread(data, 1, (size_t)size, file);
	bytes.data = data;
	fclose(file);
	return bytes;
}

/* Every file that matches the pattern, .expect files left out, as parameters
 * of a test. */
static inline struct criterion_test_params
fixtures_matching(const char *pattern, struct fixture fixtures[256])
{
	size_t count = 0, i;
	glob_t found;

	glob(pattern, 0, NULL, &found);
	for (i = 0; i < found.gl_pathc; i++) {
		if (strstr(found.gl_pathv[i], ".expect") != NULL)
			continue;
		assert(count < 256
		    && strlen(found.gl_pathv[i]) < sizeof(fixtures[0].path));
		strcpy(fixtures[count++].path, found.gl_pathv[i]);
	}
	assert(count > 0);
	globfree(&found);
	return cr_make_param_array(struct fixture, fixtures, count);
}

/*
 * Compares got with the .expect file beside the fixture.  With UPDATE in the
 * environment the file is written instead: look at the difference.
 */
static inline void
expect_beside(const char *path, const char *got, struct arena *arena)
{
	size_t stem = (size_t)(strrchr(path, '.') - path);
	char *expect = arena_printf(arena, "%.*s.expect", (int)stem, path);
	FILE *file;

	if (getenv("UPDATE") != NULL) {
		file = fopen(expect, "w");
		cr_assert(file != NULL);
		fputs(got, file);
		fclose(file);
	}
	cr_assert_str_eq(got, fixture_bytes(expect, arena).data, "%s", path);
}

#endif
