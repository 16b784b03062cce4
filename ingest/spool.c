#define _GNU_SOURCE /* memfd_create */
#include "ingest/spool.h"

#include <errno.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/error.h"
#include "base/limits.h"

/* Most reports fit; a thousand idle sessions may keep this much each. */
#define KEPT_MEMORY ((size_t)16 * 1024)

void
spool_start(struct spool *spool, struct spool_room *room)
{
	*spool = (struct spool) {
		.room = room,
		.small.max = MAX_SPOOL_MEMORY,
	};
}

static bool
write_all(int fd, struct bytes bytes)
{
	ssize_t len;

	while (bytes.len > 0) {
		len = write(fd, bytes.data, bytes.len);
		if (len < 0 && errno != EINTR)
			return false;
		bytes = bytes_skip(bytes, len < 0 ? 0 : (size_t)len);
	}
	return true;
}

/* From memory to a file, because it grows. */
static bool
move_to_file(struct spool *spool, struct error *err)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	if (fd == -1)
		return error_errno(err, "make", "a file for a large message");
	if (!write_all(fd, buffer_bytes(&spool->small))) {
		error_errno(err, "keep", "a large message");
		close(fd);
		return false;
	}
	spool->fd = fd;
	spool->has_file = true;
	buffer_release(&spool->small);
	return true;
}

static bool
add(struct spool *spool, struct bytes bytes, struct error *err)
{
	if (!spool->has_file) {
		if (buffer_add(&spool->small, bytes))
			return true;
		if (!move_to_file(spool, err))
			return false;
	}
	spool_unmap(spool);
	return write_all(spool->fd, bytes)
	    || error_errno(err, "keep", "a large message");
}

bool
spool_add(struct spool *spool, struct bytes bytes, struct error *err)
{
	struct spool_room *room = spool->room;

	if (room != NULL && bytes.len > room->max - room->used) {
		room->refused++;
		error_set(err, ERROR_SYSTEM,
		    "messages under way take more than %zu MB",
		    room->max / (1024 * 1024));
		err->reason = "full";
		return false;
	}
	if (!add(spool, bytes, err))
		return false;
	spool->len += bytes.len;
	if (room != NULL)
		room->used += bytes.len;
	return true;
}

bool
spool_bytes(struct spool *spool, struct bytes *out, struct error *err)
{
	void *map;

	if (!spool->has_file) {
		*out = buffer_bytes(&spool->small);
		return true;
	}
	if (spool->map == NULL) {
		map =
		    mmap(NULL, spool->len, PROT_READ, MAP_SHARED, spool->fd, 0);
		if (map == MAP_FAILED)
			return error_errno(err, "map", "a large message");
		spool->map = map;
	}
	*out = (struct bytes) { spool->map, spool->len };
	return true;
}

void
spool_unmap(struct spool *spool)
{
	if (spool->map != NULL)
		munmap((void *)spool->map, spool->len);
	spool->map = NULL;
}

void
spool_clear(struct spool *spool)
{
	spool_unmap(spool);
	if (spool->has_file)
		close(spool->fd);
	spool->has_file = false;
	if (spool->room != NULL)
		spool->room->used -= spool->len;
	spool->len = 0;
	if (spool->small.size > KEPT_MEMORY)
		buffer_release(&spool->small);
	buffer_clear(&spool->small);
}

void
spool_release(struct spool *spool)
{
	spool_clear(spool);
	buffer_release(&spool->small);
}
