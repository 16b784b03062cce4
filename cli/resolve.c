#include "cli/resolve.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <ares.h>
#include <arpa/nameser.h>
#include <err.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/output.h"
#include "parse/address.h"

#define PTR_NAME 80 /* 32 digits and dots, ip6.arpa */

struct name {
	struct resolve *resolve;
	struct address address;
	const char *text; /* NULL: none */
};

struct resolve {
	ares_channel channel;
	struct arena *arena;
	size_t source_column, name_column;
	struct name *names; /* in order, each address once */
	size_t count, sent, running;
	size_t failed; /* were not answered, or not as they should */
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- asking --- */

/* 1.2.0.192.in-addr.arpa, or the same of IPv6 (RFC 3596 2.5). */
static void
name_address(const struct address *address, char out[PTR_NAME])
{
	static const char digits[] = "0123456789abcdef";
	const bool is_v4 = address->len == 5;
	size_t i;

	for (i = address->len; --i > 0;) {
		if (is_v4) {
			out += sprintf(out, "%u.", address->data[i]);
			continue;
		}
		*out++ = digits[address->data[i] & 15];
		*out++ = '.';
		*out++ = digits[address->data[i] >> 4];
		*out++ = '.';
	}
	strcpy(out, is_v4 ? "in-addr.arpa" : "ip6.arpa");
}

static void
take_answer(
    void *context, int status, int timeouts, unsigned char *answer, int len)
{
	struct name *name = context;
	struct resolve *resolve = name->resolve;
	struct hostent *host;

	(void)timeouts;
	resolve->running--;
	if (status == ARES_SUCCESS)
		status = ares_parse_ptr_reply(answer, len,
		    name->address.data + 1, name->address.len - 1,
		    name->address.len == 5 ? AF_INET : AF_INET6, &host);
	if (status == ARES_SUCCESS) {
		if (host->h_name != NULL && *host->h_name != '\0')
			name->text =
			    arena_copy(resolve->arena, bytes_of(host->h_name));
		ares_free_hostent(host);
	} else if (status != ARES_ENOTFOUND && status != ARES_ENODATA)
		resolve->failed++;
}

static void
send_more(struct resolve *resolve)
{
	struct name *name;
	char text[PTR_NAME];

	while (resolve->sent < resolve->count
	    && resolve->sent < MAX_RESOLVE_NAMES
	    && resolve->running < MAX_RESOLVE_AT_ONCE) {
		name = &resolve->names[resolve->sent++];
		name_address(&name->address, text);
		resolve->running++;
		/* May call back at once. */
		ares_query(resolve->channel, text, ns_c_in, ns_t_ptr,
		    take_answer, name);
	}
}

/* Waits until a socket is ready or a query is due, and sees to them. */
static void
wait_for_some(struct resolve *resolve, int64_t left)
{
	struct pollfd fds[ARES_GETSOCK_MAXNUM];
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	int wanted =
	    ares_getsock(resolve->channel, sockets, ARES_GETSOCK_MAXNUM);
	struct timeval most = { .tv_sec = left / 1000,
		.tv_usec = left % 1000 * 1000 };
	struct timeval time, *until;
	nfds_t n = 0, i;

	for (i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		short events = 0;

		if (ARES_GETSOCK_READABLE(wanted, i))
			events |= POLLIN;
		/* ARES_GETSOCK_WRITABLE, which overflows at the last one. */
		if (((unsigned)wanted & 1u << (i + ARES_GETSOCK_MAXNUM)) != 0)
			events |= POLLOUT;
		if (events != 0)
			fds[n++] = (struct pollfd) { .fd = sockets[i],
				.events = events };
	}
	until = ares_timeout(resolve->channel, &most, &time);
	if (poll(
		fds, n, (int)(until->tv_sec * 1000 + until->tv_usec / 1000) + 1)
	    <= 0)
		n = 0;
	for (i = 0; i < n; i++)
		if (fds[i].revents != 0)
			ares_process_fd(resolve->channel,
			    fds[i].events & POLLIN ? fds[i].fd
						   : ARES_SOCKET_BAD,
			    fds[i].events & POLLOUT ? fds[i].fd
						    : ARES_SOCKET_BAD);
	/* Those that are due. */
	ares_process_fd(resolve->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void
ask(struct resolve *resolve)
{
	const int64_t end = now_ms() + MAX_RESOLVE_MS;
	int64_t left;

	for (;;) {
		send_more(resolve);
		left = end - now_ms();
		if (resolve->running == 0 || left <= 0)
			break;
		wait_for_some(resolve, left);
	}
	ares_cancel(resolve->channel);
}

/* --- rows --- */

static int
compare(const void *a, const void *b)
{
	const struct name *left = a, *right = b;

	return address_compare(&left->address, &right->address);
}

static bool
read_address(const struct resolve *resolve, const struct output_value *row,
    struct address *out)
{
	const struct output_value *source = &row[resolve->source_column];

	return !source->is_absent && address_parse(bytes_of(source->text), out);
}

static void
collect(struct resolve *resolve, struct output_value *const *rows, size_t count)
{
	size_t i, n = 0;

	resolve->names = calloc(count, sizeof(*resolve->names));
	if (resolve->names == NULL)
		err(1, "names");
	for (i = 0; i < count; i++) {
		resolve->names[n].resolve = resolve;
		n += read_address(resolve, rows[i], &resolve->names[n].address);
	}
	qsort(resolve->names, n, sizeof(*resolve->names), compare);
	for (i = 0; i < n; i++)
		if (resolve->count == 0
		    || compare(&resolve->names[resolve->count - 1],
			   &resolve->names[i])
			!= 0)
			resolve->names[resolve->count++] = resolve->names[i];
}

static void
fill(void *context, struct output_value *const *rows, size_t count)
{
	struct resolve *resolve = context;
	const struct name *found;
	struct name key;
	size_t i, failed;

	collect(resolve, rows, count);
	ask(resolve);
	for (i = 0; i < count; i++) {
		if (!read_address(resolve, rows[i], &key.address))
			continue;
		found = bsearch(
		    &key, resolve->names, resolve->count, sizeof(key), compare);
		if (found != NULL)
			rows[i][resolve->name_column] =
			    output_text(found->text);
	}
	failed = resolve->failed + resolve->count - resolve->sent;
	if (failed > 0)
		fprintf(stderr,
		    "--resolve: of %zu addresses, %zu got no proper answer "
		    "from the "
		    "DNS\n",
		    resolve->count, failed);
}

static bool
open_channel(
    struct resolve **out, const struct context *context, struct error *err)
{
	struct ares_options options = {
		.timeout = MAX_RESOLVE_QUERY_MS,
		.tries = MAX_RESOLVE_TRIES,
	};
	const char *servers = context->config->resolve_servers;
	struct resolve *resolve = calloc(1, sizeof(*resolve));
	int status;

	if (resolve == NULL)
		errx(1, "resolve: out of memory");
	resolve->arena = context->arena;
	status = ares_library_init(ARES_LIB_INIT_ALL);
	if (status == ARES_SUCCESS) {
		status = ares_init_options(&resolve->channel, &options,
		    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
		if (status == ARES_SUCCESS && servers != NULL)
			status = ares_set_servers_ports_csv(
			    resolve->channel, servers);
	}
	*out = resolve;
	return status == ARES_SUCCESS
	    || error_set(
		err, ERROR_CONFIG, "--resolve: DNS: %s", ares_strerror(status));
}

bool
resolve_new(struct resolve **out, const struct context *context,
    struct output *output, size_t source, size_t name, struct error *err)
{
	if (!open_channel(out, context, err))
		return false;
	(*out)->source_column = source;
	(*out)->name_column = name;
	output_fill(output, fill, *out);
	return true;
}

bool
resolve_address(const struct context *context, const struct address *address,
    const char **out, struct error *err)
{
	struct resolve *resolve;
	bool ok = open_channel(&resolve, context, err);

	*out = NULL;
	if (ok) {
		resolve->names = calloc(1, sizeof(*resolve->names));
		if (resolve->names == NULL)
			errx(1, "resolve: out of memory");
		resolve->names[0] = (struct name) { resolve, *address, NULL };
		resolve->count = 1;
		ask(resolve);
		*out = resolve->names[0].text;
		if (resolve->failed > 0)
			fputs("--resolve: no proper answer from the DNS\n",
			    stderr);
	}
	resolve_free(resolve);
	return ok;
}

void
resolve_free(struct resolve *resolve)
{
	if (resolve == NULL)
		return;
	if (resolve->channel != NULL)
		ares_destroy(resolve->channel);
	ares_library_cleanup();
	free(resolve->names);
	free(resolve);
}
