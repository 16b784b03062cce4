/*
 * The tables of an analysis: what its files share.  analysis/analysis.h is
 * for everybody else.
 *
 * A flow is a record, as far as it is asked about here.  A channel is a way
 * that mail with our domain in From takes: the domain of the envelope, or the
 * network where the envelope is ours or empty.  A party is whom a record tells
 * of: the recipients' domain where the reporter names it, else the reporter.
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

/* What a record says, in bits. */
enum says {
	SAYS_PASS = 1 << 0,        /* DMARC */
	SAYS_ALIGNED_SPF = 1 << 1, /* SPF passes for the domain in From */
	SAYS_OWN_PASS = 1 << 2,    /* our signature, or that it is broken, */
	SAYS_OWN_FAIL = 1 << 3,
	SAYS_UNSIGNED = 1 << 4, /* or neither */
	SAYS_SPF_PASS = 1 << 5, /* for the envelope */
	SAYS_RELAY_SIGNS = 1 << 6,
	SAYS_SIGNED = 1 << 7, /* by somebody else */
	SAYS_ARC = 1 << 8,
	SAYS_MAILING_LIST = 1 << 9,
	SAYS_TRUSTED_FORWARDER = 1 << 10,
	SAYS_OWN_NETWORK = 1 << 11,
	SAYS_AWAY = 1 << 12, /* our signature, by a key that only others use */
	SAYS_VIA_ENVELOPE_TO = 1 << 13, /* the party is not the reporter */
	SAYS_FOLLOWED = 1 << 14,        /* by day, see settle.c */
	SAYS_LONG_ADDRESS = 1 << 15,
};

/* A record.  There may be millions: it has numbers where it could have
 * pointers, and what is asked of each of them. */
struct flow {
	int64_t messages;
	uint32_t report, record; /* report: in analysis->reports */
	uint32_t shape, party;
	uint32_t address;  /* IPv4, or where it is in analysis->addresses */
	uint32_t selector; /* of ours, whose signature passes; INDEX_NONE */
	uint32_t reasons;
	uint32_t says;
};

struct flow_report {
	int64_t id;
	const struct flow_source *source;
	uint32_t source_number;
	int32_t day;
	uint32_t window; /* seconds; UINT32_MAX: not a period */
	uint32_t party;  /* when no record says another; INDEX_NONE: not yet */
	uint8_t p;       /* enum dmarc_policy */
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
	const char *domain;
	/* Of an envelope, or where that is NULL, of a network: its kind in the
	 * upper byte, and 24 or 48 bits of the address. */
	const char *envelope;
	uint64_t network;
	uint32_t host; /* all that has this envelope or network */
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
	struct memo reason_memo, sources, orgs, reporters, envelope_to, signers,
	    own_froms;
	struct index channel_index, host_index, party_index, selector_index,
	    carriage_index, own_day_index;
	struct flow_report *reports;
	size_t report_count, report_room;
	struct address *addresses; /* those that are not IPv4, or none */
	size_t address_count, address_room;
	const struct reason_facts **reasons;
	size_t reason_count, reason_room;
	struct facts *facts; /* by the number of the shape */
	/* In the order of their channels, see channel->first_flow; and in each
	 * channel in that of the records. */
	struct flow *flows;
	size_t flow_count;
	struct channel_key *channel_keys; /* while channels are found */
	size_t channel_key_room;
	struct channel *channels; /* those of one host next to each other */
	const struct channel **by_domain; /* once somebody asks */
	size_t channel_count, host_count;
	struct party *parties;
	size_t party_count, party_room;
	uint32_t *party_rows; /* all 0, for whoever numbers some of them */
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

static inline const struct facts *
flow_facts(const struct analysis *analysis, const struct flow *flow)
{
	return &analysis->facts[flow->shape];
}

static inline const struct reason_facts *
flow_reasons(const struct analysis *analysis, const struct flow *flow)
{
	return analysis->reasons[flow->reasons];
}

static inline const struct flow_report *
flow_report(const struct analysis *analysis, const struct flow *flow)
{
	return &analysis->reports[flow->report];
}

/* How precisely its time is known, in seconds. */
static inline uint32_t
flow_window(const struct analysis *analysis, const struct flow *flow)
{
	return flow->messages <= 1 ? flow_report(analysis, flow)->window
				   : UINT32_MAX;
}

struct address flow_address(
    const struct analysis *analysis, const struct flow *flow);
/* Of an address: /24 and /48, what one operator has at one place. */
struct address world_network(const struct address *address);
const char *world_reporter_name(const struct flow_source *source);

/* The text, the same pointer for the same text. */
const char *world_text(struct analysis *analysis, const char *text);
const char *world_org(struct analysis *analysis, const char *domain);
/* The party that a record tells of: the recipients' domain, or the reporter. */
uint32_t world_recipient(struct analysis *analysis, const char *envelope_to);
uint32_t world_reporter(
    struct analysis *analysis, const struct flow_source *source);
/* The network of an address, as channel_key has it. */
uint64_t world_network_of(const struct address *address);
static inline uint64_t
world_network_of_ipv4(uint32_t address)
{
	return (uint64_t)4 << 56 | address >> 8;
}
/* The number of the channel with that key. */
uint32_t world_channel(
    struct analysis *analysis, const struct channel_key *key);
/* Says that it will be asked for soon. */
void world_channel_soon(
    const struct analysis *analysis, const struct channel_key *key);
/* Makes the channels that have got numbers, in the order of their hosts.
 * flows has how many flows each has, and then where the first of them
 * stands. */
void world_make_channels(struct analysis *analysis, uint32_t *flows);
/* Counts a record of our own mail. */
void world_own_record(
    struct analysis *analysis, const char *domain, int32_t day);
/* The place of a value, NULL in it when it is new. */
const void **memo_place(struct memo *memo, const void *key);

#endif
