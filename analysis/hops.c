/*
 * Second hops with an envelope of their own: channels that carry the list's
 * signature, or are active when the list is, and never else.
 */

#include <math.h>
#include <string.h>

#include "analysis/evidence.h"
#include "analysis/leak_world.h"
#include "analysis/learn.h"
#include "analysis/org.h"
#include "base/arena.h"
#include "base/room.h"

/* How sure, as the logarithm of how much likelier it is than chance. */
#define SURE 7.0
/* Forwarding for more people than that is a service's, or no forwarding. */
#define MAX_HOP_PARTIES 50
/* A day of the list shows in the hop's reports, unless one got lost. */
#define SEEN     0.88
#define ELSEWISE 0.01

/* --- days --- */

/*
 * A day on which the list was active, and how many posts it had.  With a
 * quarter of the most parties a day is one on which it sent to everybody.  On
 * others somebody's mail was late, or the host does more than the list; or it
 * has a small list too.
 */
void
hops_find_sends(struct draft *draft)
{
	const struct grid *grid = draft->grid;
	size_t i, day = 0, most = 0;

	draft->sends = room_new(grid->day_count, sizeof(*draft->sends));
	for (i = 0; i < grid->day_count; i++)
		draft->sends[i] = (struct send) { .day = grid->days[i],
			.posts = draft->posts.by_day[i] };
	for (i = 0; i < grid->cell_count; i++) {
		while (grid->days[day] != grid->cells[i].day)
			day++;
		if (++draft->sends[day].parties > most)
			most = draft->sends[day].parties;
	}
	for (i = 0; i < grid->day_count; i++) {
		draft->sends[i].is_wide = draft->sends[i].parties * 4 >= most;
		draft->wide_count += draft->sends[i].is_wide;
	}
}

/* A list, and which of its days are looked at. */
struct pattern {
	const struct draft *list;
	bool is_wide;
};

static int64_t
posts_on(const struct pattern *pattern, int32_t day)
{
	const struct send *sends = pattern->list->sends;
	size_t low = 0, high = pattern->list->grid->day_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (sends[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < pattern->list->grid->day_count && sends[low].day == day
		&& (sends[low].is_wide || !pattern->is_wide)
	    ? sends[low].posts
	    : 0;
}

/* Reporters disagree about when a day begins. */
static bool
is_near(const struct pattern *pattern, int32_t day)
{
	return posts_on(pattern, day - 1) > 0 || posts_on(pattern, day + 1) > 0;
}

/* Messages in a channel that may be the list's, and of them those for one
 * party. */
struct suspect {
	const struct draft *list;
	bool wants_signed;
	uint32_t states; /* of our signature */
};

/* The list's own signature, or seal, on what somebody else brought. */
static bool
is_signed_by(const struct analysis *analysis, const struct flow *flow,
    const struct channel *list)
{
	const struct dmarc_dkim *dkim =
	    flow_facts(analysis, flow)->shape->dkim_results;

	for (; dkim != NULL; dkim = dkim->next)
		if (dkim->result.value == DMARC_AUTH_PASS
		    && org_is_same(dkim->domain, list->org))
			return true;
	return facts_sealed_by(
	    flow_reasons(analysis, flow)->arc_seal, list->org);
}

/* With our signature in the state in which the list leaves it. */
static bool
is_suspect(const struct analysis *analysis, const void *context,
    const struct flow *flow)
{
	const struct suspect *suspect = context;

	if (suspect->wants_signed)
		return is_signed_by(analysis, flow, suspect->list->channel);
	return (flow->says & suspect->states) != 0;
}

static struct suspect
suspect_of(const struct draft *list)
{
	const struct channel *channel = list->channel;
	struct suspect out = { .list = list };

	if (5 * channel->sig_pass >= 4 * channel->messages)
		out.states = SAYS_OWN_PASS;
	else if (5 * channel->sig_fail >= 4 * channel->messages)
		out.states = SAYS_OWN_FAIL;
	else if (5 * (channel->sig_pass + channel->sig_fail)
	    <= channel->messages)
		out.states = SAYS_UNSIGNED;
	else
		out.states = SAYS_OWN_PASS | SAYS_OWN_FAIL | SAYS_UNSIGNED;
	return out;
}

/* A party's days: of the list's, next to them, and others. */
struct tally {
	double sends, others; /* days there were */
	double seen, near, far;
	int64_t most;    /* messages on one of the others */
	double unlikely; /* sends with more messages than posts explain */
};

static struct tally
tally_days(const struct analysis *analysis, const struct grid *grid,
    uint32_t party, const struct pattern *list)
{
	double days = analysis->last_day - analysis->first_day + 1;
	struct tally out = { 0 };
	const struct grid_cell *cell;
	size_t i;

	out.sends = (double)(list->is_wide ? list->list->wide_count
					   : list->list->grid->day_count);
	out.others = days > out.sends ? days - out.sends : 0;
	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		if (cell->party != party || posts_on(list, cell->day) > 0)
			continue;
		*(is_near(list, cell->day) ? &out.near : &out.far) += 1;
		if (cell->count > out.most)
			out.most = cell->count;
	}
	for (i = 0; i < grid->cell_count; i++) {
		cell = &grid->cells[i];
		if (cell->party != party || posts_on(list, cell->day) == 0)
			continue;
		out.seen++;
		out.unlikely +=
		    cell->count > 2 * posts_on(list, cell->day) + out.most;
	}
	return out;
}

/*
 * How much likelier a party's days are if it gets the list's mail, and other
 * mail at its own rate, than if it gets mail on so many days by chance.
 */
static double
compare_pattern(const struct analysis *analysis, const struct grid *grid,
    uint32_t party, const struct pattern *list)
{
	struct tally t = tally_days(analysis, grid, party, list);
	double rate =
	    (t.seen + t.near + t.far + 0.5) / (t.sends + t.others + 1);
	double other = (t.far + 0.5) / (t.others + 1), near, ratio;

	if (t.far == 0 || other < ELSEWISE)
		other = ELSEWISE;
	near = log(0.2 / rate) - 1 > log(other / rate) ? log(0.2 / rate) - 1
						       : log(other / rate);
	ratio = t.seen * log(SEEN / rate) + t.near * near
	    + t.far * log(other / rate)
	    + (t.sends - t.seen) * log((1 - SEEN) / (1 - rate))
	    + (t.others - t.near - t.far) * log((1 - other) / (1 - rate));
	return ratio - 3 * t.unlikely - (t.far * 4 > t.seen ? 3 : 0);
}

static double
compare_days(const struct analysis *analysis, const struct grid *grid,
    uint32_t party, const struct draft *list)
{
	const struct pattern all = { list, false }, wide = { list, true };
	double ratio = compare_pattern(analysis, grid, party, &all), other;

	if (list->wide_count == list->grid->day_count)
		return ratio;
	other = compare_pattern(analysis, grid, party, &wide);
	return ratio > other ? ratio : other;
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
	const struct flow *flows = learn_flows(analysis, channel);
	const struct flow *flow;
	size_t i;

	for (i = 0; i < channel->flow_count; i++) {
		flow = &flows[i];
		if (flow->party != party)
			continue;
		out->via_envelope_to = flow->says & SAYS_VIA_ENVELOPE_TO;
		out->reporter =
		    world_reporter_name(flow_report(analysis, flow)->source);
		if (flow_window(analysis, flow) < out->window)
			out->window = flow_window(analysis, flow);
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
	evidence_add(analysis, channel, "second-hop", 0, 0,
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
	    && channel->followed > 0 && channel->messages > 0
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
		channel = &analysis->channels[i];
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
