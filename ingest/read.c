#include "ingest/read.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/classify.h"
#include "ingest/examine.h"
#include "ingest/header.h"
#include "ingest/mailbox.h"
#include "ingest/message.h"
#include "parse/datetime.h"
#include "parse/value.h"

/* --- the parts of a message --- */

struct walker {
	struct reader *reader;
	struct classifier *classifier;
	struct bytes input;
	size_t depth; /* the parts of messages this deep are read now */
	size_t deepest;
	bool has_unopened; /* a message deeper than we go */
	struct error unopened;
};

static bool
wants_part(void *context, const struct message_part *part)
{
	struct walker *walker = context;

	if (part->depth > walker->deepest)
		walker->deepest = part->depth;
	classify_see(walker->classifier, part);
	return part->depth == walker->depth
	    && strcmp(part->type, "text/rfc822-headers") != 0;
}

/* Where the parts are not to be seen (RFC 8551 3.4, 3.5.2). */
static bool
is_opaque(const struct message_part *part)
{
	return strcmp(part->type, "application/pkcs7-mime") == 0
	    || strcmp(part->type, "application/x-pkcs7-mime") == 0;
}

static bool
is_said_to_be_packed(const struct message_part *part)
{
	return text_ends_in(part->filename, ".gz")
	    || text_ends_in(part->filename, ".zip")
	    || text_ends_in(part->type, "gzip")
	    || text_ends_in(part->type, "/zip");
}

static const char *
label_of(struct reader *r, const struct message_part *part)
{
	return arena_printf(r->arena, "%s%s%s%s", r->prefix, part->number,
	    part->filename[0] == '\0' ? "" : ": ", part->filename);
}

static void
on_part(void *context, const struct message_part *part)
{
	struct walker *walker = context;
	struct reader *r = walker->reader;
	const char *label = label_of(r, part);
	struct error trouble;

	classify_read(walker->classifier, part);
	if (is_opaque(part)) {
		error_input(&trouble, "smime-opaque",
		    "S/MIME that is encrypted, or signed as a whole");
		examine_add_broken(r, label, &trouble);
	} else if (strcmp(part->type, "message/partial") == 0) {
		error_input(&trouble, "message-partial",
		    "a piece of a message that was sent in pieces");
		examine_add_broken(r, label, &trouble);
	} else if (strcmp(part->type, "text/plain") == 0
	    && !is_said_to_be_packed(part)) {
		examine_text(r, label, part->body);
	} else {
		examine(r, label, part->body, is_said_to_be_packed(part));
	}
}

static void
on_trouble(void *context, const struct error *trouble)
{
	struct walker *walker = context;

	if (walker->depth > 0)
		return;
	if (strcmp(trouble->reason, "limit-message-depth") == 0) {
		walker->has_unopened = true;
		walker->unopened = *trouble;
		return;
	}
	examine_add_broken(walker->reader, walker->reader->prefix, trouble);
	classify_guess(walker->classifier, walker->input);
}

/* A forwarded report is a message in a message. */
static void
read_parts(struct reader *r, struct classifier *classifier, struct bytes input)
{
	struct walker walker = {
		.reader = r, .classifier = classifier, .input = input
	};
	const struct message_visitor visitor = { wants_part, on_part, NULL,
		on_trouble, &walker };
	const struct finding **first = r->next, **next;
	struct reading before;

	do {
		before = *r->out;
		next = r->next;
		r->is_enclosed = r->mail_depth > 0 || walker.depth > 0;
		message_walk(input, r->arena, &visitor);
		/* What lies beside a feedback report belongs to it. */
		if (classify_has_feedback(classifier, walker.depth)) {
			*r->out = before;
			r->next = next;
			*r->next = NULL;
			break;
		}
	} while (walker.depth++ < walker.deepest
	    && classify_may_open(classifier, walker.depth));
	if (walker.has_unopened && examine_count(r) == 0)
		examine_add_broken(r, r->prefix, &walker.unopened);
	/* To keep what is broken is to keep the whole message. */
	if (classify_is_private(classifier)) {
		examine_drop_broken(r, first);
		r->is_private = true;
	}
}

/* --- messages --- */

static void
read_header(struct reader *r, struct bytes header)
{
	struct reading *out = r->out;
	const char *date;

	authentic_read(header, r->config, r->arena, &r->authentic);
	out->message_id = header_find(header, "Message-ID", r->arena);
	out->from = header_find(header, "From", r->arena);
	out->subject = header_find(header, "Subject", r->arena);
	out->tls_report_domain =
	    header_find(header, "TLS-Report-Domain", r->arena);
	out->tls_report_submitter =
	    header_find(header, "TLS-Report-Submitter", r->arena);
	date = header_find(header, "Date", r->arena);
	out->has_date =
	    date != NULL && datetime_parse_mail(bytes_of(date), &out->date);
}

static void
read_message(struct reader *r, struct bytes input)
{
	struct bytes header = header_of(input);
	struct classifier classifier;

	if (header.len > MAX_HEADER)
		header.len = MAX_HEADER;
	r->out->is_message = true;
	read_header(r, header);
	classify_start(&classifier,
	    header_find(header, "Content-Type", r->arena), r->arena);
	read_parts(r, &classifier, input);
	classify_finish(&classifier, input, r->out);
}

/* --- packed messages --- */

/* What the header of the first message says is kept. */
static void
read_filed(struct reader *r, struct bytes message, bool is_first)
{
	struct reading first = *r->out;

	read_message(r, message);
	if (is_first)
		return;
	r->out->message_id = first.message_id;
	r->out->from = first.from;
	r->out->subject = first.subject;
	r->out->tls_report_domain = first.tls_report_domain;
	r->out->tls_report_submitter = first.tls_report_submitter;
	r->out->has_date = first.has_date;
	r->out->date = first.date;
}

/* Of what came in a message, that one's header counts. */
static void
read_attached(struct reader *r, struct bytes message)
{
	struct classifier classifier;

	classify_start(&classifier,
	    header_find(header_of(message), "Content-Type", r->arena),
	    r->arena);
	read_parts(r, &classifier, message);
}

static void
read_each(struct reader *r, struct bytes mail, const char *place)
{
	bool is_filed = r->is_file && r->mail_depth == 1;
	bool is_mbox = mailbox_is(mail);
	struct error trouble;
	struct bytes message;
	size_t n = 0;

	while (mailbox_next(&mail, &message)) {
		n++;
		if (++r->mail_count > MAX_PACKED_MESSAGES) {
			error_limit(&trouble, "limit-messages",
			    "more than %d packed messages",
			    MAX_PACKED_MESSAGES);
			examine_add_broken(r, place, &trouble);
			return;
		}
		r->prefix = is_mbox
		    ? arena_printf(r->arena, "%s%smessage %zu: ", place,
			place[0] == '\0' ? "" : ": ", n)
		    : arena_printf(
			r->arena, "%s%s", place, place[0] == '\0' ? "" : ": ");
		if (is_filed)
			read_filed(r, message, !r->out->is_message);
		else
			read_attached(r, message);
	}
}

static void
read_mail(struct reader *r, struct bytes mail, const char *place)
{
	struct reader before = *r;
	struct error trouble;

	if (r->mail_depth == MAX_MESSAGE_DEPTH) {
		error_limit(&trouble, "limit-message-depth",
		    "more than %d messages in one another", MAX_MESSAGE_DEPTH);
		examine_add_broken(r, place, &trouble);
		return;
	}
	r->mail_depth++;
	read_each(r, mail, place);
	r->mail_depth--;
	r->part = before.part;
	r->prefix = before.prefix;
	r->is_enclosed = before.is_enclosed;
}

/* --- any of them --- */

/* Of several messages in one file, failures count only when there is nothing
 * else. */
static void
settle_class(struct reader *r)
{
	struct reading *out = r->out;

	if (out->report_count > 0) {
		out->class = MESSAGE_OTHER;
		out->failures = NULL;
	} else if (out->failures != NULL) {
		out->class = MESSAGE_FAILURE;
	}
	if (r->is_private)
		out->subject = NULL;
}

void
read_input(struct bytes input, const struct read_config *config,
    struct arena *arena, struct reading *out)
{
	struct reader reader = {
		.arena = arena,
		.config = config,
		.out = out,
		.next = &out->findings,
		.authentic = { .trouble = "it did not come in a message" },
		.prefix = "",
		.mail = read_mail,
	};

	*out = (struct reading) { .size = input.len };
	input = mailbox_skip_postmark(input);
	if (header_looks_like(input)) {
		read_message(&reader, input);
	} else {
		reader.is_file = true;
		examine(&reader, "", input, false);
		settle_class(&reader);
	}
	/* What is broken beside a packed one would keep that too. */
	if (reader.is_private)
		examine_drop_broken(&reader, &out->findings);
}
