/*
 * Hosts: what one envelope domain, or one network, sent for all of our
 * domains.  A list is a list whichever of them wrote to it, and what reports
 * for one of them are too few to show, those for all of them may.
 */
#ifndef ANALYSIS_HOSTS_H
#define ANALYSIS_HOSTS_H

#include "analysis/world.h"

/* Sets host of all channels, once their sums are known. */
void hosts_join(struct analysis *analysis);

#endif
