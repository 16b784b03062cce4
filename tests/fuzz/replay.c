/*
 * In place of libFuzzer: gives a target every file of some folders, so that
 * what was found once stays found, by any compiler.
 *
 * usage: TARGET FOLDER-OR-FILE...
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/check.h"

static void
replay(const char *path, off_t size)
{
	/* No more than the file's, so that a read past its end is seen. */
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
	FILE *file = fopen(path, "rb");

	if (data == NULL || file == NULL)
		err(2, "%s", path);
	if (fread(data, 1, (size_t)size, file) != (size_t)size)
		errx(2, "%s: cut short", path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

int
main(int argc, char **argv)
{
	FTS *tree = fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	size_t count = 0;

	if (argc < 2 || tree == NULL)
		errx(2, "usage: %s FOLDER-OR-FILE...", argv[0]);
	while ((entry = fts_read(tree)) != NULL) {
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR)
			errx(2, "%s: cannot be read", entry->fts_path);
		if (entry->fts_info != FTS_F)
			continue;
		replay(entry->fts_accpath, entry->fts_statp->st_size);
		count++;
	}
	fts_close(tree);
	printf("%zu inputs\n", count);
	return count > 0 ? 0 : 2;
}
