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

/* --- fields --- */

struct kept_signature {
	const struct kept_signature *next;
	struct signature signature;
};

struct kept_authres {
	const struct kept_authres *next;
	struct authres authres;
};

/* A reading of the header under way. */
struct gatherer {
	const struct read_config *config;
	struct arena *arena;
	struct authentic *out;
	const struct kept_authres *fields, **next_field;
	const struct kept_signature *signatures, **next_signature;
	size_t received_count, from_count, signature_count;
};

static void
add_authres(struct gatherer *g, struct bytes value)
{
	struct authentic *out = g->out;
	struct kept_authres *copy;
	struct authres authres;
	struct error err;
	bool is_read = authres_parse(
	    header_unfold(value, g->arena), g->arena, &authres, &err);

	if (authres.authserv_id == NULL
	    || !is_ours(authres.authserv_id, g->config)
	    || ++out->field_count > out->trusted_count)
		return;
	if (!is_read) {
		out->unreadable = arena_copy(g->arena, bytes_of(err.text));
		return;
	}
	copy = arena_alloc(g->arena, 1, sizeof(*copy));
	copy->authres = authres;
	*g->next_field = copy;
	g->next_field = &copy->next;
}

static void
add_signature(struct gatherer *g, struct bytes value)
{
	struct kept_signature *copy;

	if (++g->signature_count > MAX_SIGNATURES)
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

/* --- results --- */

static const char *
domain_in(struct gatherer *g, const struct authres_result *result,
    const char *ptype, const char *property)
{
	const char *value = authres_property(result, ptype, property);

	return value == NULL ? NULL
			     : author_domain_of(bytes_of(value), g->arena);
}

/* Some filters give only the i= of a signature, which is of the signer's
 * domain or below it. */
static const char *
domain_of(struct gatherer *g, const struct authres_result *result)
{
	const char *domain;

	if (strcmp(result->method, "dmarc") == 0)
		return domain_in(g, result, "header", "from");
	if (strcmp(result->method, "spf") == 0)
		return domain_in(g, result, "smtp", "mailfrom");
	domain = domain_in(g, result, "header", "d");
	return domain != NULL ? domain : domain_in(g, result, "header", "i");
}

/*
 * A result does not show the tags of the signature, but the signature is in
 * the message.  Of several that it may be about, all have to be good.
 */
static enum authentic_signature
find_signature(
    struct gatherer *g, const struct authres_result *result, const char *signer)
{
	const char *b = authres_property(result, "header", "b");
	const char *s = authres_property(result, "header", "s");
	enum authentic_signature found = SIGNATURE_NOT_FOUND;
	const struct kept_signature *kept;

	if (signer == NULL || g->signature_count > MAX_SIGNATURES)
		return SIGNATURE_NOT_FOUND;
	if (s != NULL)
		s = domain_copy(g->arena, bytes_of(s));
	for (kept = g->signatures; kept != NULL; kept = kept->next) {
		if (strcmp(kept->signature.d, signer) != 0
		    || (s != NULL && strcmp(kept->signature.s, s) != 0)
		    || (b != NULL
			&& !bytes_start(
			    bytes_of(kept->signature.b), bytes_of(b))))
			continue;
		if (kept->signature.has_length)
			return SIGNATURE_OF_A_PART;
		found = SIGNATURE_OF_ALL;
	}
	return found;
}

static struct authentic_result *
make_result(struct gatherer *g, const struct authres_result *result)
{
	struct authentic_result *out = arena_alloc(g->arena, 1, sizeof(*out));

	out->method = result->method;
	out->result = result->result;
	out->domain = domain_of(g, result);
	if (strcmp(result->method, "dkim") == 0
	    && strcmp(result->result, "pass") == 0)
		out->signature = find_signature(g, result, out->domain);
	return out;
}

/* After the whole header, as signatures come below. */
static void
list_results(struct gatherer *g)
{
	const struct authentic_result **next = &g->out->results;
	const struct authres_result *result;
	const struct kept_authres *field;
	struct authentic_result *made;

	for (field = g->fields; field != NULL; field = field->next)
		for (result = field->authres.results; result != NULL;
		     result = result->next) {
			made = make_result(g, result);
			*next = made;
			next = &made->next;
		}
}

void
authentic_read(struct bytes header, const struct read_config *config,
    struct arena *arena, struct authentic *out)
{
	struct gatherer g = { .config = config, .arena = arena, .out = out };
	struct header_field field;

	*out = (struct authentic) { .trouble = "no authserv_id is configured" };
	if (config == NULL || config->authserv_id_count == 0)
		return;
	out->trouble = NULL;
	out->trusted_count = config->trusted_ar_count > 0
	    ? config->trusted_ar_count
	    : MAX_AUTHRES_FIELDS;
	g.next_field = &g.fields;
	g.next_signature = &g.signatures;
	while (header_next(&header, &field))
		gather(&g, &field);
	list_results(&g);
}
