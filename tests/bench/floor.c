/*
 * The least that any program can do with the mails of generate.py: base64,
 * zlib, libxml2's SAX2, and rows with interned texts into SQLite, 64 mails a
 * transaction, on disk.  It believes all it reads, keeps nothing twice, knows
 * no MIME, and sums nothing up.
 *
 * usage: floor FOLDER DATABASE
 */
#include <dirent.h>
#include <err.h>
#include <libxml/parser.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BATCH 64

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -32768;"
    "CREATE TABLE string (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE report (id INTEGER PRIMARY KEY, org INTEGER, domain INTEGER,"
    " report_id TEXT, begin INTEGER);"
    "CREATE TABLE record (report INTEGER, n INTEGER, ip TEXT, count INTEGER,"
    " disposition INTEGER, dkim INTEGER, spf INTEGER, header_from INTEGER,"
    " envelope_from INTEGER, envelope_to INTEGER, PRIMARY KEY (report, n))"
    " WITHOUT ROWID;"
    "CREATE TABLE auth (report INTEGER, n INTEGER, k INTEGER, type INTEGER,"
    " domain INTEGER, selector INTEGER, result INTEGER,"
    " PRIMARY KEY (report, n, k)) WITHOUT ROWID;";

static sqlite3 *db;
static sqlite3_stmt *add_string, *add_report, *add_record, *add_auth;

static sqlite3_stmt *
prepare(const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v3(
		db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
	    != SQLITE_OK)
		errx(1, "%s: %s", sql, sqlite3_errmsg(db));
	return statement;
}

static void
step(sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		errx(1, "%s", sqlite3_errmsg(db));
	sqlite3_reset(statement);
}

/* --- texts, in a table that only grows --- */

#define PLACES (1 << 20)

static struct {
	char *text;
	sqlite3_int64 id;
} strings[PLACES];

static sqlite3_int64
intern(const char *text)
{
	size_t hash = 0xcbf29ce484222325;
	const char *at;

	if (*text == '\0')
		return 0;
	for (at = text; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	for (hash %= PLACES; strings[hash].text != NULL;
	     hash = (hash + 1) % PLACES)
		if (strcmp(strings[hash].text, text) == 0)
			return strings[hash].id;
	sqlite3_bind_text(add_string, 1, text, -1, SQLITE_STATIC);
	step(add_string);
	strings[hash].text = strdup(text);
	return strings[hash].id = sqlite3_last_insert_rowid(db);
}

/* --- a document: what each element holds, by its name and its parent's --- */

static struct {
	char text[512], path[8][32];
	size_t len;
	int depth;
	sqlite3_int64 report;
	int n, k;
	char org[256], domain[256], id[256], begin[32];
	char ip[64], count[32], disposition[32], dkim[32], spf[32];
	char header_from[256], envelope_from[256], envelope_to[256];
	struct {
		int type;
		char domain[256], selector[256], result[32];
	} auths[32], *auth;
} doc;

static void
put(char *out, size_t size)
{
	size_t len = doc.len < size ? doc.len : size - 1;

	memcpy(out, doc.text, len);
	out[len] = '\0';
}

static void
store_record(void)
{
	int i;

	sqlite3_bind_int64(add_record, 1, doc.report);
	sqlite3_bind_int(add_record, 2, ++doc.n);
	sqlite3_bind_text(add_record, 3, doc.ip, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add_record, 4, strtoll(doc.count, NULL, 10));
	sqlite3_bind_int64(add_record, 5, intern(doc.disposition));
	sqlite3_bind_int64(add_record, 6, intern(doc.dkim));
	sqlite3_bind_int64(add_record, 7, intern(doc.spf));
	sqlite3_bind_int64(add_record, 8, intern(doc.header_from));
	sqlite3_bind_int64(add_record, 9, intern(doc.envelope_from));
	sqlite3_bind_int64(add_record, 10, intern(doc.envelope_to));
	step(add_record);
	for (i = 0; i < doc.k; i++) {
		sqlite3_bind_int64(add_auth, 1, doc.report);
		sqlite3_bind_int(add_auth, 2, doc.n);
		sqlite3_bind_int(add_auth, 3, i);
		sqlite3_bind_int(add_auth, 4, doc.auths[i].type);
		sqlite3_bind_int64(add_auth, 5, intern(doc.auths[i].domain));
		sqlite3_bind_int64(add_auth, 6, intern(doc.auths[i].selector));
		sqlite3_bind_int64(add_auth, 7, intern(doc.auths[i].result));
		step(add_auth);
	}
	doc.k = 0;
	doc.envelope_to[0] = doc.envelope_from[0] = '\0';
}

static void
store_report(void)
{
	sqlite3_bind_int64(add_report, 1, intern(doc.org));
	sqlite3_bind_int64(add_report, 2, intern(doc.domain));
	sqlite3_bind_text(add_report, 3, doc.id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add_report, 4, strtoll(doc.begin, NULL, 10));
	step(add_report);
	doc.report = sqlite3_last_insert_rowid(db);
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces, const xmlChar **list, int count,
    int defaulted, const xmlChar **attributes)
{
	const char *local = (const char *)name;

	(void)context, (void)prefix, (void)uri, (void)namespaces, (void)list;
	(void)count, (void)defaulted, (void)attributes;
	if (doc.depth < 8)
		snprintf(doc.path[doc.depth], 32, "%s", local);
	doc.depth++;
	doc.len = 0;
	if (doc.depth == 4 && strcmp(doc.path[2], "auth_results") == 0
	    && doc.k < 32) {
		doc.auth = &doc.auths[doc.k++];
		memset(doc.auth, 0, sizeof(*doc.auth));
		doc.auth->type = *local;
	}
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	static const struct {
		const char *parent, *name;
		char *out;
		size_t size;
	} fields[] = {
#define FIELD(parent, name, member)                                            \
	{ parent, name, doc.member, sizeof(doc.member) }
		FIELD("row", "source_ip", ip),
		FIELD("row", "count", count),
		FIELD("policy_evaluated", "disposition", disposition),
		FIELD("policy_evaluated", "dkim", dkim),
		FIELD("policy_evaluated", "spf", spf),
		FIELD("identifiers", "header_from", header_from),
		FIELD("identifiers", "envelope_from", envelope_from),
		FIELD("identifiers", "envelope_to", envelope_to),
		FIELD("report_metadata", "org_name", org),
		FIELD("report_metadata", "report_id", id),
		FIELD("date_range", "begin", begin),
		FIELD("policy_published", "domain", domain),
	};
	const char *local = (const char *)name, *parent;
	size_t i;

	(void)context, (void)prefix, (void)uri;
	doc.depth--;
	parent = doc.depth > 0 ? doc.path[doc.depth - 1] : "";
	if (doc.depth == 4 && doc.auth != NULL) {
		if (strcmp(local, "domain") == 0)
			put(doc.auth->domain, sizeof(doc.auth->domain));
		else if (strcmp(local, "selector") == 0)
			put(doc.auth->selector, sizeof(doc.auth->selector));
		else if (strcmp(local, "result") == 0)
			put(doc.auth->result, sizeof(doc.auth->result));
	}
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, local) == 0
		    && strcmp(fields[i].parent, parent) == 0)
			put(fields[i].out, fields[i].size);
	if (strcmp(local, "policy_published") == 0)
		store_report();
	else if (strcmp(local, "record") == 0)
		store_record();
	doc.len = 0;
}

static void
on_text(void *context, const xmlChar *text, int len)
{
	(void)context;
	if (doc.len + (size_t)len < sizeof(doc.text)) {
		memcpy(doc.text + doc.len, text, (size_t)len);
		doc.len += (size_t)len;
	}
}

/* --- a mail --- */

static size_t
decode(const char *from, unsigned char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				     "mnopqrstuvwxyz0123456789+/";
	static signed char values[256];
	unsigned bits = 0, count = 0;
	unsigned char *at = out;
	int i;

	if (values['B'] == 0) {
		memset(values, -1, sizeof(values));
		for (i = 0; i < 64; i++)
			values[(unsigned char)digits[i]] = (signed char)i;
	}
	for (; *from != '\0' && *from != '-'; from++) {
		int value = values[(unsigned char)*from];

		if (value < 0)
			continue;
		bits = bits << 6 | (unsigned)value;
		if (++count % 4 == 0) {
			*at++ = (unsigned char)(bits >> 16);
			*at++ = (unsigned char)(bits >> 8);
			*at++ = (unsigned char)bits;
		}
	}
	if (count % 4 >= 2)
		*at++ =
		    (unsigned char)(count % 4 == 2 ? bits >> 4 : bits >> 10);
	if (count % 4 == 3)
		*at++ = (unsigned char)(bits >> 2);
	return (size_t)(at - out);
}

static void
parse(unsigned char *packed, size_t len)
{
	xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text };
	xmlParserCtxtPtr parser =
	    xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
	static char out[65536];
	z_stream stream = { .next_in = packed, .avail_in = (uInt)len };
	int rc;

	doc.depth = doc.n = doc.k = 0;
	inflateInit2(&stream, 31);
	do {
		stream.next_out = (Bytef *)out;
		stream.avail_out = sizeof(out);
		rc = inflate(&stream, 0);
		if (rc != Z_OK && rc != Z_STREAM_END)
			errx(1, "inflate: %d", rc);
		xmlParseChunk(parser, out,
		    (int)(sizeof(out) - stream.avail_out), rc == Z_STREAM_END);
	} while (rc != Z_STREAM_END);
	inflateEnd(&stream);
	xmlFreeParserCtxt(parser);
}

static void
take(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned char *packed;
	char *mail;
	long size;

	if (file == NULL)
		err(1, "%s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	mail = malloc((size_t)size + 1);
	packed = malloc((size_t)size);
	if (fread(mail, 1, (size_t)size, file) != (size_t)size)
		err(1, "%s", path);
	mail[size] = '\0';
	fclose(file);
	parse(packed,
	    decode(strstr(strstr(mail, "base64\n"), "\n\n") + 2, packed));
	free(packed);
	free(mail);
}

int
main(int argc, char **argv)
{
	struct dirent **names;
	char path[4096];
	int i, count;

	if (argc != 3)
		errx(2, "usage: floor FOLDER DATABASE");
	count = scandir(argv[1], &names, NULL, alphasort);
	if (count < 0)
		err(1, "%s", argv[1]);
	if (sqlite3_open_v2(
		argv[2], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)
		!= SQLITE_OK
	    || sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s: %s", argv[2], sqlite3_errmsg(db));
	add_string = prepare("INSERT INTO string (text) VALUES (?)");
	add_report = prepare("INSERT INTO report (org, domain, report_id,"
			     " begin) VALUES (?, ?, ?, ?)");
	add_record = prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?,"
			     " ?, ?, ?)");
	add_auth = prepare("INSERT INTO auth VALUES (?, ?, ?, ?, ?, ?, ?)");
	for (i = 0; i < count; i++) {
		if (names[i]->d_name[0] == '.')
			continue;
		if (sqlite3_get_autocommit(db))
			sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		snprintf(
		    path, sizeof(path), "%s/%s", argv[1], names[i]->d_name);
		take(path);
		if (i % BATCH == BATCH - 1)
			sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	}
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	/* Closing folds the log back, as the program does. */
	sqlite3_finalize(add_string);
	sqlite3_finalize(add_report);
	sqlite3_finalize(add_record);
	sqlite3_finalize(add_auth);
	sqlite3_close(db);
	return 0;
}
