#include "ingest/activation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "base/error.h"

static void
offer(long pid, const char *count)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", pid);
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", count, 1);
}

/* A socket as file descriptor fd, with an address that nothing else has. */
static bool
put_socket(int fd, int type, bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, type, 0);

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
	    "reports-test-%ld-%d", (long)getpid(), fd);
	return bind(s, (struct sockaddr *)&address, sizeof(address)) == 0
	    && (!listens || listen(s, 1) == 0) && dup2(s, fd) == fd
	    && (s == fd || close(s) == 0);
}

/* In a child, whose file descriptors are not Criterion's. */
static bool
is_true_in_child(bool (*check)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(check() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
takes_two(void)
{
	struct activation activation;
	struct error err;

	if (!put_socket(3, SOCK_STREAM, true)
	    || !put_socket(4, SOCK_STREAM, true))
		return false;
	offer((long)getpid(), "2");
	return activation_is_offered() && activation_take(&activation, &err)
	    && activation.count == 2 && activation.fds[0] == 3
	    && activation.fds[1] == 4 && (fcntl(4, F_GETFL) & O_NONBLOCK) != 0
	    && (fcntl(4, F_GETFD) & FD_CLOEXEC) != 0
	    && getenv("LISTEN_FDS") == NULL && !activation_is_offered();
}

Test(activation, takes_all_sockets)
{
	cr_assert(is_true_in_child(takes_two));
}

static bool
refuses(void)
{
	struct activation activation;
	struct error err;

	offer((long)getpid(), "1");
	return !activation_take(&activation, &err) && err.kind == ERROR_CONFIG;
}

static bool
refuses_stream(void)
{
	return put_socket(3, SOCK_STREAM, false) && refuses();
}

static bool
refuses_datagrams(void)
{
	return put_socket(3, SOCK_DGRAM, false) && refuses();
}

Test(activation, refuses_what_does_not_listen)
{
	cr_assert(is_true_in_child(refuses_stream));
	cr_assert(is_true_in_child(refuses_datagrams));
}

Test(activation, leaves_those_of_another_process)
{
	struct activation activation;
	struct error err;

	offer((long)getppid(), "1");
	cr_assert_not(activation_is_offered());
	cr_assert(activation_take(&activation, &err));
	cr_assert_eq(activation.count, 0);
}

Test(activation, refuses_more_than_it_has_room_for)
{
	struct activation activation;
	struct error err;

	offer((long)getpid(), "9");
	cr_assert_not(activation_take(&activation, &err));
	cr_assert(err.kind == ERROR_CONFIG);
}

Test(activation, ignores_numbers_that_are_none)
{
	static const char *const cases[] = { "", "x", "1x", "-1", "0",
		"99999999999999999999" };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		offer((long)getpid(), cases[i]);
		cr_assert_not(activation_is_offered(), "%s", cases[i]);
	}
}
