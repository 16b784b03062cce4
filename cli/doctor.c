/* reports doctor: whether all is as it should be, in words. */

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/listener.h"
#include "cli/output.h"
#include "cli/text.h"
#include "parse/datetime.h"
#include "store/health.h"
#include "store/query.h"
#include "store/store.h"

#define DAY INT64_C(86400)

/* Reporters send once a day, some not at the week's end. */
#define SILENT_DAYS 4
/* More room than that, and a gigabyte, is enough of it. */
#define LITTLE_ROOM INT64_C(1000000000)

/* What is said of one thing: a path or two, and a sentence. */
#define MAX_LINE 8192

struct doctor {
	const struct context *context;
	size_t problems;
};

/* A line that says that something is well, or else what to do. */
static void PRINTF_LIKE(3, 4)
    say(struct doctor *doctor, bool is_well, const char *format, ...)
{
	char text[MAX_LINE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* Paths are in it, and what SQLite says of a file. */
	fputs(is_well ? "ok  " : "!!  ", stdout);
	text_fold(stdout, output_width(stdout), 4, 4,
	    text_escape(doctor->context->arena, text_charset(), text));
	if (!is_well)
		doctor->problems++;
}

static double
megabytes(int64_t bytes)
{
	return (double)bytes / 1e6;
}

/* --- configuration --- */

static void
look_at_config(struct doctor *doctor)
{
	const struct options *options = doctor->context->options;
	const struct config *config = doctor->context->config;
	const char *path =
	    options->config == NULL ? CONFIG_PATH : options->config;

	if (access(path, F_OK) == -1)
		say(doctor, true, "%s is not there; defaults hold", path);
	else
		say(doctor, true, "%s can be read", path);
	if (config->own.domain_count == 0)
		say(doctor, false,
		    "no domains are yours: name them under [domains] own");
	if (config->authentication.authserv_id_count == 0)
		say(doctor, false,
		    "forged reports cannot be told: name your mail system "
		    "under [authentication] authserv_id");
	if (config->prune.older_than.kind == AGE_NONE)
		say(doctor, true,
		    "nothing is pruned: no [prune] older_than is set");
}

/* --- files --- */

static void
look_at_folder(struct doctor *doctor)
{
	struct arena *arena = doctor->context->arena;
	const char *folder =
	    dirname(arena_copy(arena, bytes_of(doctor->context->db)));
	struct statvfs room;
	struct stat status;
	int64_t bytes;

	if (statvfs(folder, &room) == -1) {
		say(doctor, false, "%s: %s", folder, strerror(errno));
		return;
	}
	bytes = (int64_t)room.f_bavail * (int64_t)room.f_frsize;
	say(doctor, bytes > LITTLE_ROOM, "%.0f MB are free in %s%s",
	    megabytes(bytes), folder,
	    bytes > LITTLE_ROOM ? "" : "; mail is deferred when it is full");
	if (stat(folder, &status) == 0 && (status.st_mode & S_IWOTH) != 0
	    && (status.st_mode & S_ISVTX) == 0)
		say(doctor, false,
		    "everybody may replace what is in %s: chmod o-w it",
		    folder);
}

static bool
look_at_file(struct doctor *doctor)
{
	const char *path = doctor->context->db;
	struct stat status;

	if (stat(path, &status) == -1) {
		say(doctor, false,
		    errno == ENOENT
			? "%s is not there yet; 'reports import' or 'reports "
			  "listen' makes it"
			: "%s cannot be looked at",
		    path);
		return false;
	}
	say(doctor, (status.st_mode & 07) == 0,
	    (status.st_mode & 07) == 0 ? "%s is for its owner and group alone"
				       : "%s is open to everybody: chmod o= it",
	    path);
	return true;
}

/* --- the database --- */

static const char *
days_ago(struct arena *arena, int64_t time, int64_t now)
{
	int64_t days = (now - time) / DAY;

	return days <= 0 ? "today"
			 : arena_printf(arena, "%" PRId64 " day%s ago", days,
			     days == 1 ? "" : "s");
}

static void
say_health(
    struct doctor *doctor, const struct store_health *health, int64_t now)
{
	struct arena *arena = doctor->context->arena;
	bool is_recent = health->last_reported >= now - SILENT_DAYS * DAY;

	say(doctor, true,
	    "schema %d, %" PRId64 " reports in %" PRId64
	    " messages, %.1f MB, of which %.1f MB are unused",
	    health->schema, health->reports, health->messages,
	    megabytes(health->size), megabytes(health->unused));
	if (!health->gives_back)
		say(doctor, false,
		    "the file never becomes smaller: restore it from a backup "
		    "once, and it will");
	if (health->reports == 0)
		say(doctor, false,
		    "there is no report in it; docs/dns.md has the records "
		    "that "
		    "make them come");
	else
		say(doctor, is_recent, "the last new report came %s%s",
		    days_ago(arena, health->last_reported, now),
		    is_recent ? ""
			      : "; see whether mail to the address in rua "
				"still comes here (docs/dns.md)");
	if (health->reports > 0 && !health->has_tls)
		say(doctor, true,
		    "no TLS report has come; docs/dns.md has the record that "
		    "asks for them");
	if (health->recent_reports > 0)
		say(doctor, true,
		    "%" PRId64 " %s came in the last 30 days; it grows by "
		    "about %.1f MB a month",
		    health->recent_reports,
		    health->recent_reports == 1 ? "report" : "reports",
		    megabytes(health->size - health->unused)
			* (double)health->recent_reports
			/ (double)health->reports);
	if (health->quarantined > 0)
		say(doctor, true,
		    "%" PRId64 " %s in quarantine; see 'reports quarantine'",
		    health->quarantined,
		    health->quarantined == 1 ? "message is" : "messages are");
	if (health->log > 256 * INT64_C(1000000))
		say(doctor, false,
		    "the log beside it is %.0f MB: somebody keeps reading",
		    megabytes(health->log));
}

static bool
say_fault(void *context, const char *text, struct error *err)
{
	static const char head[] = "*** in database main ***\n";

	(void)err;
	if (strncmp(text, head, strlen(head)) == 0)
		text += strlen(head);
	say(context, false, "damaged: %.200s; restore it from a backup", text);
	return true;
}

static bool
say_difference(
    void *context, const struct store_difference *difference, struct error *err)
{
	char day[DATETIME_TEXT];

	(void)err;
	say(context, false, "%s of %.200s on %s is not what its rows say",
	    difference->what, difference->domain,
	    datetime_format_date(difference->day * DAY, day));
	return true;
}

static bool
look_inside(struct doctor *doctor, struct store *store, struct error *err)
{
	bool is_deep = doctor->context->options->deep;
	int64_t now = (int64_t)time(NULL);
	struct store_health health;
	size_t before = doctor->problems;

	if (!store_check(store, is_deep, say_fault, doctor, err)
	    || !store_health(store, now, &health, err))
		return false;
	if (doctor->problems == before)
		say(doctor, true, "every page of it is sound");
	say_health(doctor, &health, now);
	if (!is_deep)
		return true;
	before = doctor->problems;
	if (!store_prove(store, say_difference, doctor, err))
		return false;
	if (doctor->problems == before)
		say(doctor, true, "every sum is what its rows say");
	return true;
}

static void
look_at_database(struct doctor *doctor)
{
	struct store *store;
	struct error err;

	if (!look_at_file(doctor))
		return;
	if (!store_open(&store, doctor->context->db, STORE_READ, &err)) {
		say(doctor, false, "%s", err.text);
		return;
	}
	if (!look_inside(doctor, store, &err))
		say(doctor, false, "%s", err.text);
	store_close(store);
}

/* --- the listener --- */

/* Whether somebody takes connections there; errno says why not. */
static bool
is_answered(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bool is_there;
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_there = fd != -1
	    && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	error = errno;
	if (fd != -1)
		close(fd);
	errno = error;
	return is_there;
}

static void
look_at_listener(struct doctor *doctor)
{
	const char *path = doctor->context->config->socket;

	/* systemd knows where mail comes in, and this does not. */
	if (path == NULL)
		say(doctor, true,
		    is_answered(listener_control(doctor->context))
			? "a listener runs: 'reports status' has its numbers"
			: "no listener runs; to take mail from Postfix, "
			  "docs/postfix.md has the lines");
	else if (is_answered(path))
		say(doctor, true,
		    "somebody listens on %s; Postfix delivers there by "
		    "lmtp:unix:%s",
		    path, path);
	else
		say(doctor, false,
		    "nobody listens on %s (%s); start 'reports listen'", path,
		    strerror(errno));
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct doctor doctor = { .context = context };

	(void)argc;
	(void)argv;
	look_at_config(&doctor);
	look_at_folder(&doctor);
	look_at_database(&doctor);
	look_at_listener(&doctor);
	return doctor.problems == 0
	    || error_set(err, ERROR_INPUT, "%zu %s to look at, see above",
		doctor.problems, doctor.problems == 1 ? "thing" : "things");
}

const struct command command_doctor = {
	.name = "doctor",
	.usage = "",
	.summary = "whether all is as it should be, and what to do if not",
	.takes = TAKES(OPTION_DEEP),
	.store = COMMAND_NO_STORE,
	.run = run,
};
