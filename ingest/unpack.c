#include "ingest/unpack.h"

#define ZLIB_CONST /* zlib doesn't write to its input; let it say so */

#include <archive.h>
#include <archive_entry.h>
#include <err.h>
#include <stdint.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"

#define CHUNK ((size_t)64 * 1024)

/* What one call of unpack() may cost, over all its levels. */
struct budget {
	const struct unpack_sink *sink;
	size_t packed, unpacked, members;
	const struct error *outer; /* trouble of the container around */
};

/*
 * A document on its way out.  One that is itself packed is collected and
 * unpacked when it ends; any other goes straight to the sink.
 */
struct document {
	struct budget *budget;
	size_t depth;
	const char *name;
	bool has_begun, is_wanted, is_packed;
	struct buffer inner;
	bool has_trouble;
	struct error trouble;
};

static void unpack_at(
    struct budget *budget, size_t depth, struct bytes packed, const char *name);

static bool
is_gzip(struct bytes bytes)
{
	return bytes_start(bytes, bytes_of("\x1f\x8b"));
}

static bool
is_zip(struct bytes bytes)
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

bool
unpack_is_packed(struct bytes bytes)
{
	return is_gzip(bytes) || is_zip(bytes) || is_zlib(bytes);
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
	if (budget->unpacked > MAX_UNPACKED)
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

	if (!doc->has_begun && doc->inner.len == 0 && unpack_is_packed(bytes))
		doc->is_packed = true;
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
static bool
take(struct document *doc, struct bytes bytes)
{
	return within_budget(doc, bytes.len)
	    && (add(doc, bytes) || !doc->has_trouble);
}

static void
set_trouble(struct document *doc, const char *reason, const char *text)
{
	if (doc->has_trouble)
		return;
	error_input(&doc->trouble, reason, "%s", text);
	doc->has_trouble = true;
}

static void
end(struct document *doc)
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
static void
give_up(struct budget *budget, const char *name, const struct error *trouble)
{
	budget->sink->begin(budget->sink->context, name);
	budget->sink->end(budget->sink->context, trouble);
}

/* --- gzip and zlib --- */

struct inflater {
	z_stream z;
	bool is_gzip;
	uint32_t crc; /* of what has come out of this member */
	uint8_t out[CHUNK];
};

static uint32_t
little_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8
	    | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/*
 * zlib would refuse a whole document for a wrong trailer; we keep it and say
 * so.  Hence zlib is told not to check, and the check is here.
 */
static void
check_trailer(struct inflater *in, struct document *doc)
{
	const uint8_t *trailer = in->z.next_in - 8;

	if (little_endian(trailer) != in->crc
	    || little_endian(trailer + 4) != (uint32_t)in->z.total_out)
		set_trouble(doc, "gzip-crc", "gzip checksum does not match");
}

/* True while more members follow (RFC 1952 2.2: they are one document). */
static bool
next_member(struct inflater *in, struct document *doc)
{
	struct bytes rest = { (const char *)in->z.next_in, in->z.avail_in };

	if (in->is_gzip)
		check_trailer(in, doc);
	if (rest.len == 0)
		return false;
	if (!in->is_gzip || !is_gzip(rest)) {
		set_trouble(
		    doc, "gzip-trailing", "bytes follow the compressed data");
		return false;
	}
	in->crc = 0;
	return inflateReset(&in->z) == Z_OK
	    && inflateValidate(&in->z, 0) == Z_OK;
}

/* One step; false at the end, whatever the reason. */
static bool
inflate_some(struct inflater *in, struct document *doc)
{
	size_t len;
	int status;

	in->z.next_out = in->out;
	in->z.avail_out = sizeof(in->out);
	status = inflate(&in->z, Z_NO_FLUSH);
	len = sizeof(in->out) - in->z.avail_out;
	if (len > 0) {
		in->crc = (uint32_t)crc32(in->crc, in->out, (uInt)len);
		if (!take(doc, (struct bytes) { (char *)in->out, len }))
			return false;
	}
	if (status == Z_STREAM_END)
		return next_member(in, doc);
	if (status == Z_BUF_ERROR && in->z.avail_in == 0)
		set_trouble(
		    doc, "gzip-truncated", "compressed data is cut off");
	else if (status != Z_OK)
		set_trouble(doc, "gzip-corrupt", "compressed data is broken");
	return status == Z_OK;
}

static void
unpack_deflated(struct document *doc, struct bytes packed)
{
	struct inflater in; /* most of it is its output, and written first */

	in.z = (z_stream) { 0 };
	in.is_gzip = is_gzip(packed);
	in.crc = 0;
	in.z.next_in = (const Bytef *)packed.data;
	in.z.avail_in = (uInt)packed.len;
	/* 32 + 15: gzip or zlib, by their header. */
	if (inflateInit2(&in.z, 32 + 15) != Z_OK)
		errx(1, "inflate: out of memory");
	if (in.is_gzip)
		inflateValidate(&in.z, 0);
	while (inflate_some(&in, doc))
		continue;
	inflateEnd(&in.z);
	end(doc);
}

/* --- zip --- */

static void
unpack_member(struct budget *budget, size_t depth, struct archive *zip,
    bool has_end, const char *name)
{
	struct document doc = {
		.budget = budget, .depth = depth, .name = name
	};
	const void *data;
	size_t len;
	int64_t offset;
	int status;

	for (;;) {
		status = archive_read_data_block(zip, &data, &len, &offset);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK) {
			set_trouble(
			    &doc, "zip-corrupt", "the zip's data is broken");
			break;
		}
		if (len > 0 && !take(&doc, (struct bytes) { data, len }))
			break;
	}
	if (!has_end)
		set_trouble(
		    &doc, "zip-truncated", "the zip's directory is cut off");
	end(&doc);
}

static void
take_member(struct budget *budget, size_t depth, struct archive *zip,
    bool has_end, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	struct error trouble;

	if (name == NULL)
		name = "";
	if (archive_entry_is_encrypted(entry)) {
		error_input(&trouble, "zip-encrypted",
		    "the zip is encrypted and nobody has the password");
		give_up(budget, name, &trouble);
	} else {
		unpack_member(budget, depth, zip, has_end, name);
	}
}

/* Streamed entries have no type; folders have names that end in a slash. */
static bool
is_folder(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	size_t len = name == NULL ? 0 : strlen(name);

	return archive_entry_filetype(entry) == AE_IFDIR
	    || (len > 0 && name[len - 1] == '/');
}

/* Returns how many members there were, folders not counted. */
static size_t
unpack_members(struct budget *budget, size_t depth, struct archive *zip,
    bool has_end, const char *name)
{
	struct archive_entry *entry;
	struct error trouble;
	size_t count = 0;
	int status;

	for (;;) {
		status = archive_read_next_header(zip, &entry);
		if (status == ARCHIVE_EOF)
			return count;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			error_input(&trouble, "zip-corrupt",
			    "the zip's directory is broken");
			break;
		}
		if (is_folder(entry))
			continue;
		if (++budget->members > MAX_MEMBERS) {
			error_limit(&trouble, "limit-members",
			    "more than %d files in one zip", MAX_MEMBERS);
			break;
		}
		count++;
		take_member(budget, depth, zip, has_end, entry);
		if (budget->unpacked > MAX_UNPACKED)
			return count;
	}
	give_up(budget, name, &trouble);
	return count + 1;
}

/* Its last record, which a comment of up to 64 kB may follow.  Without it
 * libarchive goes by the headers of the members. */
static bool
has_directory_end(struct bytes packed)
{
	size_t len = 22, max = len + 0xffff;

	for (; len <= packed.len && len <= max; len++)
		if (bytes_start(bytes_skip(packed, packed.len - len),
			bytes_of("PK\x05\x06")))
			return true;
	return false;
}

static void
unpack_zip(
    struct budget *budget, size_t depth, struct bytes packed, const char *name)
{
	struct archive *zip = archive_read_new();
	struct error trouble;

	if (zip == NULL)
		errx(1, "zip: out of memory");
	archive_read_support_format_zip(zip);
	if (archive_read_open_memory(zip, packed.data, packed.len)
	    != ARCHIVE_OK) {
		error_input(
		    &trouble, "zip-corrupt", "the zip's directory is broken");
		give_up(budget, name, &trouble);
	} else if (unpack_members(
		       budget, depth, zip, has_directory_end(packed), name)
	    == 0) {
		error_input(
		    &trouble, "zip-empty", "there is no file in the zip");
		give_up(budget, name, &trouble);
	}
	archive_read_free(zip);
}

/* --- any of them --- */

static void
unpack_at(
    struct budget *budget, size_t depth, struct bytes packed, const char *name)
{
	struct document doc = {
		.budget = budget, .depth = depth, .name = name
	};
	struct error trouble;

	if (!unpack_is_packed(packed)) {
		begin(&doc);
		budget->sink->data(budget->sink->context, packed);
		end(&doc);
	} else if (depth >= MAX_UNPACK_DEPTH) {
		error_limit(&trouble, "limit-nesting",
		    "containers nest more than %d deep", MAX_UNPACK_DEPTH);
		give_up(budget, name, &trouble);
	} else if (is_zip(packed)) {
		unpack_zip(budget, depth, packed, name);
	} else {
		unpack_deflated(&doc, packed);
	}
}

void
unpack(struct bytes packed, const struct unpack_sink *sink)
{
	struct budget budget = { .sink = sink, .packed = packed.len };

	unpack_at(&budget, 0, packed, "");
}
