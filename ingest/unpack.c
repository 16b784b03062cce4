#include "ingest/unpack.h"

#include <stdint.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "ingest/unpack_document.h"
#include "ingest/unpack_reports.h"

static void unpack_at(
    struct budget *budget, size_t depth, struct bytes packed, const char *name);

bool
unpack_is_gzip(struct bytes bytes)
{
	return bytes_start(bytes, bytes_of("\x1f\x8b"));
}

bool
unpack_is_zip(struct bytes bytes)
{
	return bytes_start(bytes, bytes_of("PK\x03\x04"))
	    || bytes_start(bytes, bytes_of("PK\x05\x06"));
}

/* RFC 1950 2.2: deflate with a window of 32 kB, and a check on both bytes. */
static bool
is_zlib(struct bytes bytes)
{
	const uint8_t *head = (const uint8_t *)bytes.data;

	return bytes.len > 2 && head[0] == 0x78 && (head[1] & 0x20) == 0
	    && (head[0] * 256 + head[1]) % 31 == 0;
}

/* POSIX 1003.1, ustar: behind the first fields of the first member. */
bool
unpack_is_tar(struct bytes bytes)
{
	return bytes_start(bytes_skip(bytes, 257), bytes_of("ustar"));
}

bool
unpack_is_packed(struct bytes bytes)
{
	return unpack_is_gzip(bytes) || unpack_is_zip(bytes) || is_zlib(bytes)
	    || unpack_is_tar(bytes);
}

const char *
unpack_foreign(struct bytes bytes)
{
	static const struct {
		const char *name, *start;
	} kinds[] = {
		{ "bzip2", "BZh" },
		{ "xz",
		    "\xfd"
		    "7zXZ" },
		{ "7z", "7z\xbc\xaf" }, { "rar", "Rar!\x1a" },
		{ "zstd", "\x28\xb5\x2f\xfd" },
		{ "TNEF", "\x78\x9f\x3e\x22" }, /* winmail.dat */
	};
	size_t i;

	for (i = 0; i < COUNT_OF(kinds); i++)
		if (bytes_start(bytes, bytes_of(kinds[i].start)))
			return kinds[i].name;
	return NULL;
}

/* --- documents --- */

static bool
within_budget(struct document *doc, size_t more)
{
	struct budget *budget = doc->budget;

	budget->unpacked += more;
	*budget->shared += more;
	if (*budget->shared > MAX_UNPACKED)
		error_limit(&doc->trouble, "limit-unpacked",
		    "it unpacks to more than %lu bytes", MAX_UNPACKED);
	else if (budget->unpacked > MIN_RATIO_BYTES
	    && budget->unpacked / MAX_RATIO > budget->packed)
		error_limit(&doc->trouble, "limit-ratio",
		    "it unpacks to more than %d times its size", MAX_RATIO);
	else
		return true;
	doc->has_trouble = true;
	return false;
}

static void
begin(struct document *doc)
{
	doc->has_begun = doc->is_wanted = true;
	doc->budget->sink->begin(doc->budget->sink->context, doc->name);
}

/* False when no more of this document is wanted. */
static bool
add(struct document *doc, struct bytes bytes)
{
	const struct unpack_sink *sink = doc->budget->sink;

	if (!doc->has_begun && doc->inner.len == 0)
		doc->is_packed =
		    unpack_is_packed(bytes) || unpack_reports_maybe(bytes);
	if (doc->is_packed) {
		doc->inner.max = MAX_MESSAGE;
		if (buffer_add(&doc->inner, bytes))
			return true;
		error_limit(&doc->trouble, "limit-unpacked",
		    "the container in it is larger than %lu bytes",
		    MAX_MESSAGE);
		doc->has_trouble = true;
		return false;
	}
	if (!doc->has_begun)
		begin(doc);
	if (doc->is_wanted)
		doc->is_wanted = sink->data(sink->context, bytes);
	return doc->is_wanted;
}

/* Counts and hands on what has come out; false to stop.  What nobody wants is
 * counted too, as a bomb is to be called one whatever is in it. */
bool
unpack_take(struct document *doc, struct bytes bytes)
{
	return within_budget(doc, bytes.len)
	    && (add(doc, bytes) || !doc->has_trouble);
}

void
unpack_set_trouble(struct document *doc, const char *reason, const char *text)
{
	if (doc->has_trouble)
		return;
	error_input(&doc->trouble, reason, "%s", text);
	doc->has_trouble = true;
}

void
unpack_end(struct document *doc)
{
	const struct unpack_sink *sink = doc->budget->sink;

	if (doc->is_packed
	    && (!doc->has_trouble || doc->trouble.kind != ERROR_LIMIT)) {
		doc->budget->outer = doc->has_trouble ? &doc->trouble : NULL;
		unpack_at(doc->budget, doc->depth + 1,
		    buffer_bytes(&doc->inner), doc->name);
		doc->budget->outer = NULL;
	} else {
		if (!doc->has_begun)
			begin(doc);
		sink->end(sink->context,
		    doc->has_trouble ? &doc->trouble : doc->budget->outer);
	}
	buffer_release(&doc->inner);
}

/* A container out of which no document comes at all. */
void
unpack_give_up(
    struct budget *budget, const char *name, const struct error *trouble)
{
	budget->sink->begin(budget->sink->context, name);
	budget->sink->end(budget->sink->context, trouble);
}

/* --- any of them --- */

static void
hand_out(struct budget *budget, struct bytes bytes, const char *name)
{
	struct document doc = { .budget = budget, .name = name };

	begin(&doc);
	budget->sink->data(budget->sink->context, bytes);
	unpack_end(&doc);
}

static void
unpack_plain(struct budget *budget, struct bytes bytes, const char *name)
{
	size_t count = unpack_reports_count(bytes);
	struct bytes report;

	/* An array of so many is most likely no report at all. */
	if (count < 2 || count > MAX_MEMBERS) {
		hand_out(budget, bytes, name);
		return;
	}
	while (unpack_reports_next(&bytes, &report))
		hand_out(budget, report, name);
}

/* What a tar holds is packed no deeper than if it were not in one. */
static void
unpack_tar(
    struct budget *budget, size_t depth, struct bytes packed, const char *name)
{
	struct error trouble;

	if (budget->is_in_tar) {
		error_limit(&trouble, "limit-nesting", "a tar is in a tar");
		unpack_give_up(budget, name, &trouble);
		return;
	}
	budget->is_in_tar = true;
	unpack_archive(budget, depth == 0 ? 0 : depth - 1, packed, name);
	budget->is_in_tar = false;
}

static void
unpack_at(
    struct budget *budget, size_t depth, struct bytes packed, const char *name)
{
	struct document doc = {
		.budget = budget, .depth = depth, .name = name
	};
	struct error trouble;

	if (!unpack_is_packed(packed)) {
		unpack_plain(budget, packed, name);
	} else if (depth >= MAX_UNPACK_DEPTH) {
		error_limit(&trouble, "limit-nesting",
		    "containers nest more than %d deep", MAX_UNPACK_DEPTH);
		unpack_give_up(budget, name, &trouble);
	} else if (unpack_is_zip(packed)) {
		unpack_archive(budget, depth, packed, name);
	} else if (unpack_is_tar(packed)) {
		unpack_tar(budget, depth, packed, name);
	} else {
		unpack_deflated(&doc, packed);
	}
}

void
unpack(struct bytes packed, const struct unpack_sink *sink)
{
	size_t unpacked = 0;
	struct budget budget = {
		.sink = sink,
		.packed = packed.len,
		.shared = sink->unpacked == NULL ? &unpacked : sink->unpacked,
	};

	unpack_at(&budget, 0, packed, "");
}
