/*
 * What lists give away: their parties, subscribers and second hops.
 */
#ifndef ANALYSIS_LEAK_H
#define ANALYSIS_LEAK_H

#include "analysis/world.h"

/* Makes channel->leak of every list and every possible one; what turns out
 * to pass on a list's mail becomes one of its hops. */
void leak_all(struct analysis *analysis);

#endif
