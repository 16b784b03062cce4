/*
 * What is known of names from elsewhere: the files of data/, each with its
 * format and sources in its head.
 */
#ifndef ANALYSIS_KNOWLEDGE_H
#define ANALYSIS_KNOWLEDGE_H

#include "analysis/index.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct arena;
struct error;

enum knowledge_table {
	KNOWLEDGE_PROVIDERS, /* shared mailbox providers */
	KNOWLEDGE_GATEWAYS,  /* filters and hosters that report for many */
	KNOWLEDGE_LISTS,     /* hosts of mailing lists */
	KNOWLEDGE_LABELS,    /* words in host names */
	KNOWLEDGE_SERVICES,  /* well-known vendors and services */
};
#define KNOWLEDGE_TABLES 5

/* The file's name: "providers", ... */
const char *knowledge_name(enum knowledge_table table);

struct knowledge_entry {
	const char *key, *value; /* value is "" where there is none */
};

struct knowledge {
	struct knowledge_list {
		struct index index;
		struct knowledge_entry *entries;
		size_t count, room;
	} lists[KNOWLEDGE_TABLES];
};

/* Adds what the text of a file holds; fails with ERROR_CONFIG, saying the
 * line.  knowledge_release() also after that. */
MUST_CHECK bool knowledge_read(struct knowledge *knowledge,
    enum knowledge_table table, struct bytes text, struct arena *arena,
    struct error *err);
void knowledge_release(struct knowledge *knowledge);

/* The value for a name, NULL when it is not there. */
const char *knowledge_find(const struct knowledge *knowledge,
    enum knowledge_table table, const char *name);
/* The same for a name or the nearest one above it; *key, unless key is NULL,
 * is the one that was found. */
const char *knowledge_find_above(const struct knowledge *knowledge,
    enum knowledge_table table, const char *name, const char **key);
/* The word among the labels of a name that has that value, or NULL. */
const char *knowledge_label(
    const struct knowledge *knowledge, const char *name, const char *value);

#endif
