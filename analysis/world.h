/*
 * The tables of an analysis: what its files share.  analysis/analysis.h is
 * for everybody else.
 *
 * A flow is a record without its time and count; a cell says how many
 * messages of it there were on one day.  A channel is a way that mail with
 * our domain in From takes: the domain of the envelope, or the network where
 * the envelope is ours or empty.  A party is whom a record tells of: the
 * recipients' domain where the reporter names it, else the reporter.
 */
#ifndef ANALYSIS_WORLD_H
#define ANALYSIS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/analysis.h"
#include "analysis/facts.h"
#include "analysis/index.h"
#include "analysis/rows.h"
#include "parse/intern.h"

struct party {
	const char *name;
	enum party_class class;
	int64_t messages; /* in all that was reported */
	int64_t direct;   /* of them from what SPF authorises */
};

/* There are as many as there are different records: in the order that wastes
 * no room. */
struct flow {
	const struct flow_source *source;
	const struct facts *facts;
	const struct reason_facts *reasons;
	int64_t messages;
	int64_t report;  /* one that says so, */
	uint32_t record; /* and where */
	uint32_t channel, party;
	int32_t first_day, last_day;
	uint32_t window; /* the shortest report period, in seconds */
	struct address source_ip;
	uint8_t p; /* enum dmarc_policy, the last */
	bool via_envelope_to;
	bool is_away; /* signed by a key of ours that only others use */
};

/* Messages of one flow on one day. */
struct cell {
	uint32_t flow;
	int32_t day;
	uint32_t count;
};

/* A selector, and where it is at home. */
struct selector {
	const char *policy_domain, *domain, *name;
	int64_t messages; /* that it passes for */
	int64_t own;      /* of them from what is ours */
};

/* Messages with a selector that one operator carries. */
struct carriage {
	uint32_t selector;
	const char *domain; /* the operator: an organisation, */
	uint32_t channel;   /* or a network's channel */
	int64_t messages;
};

/* Mail of ours and of vendors on one day, for a domain. */
struct own_day {
	const char *domain;
	int32_t day;
	int64_t records;
};

/* What tells channels apart, by itself: channels are large, and most looks at
 * one are for this. */
struct channel_key {
	const char *domain, *envelope;
	struct address network;
};

struct memo { /* of what pointers stand for */
	struct index index;
	struct memo_entry {
		const void *key;
		const void *value;
	} * entries;
	size_t count, room;
};

struct analysis {
	struct arena *arena;
	struct analysis_config config;
	struct intern strings;

	struct rows rows; /* until the flows are made of them */
	struct memo reasons, orgs, reporters, envelope_to, signers, own_froms;
	struct index channel_index, party_index, selector_index, carriage_index,
	    own_day_index;
	struct facts *facts; /* by the number of the shape */
	/* Both in the order of their channels, see channel->first_flow and
	 * first_cell; and in each channel in that of the records. */
	struct flow *flows;
	size_t flow_count, flow_room;
	struct cell *cells;
	size_t cell_count, cell_room;
	struct channel **channels;
	struct channel_key *channel_keys; /* the same order */
	size_t channel_count, channel_room, channel_key_room;
	struct party *parties;
	size_t party_count, party_room;
	struct selector *selectors;
	size_t selector_count, selector_room;
	struct carriage *carriages;
	size_t carriage_count, carriage_room;
	struct own_day *own_days;
	size_t own_day_count, own_day_room;

	int32_t first_day, last_day;
	int64_t messages;
	size_t reporter_count;
};

/* Sums stop here: low enough that a hundred times as much is a number still.
 * Reports may claim any count. */
#define SUM_MAX (INT64_MAX / 1000)

static inline int64_t
sum(int64_t a, int64_t b)
{
	return a >= SUM_MAX || b >= SUM_MAX - a ? SUM_MAX : a + b;
}

/* Of one cell; products of two are numbers still. */
#define CELL_MAX (1U << 30)

/* The text, the same pointer for the same text. */
const char *world_text(struct analysis *analysis, const char *text);
const char *world_org(struct analysis *analysis, const char *domain);
/* The party that a record tells of: the recipients' domain, or the reporter. */
uint32_t world_recipient(struct analysis *analysis, const char *envelope_to);
uint32_t world_reporter(
    struct analysis *analysis, const struct flow_source *source);
/* The channel of an envelope; where that is NULL, of the address's network. */
uint32_t world_channel(struct analysis *analysis, const char *domain,
    const char *envelope, const struct address *source_ip);
/* Says that this channel will be asked for soon. */
void world_channel_soon(
    const struct analysis *analysis, const char *domain, const char *envelope);
/* Counts a record of our own mail. */
void world_own_record(
    struct analysis *analysis, const char *domain, int32_t day);
/* The place of a value, NULL in it when it is new. */
const void **memo_place(struct memo *memo, const void *key);

#endif
