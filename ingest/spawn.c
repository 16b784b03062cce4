#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */
#include "ingest/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <unistd.h>

extern char **environ;

/* Standard input is the socket, the rest is nothing; with a sanitizer its
 * reports may be seen. */
static int
set_files(posix_spawn_file_actions_t *actions, int fd)
{
	int rc = posix_spawn_file_actions_adddup2(actions, fd, STDIN_FILENO);

	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(
		    actions, STDOUT_FILENO, "/dev/null", O_RDWR, 0);
#ifndef __SANITIZE_ADDRESS__
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(
		    actions, STDERR_FILENO, "/dev/null", O_RDWR, 0);
#endif
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(
		    actions, STDERR_FILENO + 1);
	return rc;
}

/* What we hold back or ignore, it would have to hold back or ignore too. */
static int
set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attributes, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attributes, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(
		    attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return rc;
}

int
spawn_worker(pid_t *pid, const char *const *argv, int fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = set_files(&actions, fd);
		if (rc == 0)
			rc = set_signals(&attributes);
		if (rc == 0)
			rc = posix_spawn(pid, argv[0], &actions, &attributes,
			    (char *const *)(uintptr_t)argv, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}
