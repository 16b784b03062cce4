/* Containers.  The first octet says after how many pieces a document is not
 * wanted any more. */
#include "base/error.h"
#include "base/limits.h"
#include "ingest/unpack.h"
#include "tests/fuzz/check.h"

struct seen {
	bool is_open, is_wanted;
	size_t documents, pieces, octets;
	size_t patience;
};

static void
on_begin(void *context, const char *name)
{
	struct seen *seen = context;

	CHECK(!seen->is_open);
	CHECK(name != NULL);
	seen->is_open = seen->is_wanted = true;
	seen->pieces = 0;
	seen->documents++;
}

static bool
on_data(void *context, struct bytes bytes)
{
	struct seen *seen = context;
	size_t i, nuls = 0;

	CHECK(seen->is_open && seen->is_wanted);
	for (i = 0; i < bytes.len; i++)
		nuls += bytes.data[i] == '\0';
	CHECK(nuls <= bytes.len);
	seen->octets += bytes.len;
	seen->is_wanted = ++seen->pieces < seen->patience;
	return seen->is_wanted;
}

static void
on_end(void *context, const struct error *trouble)
{
	struct seen *seen = context;

	CHECK(seen->is_open);
	seen->is_open = false;
	if (trouble != NULL)
		check_error(trouble);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { 0 };
	const struct unpack_sink sink = { on_begin, on_data, on_end, &seen,
		NULL };
	struct bytes packed = check_input(data, size);

	if (size == 0)
		return 0;
	/* Fixtures begin like containers: they are read to their end. */
	seen.patience = SIZE_MAX;
	if (!unpack_is_packed(packed)) {
		seen.patience = data[0];
		packed = bytes_skip(packed, 1);
	}
	unpack(packed, &sink);
	CHECK(!seen.is_open);
	CHECK(seen.documents > 0);
	/* Each member may be an array of as many reports. */
	CHECK(seen.documents <= MAX_MEMBERS * MAX_MEMBERS + 2);
	CHECK(seen.octets <= MAX_UNPACKED);
	CHECK(seen.octets <= size + MIN_RATIO_BYTES
	    || seen.octets / MAX_RATIO <= packed.len);
	return 0;
}
