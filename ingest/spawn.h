/*
 * Starting the program of a worker, so that nothing of this process is in it
 * but its arguments and its environment.
 */
#ifndef INGEST_SPAWN_H
#define INGEST_SPAWN_H

#include <sys/types.h>

#include "base/compiler.h"

/* argv is the program and its arguments; fd becomes its standard input, and no
 * other file is open in it.  Returns 0 or an errno. */
MUST_CHECK int spawn_worker(pid_t *pid, const char *const *argv, int fd);

#endif
