/*
 * Second hops with an envelope of their own: channels that carry the list's
 * signature, or are active when the list is, and never else.
 */

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/evidence.h"
#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "analysis/org.h"
#include "base/arena.h"

/* How sure, as the logarithm of how much likelier it is than chance. */
#define SURE 7.0
/* Forwarding for more people than that is a service's, or no forwarding. */
#define MAX_HOP_PARTIES 50
/* A day of the list shows in the hop's reports, unless one got lost. */
#define SEEN     0.88
#define ELSEWISE 0.01

/* --- days --- */

/* A day on which the list was active, and how many posts it had. */
static int64_t
posts_on(const struct draft *list, int32_t day)
{
	size_t low = 0, high = list->grid->day_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (list->grid->days[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->grid->day_count && list->grid->days[low] == day
	    ? list->posts.by_day[low]
	    : 0;
}

/* Reporters disagree about when a day begins. */
static bool
is_near(const struct draft *list, int32_t day)
{
	return posts_on(list, day - 1) > 0 || posts_on(list, day + 1) > 0;
}

/* Messages in a channel that may be the list's, and of them those for one
 * party. */
struct suspect {
	const struct draft *list;
	bool wants_signed;
	enum own_signature state;
	bool any_state;
};

/* The list's own signature, or seal, on what somebody else brought. */
static bool
is_signed_by(const struct flow *flow, const struct channel *list)
{
	const struct dmarc_dkim *dkim = flow->facts->shape->dkim_results;

	for (; dkim != NULL; dkim = dkim->next)
		if (dkim->result.value == DMARC_AUTH_PASS
		    && org_is_same(dkim->domain, list->org))
			return true;
	return facts_sealed_by(flow->reasons->arc_seal, list->org);
}

/* With our signature in the state in which the list leaves it. */
static bool
is_suspect(const void *context, const struct flow *flow)
{
	const struct suspect *suspect = context;

	if (suspect->wants_signed)
		return is_signed_by(flow, suspect->list->channel);
	return suspect->any_state
	    || flow->facts->own_signature == suspect->state;
}

static struct suspect
suspect_of(const struct draft *list)
{
	const struct channel *channel = list->channel;
	struct suspect out = { .list = list };

	if (5 * channel->sig_pass >= 4 * channel->messages)
		out.state = SIGNATURE_PASS;
	else if (5 * channel->sig_fail >= 4 * channel->messages)
		out.state = SIGNATURE_FAIL;
	else if (5 * (channel->sig_pass + channel->sig_fail)
	    <= channel->messages)
		out.state = SIGNATURE_NONE;
	else
		out.any_state = true;
	return out;
}

/*
 * How much likelier a party's days are if what it gets is the list's mail,
 * than if it gets mail on so many days by chance.
 */
static double
compare_days(const struct analysis *analysis, const struct grid *grid,
    uint32_t party, const struct draft *list)
{
	double days = analysis->last_day - analysis->first_day + 1;
	double ratio = 0, missed, rate;
	const struct grid_cell *cell;
	size_t i, active = 0, seen = 0, odd = 0;

	for (i = 0; i < grid->cell_count; i++)
		active += grid->cells[i].party == party;
	rate = ((double)active + 0.5) / (days + 1);
	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		if (cell->party != party)
			continue;
		if (posts_on(list, cell->day) > 0) {
			seen++;
			ratio += log(SEEN / rate);
			odd += cell->count > 2 * posts_on(list, cell->day);
		} else if (is_near(list, cell->day))
			ratio += log(0.2 / rate) - 1;
		else
			ratio += log(ELSEWISE / rate);
	}
	missed = (double)list->grid->day_count - (double)seen;
	ratio += missed * log((1 - SEEN) / (1 - rate));
	ratio += (days - (double)list->grid->day_count)
	    * log((1 - ELSEWISE) / (1 - rate));
	return ratio - 3 * (double)odd;
}

/* --- what is found --- */

/* Known already, in another state. */
static bool
has_hop(const struct draft *list, const char *party, const char *via)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->exposures[i].is_hop
		    && strcmp(list->exposures[i].party, party) == 0
		    && strcmp(list->exposures[i].hop_via, via) == 0)
			return true;
	return false;
}

static void
describe_hop(const struct analysis *analysis, const struct channel *channel,
    struct exposure *out, uint32_t party)
{
	const uint32_t *flows = learn_flows(analysis, channel);
	const struct flow *flow;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		flow = &analysis->flows[flows[i]];
		if (flow->party != party)
			continue;
		out->via_envelope_to = flow->via_envelope_to;
		out->reporter = flow->source->org_name;
		if (flow->window < out->window)
			out->window = flow->window;
	}
}

static void
add_hop(struct analysis *analysis, struct draft *list, struct channel *channel,
    const struct grid *grid, uint32_t row)
{
	uint32_t party = grid->parties[row];
	const char *name = analysis->parties[party].name;
	const struct grid_cell *cell;
	struct exposure *out;
	size_t i;

	if (has_hop(list, name, channel->name))
		return;
	out = draft_add(list);
	out->is_hop = true;
	out->hop_via = channel->name;
	out->party = name;
	out->class = analysis->parties[party].class;
	out->subscribers = 1;
	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		if (cell->party != row)
			continue;
		out->days++;
		out->messages += cell->count;
		if (cell->day < out->first_day)
			out->first_day = cell->day;
		if (cell->day > out->last_day)
			out->last_day = cell->day;
	}
	describe_hop(analysis, channel, out, party);
	evidence_add(analysis, channel, "second-hop", 0, NULL,
	    "it passes on mail of %s", list->channel->name);
	if (channel->parties > 1 || out->messages < channel->messages)
		return;
	channel->class = CLASS_FORWARDER;
	channel->confidence = CONFIDENCE_MED;
	channel->is_possible_list = false;
	channel->reason = arena_printf(
	    analysis->arena, "passes on mail of %s", list->channel->name);
}

/* The signature says it, whatever the days. */
static void
place_signed(
    struct analysis *analysis, struct channel *channel, struct draft *list)
{
	struct suspect suspect = { .list = list, .wants_signed = true };
	struct grid *grid;
	uint32_t row;

	if (list->channel->org == channel->org)
		return;
	grid = grid_new(analysis, channel, is_suspect, &suspect);
	for (row = 0; row < grid->party_count; row++)
		add_hop(analysis, list, channel, grid, row);
	grid_free(grid);
}

/* Of each party of a channel, the list whose days are its days. */
static void
place_by_days(struct analysis *analysis, struct channel *channel,
    uint32_t party, struct draft *drafts, size_t count)
{
	double ratio, most = channel->parties == 1 ? SURE : SURE + 2;
	struct grid *grid, *best_grid = NULL;
	struct draft *best = NULL;
	uint32_t row, best_row = 0;
	struct suspect suspect;
	size_t i;

	for (i = 0; i < count; i++) {
		if (drafts[i].channel->domain != channel->domain
		    || drafts[i].channel->class != CLASS_LIST)
			continue;
		suspect = suspect_of(&drafts[i]);
		grid = grid_new(analysis, channel, is_suspect, &suspect);
		for (row = 0; row < grid->party_count; row++)
			if (grid->parties[row] == party)
				break;
		ratio = row == grid->party_count
		    ? 0
		    : compare_days(analysis, grid, row, &drafts[i]);
		if (ratio > most) {
			grid_free(best_grid);
			best_grid = grid;
			best_row = row;
			best = &drafts[i];
			most = ratio;
		} else
			grid_free(grid);
	}
	if (best != NULL)
		add_hop(analysis, best, channel, best_grid, best_row);
	grid_free(best_grid);
}

static bool
may_forward(const struct channel *channel)
{
	return channel->class != CLASS_LIST && channel->class != CLASS_OWN
	    && channel->cell_count > 0 && channel->messages > 0
	    && channel->parties <= MAX_HOP_PARTIES;
}

void
hops_find_channels(
    struct analysis *analysis, struct draft *drafts, size_t count)
{
	struct channel *channel;
	struct grid *grid;
	uint32_t row;
	size_t i, j;

	for (i = 0; i < analysis->channel_count && count > 0; i++) {
		channel = analysis->channels[i];
		if (!may_forward(channel))
			continue;
		for (j = 0; j < count; j++)
			if (drafts[j].channel->domain == channel->domain
			    && drafts[j].channel->class == CLASS_LIST
			    && drafts[j].channel->org != NULL)
				place_signed(analysis, channel, &drafts[j]);
		if (channel->class == CLASS_VENDOR
		    || channel->class == CLASS_SERVICE)
			continue;
		grid = grid_new(analysis, channel, NULL, NULL);
		for (row = 0; row < grid->party_count; row++)
			place_by_days(analysis, channel, grid->parties[row],
			    drafts, count);
		grid_free(grid);
	}
}
