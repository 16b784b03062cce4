/*
 * Files that are written beside the one that they replace.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>

#include "base/compiler.h"

struct error;

/* Whether a file may be put at path by rename(2): there is nothing, or a
 * regular file.  Whoever may write everywhere would replace /dev/null, too.
 * Else it fails with ERROR_USAGE. */
MUST_CHECK bool file_may_replace(const char *path, struct error *err);

#endif
