#include "analysis/evidence.h"

#include <stdarg.h>
#include <stdio.h>

#include "analysis/learn.h"
#include "base/arena.h"

/* A sentence with a name or two in it. */
#define MAX_SENTENCE 1000

static void
pick_rows(const struct analysis *analysis, const struct channel *channel,
    bool (*says)(const struct flow *flow), struct evidence *out)
{
	const struct flow *flows = learn_flows(analysis, channel);
	const struct flow *flow;
	size_t i;

	for (i = 0; i < channel->flow_count && out->row_count < EVIDENCE_ROWS;
	     i++) {
		flow = &flows[i];
		if (says != NULL && !says(flow))
			continue;
		out->rows[out->row_count++] =
		    (struct evidence_row) { flow->report,
			    (int64_t)flow->record };
	}
}

void
evidence_add(struct analysis *analysis, struct channel *channel,
    const char *rule, int points, bool (*says)(const struct flow *flow),
    const char *fmt, ...)
{
	struct evidence *made;
	const struct evidence **next = &channel->evidence;
	char text[MAX_SENTENCE];
	va_list ap;

	if (!analysis->config.explains)
		return;
	made = arena_alloc(analysis->arena, 1, sizeof(*made));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	made->rule = rule;
	made->points = points;
	made->text = arena_copy(analysis->arena, bytes_of(text));
	pick_rows(analysis, channel, says, made);
	while (*next != NULL)
		next = (const struct evidence **)&(*next)->next;
	*next = made;
}

bool
says_aligned_spf(const struct flow *flow)
{
	return flow->facts->aligned_spf;
}

bool
says_own_pass(const struct flow *flow)
{
	return flow->facts->own_signature == SIGNATURE_PASS;
}

bool
says_away(const struct flow *flow)
{
	return flow->is_away;
}

bool
says_own_fail(const struct flow *flow)
{
	return flow->facts->own_signature == SIGNATURE_FAIL;
}

bool
says_no_signature(const struct flow *flow)
{
	return flow->facts->own_signature == SIGNATURE_NONE;
}

bool
says_spf_pass(const struct flow *flow)
{
	return flow->facts->spf == DMARC_AUTH_PASS;
}

bool
says_relay_signs(const struct flow *flow)
{
	return flow->facts->relay_signs;
}

bool
says_signed(const struct flow *flow)
{
	return flow->facts->signer != NULL;
}

bool
says_arc(const struct flow *flow)
{
	return flow->reasons->arc_pass || flow->reasons->arc_seal != NULL;
}

bool
says_mailing_list(const struct flow *flow)
{
	return flow->reasons->mailing_list;
}

bool
says_trusted_forwarder(const struct flow *flow)
{
	return flow->reasons->trusted_forwarder;
}
