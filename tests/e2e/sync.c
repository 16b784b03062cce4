/*
 * A disk that is slow or fails, to be put in front of libc by LD_PRELOAD:
 * each fsync waits for $SYNC_DELAY_US. While there is a file $SYNC_FAILS,
 * each fsync fails with EIO; with the number of an error in it, what SQLite
 * writes fails with that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

int fsync(int fd);
int fdatasync(int fd);
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at);

/* The number in the file, EIO when it is empty, 0 when it is not there. */
static int
find_failure(void)
{
	const char *path = getenv("SYNC_FAILS");
	char text[16] = "";
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return text[0] == '\0' ? EIO : atoi(text);
}

static int
sync_with(long number, int fd)
{
	const char *delay = getenv("SYNC_DELAY_US");
	long us = delay == NULL ? 0 : strtol(delay, NULL, 10);
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	if (us > 0)
		nanosleep(&time, NULL);
	if (find_failure() == EIO) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(number, fd);
}

int
fsync(int fd)
{
	return sync_with(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return sync_with(SYS_fdatasync, fd);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	int failure = find_failure();

	if (failure == 0 || failure == EIO)
		return syscall(SYS_pwrite64, fd, data, size, at);
	errno = failure;
	return -1;
}
