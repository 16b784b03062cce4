/* Texts and parties, each once. */

#include "analysis/world.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/org.h"
#include "base/arena.h"

/* --- what pointers stand for --- */

static bool
is_memo(const void *context, uint32_t number, const void *key)
{
	const struct memo *memo = context;

	return memo->entries[number].key == key;
}

const void **
memo_place(struct memo *memo, const void *key)
{
	uint64_t hash = index_hash_pointer(1, key);
	uint32_t number = index_find(&memo->index, hash, is_memo, memo, key);

	if (number == INDEX_NONE) {
		memo->entries = index_grow(memo->entries, memo->count,
		    &memo->room, sizeof(*memo->entries));
		number = (uint32_t)memo->count++;
		memo->entries[number] = (struct memo_entry) { key, NULL };
		index_put(&memo->index, hash, number);
	}
	return &memo->entries[number].value;
}

static void
memo_release(struct memo *memo)
{
	index_release(&memo->index);
	free(memo->entries);
}

const char *
world_text(struct analysis *analysis, const char *text)
{
	return intern(&analysis->strings, bytes_of(text));
}

const char *
world_org(struct analysis *analysis, const char *domain)
{
	const void **place = memo_place(&analysis->orgs, domain);

	if (*place == NULL)
		*place = world_text(analysis, org_domain(domain));
	return *place;
}

/* --- parties --- */

/* Nodes of one filter or server are one party. */
static const char *
skip_node(const char *name)
{
	static const char *const nodes[] = { "esa", "mx", "mta", "smtp", "mail",
		"filter", "node" };
	const char *dot = strchr(name, '.');
	size_t i, len;

	if (dot == NULL || strchr(dot + 1, '.') == NULL)
		return name;
	for (i = 0; i < COUNT_OF(nodes); i++) {
		len = strlen(nodes[i]);
		if (strncmp(name, nodes[i], len) == 0
		    && name + len + strspn(name + len, "-0123456789") == dot)
			return dot + 1;
	}
	return name;
}

static bool
is_host_name(const char *text)
{
	return strchr(text, '.') != NULL
	    && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.")]
	    == '\0';
}

/* contoso.onmicrosoft.com and its mail domain are contoso. */
static const char *
name_recipient(struct analysis *analysis, const char *domain)
{
	static const char suffix[] = ".onmicrosoft.com";
	size_t len = strlen(domain), cut = sizeof(suffix) - 1;

	if (len <= cut || strcmp(domain + len - cut, suffix) != 0)
		return domain;
	len -= cut;
	if (len > 5 && strncmp(domain + len - 5, ".mail", 5) == 0)
		len -= 5;
	return arena_printf(
	    analysis->arena, "%.*s%s", (int)len, domain, suffix);
}

static enum party_class
classify_party(
    const struct knowledge *knowledge, const char **name, bool is_reporter)
{
	const char *known, *key;

	known = knowledge_find(knowledge, KNOWLEDGE_PROVIDERS, *name);
	if (known != NULL) {
		if (*known != '\0')
			*name = known;
		return PARTY_CROWD;
	}
	if (!is_reporter)
		return PARTY_NAMED;
	known =
	    knowledge_find_above(knowledge, KNOWLEDGE_GATEWAYS, *name, &key);
	if (known == NULL
	    || (strcmp(known, "customer") == 0 && strcmp(key, *name) != 0))
		return PARTY_NAMED;
	*name = *known != '\0' && strcmp(known, "customer") != 0 ? known : key;
	return PARTY_GATE;
}

static bool
is_party(const void *context, uint32_t number, const void *key)
{
	const struct analysis *analysis = context;

	return analysis->parties[number].name == key;
}

static uint32_t
find_party(struct analysis *analysis, const char *name, bool is_reporter)
{
	enum party_class class =
	    classify_party(analysis->config.knowledge, &name, is_reporter);
	const char *text = world_text(analysis, name);
	uint64_t hash = index_hash_pointer(2, text);
	uint32_t number =
	    index_find(&analysis->party_index, hash, is_party, analysis, text);

	if (number != INDEX_NONE)
		return number;
	number = (uint32_t)analysis->party_count;
	analysis->parties = index_grow(analysis->parties, number,
	    &analysis->party_room, sizeof(*analysis->parties));
	analysis->parties[analysis->party_count++] =
	    (struct party) { text, class, 0, 0 };
	index_put(&analysis->party_index, hash, number);
	return number;
}

const char *
world_reporter_name(const struct flow_source *source)
{
	return *source->org_name != '\0' ? source->org_name
					 : source->email_domain;
}

/* A name of a host says more than one for people. */
static const char *
name_reporter(struct analysis *analysis, const struct flow_source *source)
{
	const char *name = is_host_name(source->org_name) ? source->org_name
	    : *source->email_domain != '\0'               ? source->email_domain
							  : source->org_name;
	const char *known = knowledge_find(
	    analysis->config.knowledge, KNOWLEDGE_PROVIDERS, name);

	if (known == NULL)
		name = skip_node(name);
	return *name == '\0' ? "?" : name;
}

/* Numbers are kept as pointers, one up. */
uint32_t
world_recipient(struct analysis *analysis, const char *envelope_to)
{
	const void **place = memo_place(&analysis->envelope_to, envelope_to);

	if (*place == NULL)
		*place = (const void *)(uintptr_t)(find_party(analysis,
						       name_recipient(analysis,
							   envelope_to),
						       false)
		    + 1);
	return (uint32_t)((uintptr_t)*place - 1);
}

uint32_t
world_reporter(struct analysis *analysis, const struct flow_source *source)
{
	const void **place = memo_place(&analysis->reporters, source);

	if (*place == NULL)
		*place = (const void *)(uintptr_t)(find_party(analysis,
						       name_reporter(
							   analysis, source),
						       true)
		    + 1);
	return (uint32_t)((uintptr_t)*place - 1);
}

/* --- mail of ours, by day --- */

static bool
is_own_day(const void *context, uint32_t number, const void *wanted)
{
	const struct analysis *analysis = context;
	const struct own_day *day = &analysis->own_days[number], *key = wanted;

	return day->domain == key->domain && day->day == key->day;
}

void
world_own_record(struct analysis *analysis, const char *domain, int32_t day)
{
	const struct own_day key = { domain, day, 0 };
	uint64_t hash =
	    index_hash(index_hash_pointer(5, domain), (uint64_t)day);
	uint32_t number = index_find(
	    &analysis->own_day_index, hash, is_own_day, analysis, &key);

	if (number == INDEX_NONE) {
		number = (uint32_t)analysis->own_day_count;
		analysis->own_days = index_grow(analysis->own_days, number,
		    &analysis->own_day_room, sizeof(*analysis->own_days));
		analysis->own_days[analysis->own_day_count++] = key;
		index_put(&analysis->own_day_index, hash, number);
	}
	analysis->own_days[number].records++;
}

/* --- birth and death --- */

struct analysis *
analysis_new(struct arena *arena, const struct analysis_config *config)
{
	struct analysis *analysis = arena_alloc(arena, 1, sizeof(*analysis));

	analysis->arena = arena;
	analysis->config = *config;
	analysis->strings.arena = arena;
	return analysis;
}

void
analysis_free(struct analysis *analysis)
{
	if (analysis == NULL)
		return;
	memo_release(&analysis->reason_memo);
	memo_release(&analysis->sources);
	memo_release(&analysis->orgs);
	memo_release(&analysis->reporters);
	memo_release(&analysis->envelope_to);
	memo_release(&analysis->signers);
	memo_release(&analysis->own_froms);
	index_release(&analysis->channel_index);
	index_release(&analysis->host_index);
	index_release(&analysis->party_index);
	index_release(&analysis->selector_index);
	index_release(&analysis->carriage_index);
	index_release(&analysis->own_day_index);
	intern_release(&analysis->strings);
	rows_release(&analysis->rows);
	free(analysis->reports);
	free(analysis->addresses);
	free(analysis->reasons);
	free(analysis->facts);
	free(analysis->flows);
	free(analysis->channel_keys);
	free(analysis->channels);
	free(analysis->by_domain);
	free(analysis->parties);
	free(analysis->party_rows);
	free(analysis->selectors);
	free(analysis->carriages);
	free(analysis->own_days);
}
