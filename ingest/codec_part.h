/*
 * What the parts of the codec share.  Each function codes a thing in the
 * direction of its wire; false says that the wire has failed.
 */
#ifndef INGEST_CODEC_PART_H
#define INGEST_CODEC_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/wire.h"
#include "parse/address.h"
#include "parse/value.h"

struct dmarc_report;
struct tlsrpt_report;

/*
 * A field that is not coded would be lost on its way.  Whoever changes one of
 * the structs finds the place by this, and then changes the number.
 */
#define CODEC_HAS_SIZE(type, size)                                             \
	_Static_assert(sizeof(type) == (size), "ingest/codec: " #type)

/*
 * A list, whose items all begin with the pointer to the next: 1 before each,
 * 0 behind the last.  Writing changes nothing, so const is cast away.
 */
struct codec_items {
	size_t size; /* of an item */
	size_t max;
	bool (*code)(struct wire *wire, void *item);
	bool is_in_set;
};

/* head is the address of the pointer to the first. */
bool codec_list(
    struct wire *wire, const struct codec_items *list, const void *head);
size_t codec_count(const void *first);

/* A text that must be there. */
bool codec_word(struct wire *wire, const char **text);
/* A code of docs/deviations.md. */
bool codec_code(struct wire *wire, const char **code);
bool codec_choice(struct wire *wire, struct choice *choice, int max);
bool codec_address(struct wire *wire, struct address *address);

/* --- codec_dmarc.c, codec_tlsrpt.c --- */

bool codec_dmarc(struct wire *wire, struct dmarc_report *dmarc);
bool codec_tlsrpt(struct wire *wire, struct tlsrpt_report *tlsrpt);

#endif
