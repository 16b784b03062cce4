/*
 * Feeds files to a fuzz target, each once, so that it is a test like any
 * other, built by any compiler.
 *
 * usage: TARGET FOLDER...
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	struct stat st;
	size_t size;

	if (file == NULL || fstat(fileno(file), &st) != 0)
		err(1, "%s", path);
	/* Exactly as large as the file: a byte too far is seen. */
	data = malloc((size_t)st.st_size + (st.st_size == 0));
	if (data == NULL)
		err(1, "%s", path);
	size = fread(data, 1, (size_t)st.st_size, file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int
main(int argc, char **argv)
{
	size_t count = 0;
	struct dirent *entry;
	char path[1024];
	DIR *folder;
	int i;

	for (i = 1; i < argc; i++) {
		folder = opendir(argv[i]);
		if (folder == NULL)
			err(1, "%s", argv[i]);
		while ((entry = readdir(folder)) != NULL) {
			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i],
			    entry->d_name);
			replay(path);
			count++;
		}
		closedir(folder);
	}
	printf("%zu files\n", count);
	return count == 0;
}
