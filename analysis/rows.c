#include "analysis/rows.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/hosts.h"
#include "analysis/world.h"
#include "base/arena.h"

#define DAY_SECONDS 86400

struct row {
	int64_t count;
	uint32_t report, record;
	uint32_t shape, channel;
	uint32_t address; /* IPv4, or a number in rows->addresses */
	uint32_t reasons : 31, is_long : 1;
};

struct row_report {
	int64_t id;
	const struct flow_source *source;
	int32_t day;
	uint32_t window; /* seconds; UINT32_MAX: not a period */
	uint32_t party;  /* when no record says another; INDEX_NONE: not yet */
	uint8_t p;
};

static void *
allocate(size_t count, size_t size)
{
	void *made = calloc(count == 0 ? 1 : count, size);

	if (made == NULL)
		err(1, "analysis");
	return made;
}

/* --- as they come --- */

/* Not every period is a day of UTC; its middle is near enough. */
static int32_t
day_of(const struct flow_row *row)
{
	int64_t middle = row->begin / 2 + row->end / 2;
	int64_t day = middle / DAY_SECONDS;

	if (day < 0)
		return 0;
	return day > INT32_MAX / 2 ? INT32_MAX / 2 : (int32_t)day;
}

static void
add_report(struct rows *rows, const struct flow_row *row)
{
	int64_t window = row->end - row->begin;

	rows->reports = index_grow(rows->reports, rows->report_count,
	    &rows->report_room, sizeof(*rows->reports));
	rows->reports[rows->report_count++] = (struct row_report) {
		.id = row->report,
		.source = row->source,
		.day = day_of(row),
		.window = window >= 0 && window < UINT32_MAX ? (uint32_t)window
							     : UINT32_MAX,
		.party = INDEX_NONE,
		.p = (uint8_t)row->p,
	};
}

static uint32_t
find_reasons(struct analysis *analysis, const struct dmarc_reason *reasons)
{
	struct rows *rows = &analysis->rows;
	const void **place = memo_place(&analysis->reasons, reasons);
	struct reason_facts *made;

	/* Numbers are kept as pointers, one up. */
	if (*place == NULL) {
		made = arena_alloc(analysis->arena, 1, sizeof(*made));
		*made = facts_of_reasons(reasons);
		rows->reasons = index_grow(rows->reasons, rows->reason_count,
		    &rows->reason_room, sizeof(*rows->reasons));
		rows->reasons[rows->reason_count++] = made;
		*place = (const void *)(uintptr_t)rows->reason_count;
	}
	return (uint32_t)((uintptr_t)*place - 1);
}

static void
put_address(struct rows *rows, struct row *out, const struct address *address)
{
	const uint8_t *d = address->data + 1;

	if (address->len == 5) {
		out->address = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16
		    | (uint32_t)d[2] << 8 | d[3];
		return;
	}
	rows->addresses = index_grow(rows->addresses, rows->address_count,
	    &rows->address_room, sizeof(*rows->addresses));
	rows->addresses[rows->address_count] = *address;
	out->address = (uint32_t)rows->address_count++;
	out->is_long = true;
}

void
analysis_add(struct analysis *analysis, const struct flow_row *row)
{
	struct rows *rows = &analysis->rows;
	struct row *out;

	if (rows->report_count == 0
	    || rows->reports[rows->report_count - 1].id != row->report)
		add_report(rows, row);
	rows->rows = index_grow(
	    rows->rows, rows->count, &rows->room, sizeof(*rows->rows));
	out = &rows->rows[rows->count++];
	*out = (struct row) {
		.count = row->count,
		.report = (uint32_t)rows->report_count - 1,
		.record = (uint32_t)row->record,
		.shape = row->shape,
		.reasons = find_reasons(analysis, row->reasons) & 0x7fffffff,
	};
	put_address(rows, out, &row->source_ip);
}

static struct address
address_of(const struct rows *rows, const struct row *row)
{
	struct address out = { .len = 5 };

	if (row->is_long)
		return rows->addresses[row->address];
	out.data[0] = 4;
	out.data[1] = (uint8_t)(row->address >> 24);
	out.data[2] = (uint8_t)(row->address >> 16);
	out.data[3] = (uint8_t)(row->address >> 8);
	out.data[4] = (uint8_t)row->address;
	return out;
}

/* --- to their channels --- */

/* What is asked of a shape for each row. */
struct use {
	const char *domain; /* for which it was in a channel last, */
	uint32_t channel;   /* and which */
	uint32_t party;     /* that it tells of; INDEX_NONE: the reporter */
	bool is_known, is_seen, has_envelope, aligned_spf, is_followed;
};

/* A step through the rows. */
struct walk {
	struct analysis *analysis;
	struct rows *rows;
	struct use *uses;
	const struct flow_shape *shapes;
	uint32_t *slots; /* flows of one channel, to find them again */
	size_t room;
};

/* What has neither our signature nor an envelope of its own is nobody's, on
 * whatever day it came; there is much of it. */
static bool
is_followed(const struct facts *facts)
{
	return facts->envelope != NULL
	    || facts->own_signature != SIGNATURE_NONE;
}

/* What a shape says. */
static void
look(struct walk *walk, uint32_t number)
{
	struct facts *facts = &walk->analysis->facts[number];

	*facts =
	    facts_of_shape(&walk->shapes[number], walk->analysis->config.own);
	walk->uses[number] = (struct use) {
		.is_known = true,
		.has_envelope = facts->envelope != NULL,
		.aligned_spf = facts->aligned_spf,
		.is_followed = is_followed(facts),
	};
}

/* And whom it tells of; parties have numbers in the order of the rows. */
static void
meet(struct walk *walk, struct use *use, uint32_t number)
{
	const char *to = walk->shapes[number].envelope_to;

	use->is_seen = true;
	use->party = to != NULL && strchr(to, '.') != NULL
	    ? world_recipient(walk->analysis, to)
	    : INDEX_NONE;
}

/* Rows, and what they lead to, are far apart; the next ones are known. */
#define AHEAD 16

static void
prepare(struct walk *walk, size_t i)
{
	const struct rows *rows = walk->rows;
	const struct row *row;
	struct use *use;

	if (i + AHEAD < rows->count)
		__builtin_prefetch(&walk->uses[rows->rows[i + AHEAD].shape]);
	if (i + AHEAD / 2 >= rows->count)
		return;
	row = &rows->rows[i + AHEAD / 2];
	use = &walk->uses[row->shape];
	if (use->is_known)
		return;
	look(walk, row->shape);
	if (use->has_envelope)
		world_channel_soon(walk->analysis,
		    rows->reports[row->report].source->domain,
		    walk->analysis->facts[row->shape].envelope);
}

static uint32_t
find_channel(struct walk *walk, const struct row *row, struct use *use,
    const char *domain)
{
	struct address address;

	if (use->has_envelope && use->domain == domain)
		return use->channel;
	address = address_of(walk->rows, row);
	use->channel = world_channel(walk->analysis, domain,
	    walk->analysis->facts[row->shape].envelope, &address);
	use->domain = domain;
	return use->channel;
}

static void
place_rows(struct walk *walk)
{
	struct rows *rows = walk->rows;
	struct row_report *report;
	struct row *row;
	struct use *use;
	size_t i;

	for (i = 0; i < AHEAD / 2 && i < rows->count; i++)
		if (!walk->uses[rows->rows[i].shape].is_known)
			look(walk, rows->rows[i].shape);
	for (i = 0; i < rows->count; i++) {
		prepare(walk, i);
		row = &rows->rows[i];
		report = &rows->reports[row->report];
		use = &walk->uses[row->shape];
		if (!use->is_seen)
			meet(walk, use, row->shape);
		if (use->party == INDEX_NONE && report->party == INDEX_NONE)
			report->party =
			    world_reporter(walk->analysis, report->source);
		row->channel =
		    find_channel(walk, row, use, report->source->domain);
		if (use->aligned_spf)
			world_own_record(walk->analysis, report->source->domain,
			    report->day);
	}
}

/* Counting sort: the numbers of the rows, by channel, which stand in the order
 * that is given. */
static uint32_t *
order_rows(const struct rows *rows, size_t *ends, const uint32_t *channels,
    size_t channel_count)
{
	uint32_t *order = allocate(rows->count, sizeof(*order));
	size_t i, sum = 0, count;

	for (i = 0; i < rows->count; i++)
		ends[rows->rows[i].channel]++;
	for (i = 0; i < channel_count; i++) {
		count = ends[channels[i]];
		ends[channels[i]] = sum;
		sum += count;
	}
	for (i = 0; i < rows->count; i++)
		order[ends[rows->rows[i].channel]++] = (uint32_t)i;
	return order;
}

/* --- to flows --- */

static bool
is_same(const struct flow *flow, const struct flow *key)
{
	return flow->source == key->source && flow->facts == key->facts
	    && flow->reasons == key->reasons
	    && address_compare(&flow->source_ip, &key->source_ip) == 0;
}

static struct flow
flow_of(const struct walk *walk, const struct row *row)
{
	const struct row_report *report = &walk->rows->reports[row->report];
	const struct use *use = &walk->uses[row->shape];

	return (struct flow) {
		.source = report->source,
		.facts = &walk->analysis->facts[row->shape],
		.reasons = walk->rows->reasons[row->reasons],
		.source_ip = address_of(walk->rows, row),
		.channel = row->channel,
		.report = report->id,
		.record = row->record,
		.party = use->party == INDEX_NONE ? report->party : use->party,
		.via_envelope_to = use->party != INDEX_NONE,
		.first_day = INT32_MAX,
		.last_day = INT32_MIN,
		.window = UINT32_MAX,
	};
}

static void
add_row(struct walk *walk, uint32_t number, const struct row *row)
{
	struct analysis *analysis = walk->analysis;
	const struct row_report *report = &walk->rows->reports[row->report];
	const struct use *use = &walk->uses[row->shape];
	struct flow *flow = &analysis->flows[number];

	flow->messages = sum(flow->messages, row->count);
	flow->p = report->p;
	if (report->day < flow->first_day)
		flow->first_day = report->day;
	if (report->day > flow->last_day)
		flow->last_day = report->day;
	if (report->window < flow->window && row->count <= 1)
		flow->window = report->window;
	if (use->aligned_spf || !use->is_followed)
		return;
	analysis->cells = index_grow(analysis->cells, analysis->cell_count,
	    &analysis->cell_room, sizeof(*analysis->cells));
	analysis->cells[analysis->cell_count++] =
	    (struct cell) { number, report->day,
		    row->count > CELL_MAX ? CELL_MAX : (uint32_t)row->count };
}

static uint64_t
hash_row(const struct walk *walk, const struct row *row)
{
	const struct address *address;
	uint64_t hash = index_hash_pointer(
	    row->shape, walk->rows->reports[row->report].source);
	size_t i;

	if (!row->is_long)
		return index_hash(
		    hash, (uint64_t)row->address << 32 | row->reasons);
	address = &walk->rows->addresses[row->address];
	for (i = 0; i < address->len; i++)
		hash = index_hash(hash, address->data[i]);
	return index_hash(hash, row->reasons);
}

/* The number of a row's flow in its channel, whose flows begin at first. */
static uint32_t
find_flow(struct walk *walk, const struct row *row, size_t first, size_t size)
{
	struct analysis *analysis = walk->analysis;
	const struct flow key = flow_of(walk, row);
	const struct flow *flows = analysis->flows + first;
	size_t i = (size_t)(hash_row(walk, row) >> 16) & (size - 1);

	for (; walk->slots[i] != 0; i = (i + 1) & (size - 1))
		if (is_same(&flows[walk->slots[i] - 1], &key))
			return walk->slots[i] - 1;
	analysis->flows = index_grow(analysis->flows, analysis->flow_count,
	    &analysis->flow_room, sizeof(*analysis->flows));
	analysis->flows[analysis->flow_count++] = key;
	return (walk->slots[i] = (uint32_t)(analysis->flow_count - first)) - 1;
}

/* A power of two, twice the rows or more: all free. */
static size_t
clear_slots(struct walk *walk, size_t rows)
{
	size_t size = 4;

	while (size < rows * 2)
		size *= 2;
	if (size > walk->room) {
		free(walk->slots);
		walk->slots = allocate(size, sizeof(*walk->slots));
		walk->room = size;
	} else
		memset(walk->slots, 0, size * sizeof(*walk->slots));
	return size;
}

static void
prepare_flow(const struct walk *walk, const uint32_t *order, size_t left)
{
	const struct row *rows = walk->rows->rows;

	if (AHEAD < left)
		__builtin_prefetch(&rows[order[AHEAD]]);
	if (AHEAD / 2 < left)
		__builtin_prefetch(&walk->uses[rows[order[AHEAD / 2]].shape]);
}

static void
gather(struct walk *walk, struct channel *channel, const uint32_t *order,
    size_t count, size_t left)
{
	struct analysis *analysis = walk->analysis;
	size_t first = analysis->flow_count, size = clear_slots(walk, count);
	const struct row *row;
	uint32_t number;
	size_t i;

	channel->first_flow = (uint32_t)first;
	channel->first_cell = (uint32_t)analysis->cell_count;
	for (i = 0; i < count; i++) {
		prepare_flow(walk, order + i, left - i);
		row = &walk->rows->rows[order[i]];
		number = find_flow(walk, row, first, size);
		add_row(walk, (uint32_t)first + number, row);
	}
	channel->flow_count = (uint32_t)(analysis->flow_count - first);
	channel->cell_count =
	    (uint32_t)(analysis->cell_count - channel->first_cell);
}

uint32_t *
rows_settle(struct analysis *analysis, const struct flow_shapes *shapes)
{
	struct rows *rows = &analysis->rows;
	struct walk walk = { .analysis = analysis,
		.rows = rows,
		.shapes = shapes->shapes,
		.uses = allocate(shapes->count, sizeof(*walk.uses)) };
	size_t i, begin, *ends;
	uint32_t *order, *channels, number;

	analysis->facts = allocate(shapes->count, sizeof(*analysis->facts));
	place_rows(&walk);
	ends = allocate(analysis->channel_count, sizeof(*ends));
	channels = hosts_order(analysis);
	order = order_rows(rows, ends, channels, analysis->channel_count);
	for (i = 0, begin = 0; i < analysis->channel_count; i++) {
		number = channels[i];
		analysis->channels[number]->number = number;
		gather(&walk, analysis->channels[number], order + begin,
		    ends[number] - begin, rows->count - begin);
		begin = ends[number];
	}
	free(order);
	free(ends);
	free(walk.slots);
	free(walk.uses);
	rows_release(rows);
	return channels;
}

void
rows_release(struct rows *rows)
{
	free(rows->rows);
	free(rows->reports);
	free(rows->addresses);
	free(rows->reasons);
	*rows = (struct rows) { 0 };
}
