#include "store/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

/* Of the file format (sqlite.org/fileformat2.html, 4.1). */
#define FRAME_HEADER 24
/* SQLite's own layer wants less than 128 kB at a time. */
#define ROOM ((size_t)127 * 1024)

struct log_file {
	sqlite3_file base;
	char *data; /* ROOM octets, once something is kept */
	size_t len;
	sqlite3_int64 end; /* of the file, and what is kept after it */
	bool is_last;      /* the frame ends a transaction */
	sqlite3_file *real;
};

static struct log_file *
own(sqlite3_file *file)
{
	return (struct log_file *)file;
}

static sqlite3_file *
real(sqlite3_file *file)
{
	return own(file)->real;
}

/* What could not be written is not tried again: SQLite gives the transaction
 * up. */
static int
flush(struct log_file *log)
{
	sqlite3_int64 at = log->end - (sqlite3_int64)log->len;
	int len = (int)log->len;

	log->len = 0;
	if (len == 0)
		return SQLITE_OK;
	return log->real->pMethods->xWrite(log->real, log->data, len, at);
}

static bool
ends_transaction(const unsigned char *header)
{
	return (header[4] | header[5] | header[6] | header[7]) != 0;
}

static bool
has_room(struct log_file *log, size_t len)
{
	if (log->data == NULL)
		log->data = malloc(ROOM);
	return log->data != NULL && log->len + len <= ROOM;
}

static int
keep(struct log_file *log, const void *data, size_t len)
{
	memcpy(log->data + log->len, data, len);
	log->len += len;
	log->end += (sqlite3_int64)len;
	if (len == FRAME_HEADER) {
		log->is_last = ends_transaction(data);
		return SQLITE_OK;
	}
	return log->is_last ? flush(log) : SQLITE_OK;
}

/*
 * Frames come one after the other, each as its header and its page.  Whatever
 * else is written (the head of the log, or checksums anew) goes through.
 */
static int
log_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	struct log_file *log = own(file);
	bool follows = at == log->end;
	int rc;

	if (follows && has_room(log, (size_t)len))
		return keep(log, data, (size_t)len);
	rc = flush(log);
	if (rc != SQLITE_OK)
		return rc;
	if (follows && has_room(log, (size_t)len))
		return keep(log, data, (size_t)len);
	if (len == FRAME_HEADER)
		log->is_last = ends_transaction(data);
	log->end = at + len;
	return log->real->pMethods->xWrite(log->real, data, len, at);
}

static int
log_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	int rc = flush(own(file));

	return rc != SQLITE_OK
	    ? rc
	    : real(file)->pMethods->xRead(real(file), data, len, at);
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = flush(own(file));

	own(file)->end = -1;
	return rc != SQLITE_OK
	    ? rc
	    : real(file)->pMethods->xTruncate(real(file), size);
}

static int
log_sync(sqlite3_file *file, int flags)
{
	int rc = flush(own(file));

	return rc != SQLITE_OK ? rc
			       : real(file)->pMethods->xSync(real(file), flags);
}

static int
log_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int rc = flush(own(file));

	return rc != SQLITE_OK
	    ? rc
	    : real(file)->pMethods->xFileSize(real(file), size);
}

/* What is kept belongs to a transaction that will not end any more. */
static int
log_close(sqlite3_file *file)
{
	free(own(file)->data);
	return real(file)->pMethods->xClose(real(file));
}

static int
log_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int
log_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int
log_is_reserved(sqlite3_file *file, int *is_reserved)
{
	return real(file)->pMethods->xCheckReservedLock(
	    real(file), is_reserved);
}

static int
log_control(sqlite3_file *file, int what, void *value)
{
	return real(file)->pMethods->xFileControl(real(file), what, value);
}

static int
log_sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
log_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_is_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector_size,
	.xDeviceCharacteristics = log_characteristics,
};

static void
forget(void *context)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(
		context, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &file)
		== SQLITE_OK
	    && file != NULL && file->pMethods == &methods)
		*own(file) = (struct log_file) {
			.base = own(file)->base,
			.data = own(file)->data,
			.end = -1,
			.real = own(file)->real,
		};
}

/* SQLite calls it when the lock is gone, and before this connection does
 * anything else; what is read while it rolls back is flushed under the lock. */
void
log_watch(sqlite3 *db)
{
	sqlite3_rollback_hook(db, forget, db);
}

static int
layer_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	sqlite3_vfs *system = layer->pAppData;
	struct log_file *log = own(file);
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return system->xOpen(system, name, file, flags, out_flags);
	*log =
	    (struct log_file) { .end = -1, .real = (sqlite3_file *)(log + 1) };
	rc = system->xOpen(system, name, log->real, flags, out_flags);
	if (rc == SQLITE_OK)
		log->base.pMethods = &methods;
	return rc;
}

const char *
log_layer(void)
{
	static sqlite3_vfs layer;
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (layer.zName != NULL)
		return layer.zName;
	if (system == NULL)
		return NULL;
	layer = *system;
	layer.pNext = NULL;
	layer.zName = "reports";
	layer.szOsFile += (int)sizeof(struct log_file);
	layer.pAppData = system;
	layer.xOpen = layer_open;
	if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK)
		layer.zName = NULL;
	return layer.zName;
}
