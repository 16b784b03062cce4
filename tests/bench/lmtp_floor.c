/*
 * The least that any listener can do: LMTP on one thread, floor.c for what is
 * in the mails, and the replies when what came in one turn is on disk.  It
 * believes its client, and knows no error.
 *
 * usage: lmtp_floor SOCKET DATABASE group|each
 */
#define main floor_main
#include "floor.c"
#undef main

#include <signal.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MAX_FD 4096

static struct session {
	char *data; /* what came and was not used; line ends are LF */
	size_t len, size;
	int is_in_data, is_waiting;
} sessions[MAX_FD];
static int waiting[MAX_FD], waiting_count;

static void
reply(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* it is gone */
}

static void
begin(void)
{
	if (sqlite3_get_autocommit(db)
	    && sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s", sqlite3_errmsg(db));
}

static void
commit(void)
{
	int i;

	if (!sqlite3_get_autocommit(db)
	    && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s", sqlite3_errmsg(db));
	for (i = 0; i < waiting_count; i++)
		reply(waiting[i], "250 2.0.0 Stored\r\n");
	waiting_count = 0;
}

static void
take_mail(char *mail, size_t len)
{
	unsigned char *packed = malloc(len + 1);
	char *body;

	mail[len] = '\0';
	body = strstr(mail, "base64\n");
	begin();
	if (body != NULL)
		parse(packed, decode(strstr(body, "\n\n") + 2, packed));
	free(packed);
}

static void
run_line(int fd, const char *line)
{
	if (strncmp(line, "LHLO", 4) == 0)
		reply(fd, "250-floor\r\n250 PIPELINING\r\n");
	else if (strncmp(line, "DATA", 4) == 0)
		reply(fd, "354 go on\r\n");
	else
		reply(fd, "250 2.0.0 fine\r\n");
	sessions[fd].is_in_data = strncmp(line, "DATA", 4) == 0;
}

static void
use(int fd, struct session *session)
{
	size_t used = 0, len;
	char *at, *end;

	for (;;) {
		at = session->data + used;
		end = session->is_in_data
		    ? memmem(at, session->len - used, "\n.\n", 3)
		    : memchr(at, '\n', session->len - used);
		if (end == NULL)
			break;
		len = (size_t)(end - at) + 1;
		if (session->is_in_data) {
			session->is_in_data = 0;
			used += len + 2;
			take_mail(at, len);
			waiting[waiting_count++] = fd;
		} else {
			used += len;
			run_line(fd, at);
		}
	}
	memmove(session->data, session->data + used, session->len - used);
	session->len -= used;
}

static int
hear(int fd)
{
	struct session *session = &sessions[fd];
	char data[65536];
	ssize_t len = read(fd, data, sizeof(data)), i;

	if (len <= 0)
		return 0;
	if (session->len + (size_t)len + 1 > session->size) {
		session->size = (session->len + (size_t)len + 1) * 2;
		session->data = realloc(session->data, session->size);
	}
	for (i = 0; i < len; i++)
		if (data[i] != '\r')
			session->data[session->len++] = data[i];
	use(fd, session);
	return 1;
}

static void
serve(int listener, int is_grouped)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener },
			   ready[256];
	int epoll = epoll_create1(0), count, i, fd;

	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		count = epoll_wait(epoll, ready, 256, -1);
		for (i = 0; i < count; i++) {
			fd = ready[i].data.fd;
			if (fd == listener) {
				fd = accept(listener, NULL, NULL);
				sessions[fd].len = 0;
				sessions[fd].is_in_data = 0;
				event.data.fd = fd;
				epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
				reply(fd, "220 floor\r\n");
			} else if (!hear(fd)) {
				close(fd);
			}
			if (!is_grouped)
				commit();
		}
		commit();
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc != 4)
		errx(2, "usage: lmtp_floor SOCKET DATABASE group|each");
	signal(SIGPIPE, SIG_IGN);
	if (sqlite3_open(argv[2], &db) != SQLITE_OK
	    || sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s: %s", argv[2], sqlite3_errmsg(db));
	add_string = prepare("INSERT INTO string (text) VALUES (?)");
	add_report = prepare("INSERT INTO report (org, domain, report_id,"
			     " begin) VALUES (?, ?, ?, ?)");
	add_record = prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?,"
			     " ?, ?, ?)");
	add_auth = prepare("INSERT INTO auth VALUES (?, ?, ?, ?, ?, ?, ?)");
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", argv[1]);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0
	    || listen(fd, 128) != 0)
		err(1, "%s", argv[1]);
	serve(fd, strcmp(argv[3], "group") == 0);
	return 0;
}
