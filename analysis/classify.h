/*
 * The rules: what a channel is, and why.
 */
#ifndef ANALYSIS_CLASSIFY_H
#define ANALYSIS_CLASSIFY_H

#include "analysis/world.h"

/* How its parties move: channel->step.  Of all channels before the first is
 * classified. */
void classify_measure(struct analysis *analysis, struct channel *channel);

/* Sets class, confidence, reason, evidence, and what it is as a list. */
void classify(struct analysis *analysis, struct channel *channel);

/* Scores it as a list; false when it is none, not even possibly. */
bool judge_list(struct analysis *analysis, struct channel *channel);

#endif
