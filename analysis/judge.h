/*
 * What the two files that judge lists share: judge.c counts points, verdict.c
 * says what follows.
 */
#ifndef ANALYSIS_JUDGE_H
#define ANALYSIS_JUDGE_H

#include "analysis/grid.h"
#include "analysis/world.h"

/* Newsletters reach as many; few lists do. */
#define MANY_PARTIES 40

struct judge {
	struct analysis *analysis;
	struct channel *channel;    /* gets the verdict, */
	const struct channel *host; /* and this is judged */
	const struct step *step;
	const char *list_label, *forward_label;
	bool known;          /* host of lists */
	bool together;       /* parties move together, over several sends */
	bool recognised;     /* as a list, by a receiver */
	bool testified;      /* that, or that it passes mail on */
	bool arc;            /* many receivers went by it, or the host sealed */
	bool passes;         /* some genuine signature of ours came through */
	bool intact, broken; /* most of our signatures */
	bool steady;         /* one operator sends it, as far as can be seen */
	bool strange;        /* From is a domain that our servers never use */
	int points;
};

/* Whether several messages come on some days and none on others, over weeks:
 * people write to each other like that. */
bool judge_is_discussion(const struct judge *j);

/* Whether it comes at regular intervals, and nothing says that it is a
 * list's. */
bool judge_is_scheduled(const struct judge *j);

/* From the points: confidence, kind and provenance of the channel.  False
 * when it is no list, not even possibly. */
bool verdict_reach(struct judge *j);

#endif
