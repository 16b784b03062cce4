#include "ingest/listen.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/un.h>

#include "base/error.h"

/* It must neither hold up the loop nor get into a program we start. */
#define SOCKET_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

static bool
close_failed(int fd, const char *name, struct error *err)
{
	error_errno(err, "listen on", name);
	close(fd);
	return false;
}

/* --- unix --- */

static bool
name_unix(const char *path, struct sockaddr_un *name, struct error *err)
{
	*name = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(name->sun_path))
		return error_set(err, ERROR_CONFIG,
		    "cannot listen on '%.200s': longer than %zu bytes", path,
		    sizeof(name->sun_path) - 1);
	memcpy(name->sun_path, path, strlen(path));
	return true;
}

/* A server that went without removing its socket refuses connections. */
static bool
is_stale(const struct sockaddr_un *name, bool *stale, struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
	int status, number;

	if (fd < 0)
		return error_errno(err, "listen on", name->sun_path);
	status = connect(fd, (const struct sockaddr *)name, sizeof(*name));
	number = errno;
	close(fd);
	errno = number;
	*stale = status != 0 && errno == ECONNREFUSED;
	if (status == 0 || *stale || errno == EAGAIN) /* its queue is full */
		return true;
	return error_errno(err, "connect to", name->sun_path);
}

static bool
remove_stale(const struct sockaddr_un *name, struct error *err)
{
	const char *path = name->sun_path;
	struct stat status;
	bool stale = false;

	if (lstat(path, &status) != 0)
		return errno == ENOENT || error_errno(err, "listen on", path);
	if (!S_ISSOCK(status.st_mode))
		return error_set(err, ERROR_CONFIG,
		    "cannot listen on '%s': it exists and is not a socket",
		    path);
	if (!is_stale(name, &stale, err))
		return false;
	if (!stale)
		return error_set(err, ERROR_UNAVAILABLE,
		    "cannot listen on '%s': another server listens there",
		    path);
	return unlink(path) == 0 || error_errno(err, "remove", path);
}

static bool
find_group(const char *group, gid_t *gid, struct error *err)
{
	const struct group *found;

	*gid = (gid_t)-1;
	if (group == NULL)
		return true;
	found = getgrnam(group);
	if (found == NULL)
		return error_set(err, ERROR_CONFIG,
		    "cannot give a socket to the group '%.40s': there is no "
		    "such group",
		    group);
	*gid = found->gr_gid;
	return true;
}

/* By umask, since with chmod it would be open for a moment; and with a group,
 * closed until it is the group's. */
static int
bind_unix(int fd, const struct sockaddr_un *name, unsigned mode, gid_t gid)
{
	mode_t old = umask(gid == (gid_t)-1 ? ~(mode_t)mode & 0777 : 0777);
	int status = bind(fd, (const struct sockaddr *)name, sizeof(*name));

	umask(old);
	if (status == 0 && gid != (gid_t)-1
	    && (lchown(name->sun_path, (uid_t)-1, gid) != 0
		|| chmod(name->sun_path, mode) != 0)) {
		unlink(name->sun_path);
		return -1;
	}
	return status;
}

bool
listen_unix(const char *path, unsigned mode, const char *group, int *fd,
    struct error *err)
{
	struct sockaddr_un name;
	gid_t gid;
	int status;

	if (!name_unix(path, &name, err) || !find_group(group, &gid, err)
	    || !remove_stale(&name, err))
		return false;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
	if (*fd < 0)
		return error_errno(err, "listen on", path);
	status = bind_unix(*fd, &name, mode, gid);
	if (status != 0 && errno == ENOENT) {
		close(*fd);
		return error_set(err, ERROR_NO_INPUT,
		    "cannot listen on '%s': its folder does not exist", path);
	}
	if (status != 0 || listen(*fd, SOMAXCONN) != 0)
		return close_failed(*fd, path, err);
	return true;
}

/* --- TCP --- */

/* Cuts "[ADDR]:PORT" or "ADDR:PORT" in two. */
static bool
split(char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL || colon == text)
		return false;
	*colon = '\0';
	*port = colon + 1;
	*host = text;
	if (text[0] != '[')
		return strchr(text, ':') == NULL;
	if (colon[-1] != ']')
		return false;
	colon[-1] = '\0';
	*host = text + 1;
	return true;
}

static bool
is_port(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 5 && strspn(text, "0123456789") == len
	    && strtoul(text, NULL, 10) <= 65535;
}

static bool
look_up(const char *text, struct addrinfo **found, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	char copy[LISTEN_NAME_SIZE], *host, *port;

	snprintf(copy, sizeof(copy), "%s", text);
	if (strlen(text) >= sizeof(copy) || !split(copy, &host, &port)
	    || !is_port(port) || getaddrinfo(host, port, &hints, found) != 0)
		return error_set(err, ERROR_CONFIG,
		    "'%.100s' is not ADDR:PORT or [ADDR]:PORT", text);
	if (strtoul(port, NULL, 10) != 25)
		return true;
	freeaddrinfo(*found);
	return error_set(err, ERROR_CONFIG,
	    "cannot listen on '%s': port 25 is not for LMTP (RFC 2033)", text);
}

bool
listen_inet(const char *text, int *fd, struct error *err)
{
	struct addrinfo *found;
	int on = 1, status = -1;

	if (!look_up(text, &found, err))
		return false;
	*fd = socket(found->ai_family, SOCK_STREAM | SOCKET_FLAGS, 0);
	if (*fd >= 0) {
		setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		status = bind(*fd, found->ai_addr, found->ai_addrlen);
	}
	freeaddrinfo(found);
	if (*fd < 0)
		return error_errno(err, "listen on", text);
	if (status != 0 || listen(*fd, SOMAXCONN) != 0)
		return close_failed(*fd, text, err);
	return true;
}

void
listen_name(
    const struct sockaddr *address, socklen_t len, char name[LISTEN_NAME_SIZE])
{
	char host[64], port[8];

	snprintf(name, LISTEN_NAME_SIZE, "unix");
	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return;
	if (getnameinfo(address, len, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV)
	    != 0)
		return;
	snprintf(name, LISTEN_NAME_SIZE,
	    address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}
