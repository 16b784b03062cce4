/*
 * Reading one report back.
 */
#ifndef STORE_LOADER_H
#define STORE_LOADER_H

#include "parse/report.h"
#include "store/sqlite.h"

struct arena;
struct dmarc_dkim;
struct dmarc_reason;
struct dmarc_record;
struct dmarc_spf;
struct loader_sink;
struct stored_report;

#define LOADER_STATEMENTS 12
#define LOADER_PLACES     1024

/* Results that records share are loaded once, while they keep their place. */
struct loaded_auth {
	int64_t id;
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;
};

struct loaded_reasons {
	int64_t id;
	const struct dmarc_reason *first;
};

struct loaded_text {
	int64_t id;
	const char *text;
};

struct loader {
	struct store *store;
	struct arena *arena;
	struct error *err;
	int64_t id; /* the report's */
	sqlite3_stmt *statements[LOADER_STATEMENTS];
	size_t statement_count;
	sqlite3_stmt *find_text, *find_dkim, *find_spf;
	sqlite3_stmt *find_reasons, *find_comments;
	struct loaded_text texts[LOADER_PLACES];
	struct loaded_auth auths[LOADER_PLACES];
	struct loaded_reasons reasons[LOADER_PLACES];
	const struct loader_sink *sink; /* or NULL */
};

/* Where the records of a report go that is not to be held in memory. */
struct loader_sink {
	bool (*head)(void *context, struct error *err);
	bool (*record)(void *context, const struct dmarc_record *record,
	    struct error *err);
	void *context;
};

/* Opens a statement whose one parameter is key; the loader ends it. */
MUST_CHECK bool loader_open(
    struct loader *loader, const char *sql, int64_t key, sqlite3_stmt **out);
/* Moves to the next row. */
MUST_CHECK bool loader_next(
    struct loader *loader, sqlite3_stmt *statement, bool *has_row);

/* To be called before loader_interned(). */
MUST_CHECK bool loader_open_texts(struct loader *loader);
/* The text in a column, or whose id is in it; NULL where that is NULL. */
const char *loader_text(
    struct loader *loader, sqlite3_stmt *statement, int column);
MUST_CHECK bool loader_interned(struct loader *loader, sqlite3_stmt *statement,
    int column, const char **out);

/* To be called before loader_auth(). */
MUST_CHECK bool loader_open_auth(struct loader *loader);
/* Sets the record's results; none for id 0. */
MUST_CHECK bool loader_auth(
    struct loader *loader, int64_t id, struct dmarc_record *out);
/* As store_report(), through a sink. */
MUST_CHECK bool loader_report(struct store *store, int64_t id,
    struct arena *arena, const struct loader_sink *sink,
    struct stored_report *out, struct error *err);
/* Ends all statements. */
void loader_close(struct loader *loader);

/* With a sink, the report is handed to it without its records, and then each
 * record, whose memory is used again for the next ones. */
MUST_CHECK bool loader_dmarc(struct loader *loader, struct report *out);
MUST_CHECK bool loader_tlsrpt(struct loader *loader, struct report *out);

#endif
