/*
 * How many posts a list had, and how many subscribers a party has.
 *
 * Each post goes to each subscriber, so that a party's messages of a day are
 * its subscribers times the day's posts.  Somebody has one subscriber; what
 * he gets is the posts.
 */
#ifndef ANALYSIS_POSTS_H
#define ANALYSIS_POSTS_H

#include "analysis/grid.h"

struct posts {
	int64_t *by_day;      /* like grid->days */
	int64_t *subscribers; /* like grid->parties, a lower bound */
	int64_t total;
	double fit; /* share of cells that are what the product says */
};

void posts_fit(const struct grid *grid, struct posts *out);
void posts_free(struct posts *posts);

#endif
