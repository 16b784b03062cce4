/* What 'reports listen' says, for an operator to grep. */

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/listener.h"
#include "cli/text.h"
#include "ingest/header.h"
#include "parse/value.h"

/* A journal that is flooded forgets what matters. */
#define MAX_LINES_A_SECOND 200
/* Of a message, for its queue id: our Postfix writes its line at the top. */
#define MAX_LOOK     4096
#define MAX_QUEUE_ID 32

void
listener_say(void *context, const char *text)
{
	struct arena arena = { 0 };

	(void)context;
	fprintf(stderr, "%s\n", text_escape(&arena, text_charset(), text));
	arena_release(&arena);
}

void
listener_log(struct listener *listener, const char *text)
{
	struct listener_log *log = &listener->log;
	int64_t now = (int64_t)time(NULL);

	if (now != log->second) {
		if (log->dropped > 0)
			fprintf(stderr, "%zu messages were not logged\n",
			    log->dropped);
		*log = (struct listener_log) { .second = now };
	}
	if (log->lines++ < MAX_LINES_A_SECOND)
		listener_say(NULL, text);
	else
		log->dropped++;
}

static const char *
describe_recipients(struct arena *arena, const struct lmtp_envelope *envelope)
{
	const char *first = arena_printf(arena, "<%s>",
	    envelope->rcpt_count == 0 ? "" : envelope->rcpt_to[0]);

	if (envelope->rcpt_count < 2)
		return text_log(arena, first);
	return arena_printf(
	    arena, "%s,+%zu", text_log(arena, first), envelope->rcpt_count - 1);
}

/* "... with ESMTP id 4XyZ12abc for ...": what Postfix logs the message by. */
static const char *
find_queue_id(struct arena *arena, struct bytes message)
{
	struct header_field field;
	const char *value, *id;
	size_t len;

	if (message.len > MAX_LOOK)
		message.len = MAX_LOOK;
	while (header_next(&message, &field)) {
		if (!text_is(field.name, "Received"))
			continue;
		value = arena_copy(arena, header_unfold(field.value, arena));
		id = strstr(value, " id ");
		if (id == NULL)
			return NULL;
		id += strlen(" id ");
		len = strspn(id,
		    "0123456789abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (len == 0 || len > MAX_QUEUE_ID)
			return NULL;
		return arena_copy(arena, (struct bytes) { id, len });
	}
	return NULL;
}

static const char *
describe_envelope(struct arena *arena, const struct server_message *message)
{
	const struct lmtp_envelope *envelope = message->envelope;
	const char *queue_id = find_queue_id(arena, message->message);
	const char *from = arena_printf(arena, "<%s>",
	    envelope->mail_from == NULL ? "" : envelope->mail_from);

	return arena_printf(arena, "%s%s%sfrom=%s to=%s size=%zu",
	    queue_id == NULL ? "" : "queue-id=",
	    queue_id == NULL ? "" : queue_id, queue_id == NULL ? "" : " ",
	    text_log(arena, from), describe_recipients(arena, envelope),
	    message->message.len);
}

/* The first report, and the first that could not be read. */
static const char *
describe_findings(struct arena *arena, const struct reading *reading)
{
	const struct finding *finding, *good = NULL, *bad = NULL;
	const struct report *report;
	const char *text = "";

	for (finding = reading->findings; finding != NULL;
	     finding = finding->next) {
		if (finding->report != NULL && good == NULL)
			good = finding;
		if (finding->report == NULL && bad == NULL)
			bad = finding;
	}
	if (good != NULL) {
		report = good->report;
		text = arena_printf(arena, " domain=%s org=%s id=%s",
		    text_log(
			arena, report->domain == NULL ? "" : report->domain),
		    text_log(arena,
			report->org_name == NULL ? "" : report->org_name),
		    text_log(arena, report->report_id));
	}
	if (bad != NULL)
		text = arena_printf(arena, "%s reason=%s detail=%s", text,
		    bad->reason,
		    text_log(arena, bad->detail == NULL ? "" : bad->detail));
	return text;
}

const char *
listener_describe(struct arena *arena, const struct server_message *message,
    const struct reading *reading, const struct store_result *result)
{
	const char *found = result->refused[0] == '\0'
	    ? describe_findings(arena, reading)
	    : arena_printf(arena, " reason=%s detail=%s", STORE_REFUSED,
		text_log(arena, result->refused));

	return arena_printf(arena,
	    "%s %s message-id=%s reports=%zu known=%zu conflicts=%zu "
	    "unreadable=%zu%s",
	    store_outcome_name(result->outcome),
	    describe_envelope(arena, message),
	    text_log(
		arena, reading->message_id == NULL ? "" : reading->message_id),
	    result->stored, result->duplicates, result->conflicts,
	    result->quarantined, found);
}

const char *
listener_describe_failed(struct arena *arena,
    const struct server_message *message, const struct error *why)
{
	return arena_printf(arena, "%s %s error=%s",
	    message->verdict == LMTP_NO_ROOM ? "no-room" : "try-later",
	    describe_envelope(arena, message), text_log(arena, why->text));
}
