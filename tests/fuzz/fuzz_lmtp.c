/*
 * A conversation is fed twice, whole and in pieces whose length the first
 * octet gives: the replies and the messages must be the same.
 */
#include "base/error.h"
#include "ingest/lmtp.h"
#include "ingest/spool.h"
#include "tests/fuzz/check.h"

static bool
accepts(void *context, const char *rcpt_to)
{
	(void)context;
	return rcpt_to[0] != 'n';
}

static void
keep(struct buffer *log, struct bytes bytes)
{
	CHECK(buffer_add(log, bytes));
}

static struct bytes
message_of(struct lmtp *lmtp)
{
	struct bytes bytes;
	struct error err;

	CHECK(spool_bytes(lmtp_message(lmtp), &bytes, &err));
	return bytes;
}

static void
take_message(struct lmtp *lmtp, struct buffer *log)
{
	const struct lmtp_envelope *envelope = lmtp_envelope(lmtp);
	size_t i;

	CHECK(envelope->rcpt_count > 0);
	keep(log, bytes_of(envelope->lhlo));
	keep(log, bytes_of(envelope->mail_from));
	for (i = 0; i < envelope->rcpt_count; i++)
		keep(log, bytes_of(envelope->rcpt_to[i]));
	keep(log, message_of(lmtp));
	lmtp_finish(lmtp, (enum lmtp_verdict)(i % 3), log);
}

static void
talk(struct bytes text, size_t step, struct buffer *log)
{
	struct lmtp_config config = {
		.hostname = "host", .max_message = 1000, .accepts = accepts
	};
	struct lmtp *lmtp = lmtp_new(&config);
	enum lmtp_state state;
	size_t len, used;

	lmtp_greet(lmtp, log);
	while (text.len > 0) {
		len = step < text.len ? step : text.len;
		state = lmtp_feed(
		    lmtp, (struct bytes) { text.data, len }, &used, log);
		CHECK(used <= len);
		CHECK(state == LMTP_WAITING || used == len);
		text = bytes_skip(text, used);
		if (state == LMTP_WAITING)
			take_message(lmtp, log);
	}
	lmtp_free(lmtp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole = { .max = SIZE_MAX }, pieces = { .max = SIZE_MAX };
	struct bytes text = check_input(data, size);

	if (size == 0)
		return 0;
	text = bytes_skip(text, 1);
	talk(text, SIZE_MAX, &whole);
	talk(text, (size_t)data[0] + 1, &pieces);
	CHECK(buffer_equal(&whole, &pieces));
	buffer_release(&whole);
	buffer_release(&pieces);
	return 0;
}
