#include "ingest/activation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/error.h"

/* By the protocol: 0 to 2 are the standard files. */
#define FIRST_FD 3

/* A number of the environment; false when it is none. */
static bool
read_number(const char *name, long *out)
{
	const char *text = getenv(name);
	char *end;

	if (text == NULL || *text == '\0')
		return false;
	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
is_listening(int fd)
{
	int answer = 0;
	socklen_t len = sizeof(answer);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &len) == 0
	    && answer != 0;
}

static bool
take(int fd, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || !is_listening(fd))
		return error_set(err, ERROR_CONFIG,
		    "file descriptor %d, from systemd, is no listening stream "
		    "socket",
		    fd);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0
	    || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return error_errno(err, "take over", "a socket of systemd");
	return true;
}

/* Variables that a parent left are not for us. */
static long
count_offered(void)
{
	long pid, count;

	if (!read_number("LISTEN_PID", &pid) || pid != (long)getpid()
	    || !read_number("LISTEN_FDS", &count) || count < 0)
		return 0;
	return count;
}

bool
activation_is_offered(void)
{
	return count_offered() > 0;
}

bool
activation_take(struct activation *out, struct error *err)
{
	long count = count_offered();

	*out = (struct activation) { 0 };
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count > MAX_ACTIVATED)
		return error_set(err, ERROR_CONFIG,
		    "%ld sockets from systemd, at most %d can be", count,
		    MAX_ACTIVATED);
	for (; out->count < (size_t)count; out->count++) {
		out->fds[out->count] = FIRST_FD + (int)out->count;
		if (!take(out->fds[out->count], err))
			return false;
	}
	return true;
}
