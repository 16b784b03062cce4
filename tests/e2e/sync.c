/*
 * A disk that is slow or fails, to be put in front of libc by LD_PRELOAD:
 * each fsync waits for $SYNC_DELAY_US, and fails while there is a file
 * $SYNC_FAILS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

int fsync(int fd);
int fdatasync(int fd);

static int
sync_with(long number, int fd)
{
	const char *delay = getenv("SYNC_DELAY_US"),
		   *fails = getenv("SYNC_FAILS");
	long us = delay == NULL ? 0 : strtol(delay, NULL, 10);
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	if (us > 0)
		nanosleep(&time, NULL);
	if (fails != NULL && access(fails, F_OK) == 0) {
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
