#include "analysis/facts.h"

#include <string.h>

#include "analysis/org.h"
#include "analysis/own.h"
#include "base/bytes.h"

/* Written by senders where there is no domain. */
static bool
is_domain(const char *text)
{
	return text != NULL && *text != '\0'
	    && strcmp(text, "not.evaluated") != 0 && strchr(text, '.') != NULL;
}

static bool
is_mfrom(const struct dmarc_spf *spf)
{
	return spf->scope == NULL || strcmp(spf->scope, "helo") != 0;
}

/*
 * A null sender has no domain: SPF is about the HELO name then, which says
 * nothing of who wrote (RFC 7208 section 2.4).
 */
static const char *
find_envelope(const struct flow_shape *shape, int *result)
{
	const struct dmarc_spf *spf, *best = NULL;
	const char *envelope = shape->envelope_from;

	for (spf = shape->spf_results; spf != NULL; spf = spf->next)
		if (is_domain(spf->domain) && is_mfrom(spf)
		    && (best == NULL || spf->result.value == DMARC_AUTH_PASS))
			best = spf;
	*result = best == NULL ? 0 : best->result.value;
	if (is_domain(envelope)) {
		if (best != NULL && strcmp(best->domain, envelope) != 0
		    && !org_is_same(best->domain, envelope))
			*result = 0;
		return envelope;
	}
	/* There and empty: the reporter says that the sender is null. */
	if (envelope != NULL && *envelope == '\0')
		return NULL;
	return best == NULL ? NULL : best->domain;
}

static void
read_own_signature(struct facts *out, const struct dmarc_dkim *dkim)
{
	bool fails = false;

	switch (dkim->result.value) {
	case DMARC_AUTH_PASS:
		if (out->own_signature == SIGNATURE_PASS)
			return;
		out->own_signature = SIGNATURE_PASS;
		break;
	case DMARC_AUTH_FAIL:
	case DMARC_AUTH_NEUTRAL:
	case DMARC_AUTH_PERMERROR:
	case DMARC_AUTH_POLICY:
		if (out->own_signature != SIGNATURE_NONE)
			return;
		fails = true;
		break;
	default:
		/* It was there, and nobody knows what it is worth. */
		if (out->own_domain != NULL)
			return;
	}
	if (fails)
		out->own_signature = SIGNATURE_FAIL;
	out->own_domain = dkim->domain;
	out->own_selector = dkim->selector;
}

static void
read_signatures(struct facts *out, const struct flow_shape *shape)
{
	const struct dmarc_dkim *dkim;

	for (dkim = shape->dkim_results; dkim != NULL; dkim = dkim->next) {
		if (!is_domain(dkim->domain))
			continue;
		if (org_is_same(dkim->domain, shape->header_from)) {
			read_own_signature(out, dkim);
			continue;
		}
		if (dkim->result.value != DMARC_AUTH_PASS || out->relay_signs)
			continue;
		out->signer = dkim->domain;
		out->relay_signs = org_is_same(dkim->domain, out->envelope);
	}
}

/* policy_evaluated is what the receiver made of it; where it is left out, the
 * results have to do. */
static void
evaluate(struct facts *out, const struct flow_shape *shape, bool own_envelope)
{
	bool spf = shape->spf == DMARC_PASS
	    || (shape->spf == 0 && own_envelope && out->spf == DMARC_AUTH_PASS);

	out->aligned_spf = spf;
	out->passes = shape->dkim == DMARC_PASS || shape->spf == DMARC_PASS;
}

struct facts
facts_of_shape(const struct flow_shape *shape, const struct own *own)
{
	struct facts out = { .shape = shape };
	const char *envelope = find_envelope(shape, &out.spf);
	bool own_envelope =
	    envelope == NULL || org_is_same(envelope, shape->header_from);

	out.envelope = own_envelope ? NULL : envelope;
	out.is_own_envelope = !own_envelope && own_has_domain(own, envelope);
	read_signatures(&out, shape);
	evaluate(&out, shape, own_envelope);
	return out;
}

static void
read_comment(struct reason_facts *out, const char *comment)
{
	/* The verdict is not believed: OpenDMARC 1.4 writes arc=fail where
	 * ARC passed.  The seals are. */
	if (strstr(comment, "as[") != NULL)
		out->arc_seal = comment;
	if (strncmp(comment, "arc=pass", 8) == 0)
		out->arc_pass = true;
}

struct reason_facts
facts_of_reasons(const struct dmarc_reason *reasons)
{
	const struct dmarc_text *comment;
	struct reason_facts out = { 0 };

	for (; reasons != NULL; reasons = reasons->next) {
		if (reasons->type != NULL
		    && strcmp(reasons->type, "mailing_list") == 0)
			out.mailing_list = true;
		if (reasons->type != NULL
		    && strcmp(reasons->type, "trusted_forwarder") == 0)
			out.trusted_forwarder = true;
		for (comment = reasons->comment; comment != NULL;
		     comment = comment->next)
			if (comment->text != NULL)
				read_comment(&out, comment->text);
	}
	return out;
}

bool
facts_sealed_by(const char *arc_seal, const char *domain)
{
	const char *at = arc_seal;
	char name[256];
	size_t len;

	if (domain == NULL)
		return false;
	while (at != NULL && (at = strstr(at, "as[")) != NULL) {
		at = strstr(at, "].d=");
		if (at == NULL)
			return false;
		at += 4;
		len = strcspn(at, " \t;,");
		if (len == 0 || len >= sizeof(name))
			continue;
		memcpy(name, at, len);
		name[len] = '\0';
		if (org_is_same(name, domain))
			return true;
	}
	return false;
}
