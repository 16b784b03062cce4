/* What a worker's answer, or its end, says of a message. */

#include "base/arena.h"
#include "base/digest.h"
#include "base/limits.h"
#include "ingest/codec.h"
#include "ingest/header.h"
#include "ingest/pool.h"
#include "ingest/read.h"
#include "parse/value.h"

/* Without the libraries that workers shut in; an operator knows mail by it. */
static const char *
find_message_id(struct bytes message, struct arena *arena)
{
	struct bytes header = header_of(message);
	struct header_field field;

	if (header.len > MAX_HEADER)
		header.len = MAX_HEADER;
	while (header_next(&header, &field))
		if (text_is(field.name, "Message-ID"))
			return header_copy(
			    bytes_trim(header_unfold(field.value, arena)),
			    arena);
	return NULL;
}

static void
set_broken(struct reading *out, const struct error *why, struct bytes message,
    struct arena *arena)
{
	struct finding *finding = arena_alloc(arena, 1, sizeof(*finding));

	*out = (struct reading) { .findings = finding, .broken_count = 1 };
	out->is_message = header_looks_like(message);
	if (out->is_message)
		out->message_id = find_message_id(message, arena);
	finding->part = "";
	finding->reason = why->reason;
	finding->detail = arena_copy(arena, bytes_of(why->text));
}

bool
pool_reading(const struct pool_job *job, struct bytes message,
    struct arena *arena, struct reading *out, struct error *err)
{
	if (job->result == POOL_FAILED) {
		*err = job->error;
		return false;
	}
	if (job->result == POOL_BROKEN)
		set_broken(out, &job->error, message, arena);
	else if (!codec_decode(buffer_bytes(&job->answer), arena, out, err))
		set_broken(out, err, message, arena);
	out->digest = digest_of(message);
	out->size = message.len;
	return true;
}
