/* The views of store/views.sql, with the macros in them expanded. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "store/migrate.h"
#include "store/sqlite.h"

/* Expanded they have some 30 kB. */
#define MAX_VIEWS ((size_t)1024 * 1024)

/* $1 and $2 stand for what follows the name.  The words for values are those
 * of the functions that name them; a test compares them. */
static const struct macro {
	const char *name, *body;
} macros[] = {
	{ "text", "(SELECT text FROM string WHERE id = $1)" },
	{ "date", "date($1 * 86400, 'unixepoch')" },
	{ "time", "strftime('%Y-%m-%dT%H:%M:%SZ', $1, 'unixepoch')" },
	/* What every row says of its report, and of its sum. */
	{ "report",
	    "{text r.domain} AS domain, {text r.org_name} AS org_name,"
	    " {date r.day} AS day, {verdict r.verdict} AS verdict" },
	{ "total",
	    "{text t.domain} AS domain, {date t.day} AS day,"
	    " {verdict t.verdict} AS verdict" },
	{ "kind", "CASE $1 WHEN 1 THEN 'dmarc' WHEN 2 THEN 'tlsrpt' END" },
	{ "verdict",
	    "CASE $1 WHEN 0 THEN 'unknown' WHEN 1 THEN 'verified'"
	    " WHEN 2 THEN 'unverified' WHEN 3 THEN 'suspicious'"
	    " WHEN 4 THEN 'failed' END" },
	{ "policy",
	    "CASE $1 WHEN 0 THEN NULL WHEN 1 THEN 'none'"
	    " WHEN 2 THEN 'quarantine' WHEN 3 THEN 'reject'"
	    " ELSE $1_raw END" },
	{ "alignment",
	    "CASE $1 WHEN 0 THEN NULL WHEN 1 THEN 'r' WHEN 2 THEN 's'"
	    " ELSE $1_raw END" },
	{ "disposition",
	    "CASE $1 WHEN 0 THEN NULL WHEN 1 THEN 'none' WHEN 2 THEN 'pass'"
	    " WHEN 3 THEN 'quarantine' WHEN 4 THEN 'reject'"
	    " ELSE {text $1_raw} END" },
	{ "evaluated",
	    "CASE $1 WHEN 0 THEN NULL WHEN 1 THEN 'pass' WHEN 2 THEN 'fail'"
	    " ELSE {text $1_raw} END" },
	{ "result",
	    "CASE $1 WHEN 0 THEN NULL WHEN 1 THEN 'none' WHEN 2 THEN 'pass'"
	    " WHEN 3 THEN 'fail' WHEN 4 THEN 'softfail' WHEN 5 THEN 'policy'"
	    " WHEN 6 THEN 'neutral' WHEN 7 THEN 'temperror'"
	    " WHEN 8 THEN 'permerror' ELSE $1_raw END" },
	/* The parts of an outcome (parse/outcome.h). */
	{ "taken",
	    "CASE $1 & 7 WHEN 1 THEN 'none' WHEN 2 THEN 'pass'"
	    " WHEN 3 THEN 'quarantine' WHEN 4 THEN 'reject'"
	    " WHEN 5 THEN 'other' END" },
	{ "how",
	    "CASE $1 >> $2 & 7 WHEN 0 THEN 'pass' WHEN 1 THEN 'none'"
	    " WHEN 2 THEN 'unaligned' WHEN 3 THEN 'broken'"
	    " WHEN 4 THEN 'error' END" },
	{ "passes", "($1 >> 3 & 7 = 0 OR $1 >> 6 & 7 = 0)" },
	/* IPv4, and IPv6 as in RFC 5952: groups without leading zeros, the
	 * first of the longest runs of zeros as "::". */
	{ "address",
	    "CASE length($1) WHEN 5 THEN {octet $1 3} || '.' || {octet $1 5}"
	    " || '.' || {octet $1 7} || '.' || {octet $1 9}"
	    " WHEN 17 THEN (SELECT CASE"
	    " {zeros :0:0:0:0:0:0:0:0: 17} {zeros :0:0:0:0:0:0:0: 15}"
	    " {zeros :0:0:0:0:0:0: 13} {zeros :0:0:0:0:0: 11}"
	    " {zeros :0:0:0:0: 9} {zeros :0:0:0: 7} {zeros :0:0: 5}"
	    " ELSE trim(s, ':') END FROM (SELECT ':' || {group $1 3}"
	    " || {group $1 7} || {group $1 11} || {group $1 15}"
	    " || {group $1 19} || {group $1 23} || {group $1 27}"
	    " || {group $1 31} AS s)) END" },
	{ "octet", "({digit $1 $2} * 16 + {digit $1 $2+1})" },
	{ "digit", "(instr('0123456789ABCDEF', substr(hex($1), $2, 1)) - 1)" },
	{ "group",
	    "coalesce(nullif(ltrim(lower(substr(hex($1), $2, 4)),"
	    " '0'), ''), '0') || ':'" },
	{ "zeros",
	    "WHEN instr(s, '$1') > 0"
	    " THEN ltrim(substr(s, 1, instr(s, '$1') - 1), ':')"
	    " || '::' ||"
	    " rtrim(substr(s, instr(s, '$1') + $2), ':')" },
};

static const struct macro *
find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT_OF(macros); i++)
		if (strlen(macros[i].name) == len
		    && memcmp(macros[i].name, name, len) == 0)
			return &macros[i];
	abort(); /* a slip in store/views.sql */
}

static void
add(struct buffer *out, const char *text, size_t len)
{
	if (!buffer_add(out, (struct bytes) { text, len }))
		abort(); /* as above */
}

/* The macro's body with its arguments in place. */
static const char *
fill(struct arena *arena, const char *call, size_t len)
{
	char *copy = arena_copy(arena, (struct bytes) { call, len });
	const char *name = strtok(copy, " ");
	const char *arguments[] = { strtok(NULL, " "), strtok(NULL, " ") };
	const char *at = find(name, strlen(name))->body, *argument;
	struct buffer out = { .max = MAX_VIEWS };
	const char *dollar, *filled;

	for (; (dollar = strchr(at, '$')) != NULL; at = dollar + 2) {
		argument = arguments[dollar[1] - '1'];
		add(&out, at, (size_t)(dollar - at));
		add(&out, argument, strlen(argument));
	}
	add(&out, at, strlen(at));
	filled = arena_copy(arena, buffer_bytes(&out));
	buffer_release(&out);
	return filled;
}

static void
expand(struct arena *arena, const char *sql, struct buffer *out)
{
	const char *open, *close;

	for (; (open = strchr(sql, '{')) != NULL; sql = close + 1) {
		close = strchr(open, '}');
		add(out, sql, (size_t)(open - sql));
		expand(arena, fill(arena, open + 1, (size_t)(close - open - 1)),
		    out);
	}
	add(out, sql, strlen(sql));
}

bool
views_create(struct store *store, struct error *err)
{
	struct buffer sql = { .max = MAX_VIEWS };
	struct arena arena = { 0 };
	bool ok;

	expand(&arena, store_views, &sql);
	add(&sql, "", 1);
	ok = sqlite_exec(store, sql.data, err);
	buffer_release(&sql);
	arena_release(&arena);
	return ok;
}
