#include "ingest/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len < 2 || len >= sizeof(name.sun_path)
	    || strchr("/@", path[0]) == NULL)
		return;
	memcpy(name.sun_path, path, len);
	if (path[0] == '@') /* a name that is in no folder */
		name.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	/* Nobody to tell is no trouble of ours. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (const struct sockaddr *)&name,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void
notify_reloading(void)
{
	struct timespec now;
	char state[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_send(state);
}

/* A variable that holds a number, if it is meant for this process. */
static unsigned long long
read_number(const char *name, const char *pid_name)
{
	const char *text = getenv(name), *pid = getenv(pid_name);

	if (text == NULL
	    || (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid()))
		return 0;
	return strtoull(text, NULL, 10);
}

unsigned
notify_watchdog_ms(void)
{
	unsigned long long usec = read_number("WATCHDOG_USEC", "WATCHDOG_PID");
	unsigned long long ms = usec / 2000; /* half of its patience */

	if (usec == 0)
		return 0;
	return ms < 1 ? 1 : ms > 3600000 ? 3600000 : (unsigned)ms;
}
