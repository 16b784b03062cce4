#include "ingest/unpack_document.h"

#define ZLIB_CONST /* zlib doesn't write to its input; let it say so */

#include <err.h>
#include <stdint.h>
#include <zlib.h>

#define CHUNK ((size_t)64 * 1024)

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
		unpack_set_trouble(
		    doc, "gzip-crc", "gzip checksum does not match");
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
	if (!in->is_gzip || !unpack_is_gzip(rest)) {
		unpack_set_trouble(
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
		if (!unpack_take(doc, (struct bytes) { (char *)in->out, len }))
			return false;
	}
	if (status == Z_STREAM_END)
		return next_member(in, doc);
	if (status == Z_BUF_ERROR && in->z.avail_in == 0)
		unpack_set_trouble(
		    doc, "gzip-truncated", "compressed data is cut off");
	else if (status != Z_OK)
		unpack_set_trouble(
		    doc, "gzip-corrupt", "compressed data is broken");
	return status == Z_OK;
}

void
unpack_deflated(struct document *doc, struct bytes packed)
{
	struct inflater in; /* most of it is its output, and written first */

	in.z = (z_stream) { 0 };
	in.is_gzip = unpack_is_gzip(packed);
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
	unpack_end(doc);
}
