/*
 * The configuration file:
 *
 *	[domains]
 *	own = example.org, example.net
 *	[networks]
 *	own = 192.0.2.0/24, 2001:db8::/48
 *	[labels]
 *	lists.example.com = list
 *	[data]
 *	path = /etc/reports/data
 *	[store]
 *	path = /var/lib/reports/reports.db
 *	keep_raw = never
 *	[listen]
 *	socket = /run/reports/lmtp
 *	socket_mode = 0660
 *	inet = 127.0.0.1:2424
 *	group = postfix
 *	control = /run/reports/control
 *	workers = 4
 *	hostname = mx.example.org
 *	recipients = dmarc@reports.example.org, tls.example.org
 *	[resolve]
 *	servers = 127.0.0.1, [2001:db8::53]:5353
 *	[geo]
 *	mmdb = /var/lib/GeoIP/GeoLite2-ASN.mmdb
 *	[authentication]
 *	authserv_id = mx.example.org
 *	trusted_ar_count = 1
 *
 *	[prune]
 *	older_than = 13m
 *	keep_rollups = 5y
 *	recipients_older_than = 3m
 *	raw_older_than = 30d
 *
 * Lists may be continued on lines that begin with a blank.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analysis/analysis.h"
#include "analysis/own.h"
#include "base/compiler.h"
#include "cli/age.h"
#include "ingest/read.h"

struct arena;
struct error;

#define CONFIG_PATH "/etc/reports/reports.conf"

struct config {
	struct own own;
	const struct label *labels;
	size_t label_count;
	const char *rua, *ruf; /* who else is told; as in the record */
	const char *data_folder;
	const char *store_path; /* NULL where not given, here as below */
	const char *socket;
	bool has_socket_mode;
	unsigned socket_mode;
	const char *inet;
	const char *group;   /* of the sockets */
	const char *control; /* the socket that 'reports status' asks */
	size_t workers;      /* 0 where not given */
	const char *hostname;
	const char *const *recipients; /* addresses and domains, lower case */
	size_t recipient_count;        /* 0 takes all */
	const char *resolve_servers;   /* as c-ares takes them */
	const char *const *mmdbs;      /* paths */
	size_t mmdb_count;
	struct read_config authentication;
	struct age keep_raw; /* of messages that could be read */
	struct prune_config {
		struct age older_than, keep_rollups;
		struct age recipients_older_than, raw_older_than;
	} prune;
};

/*
 * Reads the file; with path NULL, CONFIG_PATH if it is there.  Fails with
 * ERROR_CONFIG, saying the line, and with ERROR_NO_INPUT or ERROR_NO_PERM.
 */
MUST_CHECK bool config_read(const char *path, struct arena *arena,
    struct config *out, struct error *err);

/* The same of a file that is open; name is for its errors. */
MUST_CHECK bool config_read_file(FILE *file, const char *name,
    struct arena *arena, struct config *out, struct error *err);

/* Whether mail for that address is to be taken. */
bool config_accepts(const struct config *config, const char *rcpt_to);

#endif
