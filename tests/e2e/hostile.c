/*
 * The program with a reader that does as the message bids, for tests of the
 * sandbox and of what becomes of a worker that goes wrong:
 *
 *	Hostile: open
 *
 * anywhere in a message makes its worker try to open a file.  Everything else
 * is the program itself.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "ingest/read.h"
#include "ingest/worker.h"

/* cli/main.c, compiled with another name for its main(). */
int reports_main(int argc, char **argv);

/* What was tried has succeeded: the message is answered by this, and a test
 * that sees it fails. */
static bool escaped;

/* Another thing is to be passed off as the report that is asked for. */
static bool forged;

static void
try_open(void)
{
	escaped = open("/etc/passwd", O_RDONLY) >= 0
	    || open("/tmp/escaped", O_WRONLY | O_CREAT, 0600) >= 0
	    || access("/etc/passwd", R_OK) == 0;
}

static void
try_connect(void)
{
	escaped = socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static void
try_exec(void)
{
	char *const argv[] = { "true", NULL };

	execve("/bin/true", argv, NULL);
	escaped = true; /* it came back, and was not stopped */
}

static void
try_ptrace(void)
{
	ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
	escaped = true;
}

static void
try_fork(void)
{
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0)
		_exit(0);
	escaped = true;
}

static void
try_kill(void)
{
	kill(-1, 0);
	escaped = true;
}

static void
try_code(void)
{
	/* Volatile: the compiler must not know what it is. */
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	escaped = page != MAP_FAILED;
}

static void
try_limits(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	escaped = setrlimit(RLIMIT_CPU, &limit) == 0;
}

static void
crash(void)
{
	raise(SIGSEGV);
	__builtin_trap();
}

static void
loop(void)
{
	volatile unsigned n = 0;

	for (;;)
		n++;
}

static void
sleep_forever(void)
{
	static volatile int never;

	/* A wait that takes no processor time. */
	for (;;)
		syscall(SYS_futex, &never, 0, 0, NULL, NULL, 0);
}

/* By maps and not by malloc(): AddressSanitizer has room for that already. */
static void
storm(void)
{
	const size_t size = (size_t)16 * 1024 * 1024;
	char *memory;

	for (;;) {
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED)
			exit(1); /* as base/arena.c does */
		memory[0] = 1;
	}
}

static void
babble(void)
{
	static const char text[] = "this is no answer at all";

	for (;;)
		if (write(STDIN_FILENO, text, sizeof(text)) < 0)
			_exit(0);
}

static void
leave(void)
{
	_exit(0);
}

static void
forge(void)
{
	forged = true;
}

/* Answers more than it has read. */
static void
hurry(void)
{
	const struct worker_answer answer = { .kind = WORKER_END };
	int i;

	for (i = 0; i < 20; i++)
		if (write(STDIN_FILENO, &answer, sizeof(answer)) < 0)
			_exit(0);
	sleep_forever();
}

static const struct {
	const char *name;
	void (*run)(void);
} deeds[] = {
	{ "open", try_open },
	{ "connect", try_connect },
	{ "exec", try_exec },
	{ "ptrace", try_ptrace },
	{ "fork", try_fork },
	{ "kill", try_kill },
	{ "code", try_code },
	{ "limits", try_limits },
	{ "crash", crash },
	{ "loop", loop },
	{ "sleep", sleep_forever },
	{ "storm", storm },
	{ "babble", babble },
	{ "leave", leave },
	{ "forge", forge },
	{ "hurry", hurry },
};

static void
read_hostile(struct bytes input, const struct read_config *config,
    struct arena *arena, struct reading *out)
{
	static const char mark[] = "Hostile: ";
	const char *found = memmem(input.data, input.len, mark, strlen(mark));
	struct bytes rest;
	size_t i;

	escaped = forged = false;
	if (found != NULL) {
		rest = bytes_skip(
		    input, (size_t)(found - input.data) + strlen(mark));
		for (i = 0; i < COUNT_OF(deeds); i++)
			if (bytes_start(rest, bytes_of(deeds[i].name)))
				deeds[i].run();
	}
	read_input(input, config, arena, out);
	if (escaped)
		out->subject = "ESCAPED";
	if (forged)
		out->original = bytes_of("<feedback>forged</feedback>");
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "worker") == 0)
		worker_run(argc == 2, read_hostile);
	return reports_main(argc, argv);
}
