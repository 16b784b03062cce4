/*
 * Why: the rules that fired, and records that say so.
 */
#ifndef ANALYSIS_EVIDENCE_H
#define ANALYSIS_EVIDENCE_H

#include "analysis/world.h"
#include "base/compiler.h"

/*
 * Adds a rule behind those that are there, if evidence is wanted.  Its rows
 * are those of flows that say so, in bits of which one is enough; 0: of any.
 */
void evidence_add(struct analysis *analysis, struct channel *channel,
    const char *rule, int points, uint32_t says, const char *fmt, ...)
    PRINTF_LIKE(6, 7);

#endif
