/*
 * Hosts: what one envelope domain, or one network, sent for all of our
 * domains.  A list is a list whichever of them wrote to it, and what reports
 * for one of them are too few to show, those for all of them may.
 */
#ifndef ANALYSIS_HOSTS_H
#define ANALYSIS_HOSTS_H

#include "analysis/world.h"

/* The channels' numbers, those of one host next to each other.  For
 * free(). */
uint32_t *hosts_order(const struct analysis *analysis);

/* Sets host of all channels, once their flows stand in that order and their
 * sums are known. */
void hosts_join(struct analysis *analysis, const uint32_t *order);

#endif
