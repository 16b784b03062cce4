#include "ingest/classify.h"

#include <stdint.h>
#include <strings.h>

#include "base/arena.h"
#include "ingest/header.h"
#include "parse/arf.h"
#include "parse/value.h"

#define NO_DEPTH SIZE_MAX

static bool
contains(struct bytes text, const char *word)
{
	size_t len = strlen(word);

	for (; text.len >= len; text = bytes_skip(text, 1))
		if (strncasecmp(text.data, word, len) == 0)
			return true;
	return false;
}

/* By the report-type of multipart/report (RFC 6522 3). */
static enum message_class
class_of_type(const char *content_type)
{
	struct bytes type = bytes_of(content_type == NULL ? "" : content_type);

	if (!contains(type, "multipart/report"))
		return MESSAGE_OTHER;
	if (contains(type, "delivery-status"))
		return MESSAGE_BOUNCE;
	if (contains(type, "feedback-report"))
		return MESSAGE_FAILURE;
	return MESSAGE_OTHER;
}

void
classify_start(struct classifier *classifier, const char *content_type,
    struct arena *arena)
{
	*classifier = (struct classifier) { .arena = arena,
		.hint = class_of_type(content_type),
		.depth = NO_DEPTH,
		.private_depth = NO_DEPTH };
	if (classifier->hint == MESSAGE_FAILURE)
		classifier->private_depth = 0;
}

/* The outermost decides: a bounced failure report is a bounce.  Of equals, it
 * is the one with somebody's mail in it. */
static void
decide(struct classifier *classifier, enum message_class class, size_t depth)
{
	if (class == MESSAGE_FAILURE && depth < classifier->private_depth)
		classifier->private_depth = depth;
	if (depth < classifier->depth
	    || (depth == classifier->depth && class == MESSAGE_FAILURE)) {
		classifier->class = class;
		classifier->depth = depth;
	}
}

void
classify_see(struct classifier *classifier, const struct message_part *part)
{
	if (strcmp(part->type, "message/feedback-report") == 0)
		decide(classifier, MESSAGE_FAILURE, part->depth);
	else if (strcmp(part->type, "message/delivery-status") == 0)
		decide(classifier, MESSAGE_BOUNCE, part->depth);
}

static void
add_failure(struct classifier *classifier, const struct failure *failure)
{
	struct failure *copy = arena_alloc(classifier->arena, 1, sizeof(*copy));

	*copy = *failure;
	copy->next = classifier->failures;
	classifier->failures = copy;
}

static void
read_feedback(struct classifier *classifier, const struct message_part *part)
{
	struct failure failure;

	arf_parse(part->body, classifier->arena, &failure);
	if (arf_is_auth_failure(&failure))
		add_failure(classifier, &failure);
	else
		classifier->has_complaint = true;
}

static void
read_text(struct classifier *classifier, const struct message_part *part)
{
	struct failure failure;

	if (arf_parse_text(part->body, classifier->arena, &failure)) {
		decide(classifier, MESSAGE_FAILURE, part->depth);
		add_failure(classifier, &failure);
	} else if (arf_is_error_report(part->body)) {
		decide(classifier, MESSAGE_ERROR_REPORT, part->depth);
	}
}

void
classify_read(struct classifier *classifier, const struct message_part *part)
{
	if (strcmp(part->type, "message/feedback-report") == 0)
		read_feedback(classifier, part);
	else if (strcmp(part->type, "text/plain") == 0)
		read_text(classifier, part);
}

void
classify_guess(struct classifier *classifier, struct bytes message)
{
	if (!contains(message, "message/feedback-report")
	    && !contains(message, "Sender IP Address:"))
		return;
	classifier->hint = MESSAGE_FAILURE;
	classifier->private_depth = 0;
}

bool
classify_has_feedback(const struct classifier *classifier, size_t depth)
{
	return classifier->class == MESSAGE_FAILURE
	    && classifier->depth == depth;
}

bool
classify_may_open(const struct classifier *classifier, size_t depth)
{
	return depth < classifier->private_depth
	    || classify_has_feedback(classifier, depth);
}

bool
classify_is_private(const struct classifier *classifier)
{
	return classifier->private_depth != NO_DEPTH;
}

/* --- what a failure report leaves to its message to say --- */

static const char *
domain_of_from(const char *from, struct arena *arena)
{
	return arf_domain(bytes_of(domain_of_email(arena, from)), arena);
}

/* Looks for the author's domain in the original, and for nothing else. */
struct search {
	struct arena *arena;
	size_t depth; /* of the failure report */
	const char *domain;
};

static void
search_header(void *context, struct bytes message, size_t depth)
{
	struct search *search = context;

	if (depth == search->depth && search->domain == NULL)
		search->domain = domain_of_from(
		    header_find(header_of(message), "From", search->arena),
		    search->arena);
}

static bool
is_header(void *context, const struct message_part *part)
{
	const struct search *search = context;

	return part->depth == search->depth
	    && strcmp(part->type, "text/rfc822-headers") == 0;
}

static void
search_part(void *context, const struct message_part *part)
{
	search_header(context, part->body, part->depth);
}

static void
ignore_trouble(void *context, const struct error *trouble)
{
	(void)context;
	(void)trouble;
}

static const char *
find_domain(const struct classifier *classifier, struct bytes message)
{
	struct search search = { classifier->arena, classifier->depth, NULL };
	const struct message_visitor visitor = { is_header, search_part,
		search_header, ignore_trouble, &search };

	message_walk(message, classifier->arena, &visitor);
	return search.domain;
}

static void
complete(const struct classifier *classifier, struct failure *failure,
    struct bytes message, const struct reading *reading)
{
	failure->reporter = domain_of_from(reading->from, classifier->arena);
	if (failure->reporter == NULL)
		failure->reporter = failure->reporting_mta;
	if (failure->reported_domain == NULL)
		failure->reported_domain = find_domain(classifier, message);
}

static void
take_failures(const struct classifier *classifier, struct bytes message,
    struct reading *out)
{
	static const struct failure unknown = { .incidents = 1 };
	const struct failure *failure = classifier->failures;
	struct failure *copy;

	if (failure == NULL)
		failure = &unknown;
	for (; failure != NULL; failure = failure->next) {
		copy = arena_alloc(classifier->arena, 1, sizeof(*copy));
		*copy = *failure;
		complete(classifier, copy, message, out);
		copy->next = out->failures;
		out->failures = copy;
	}
}

static enum message_class
class_of(const struct classifier *classifier, size_t report_count)
{
	/* Where a report was found, the rest was not looked at. */
	if (report_count > 0)
		return MESSAGE_OTHER;
	if (classifier->depth == NO_DEPTH)
		return classifier->hint;
	if (classifier->class == MESSAGE_FAILURE && classifier->failures == NULL
	    && classifier->has_complaint)
		return MESSAGE_ABUSE;
	return classifier->class;
}

void
classify_finish(const struct classifier *classifier, struct bytes message,
    struct reading *out)
{
	out->class = class_of(classifier, out->report_count);
	if (out->class == MESSAGE_FAILURE)
		take_failures(classifier, message, out);
	/* It often is the original's. */
	if (classify_is_private(classifier) && out->report_count == 0)
		out->subject = NULL;
}
