/* A file to import, which may be an mbox.  It comes as a file in memory. */
#define _GNU_SOURCE /* memfd_create */
#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "ingest/source.h"
#include "tests/fuzz/check.h"

struct seen {
	size_t inputs, octets;
};

static bool
on_input(void *context, const char *name, struct bytes bytes, struct error *err)
{
	struct seen *seen = context;

	(void)err;
	CHECK(name[0] != '\0');
	seen->inputs++;
	seen->octets += bytes.len;
	return true;
}

static void
on_unreadable(void *context, const struct error *err)
{
	(void)context;
	check_failed(err->text, __FILE__, __LINE__);
}

static int
make_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("mbox", 0);

	CHECK(fd != -1);
	while (size > 0) {
		ssize_t len = write(fd, data, size);

		CHECK(len > 0);
		data += len;
		size -= (size_t)len;
	}
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { 0 };
	const struct source_visitor visitor = { on_input, on_unreadable,
		&seen };
	int fd = make_file(data, size);
	struct error err;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(source_walk(path, &visitor, &err));
	CHECK(seen.octets <= size);
	CHECK(seen.inputs > 0);
	if (!bytes_start(check_input(data, size), bytes_of("From ")))
		CHECK(seen.inputs == 1 && seen.octets == size);
	close(fd);
	return 0;
}
