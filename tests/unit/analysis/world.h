/*
 * What the tests of the analysis share: rows made in a line, as the store
 * hands them out.
 */
#ifndef TESTS_UNIT_ANALYSIS_WORLD_H
#define TESTS_UNIT_ANALYSIS_WORLD_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/arena.h"
#include "base/error.h"
#include "parse/intern.h"
#include "parse/value.h"

#define DAY 86400
#define ME  "me.example"

/* A message's way, as a record tells of it. */
struct way {
	const char *ip, *envelope;
	int spf;              /* for the envelope; 0 is pass */
	const char *selector; /* of a signature of ours, or NULL */
	int dkim;             /* its result; 0 is pass */
	const char *signer;   /* a foreign signature that passes, or NULL */
	const char *reason;   /* or NULL */
	const char *to;       /* envelope_to, or NULL */
	const char *from;     /* in From; NULL: the world's domain */
};

#define MAX_SHAPES 1000

struct world {
	struct arena arena;
	struct intern strings;
	struct knowledge knowledge;
	struct own own;
	struct network network;
	struct label labels[2];
	size_t label_count;
	struct analysis *analysis;
	const char *domain; /* whose reports these are */
	struct entry {
		struct entry *next;
		char key[512];
		const void *value;
	} * entries;
	int64_t report;
	struct flow_shape shapes[MAX_SHAPES];
	size_t shape_count;
};

static struct world world;

static inline const char *
text(const char *text)
{
	return text == NULL ? NULL : intern(&world.strings, bytes_of(text));
}

static inline void
know(enum knowledge_table table, const char *words)
{
	struct error err;

	cr_assert(knowledge_read(&world.knowledge, table, bytes_of(words),
		      &world.arena, &err),
	    "%s", err.text);
}

static inline void
make_world(void)
{
	world = (struct world) { .strings = { .arena = &world.arena },
		.domain = ME };
	know(KNOWLEDGE_PROVIDERS, "crowd.example\nbig.example\n");
	know(KNOWLEDGE_LABELS, "lists list\nfwd forward\nbounce bounce\n");
	know(KNOWLEDGE_LISTS, "ietf.example\n");
	know(KNOWLEDGE_GATEWAYS, "pool.example customer\nscan.example\n");
	know(KNOWLEDGE_SERVICES, "desk.example service\n");
}

static inline void
leave_world(void)
{
	struct entry *next;

	for (; world.entries != NULL; world.entries = next) {
		next = world.entries->next;
		free(world.entries);
	}
	analysis_free(world.analysis);
	knowledge_release(&world.knowledge);
	intern_release(&world.strings);
	arena_release(&world.arena);
}

/* The same thing for the same key, made once. */
static inline const void *
keep(const char *key, const void *made)
{
	struct entry *entry;

	for (entry = world.entries; entry != NULL; entry = entry->next)
		if (strcmp(entry->key, key) == 0)
			return entry->value;
	entry = calloc(1, sizeof(*entry));
	snprintf(entry->key, sizeof(entry->key), "%s", key);
	entry->value = made;
	entry->next = world.entries;
	world.entries = entry;
	return made;
}

static inline struct dmarc_dkim *
new_dkim(const char *domain, const char *selector, int result)
{
	struct dmarc_dkim *dkim = arena_alloc(&world.arena, 1, sizeof(*dkim));

	dkim->domain = text(domain);
	dkim->selector = text(selector);
	dkim->result.value = result;
	return dkim;
}

/* The number of a shape. */
static inline uint32_t
shape_of(const struct way *way)
{
	struct flow_shape *shape = &world.shapes[world.shape_count];
	struct dmarc_spf *spf = arena_alloc(&world.arena, 1, sizeof(*spf));
	struct dmarc_dkim *dkim = NULL, *signer = NULL;
	int result = way->spf == 0 ? DMARC_AUTH_PASS : way->spf;
	int own = way->dkim == 0 ? DMARC_AUTH_PASS : way->dkim;
	const char *from = way->from != NULL ? way->from : world.domain;
	char key[512];

	if (way->selector != NULL)
		dkim = new_dkim(from, way->selector, own);
	if (way->signer != NULL)
		signer = new_dkim(way->signer, "x", DMARC_AUTH_PASS);
	if (dkim != NULL)
		dkim->next = signer;
	spf->domain = text(way->envelope);
	spf->result.value = result;
	shape->header_from = text(from);
	shape->envelope_to = text(way->to);
	shape->spf_results = spf;
	shape->dkim_results = dkim != NULL ? dkim : signer;
	shape->dkim =
	    dkim != NULL && own == DMARC_AUTH_PASS ? DMARC_PASS : DMARC_FAIL;
	shape->spf = result == DMARC_AUTH_PASS
		&& domain_is_below(way->envelope, world.domain)
	    ? DMARC_PASS
	    : DMARC_FAIL;
	snprintf(key, sizeof(key), "%s %s %d %s %d %s %s", from, way->envelope,
	    result, way->selector == NULL ? "" : way->selector, own,
	    way->signer == NULL ? "" : way->signer,
	    way->to == NULL ? "" : way->to);
	cr_assert_lt(world.shape_count, MAX_SHAPES - 1);
	world.shape_count += keep(key, shape) == shape;
	return (uint32_t)((const struct flow_shape *)keep(key, NULL)
	    - world.shapes);
}

static inline const struct dmarc_reason *
reason_of(const char *type)
{
	struct dmarc_reason *reason;

	if (type == NULL)
		return NULL;
	reason = arena_alloc(&world.arena, 1, sizeof(*reason));
	reason->type = text(type);
	return keep(type, reason);
}

static inline const struct flow_source *
source_of(const char *reporter)
{
	struct flow_source *source =
	    arena_alloc(&world.arena, 1, sizeof(*source));
	char key[256];

	source->domain = text(world.domain);
	source->org_name = text(reporter);
	source->email_domain = text("");
	snprintf(key, sizeof(key), "%s from %s", world.domain, reporter);
	return keep(key, source);
}

static inline void
start(void)
{
	const struct analysis_config config = { &world.own, &world.knowledge,
		world.labels, world.label_count, .explains = true };

	world.analysis = analysis_new(&world.arena, &config);
}

/* count messages that a reporter saw on that day. */
static inline void
report(int day, const char *reporter, const struct way *way, int64_t count)
{
	struct flow_row row = {
		.source = source_of(reporter),
		.shape = shape_of(way),
		.reasons = reason_of(way->reason),
		.begin = (int64_t)(20000 + day) * DAY,
		.end = (int64_t)(20000 + day + 1) * DAY,
		.count = count,
		.report = ++world.report,
		.record = 1,
		.p = DMARC_POLICY_NONE,
	};

	if (world.analysis == NULL)
		start();
	cr_assert(address_parse(bytes_of(way->ip), &row.source_ip));
	analysis_add(world.analysis, &row);
}

/* The channel of that name; the analysis is finished at the first. */
static inline const struct channel *
channel(const char *name)
{
	const struct channel *channels;
	static const struct analysis *finished;
	size_t count, i;

	if (finished != world.analysis) {
		analysis_finish(world.analysis,
		    &(struct flow_shapes) { world.shapes, world.shape_count });
		finished = world.analysis;
	}
	channels = analysis_channels(world.analysis, &count);
	for (i = 0; i < count; i++)
		if (strcmp(channels[i].name, name) == 0)
			return &channels[i];
	cr_fatal("there is no channel %s", name);
}

static inline bool
has_rule(const struct channel *channel, const char *rule)
{
	const struct evidence *evidence;

	for (evidence = channel->evidence; evidence != NULL;
	     evidence = evidence->next)
		if (strcmp(evidence->rule, rule) == 0)
			return true;
	return false;
}

static inline const struct exposure *
exposure(const struct channel *channel, const char *party, bool is_hop)
{
	size_t i;

	cr_assert(channel->leak != NULL, "%s is no list", channel->name);
	for (i = 0; i < channel->leak->exposure_count; i++)
		if (strcmp(channel->leak->exposures[i].party, party) == 0
		    && channel->leak->exposures[i].is_hop == is_hop)
			return &channel->leak->exposures[i];
	return NULL;
}

/* Mail of ours to some of those that appear in the tests, day by day, so that
 * our selector is at home. */
static inline void
write_mail(int days)
{
	static const char *const to[] = { "crowd.example", "big.example",
		"one.example", "two.example" };
	const struct way way = { "192.0.2.1", ME, .selector = "s1" };
	int day;

	for (day = 0; day < days; day++)
		report(day, to[day * 7 % 4], &way, 1 + day % 3);
}

/* Each with so many subscribers. */
static const struct {
	const char *party;
	int64_t subscribers;
} members[] = {
	{ "crowd.example", 5 },
	{ "big.example", 2 },
	{ "one.example", 1 },
	{ "far.example", 1 },
	{ "off.example", 1 },
};

/* Posts on days that have nothing to do with each other; 3 on the last. */
static const int post_days[] = { 2, 5, 6, 11, 17, 20, 28 };

static inline void
post_to(const struct way *way, size_t count)
{
	size_t i, j;

	for (i = 0; i < COUNT_OF(post_days); i++)
		for (j = 0; j < count; j++)
			report(post_days[i], members[j].party, way,
			    members[j].subscribers
				* (post_days[i] == 28 ? 3 : 1));
}

#endif
