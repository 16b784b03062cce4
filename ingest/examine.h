/*
 * What one part of a message, or one file, holds: it is unpacked, and each
 * document that comes out is read and becomes a finding.  A document that is
 * itself a message is handed back, to be walked.
 */
#ifndef INGEST_EXAMINE_H
#define INGEST_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/authentic.h"
#include "parse/reading.h"

struct arena;
struct read_config;
struct report_reader;

/* The part or file under way. */
struct examined {
	const char *label;
	bool is_packed;
	bool has_prose;         /* what stood before the document is left out */
	struct error no_report; /* a document of it that is none */
	bool has_no_report;

	/* Documents of it that are to be mended, by their place in it: found
	 * in a first pass, read again in a second. */
	struct finding *malformed[MAX_MEMBERS];
	size_t document;
	bool has_malformed, is_mending;

	/* The document of it that was asked for, by its place. */
	bool has_wanted;
	size_t wanted_document, wanted_size;

	/* the document under way */
	struct report_reader *report;
	struct digest_state digest;
	size_t size; /* of it, as far as it has come */
	const char *name;
	bool has_failed, is_malformed;
	struct error failure;
	bool has_mail; /* it is a message, or several */
	struct buffer mail;
};

/* One input on its way to a reading. */
struct reader {
	struct arena *arena;
	const struct read_config *config;
	struct reading *out;
	const struct finding **next;
	struct authentic authentic;
	size_t unpacked;    /* bytes that came out of containers */
	const char *prefix; /* of labels: where the message is */
	bool is_file;       /* else it came in a message */
	bool is_private;    /* somebody else's mail is in it */
	size_t mail_count;  /* messages that were packed */
	size_t mail_depth;  /* of packed messages in packed messages */
	bool is_enclosed;   /* in a message inside the message */
	struct examined part;

	/* Called for a message, or an mbox, that came out of a container. */
	void (*mail)(struct reader *r, struct bytes mail, const char *place);
};

/* A finding that says why there is no report. */
struct finding *examine_add_broken(
    struct reader *r, const char *part, const struct error *why);

/* Takes those away again that were added at a place in the list, which was
 * r->next, or after it. */
void examine_drop_broken(struct reader *r, const struct finding **from);

/* How many findings there are. */
size_t examine_count(const struct reader *r);

/*
 * A mail has parts that are no reports, which is as it should be; for these
 * there is no finding.  But who packs something and sends it here, or says so
 * (is_meant), meant it as one.
 */
void examine(
    struct reader *r, const char *label, struct bytes body, bool is_meant);

/* The same for text that people read: a report may stand in the middle of
 * it. */
void examine_text(struct reader *r, const char *label, struct bytes body);

#endif
