/*
 * Who got messages of a channel on which day, and whether they move together.
 *
 * A list sends each post to all its subscribers: their organisations show up
 * on the same days, and in the same proportion.  Mail that is addressed one
 * by one, however it came, does not: who gets some on a day has nothing to do
 * with who else does.
 */
#ifndef ANALYSIS_GRID_H
#define ANALYSIS_GRID_H

#include "analysis/world.h"

/* Messages for one party on one day. */
struct grid_cell {
	uint32_t party; /* its row in the grid */
	int32_t day;
	int64_t count;
};

struct grid {
	uint32_t *parties; /* their numbers in the analysis */
	size_t party_count;
	int32_t *days;
	size_t day_count;
	struct grid_cell *cells; /* by day, then party; one for each pair */
	size_t cell_count;
};

/* What it shows. */
struct step {
	size_t parties, days, fan; /* fan: most parties on one day */
	int32_t fan_day, span;     /* days from the first to the last */
	/* How far from chance (0) to always together (1), and in how many
	 * standard deviations. */
	double index, deviations;
	double sends;    /* days, weighted by how many parties each has */
	double complete; /* share of parties that are there, over days with
			  * half as many as on the best, or more */
	/* Counts against what proportion predicts: 1 when messages are
	 * addressed one by one, towards 0 when each goes to everybody. */
	double dispersion;
	double diversity; /* parties, of those that as many messages to people
			   * at random would reach */
	/* Days with one party alone, and none with more next to them; and how
	 * many parties have such days. */
	size_t alone, alone_parties;
	/* The days on which less than half are there. */
	size_t rest_days, rest_parties;
	double rest_index, rest_share; /* of all parties' days */
	bool regular;                  /* the same time between any two sends */
	size_t crowd, named, gate;
	size_t strangers; /* named, and no mail of ours goes there directly */
};

/* Of the channel's flows that are followed and for which wanted says so; NULL:
 * of all that are followed. */
struct grid *grid_new(const struct analysis *analysis,
    const struct channel *channel,
    bool (*wanted)(const struct analysis *analysis, const void *context,
	const struct flow *flow),
    const void *context);
void grid_free(struct grid *grid);

/* Takes these days out, which are in order. */
void grid_drop_days(struct grid *grid, const int32_t *days, size_t count);

/* Days on which half of the parties are there, or more. */
size_t grid_joint_days(const struct grid *grid);

struct step grid_step(const struct analysis *analysis, const struct grid *grid);

/* The same, and the rest_ fields; the grid has only the rest afterwards. */
struct step grid_step_all(const struct analysis *analysis, struct grid *grid);

#endif
