/*
 * What rows mean: who sends with our domains in From, and which mailing lists
 * and whose subscribers the reports tell of.  docs/leaks.md says how.
 *
 *	analysis = analysis_new(&arena, &config);
 *	analysis_add(analysis, &row)          for each record of the period
 *	analysis_finish(analysis, &shapes)
 *	... analysis_channels(), analysis_leak() ...
 *	analysis_free(analysis)
 *
 * Pure: it asks nobody, and the same rows in the same order give the same
 * answer.  Each row takes 40 bytes until the end, and what is distinct in the
 * rows its own room.  Texts that are handed out live in the arena.
 */
#ifndef ANALYSIS_ANALYSIS_H
#define ANALYSIS_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/knowledge.h"
#include "analysis/own.h"
#include "base/compiler.h"
#include "parse/flow.h"

struct analysis;
struct arena;
struct step;

enum sender_class {
	CLASS_OWN,       /* our servers, which SPF names */
	CLASS_UNLISTED,  /* our servers by their signature, which SPF lacks */
	CLASS_VENDOR,    /* a service that may send as us */
	CLASS_LIST,      /* a mailing list that we write to */
	CLASS_FORWARDER, /* it passes on what one of our recipients gets */
	CLASS_GATEWAY,   /* a filter or MX in front of our recipients */
	CLASS_RELAY,     /* it passes our mail on, and we can't tell how */
	CLASS_SERVICE,   /* authenticated as somebody else */
	CLASS_SPOOF,     /* nothing proves who it is */
	CLASS_UNKNOWN,
};
#define CLASS_COUNT 10
const char *sender_class_name(enum sender_class class);
MUST_CHECK bool sender_class_parse(struct bytes name, enum sender_class *out);

enum confidence {
	CONFIDENCE_LOW, /* possible */
	CONFIDENCE_MED,
	CONFIDENCE_HIGH,
};
const char *confidence_name(enum confidence confidence);

/* What a list does to a message. */
enum list_kind {
	KIND_INTACT, /* our signature survives */
	KIND_BREAKS, /* it breaks our signature */
	KIND_RESIGN, /* and signs itself */
	KIND_ARC,    /* and seals with ARC */
	KIND_STRIP,  /* it takes our signature out */
	KIND_MIXED,  /* it breaks our signature in some messages */
};
const char *list_kind_name(enum list_kind kind);

enum party_class {
	PARTY_NAMED, /* an organisation, or a person */
	PARTY_CROWD, /* a provider with mailboxes for everybody */
	PARTY_GATE,  /* a filter or hoster, for many organisations */
};
const char *party_class_name(enum party_class class);

/* A rule that fired, and records that say so. */
#define EVIDENCE_ROWS 3
struct evidence {
	const struct evidence *next;
	const char *rule; /* a word for machines */
	int points; /* for being a list; 0 where that is not the question */
	const char *text;
	struct evidence_row {
		int64_t report, record;
	} rows[EVIDENCE_ROWS];
	size_t row_count;
};

/* Settled by the operator: a domain's class. */
struct label {
	const char
	    *domain; /* an envelope domain, or a network as it is shown */
	enum sender_class class;
};

struct analysis_config {
	const struct own *own;
	const struct knowledge *knowledge;
	const struct label *labels;
	size_t label_count;
	bool explains; /* channels have evidence, which takes its room */
};

struct channel {
	const char *domain;   /* the policy domain */
	const char *name;     /* the envelope domain, or the network */
	const char *envelope; /* NULL for a network */
	const char *org;      /* the envelope's organisation; NULL */
	struct address network;

	enum sender_class class;
	enum confidence confidence;
	const char *reason;              /* in words */
	bool is_labelled;                /* by the operator */
	const struct evidence *evidence; /* when it was asked for */

	int64_t messages, passed;
	int64_t aligned_spf; /* messages, as all below */
	int64_t own_network; /* from [networks] own */
	int64_t sig_pass, sig_fail;
	int64_t sig_home; /* passes, by a selector that is at home with us */
	int64_t sig_away; /* passes, by one that is not */
	int64_t spf_pass; /* for the envelope */
	int64_t signed_by_relay, signed_by_other;
	int64_t arc, sealed, mailing_list, trusted_forwarder;
	int64_t from_others; /* from a network: with other envelopes */
	int64_t carried;     /* of its selectors' messages, the share of its
			  * operator in the one it carries most, in percent */
	int32_t first_day, last_day;
	uint32_t reporters, parties, flow_count;

	/* As a list. */
	int score;
	enum list_kind kind;
	const char *provenance; /* sig, testimony, host, hint, none */
	const struct step *step, *broken_step; /* of a host */
	bool is_possible_list;
	bool is_split; /* only what has our signature broken is the list's */
	struct leak *leak; /* of a list, or a possible one; else NULL */

	/* For the analysis.  The host is what the same envelope or network sent
	 * for all of our domains; the channel itself, when that is all. */
	struct channel *host;
	uint32_t member_count; /* of a host of several */
	uint32_t first_flow;
	uint32_t followed; /* of the flows: those that are looked at by day */
};

/* A party of a list. */
struct exposure {
	const char *party;
	enum party_class class;
	bool is_hop;         /* it comes by a subscriber's own forwarder, */
	const char *hop_via; /* which is this */
	bool via_envelope_to;
	bool is_solo;        /* named, and one subscriber */
	bool is_new;         /* first seen after three posts at least */
	bool is_gone;        /* not seen in the last five posts */
	int64_t subscribers; /* at least */
	int32_t first_day, last_day;
	int64_t days, messages;
	uint32_t window; /* seconds: how precisely the time is known */
	const char *reporter;
};

/* What a list gives away. */
struct leak {
	const struct channel *channel;
	int64_t days, posts;
	struct exposure *exposures; /* by messages, hops last */
	size_t exposure_count;
	size_t crowd, gate, named, solo, hops, fresh;
	int p;                /* enum dmarc_policy, the last */
	const char *selector; /* of ours, on most of its messages */
};

struct analysis *analysis_new(
    struct arena *arena, const struct analysis_config *config);
void analysis_add(struct analysis *analysis, const struct flow_row *row);
/* The shapes are those that the rows have the numbers of. */
void analysis_finish(
    struct analysis *analysis, const struct flow_shapes *shapes);
void analysis_free(struct analysis *analysis);

/* Adds counts as the analysis does: they stop before they overflow. */
int64_t analysis_sum(int64_t a, int64_t b);

/* After analysis_finish(): all channels, as many as *count. */
const struct channel *analysis_channels(
    const struct analysis *analysis, size_t *count);
/* The same by domain, then most messages first. */
const struct channel *const *analysis_by_domain(
    struct analysis *analysis, size_t *count);

/* Calls row for each of the channel's records. */
struct channel_flow {
	struct address source_ip;
	const struct facts *facts;
	const char *reporter;
	int64_t messages;
	int32_t day;
	int64_t report, record;
};
void analysis_flows(const struct analysis *analysis,
    const struct channel *channel,
    void (*row)(void *context, const struct channel_flow *flow), void *context);

/* All that was added. */
struct analysis_extent {
	int64_t messages;
	int32_t first_day, last_day;
	size_t reporters;
	bool is_signed; /* some signature of ours passes somewhere */
};
struct analysis_extent analysis_extent(const struct analysis *analysis);

#endif
