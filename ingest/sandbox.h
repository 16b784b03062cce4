/*
 * What a process gives up before it reads bytes that may be meant to take it
 * over: every system call but those it takes to compute, to read and to write
 * what is open already; memory without end; files.
 *
 * Opening a file fails, as libraries try it for charsets and time zones and
 * can do without.  Any other forbidden call ends the process with SIGSYS.
 */
#ifndef INGEST_SANDBOX_H
#define INGEST_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct error;

/* Loads what could not be loaded inside: the tables of charsets. */
void sandbox_prepare(void);

/* Bounds the memory that is used from here on, files, and core dumps. */
MUST_CHECK bool sandbox_limit(size_t memory, struct error *err);

/* For good, as children would have it too.  Fails with ERROR_UNAVAILABLE where
 * the system has no seccomp filters. */
MUST_CHECK bool sandbox_enter(struct error *err);

#endif
