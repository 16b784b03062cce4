#include "ingest/sandbox.h"

#include <errno.h>
#include <iconv.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/error.h"

/*
 * The charsets that mail and XML are written in, besides those libxml2 knows
 * itself.  One that is not here cannot be loaded inside, and its text is read
 * as if the name of the charset were unknown.
 */
static const char *const charsets[] = {
	"BIG5",
	"EUC-JP",
	"EUC-KR",
	"GB18030",
	"GB2312",
	"GBK",
	"ISO-2022-JP",
	"ISO-8859-2",
	"ISO-8859-3",
	"ISO-8859-4",
	"ISO-8859-5",
	"ISO-8859-7",
	"ISO-8859-8",
	"ISO-8859-9",
	"ISO-8859-13",
	"ISO-8859-15",
	"KOI8-R",
	"KOI8-U",
	"SHIFT_JIS",
	"UTF-16",
	"UTF-32",
	"WINDOWS-1250",
	"WINDOWS-1251",
	"WINDOWS-1252",
	"WINDOWS-1253",
	"WINDOWS-1254",
	"WINDOWS-1255",
	"WINDOWS-1256",
	"WINDOWS-1257",
	"WINDOWS-1258",
};

void
sandbox_prepare(void)
{
	size_t i;

	/* Never closed: libc forgets a table that nobody holds. */
	for (i = 0; i < COUNT_OF(charsets); i++)
		(void)iconv_open("UTF-8", charsets[i]);
}

/* --- limits --- */

/* The size of what is mapped now; with AddressSanitizer that is terabytes. */
static size_t
measure_mapped(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static bool
limit(int resource, rlim_t value, struct error *err)
{
	struct rlimit both = { value, value };

	return setrlimit((__rlimit_resource_t)resource, &both) == 0
	    || error_errno(err, "limit", "the resources of a reader");
}

bool
sandbox_limit(size_t memory, struct error *err)
{
	return limit(RLIMIT_AS, measure_mapped() + memory, err)
	    && limit(RLIMIT_CORE, 0, err) && limit(RLIMIT_FSIZE, 0, err);
}

/* --- system calls --- */

static const int allowed[] = {
	/* memory */
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	/* what is open already; fds of messages come by recvmsg */
	SCMP_SYS(close),
	SCMP_SYS(read),
	SCMP_SYS(recvmsg),
	SCMP_SYS(write),
	/* time, chance, threads that are not there */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_yield),
	SCMP_SYS(time),
	/* the end */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(sigaltstack),
#endif
};

/* Libraries try these and go on without. */
static const int refused[] = {
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(fstat),
	SCMP_SYS(ioctl),
	SCMP_SYS(lseek),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(readlink),
	SCMP_SYS(stat),
	SCMP_SYS(statx),
};

static int
add_rules(scmp_filter_ctx filter)
{
	/* Memory may be had, but not with code in it. */
	const struct scmp_arg_cmp no_code =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(allowed) && rc == 0; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; i < COUNT_OF(refused) && rc == 0; i++)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	return rc;
}

static int
load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (filter == NULL)
		return -ENOMEM;
	rc = add_rules(filter);
	if (rc == 0) /* a search instead of a list: it is asked often */
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

bool
sandbox_enter(struct error *err)
{
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
	    || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return error_errno(err, "give up", "privileges");
	rc = load_filter();
	if (rc == 0)
		return true;
	return error_set(err, ERROR_UNAVAILABLE,
	    "cannot filter system calls: %s", strerror(-rc));
}
