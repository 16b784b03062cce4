#include "analysis/evidence.h"

#include <stdarg.h>
#include <stdio.h>

#include "analysis/learn.h"
#include "base/arena.h"

/* A sentence with a name or two in it. */
#define MAX_SENTENCE 1000

/* One of those is enough. */
static bool
is_like(
    const struct analysis *analysis, const struct flow *a, const struct flow *b)
{
	const struct address left = flow_address(analysis, a);
	const struct address right = flow_address(analysis, b);

	return a->shape == b->shape && a->reasons == b->reasons
	    && address_compare(&left, &right) == 0
	    && flow_report(analysis, a)->source
	    == flow_report(analysis, b)->source;
}

static void
pick_rows(const struct analysis *analysis, const struct channel *channel,
    uint32_t says, struct evidence *out)
{
	const struct flow *flows = learn_flows(analysis, channel);
	const struct flow *picked[EVIDENCE_ROWS], *flow;
	size_t i, j;

	for (i = 0; i < channel->flow_count && out->row_count < EVIDENCE_ROWS;
	     i++) {
		flow = &flows[i];
		if (says != 0 && !(flow->says & says))
			continue;
		for (j = 0; j < out->row_count; j++)
			if (is_like(analysis, picked[j], flow))
				break;
		if (j < out->row_count)
			continue;
		picked[out->row_count] = flow;
		out->rows[out->row_count++] =
		    (struct evidence_row) { flow_report(analysis, flow)->id,
			    flow->record };
	}
}

void
evidence_add(struct analysis *analysis, struct channel *channel,
    const char *rule, int points, uint32_t says, const char *fmt, ...)
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
