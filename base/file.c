#include "base/file.h"

#include <sys/stat.h>

#include "base/error.h"

bool
file_may_replace(const char *path, struct error *err)
{
	struct stat status;

	return stat(path, &status) == -1 || S_ISREG(status.st_mode)
	    || error_set(err, ERROR_USAGE,
		"'%.200s' is no file, and is not replaced by one", path);
}
