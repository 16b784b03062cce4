/* A curve in one line of text. */
#ifndef CLI_SPARK_H
#define CLI_SPARK_H

#include <stddef.h>
#include <stdint.h>

struct arena;

#define SPARK_MAX 60

/*
 * The values, added up where there are more of them than columns, which may
 * be up to SPARK_MAX; the highest is full, nothing is a blank.  In ASCII where
 * the terminal has no more.
 */
const char *spark_line(
    struct arena *arena, const int64_t *values, size_t count, size_t columns);

#endif
