#include "ingest/authentic.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/author.h"
#include "ingest/header.h"
#include "ingest/read.h"
#include "parse/authres.h"
#include "parse/signature.h"
#include "parse/value.h"

/* A name also counts with a job id behind it, as OpenDMARC can be told to
 * write. */
static bool
is_ours(const char *id, const struct read_config *config)
{
	struct bytes name = { id, strcspn(id, "/") };
	size_t i;

	for (i = 0; i < config->authserv_id_count; i++)
		if (text_is(bytes_of(id), config->authserv_ids[i])
		    || text_is(name, config->authserv_ids[i]))
			return true;
	return false;
}

/* A reading of the header under way. */
struct gatherer {
	const struct read_config *config;
	struct arena *arena;
	struct authentic *out;
	const struct authentic_result **next_result;
	const struct authentic_signature **next_signature;
	size_t received_count, from_count;
};

static void
add_results(struct gatherer *g, const struct authres *authres)
{
	const struct authres_result *result;
	struct authentic_result *copy;

	for (result = authres->results; result != NULL; result = result->next) {
		copy = arena_alloc(g->arena, 1, sizeof(*copy));
		copy->result = result;
		*g->next_result = copy;
		g->next_result = &copy->next;
	}
}

static void
add_authres(struct gatherer *g, struct bytes value)
{
	struct authentic *out = g->out;
	struct authres authres;
	struct error err;
	bool is_read = authres_parse(
	    header_unfold(value, g->arena), g->arena, &authres, &err);

	if (authres.authserv_id == NULL
	    || !is_ours(authres.authserv_id, g->config)
	    || ++out->field_count > out->trusted_count)
		return;
	if (is_read)
		add_results(g, &authres);
	else
		out->unreadable = arena_copy(g->arena, bytes_of(err.text));
}

static void
add_signature(struct gatherer *g, struct bytes value)
{
	struct authentic_signature *copy;

	if (++g->out->signature_count > MAX_SIGNATURES)
		return;
	copy = arena_alloc(g->arena, 1, sizeof(*copy));
	copy->signature =
	    signature_parse(header_unfold(value, g->arena), g->arena);
	*g->next_signature = copy;
	g->next_signature = &copy->next;
}

static void
gather(struct gatherer *g, const struct header_field *field)
{
	struct authentic *out = g->out;

	if (text_is(field->name, "Received"))
		g->received_count++;
	else if (text_is(field->name, "Authentication-Results")) {
		if (g->received_count < 2)
			add_authres(g, field->value);
	} else if (text_is(field->name, "DKIM-Signature"))
		add_signature(g, field->value);
	else if (text_is(field->name, "From"))
		out->from_domain = ++g->from_count > 1
		    ? NULL
		    : author_domain(
			header_unfold(field->value, g->arena), g->arena);
	else if (text_is(field->name, "TLS-Report-Submitter")
	    && out->submitter == NULL)
		out->submitter = domain_copy(
		    g->arena, header_unfold(field->value, g->arena));
}

void
authentic_read(struct bytes header, const struct read_config *config,
    struct arena *arena, struct authentic *out)
{
	struct gatherer g = { config, arena, out, &out->results,
		&out->signatures, 0, 0 };
	struct header_field field;

	*out = (struct authentic) { .trouble = "no authserv_id is configured" };
	if (config == NULL || config->authserv_id_count == 0)
		return;
	out->trouble = NULL;
	out->trusted_count = config->trusted_ar_count > 0
	    ? config->trusted_ar_count
	    : MAX_AUTHRES_FIELDS;
	while (header_next(&header, &field))
		gather(&g, &field);
}
