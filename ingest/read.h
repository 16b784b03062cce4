/*
 * The one entrance for what arrives: the bytes of a message, or of a report
 * or container by itself, to what is in them.
 */
#ifndef INGEST_READ_H
#define INGEST_READ_H

#include "base/bytes.h"
#include "parse/reading.h"

struct arena;

/*
 * Reads input; out lives in the arena and borrows nothing from input.  It
 * cannot fail: whatever cannot be read is a finding that says why.
 */
void read_input(struct bytes input, struct arena *arena, struct reading *out);

#endif
