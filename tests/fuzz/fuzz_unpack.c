/* Any bytes as a container: documents begin and end in turn, and no more
 * comes out than the limit. */
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "ingest/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	bool is_open;
	size_t bytes, documents;
};

static void
on_begin(void *context, const char *name)
{
	struct seen *seen = context;

	if (seen->is_open || name == NULL)
		abort();
	seen->is_open = true;
	seen->documents++;
}

static bool
on_data(void *context, struct bytes bytes)
{
	struct seen *seen = context;

	if (!seen->is_open)
		abort();
	seen->bytes += bytes.len;
	return true;
}

static void
on_end(void *context, const struct error *trouble)
{
	struct seen *seen = context;

	if (!seen->is_open || (trouble != NULL && trouble->reason[0] == '\0'))
		abort();
	seen->is_open = false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { 0 };
	const struct unpack_sink sink = { on_begin, on_data, on_end, &seen };

	unpack((struct bytes) { (const char *)data, size }, &sink);
	if (seen.is_open || seen.documents == 0
	    || seen.bytes > MAX_UNPACKED + size)
		abort();
	return 0;
}
