/*
 * The words of DMARC reports, with the spellings that senders use for them.
 * For parse/dmarc.c; the names are declared in parse/dmarc.h.
 */
#ifndef PARSE_DMARC_WORDS_H
#define PARSE_DMARC_WORDS_H

#include "base/bytes.h"
#include "parse/value.h"

struct arena;

struct choice dmarc_read_policy(struct bytes text, struct arena *arena);
struct choice dmarc_read_disposition(struct bytes text, struct arena *arena);
struct choice dmarc_read_evaluated(struct bytes text, struct arena *arena);
struct choice dmarc_read_alignment(struct bytes text, struct arena *arena);
struct choice dmarc_read_dkim_result(struct bytes text, struct arena *arena);
struct choice dmarc_read_spf_result(struct bytes text, struct arena *arena);

#endif
