/*
 * Delivers the mails of a folder, each once, by so many sessions at a time,
 * commands pipelined as Postfix does; prints mails a second, and the median
 * and 99th percentile in ms from the final dot to its reply.
 *
 * usage: lmtp_load SOCKET FOLDER SESSIONS
 */
#include <dirent.h>
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

static struct {
	char *data;
	size_t len;
} * mails;
static double *latencies;
static int count;
static atomic_int next;
static const char *socket_path;

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* With CRLF, stuffed dots and the final one. */
static void
load(int i, const char *path)
{
	FILE *in = fopen(path, "r");
	FILE *out = open_memstream(&mails[i].data, &mails[i].len);
	char *line = NULL;
	size_t size = 0;

	if (in == NULL)
		err(1, "%s", path);
	while (getline(&line, &size, in) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		fprintf(out, "%s%s\r\n", line[0] == '.' ? "." : "", line);
	}
	fputs(".\r\n", out);
	fclose(out);
	fclose(in);
	free(line);
}

static void
expect(FILE *in, char code)
{
	char line[1000];

	do
		if (fgets(line, sizeof(line), in) == NULL)
			errx(1, "the connection broke");
	while (line[3] == '-');
	if (line[0] != code)
		errx(1, "not %c..: %s", code, line);
}

static void
say(int fd, const char *data, size_t len)
{
	ssize_t done;

	for (; len > 0; data += done, len -= (size_t)done)
		if ((done = write(fd, data, len)) < 0)
			err(1, "write");
}

static void *
deliver(void *context)
{
	static const char envelope[] =
	    "MAIL FROM:<noreply@sender.example>\r\n"
	    "RCPT TO:<dmarc@reports.example.org>\r\nDATA\r\n";
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), i;
	double begun;
	FILE *in;

	(void)context;
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", socket_path);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		err(1, "%s", socket_path);
	in = fdopen(fd, "r");
	expect(in, '2');
	say(fd, "LHLO load\r\n", 11);
	expect(in, '2');
	while ((i = atomic_fetch_add(&next, 1)) < count) {
		say(fd, envelope, strlen(envelope));
		expect(in, '2');
		expect(in, '2');
		expect(in, '3');
		say(fd, mails[i].data, mails[i].len);
		begun = now();
		expect(in, '2');
		latencies[i] = now() - begun;
	}
	fclose(in);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	struct dirent **names;
	pthread_t threads[1000];
	char path[4096];
	double begun;
	int found, i, sessions;

	if (argc != 4)
		errx(2, "usage: lmtp_load SOCKET FOLDER SESSIONS");
	socket_path = argv[1];
	sessions = atoi(argv[3]);
	found = scandir(argv[2], &names, NULL, alphasort);
	if (found < 0 || sessions < 1 || sessions > 1000)
		errx(1, "%s, %s sessions", argv[2], argv[3]);
	mails = calloc((size_t)found, sizeof(*mails));
	for (i = 0; i < found; i++) {
		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(
		    path, sizeof(path), "%s/%s", argv[2], names[i]->d_name);
		load(count++, path);
	}
	latencies = calloc((size_t)count, sizeof(*latencies));
	begun = now();
	for (i = 0; i < sessions; i++)
		pthread_create(&threads[i], NULL, deliver, NULL);
	for (i = 0; i < sessions; i++)
		pthread_join(threads[i], NULL);
	begun = now() - begun;
	qsort(latencies, (size_t)count, sizeof(*latencies), compare);
	printf("%.0f %.3f %.3f\n", count / begun, latencies[count / 2] * 1e3,
	    latencies[(size_t)count * 99 / 100] * 1e3);
	return 0;
}
