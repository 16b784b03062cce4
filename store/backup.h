/*
 * Copies of the whole database, and putting one back.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct error;

/*
 * Copies the database at path to a file, as it is at this moment; others may
 * go on writing.  Also of an older schema, which stays as it is.  The file is
 * whole and on disk, or not there; a copy that was there before is replaced,
 * any other file refused.
 */
MUST_CHECK bool store_backup(
    const char *path, const char *file, int64_t *size, struct error *err);

struct store_restored {
	int schema;
	int64_t reports;
	bool set_aside; /* something was there: PATH.before-restore */
};

/*
 * Checks a copy, every page and every sum, and puts it where the database is,
 * which nobody may have open.  Fails with ERROR_INPUT when the copy is
 * damaged, and ERROR_SYSTEM when the database is in use; then nothing changed.
 */
MUST_CHECK bool store_restore(const char *path, const char *file,
    struct store_restored *out, struct error *err);

#endif
