/* Rows, once all are there: to which channels they belong, and then as flows
 * in the order of these. */

#include <stdlib.h>
#include <string.h>

#include "analysis/learn.h"
#include "analysis/world.h"
#include "base/room.h"

/* What is asked of a shape for each row. */
struct use {
	const char *sent_for; /* the domain for which it was last asked */
	uint32_t channel;     /* for its channel, and this */
	uint32_t selector;    /* the same of its selector */
	const char *signed_for;
	uint32_t party; /* that it tells of, or INDEX_NONE */
	uint32_t says;
	bool is_known, is_seen, has_envelope;
};

/* A step through the rows. */
struct walk {
	struct analysis *analysis;
	struct rows *rows;
	struct use *uses;
	const struct flow_shape *shapes;
};

/* --- what a shape says --- */

static uint32_t
says_of_signature(const struct facts *facts)
{
	switch (facts->own_signature) {
	case SIGNATURE_PASS:
		return SAYS_OWN_PASS;
	case SIGNATURE_FAIL:
		return SAYS_OWN_FAIL;
	case SIGNATURE_NONE:
		break;
	}
	return SAYS_UNSIGNED;
}

/* What has neither our signature nor an envelope of its own is nobody's, on
 * whatever day it came; and who gets what SPF authorises is not the question.
 * There is much of both. */
static bool
is_followed(const struct facts *facts)
{
	return !facts->aligned_spf
	    && (facts->envelope != NULL
		|| facts->own_signature != SIGNATURE_NONE);
}

static uint32_t
says_of_facts(const struct facts *facts)
{
	return says_of_signature(facts) | (facts->passes ? SAYS_PASS : 0)
	    | (facts->aligned_spf ? SAYS_ALIGNED_SPF : 0)
	    | (facts->spf == DMARC_AUTH_PASS ? SAYS_SPF_PASS : 0)
	    | (facts->relay_signs ? SAYS_RELAY_SIGNS : 0)
	    | (facts->signer != NULL ? SAYS_SIGNED : 0)
	    | (is_followed(facts) ? SAYS_FOLLOWED : 0);
}

static void
look(struct walk *walk, uint32_t number)
{
	struct facts *facts = &walk->analysis->facts[number];

	*facts =
	    facts_of_shape(&walk->shapes[number], walk->analysis->config.own);
	walk->uses[number] = (struct use) {
		.is_known = true,
		.has_envelope = facts->envelope != NULL,
		.says = says_of_facts(facts),
	};
}

/* And whom it tells of; parties have numbers in the order of the rows. */
static void
meet(struct walk *walk, struct use *use, uint32_t number)
{
	const char *to = walk->shapes[number].envelope_to;

	use->is_seen = true;
	use->party = INDEX_NONE;
	if (to == NULL || strchr(to, '.') == NULL)
		return;
	use->party = world_recipient(walk->analysis, to);
	use->says |= SAYS_VIA_ENVELOPE_TO;
}

/* --- to their channels --- */

static struct address
unpack_address(const struct analysis *analysis, uint32_t number, bool is_long)
{
	struct address out = { .len = 5 };

	if (is_long)
		return analysis->addresses[number];
	out.data[0] = 4;
	out.data[1] = (uint8_t)(number >> 24);
	out.data[2] = (uint8_t)(number >> 16);
	out.data[3] = (uint8_t)(number >> 8);
	out.data[4] = (uint8_t)number;
	return out;
}

struct address
flow_address(const struct analysis *analysis, const struct flow *flow)
{
	return unpack_address(
	    analysis, flow->address, flow->says & SAYS_LONG_ADDRESS);
}

static struct channel_key
key_of(const struct analysis *analysis, const struct row *row)
{
	struct channel_key key = {
		.domain = analysis->reports[row->report].source->domain,
		.envelope = analysis->facts[row->shape].envelope,
	};

	if (key.envelope == NULL)
		key.network = row->is_long
		    ? world_network_of(&analysis->addresses[row->address])
		    : world_network_of_ipv4(row->address);
	return key;
}

/* Rows, and what they lead to, are far apart; the next ones are known. */
#define AHEAD 16

static void
prepare(struct walk *walk, size_t i)
{
	const struct rows *rows = walk->rows;
	struct channel_key key;
	const struct row *row;

	if (i + AHEAD < rows->count)
		__builtin_prefetch(
		    &walk->uses[rows_at(rows, i + AHEAD)->shape]);
	if (i + AHEAD / 2 >= rows->count)
		return;
	row = rows_at(rows, i + AHEAD / 2);
	if (!walk->uses[row->shape].is_known)
		look(walk, row->shape);
	else if (walk->uses[row->shape].has_envelope)
		return;
	key = key_of(walk->analysis, row);
	world_channel_soon(walk->analysis, &key);
}

static uint32_t
find_channel(struct walk *walk, const struct row *row, struct use *use,
    const char *domain)
{
	struct channel_key key;

	if (use->has_envelope && use->sent_for == domain)
		return use->channel;
	key = key_of(walk->analysis, row);
	use->channel = world_channel(walk->analysis, &key);
	use->sent_for = domain;
	return use->channel;
}

static void
place_rows(struct walk *walk)
{
	struct rows *rows = walk->rows;
	struct flow_report *report;
	struct row *row;
	struct use *use;
	size_t i;

	for (i = 0; i < AHEAD / 2 && i < rows->count; i++)
		if (!walk->uses[rows_at(rows, i)->shape].is_known)
			look(walk, rows_at(rows, i)->shape);
	for (i = 0; i < rows->count; i++) {
		prepare(walk, i);
		row = rows_at(rows, i);
		report = &walk->analysis->reports[row->report];
		use = &walk->uses[row->shape];
		if (!use->is_seen)
			meet(walk, use, row->shape);
		if (use->party == INDEX_NONE && report->party == INDEX_NONE)
			report->party =
			    world_reporter(walk->analysis, report->source);
		row->channel =
		    find_channel(walk, row, use, report->source->domain);
		if (use->says & SAYS_ALIGNED_SPF)
			world_own_record(walk->analysis, report->source->domain,
			    report->day);
	}
}

/* --- to flows --- */

static uint32_t
find_selector(struct walk *walk, const struct row *row, struct use *use)
{
	struct analysis *analysis = walk->analysis;
	const char *domain = analysis->reports[row->report].source->domain;

	if (!(use->says & SAYS_OWN_PASS))
		return INDEX_NONE;
	if (use->signed_for != domain)
		use->selector = learn_selector(
		    analysis, domain, &analysis->facts[row->shape]);
	use->signed_for = domain;
	return use->selector;
}

static uint32_t
says_of_row(const struct walk *walk, const struct row *row)
{
	const struct analysis *analysis = walk->analysis;
	const struct reason_facts *reasons = analysis->reasons[row->reasons];
	uint32_t says = walk->uses[row->shape].says;
	struct address address;

	if (row->is_long)
		says |= SAYS_LONG_ADDRESS;
	if (reasons->mailing_list)
		says |= SAYS_MAILING_LIST;
	if (reasons->trusted_forwarder)
		says |= SAYS_TRUSTED_FORWARDER;
	if (reasons->arc_pass || reasons->arc_seal != NULL)
		says |= SAYS_ARC;
	if (analysis->config.own->network_count == 0)
		return says;
	address = unpack_address(analysis, row->address, row->is_long);
	if (own_has_address(analysis->config.own, &address))
		says |= SAYS_OWN_NETWORK;
	return says;
}

static struct flow
flow_of(struct walk *walk, const struct row *row)
{
	struct use *use = &walk->uses[row->shape];

	return (struct flow) {
		.messages = row->count,
		.report = row->report,
		.record = row->record,
		.shape = row->shape,
		.party = use->party == INDEX_NONE
		    ? walk->analysis->reports[row->report].party
		    : use->party,
		.address = row->address,
		.selector = find_selector(walk, row, use),
		.reasons = row->reasons,
		.says = says_of_row(walk, row),
	};
}

/* Counts the flows of each channel, and then says where the next of each
 * belongs. */
static uint32_t *
find_places(struct walk *walk)
{
	const struct rows *rows = walk->rows;
	struct analysis *analysis = walk->analysis;
	uint32_t *places = room_new(analysis->channel_count, sizeof(*places));
	size_t i;

	for (i = 0; i < rows->count; i++)
		places[rows_at(rows, i)->channel]++;
	world_make_channels(analysis, places);
	return places;
}

static void
prepare_flow(const struct walk *walk, const uint32_t *places, size_t i)
{
	const struct rows *rows = walk->rows;

	if (i + AHEAD < rows->count) {
		__builtin_prefetch(
		    &walk->uses[rows_at(rows, i + AHEAD)->shape]);
		__builtin_prefetch(&places[rows_at(rows, i + AHEAD)->channel]);
	}
	if (i + AHEAD / 2 < rows->count)
		__builtin_prefetch(
		    &walk->analysis
			 ->flows[places[rows_at(rows, i + AHEAD / 2)->channel]],
		    1);
}

static void
free_piece(struct rows *rows, size_t piece)
{
	free(rows->pieces[piece]);
	rows->pieces[piece] = NULL;
}

void
rows_settle(struct analysis *analysis, const struct flow_shapes *shapes)
{
	struct rows *rows = &analysis->rows;
	struct walk walk = { .analysis = analysis,
		.rows = rows,
		.shapes = shapes->shapes,
		.uses = room_new(shapes->count, sizeof(*walk.uses)) };
	const struct row *row;
	uint32_t *places;
	size_t i;

	analysis->facts = room_new(shapes->count, sizeof(*analysis->facts));
	place_rows(&walk);
	places = find_places(&walk);
	analysis->flow_count = rows->count;
	analysis->flows = room_new(rows->count, sizeof(*analysis->flows));
	for (i = 0; i < rows->count; i++) {
		prepare_flow(&walk, places, i);
		row = rows_at(rows, i);
		analysis->flows[places[row->channel]++] = flow_of(&walk, row);
		if ((i + 1) % ROWS_PIECE == 0)
			free_piece(rows, i / ROWS_PIECE);
	}
	free(places);
	free(walk.uses);
	rows_release(rows);
}
