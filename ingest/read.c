#include "ingest/read.h"

#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/authentic.h"
#include "ingest/classify.h"
#include "ingest/header.h"
#include "ingest/message.h"
#include "ingest/original.h"
#include "ingest/unpack.h"
#include "parse/datetime.h"
#include "parse/dmarc.h"
#include "parse/value.h"

/* One input on its way to a reading. */
struct reader {
	struct arena *arena;
	struct reading *out;
	const struct finding **next;
	struct authentic authentic;

	/* the part or file under way */
	bool is_enclosed; /* in a message inside the message */
	const char *label;
	struct error no_report; /* a document of it that is none */
	bool has_no_report;

	/* Documents of it that are to be mended, by their place in it: found
	 * in a first pass, read again in a second. */
	struct finding *malformed[MAX_MEMBERS];
	size_t document;
	bool has_malformed, is_mending;

	/* The document of it that was asked for, by its place. */
	const struct digest *wanted; /* or NULL */
	bool has_wanted;
	size_t wanted_document, wanted_size;

	/* the document under way */
	struct report_reader *report;
	struct digest_state digest;
	size_t size; /* of it, as far as it has come */
	const char *name;
	bool has_failed, is_malformed;
	struct error failure;
};

/* --- findings --- */

static const char *
place_of(struct reader *r)
{
	if (r->name[0] == '\0')
		return r->label;
	if (r->label[0] == '\0')
		return r->name;
	return arena_printf(r->arena, "%s: %s", r->label, r->name);
}

static struct finding *
add_finding(struct reader *r, const char *part)
{
	struct finding *finding = arena_alloc(r->arena, 1, sizeof(*finding));

	finding->part = part;
	*r->next = finding;
	r->next = &finding->next;
	return finding;
}

static void
set_reason(struct reader *r, struct finding *finding, const struct error *why)
{
	finding->reason = why->reason;
	finding->detail = arena_copy(r->arena, bytes_of(why->text));
}

static struct finding *
add_broken(struct reader *r, const char *part, const struct error *why)
{
	struct finding *finding = add_finding(r, part);

	set_reason(r, finding, why);
	r->out->broken_count++;
	return finding;
}

static void
set_report(struct reader *r, struct finding *finding, struct digest digest,
    const struct report *report)
{
	struct report *copy = arena_alloc(r->arena, 1, sizeof(*copy));

	*copy = *report;
	finding->report = copy;
	finding->digest = digest;
	finding->verdict = authentic_judge(
	    &r->authentic, report, r->arena, &finding->verdict_reason);
	finding->reason = finding->detail = NULL;
	r->out->report_count++;
	if (r->wanted != NULL
	    && memcmp(r->wanted, &digest, sizeof(digest)) == 0) {
		r->has_wanted = true;
		r->wanted_document = r->document;
		r->wanted_size = r->size;
	}
}

/* Whether that report was found before: who forwards one may have attached it
 * too. */
static bool
is_known(const struct reader *r, struct digest digest)
{
	const struct finding *finding = r->out->findings;

	for (; finding != NULL; finding = finding->next)
		if (finding->report != NULL
		    && memcmp(&finding->digest, &digest, sizeof(digest)) == 0)
			return true;
	return false;
}

static void
drop_broken(struct reader *r)
{
	const struct finding *finding = r->out->findings;

	r->next = &r->out->findings;
	for (; finding != NULL; finding = finding->next)
		if (finding->report != NULL) {
			*r->next = finding;
			r->next = &((struct finding *)finding)->next;
		}
	*r->next = NULL;
	r->out->broken_count = 0;
}

/* --- what a report leaves to its message to say --- */

static bool
is_blank(const char *text)
{
	return text == NULL || text[0] == '\0';
}

static void
fill_org_name(struct reader *r, struct report *report)
{
	const char *domain = "";

	if (!is_blank(report->org_name))
		return;
	if (!is_blank(report->email))
		domain = domain_of_email(r->arena, report->email);
	if (is_blank(domain) && r->out->from != NULL)
		domain = domain_of_email(r->arena, r->out->from);
	if (is_blank(domain))
		domain = "unknown";
	report->org_name = domain;
	report_note(report, r->arena, "no-org-name",
	    "the reporter's name is missing; '%.200s' stands in", domain);
}

/* Without any date, begin and end are 0. */
static void
fill_period(struct reader *r, struct report *report)
{
	if (report->has_period)
		return;
	report->has_period = true;
	report->begin = report->end = r->out->has_date ? r->out->date : 0;
	report_note(report, r->arena, "no-period",
	    r->out->has_date
		? "the period is missing; the message's date stands in"
		: "neither the report nor its message has a date");
}

/* RFC 8460 5.3: the header names the domain too. */
static void
fill_domain(struct reader *r, struct report *report)
{
	if (report->kind != REPORT_TLSRPT || !is_blank(report->domain))
		return;
	report->domain = is_blank(r->out->tls_report_domain)
	    ? ""
	    : domain_copy(r->arena, bytes_of(r->out->tls_report_domain));
	report_note(report, r->arena, "no-policy-domain",
	    is_blank(report->domain)
		? "no policy names a domain"
		: "no policy names a domain; '%.200s' stands in",
	    report->domain);
}

/* --- documents, as they come out of their containers --- */

static void
begin_document(void *context, const char *name)
{
	struct reader *r = context;

	r->name =
	    name[0] == '\0' ? "" : header_decode(bytes_of(name), r->arena);
	r->has_failed = r->is_malformed = false;
	r->report = report_reader_new(r->arena);
	if (r->is_mending)
		report_reader_mend(r->report);
	digest_init(&r->digest);
	r->size = 0;
}

/* In the second pass, only what the first found to be malformed. */
static bool
is_wanted(const struct reader *r)
{
	return !r->is_mending
	    || (r->document < COUNT_OF(r->malformed)
		&& r->malformed[r->document] != NULL);
}

static bool
add_to_document(void *context, struct bytes bytes)
{
	struct reader *r = context;

	if (!is_wanted(r))
		return false;
	digest_add(&r->digest, bytes);
	r->size += bytes.len;
	if (!report_reader_feed(r->report, bytes, &r->failure))
		r->has_failed = true;
	return !r->has_failed;
}

static bool
finish_report(struct reader *r, struct report *report, struct error *err)
{
	if (!report_reader_finish(r->report, report, err))
		return false;
	fill_period(r, report);
	fill_domain(r, report);
	fill_org_name(r, report);
	authentic_note_claims(&r->authentic, report, r->arena);
	return true;
}

/* Of bytes that are not of the declared encoding, libxml2 may only say that
 * the document ends. */
static bool
may_be_mended(const struct error *failure)
{
	return strcmp(failure->reason, "xml-malformed") == 0
	    || strcmp(failure->reason, "xml-truncated") == 0;
}

/*
 * A container in trouble may have given a whole document all the same: then
 * the trouble is a note.  If not, it is the better reason.
 */
static bool
read_document(
    struct reader *r, const struct error *trouble, struct report *report)
{
	/* Of two limits, the one of the document was met first. */
	if (trouble != NULL && trouble->kind == ERROR_LIMIT
	    && !(r->has_failed && r->failure.kind == ERROR_LIMIT)) {
		r->failure = *trouble;
		return false;
	}
	r->has_failed = r->has_failed || !finish_report(r, report, &r->failure);
	if (r->has_failed) {
		r->is_malformed = may_be_mended(&r->failure);
		if (trouble != NULL && r->failure.kind != ERROR_LIMIT
		    && strcmp(trouble->reason, "gzip-trailing") != 0)
			r->failure = *trouble;
		return false;
	}
	if (trouble != NULL)
		report_note(
		    report, r->arena, trouble->reason, "%s", trouble->text);
	return true;
}

static void
note_failure(struct reader *r)
{
	struct finding *finding;

	if (strcmp(r->failure.reason, "not-a-report") == 0) {
		r->no_report = r->failure;
		r->has_no_report = true;
		return;
	}
	finding = add_broken(r, place_of(r), &r->failure);
	if (r->is_malformed && r->document < COUNT_OF(r->malformed)) {
		r->malformed[r->document] = finding;
		r->has_malformed = true;
	}
}

/* What could not be mended keeps its first reason, which has a place in the
 * document as it came; unless there are two of them. */
static void
finish_mended(
    struct reader *r, struct finding *finding, const struct error *trouble)
{
	struct report report;

	if (read_document(r, trouble, &report)) {
		set_report(r, finding, digest_finish(&r->digest), &report);
		r->out->broken_count--;
	} else if (strcmp(r->failure.reason, "xml-several-reports") == 0) {
		set_reason(r, finding, &r->failure);
	}
}

static void
add_report(struct reader *r, const struct report *report)
{
	struct digest digest = digest_finish(&r->digest);

	if (!r->is_enclosed || !is_known(r, digest))
		set_report(r, add_finding(r, place_of(r)), digest, report);
}

static void
end_document(void *context, const struct error *trouble)
{
	struct reader *r = context;
	struct report report;

	if (!r->is_mending) {
		if (read_document(r, trouble, &report))
			add_report(r, &report);
		else
			note_failure(r);
	} else if (is_wanted(r)) {
		finish_mended(r, r->malformed[r->document], trouble);
	}
	r->document++;
	report_reader_free(r->report);
}

/* --- parts and files --- */

static size_t
count_findings(const struct reader *r)
{
	return r->out->report_count + r->out->broken_count;
}

/*
 * A mail has parts that are no reports, which is as it should be.  But who
 * packs something and sends it here, or says so, meant it as one.
 */
static void
examine(struct reader *r, const char *label, struct bytes body, bool is_meant)
{
	const struct unpack_sink sink = { begin_document, add_to_document,
		end_document, r };
	size_t before = count_findings(r);

	if (unpack_is_packed(bytes_trim_start(body)))
		body = bytes_trim_start(body);
	r->label = label;
	r->has_no_report = r->has_malformed = r->has_wanted = false;
	memset(r->malformed, 0, sizeof(r->malformed));
	r->document = 0;
	unpack(body, &sink);
	if (r->has_malformed) {
		r->is_mending = true;
		r->document = 0;
		unpack(body, &sink);
		r->is_mending = false;
	}
	if (r->has_wanted && r->out->original.len == 0)
		r->out->original = original_copy(
		    body, r->wanted_document, r->wanted_size, r->arena);
	if (!r->has_no_report || count_findings(r) > before)
		return;
	if (unpack_foreign(body) != NULL)
		error_input(&r->no_report, "container-unknown",
		    "%s is not unpacked", unpack_foreign(body));
	else if (!unpack_is_packed(body) && !is_meant) {
		if (!r->out->is_message)
			r->out->remark =
			    arena_copy(r->arena, bytes_of(r->no_report.text));
		return;
	}
	add_broken(r, place_of(r), &r->no_report);
}

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

static void
on_part(void *context, const struct message_part *part)
{
	struct walker *walker = context;
	struct reader *r = walker->reader;
	struct error opaque;

	classify_read(walker->classifier, part);
	if (is_opaque(part)) {
		error_input(&opaque, "smime-opaque",
		    "S/MIME that is encrypted, or signed as a whole");
		add_broken(r, part->number, &opaque);
		return;
	}
	examine(r,
	    part->filename[0] == '\0'
		? arena_copy(r->arena, bytes_of(part->number))
		: arena_printf(
		    r->arena, "%s: %s", part->number, part->filename),
	    part->body, is_said_to_be_packed(part));
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
	add_broken(walker->reader, "", trouble);
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
	const struct finding **next;
	struct reading before;

	do {
		before = *r->out;
		next = r->next;
		r->is_enclosed = walker.depth > 0;
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
	if (walker.has_unopened && count_findings(r) == 0)
		add_broken(r, "", &walker.unopened);
	/* To keep what is broken is to keep the whole message. */
	if (classify_is_private(classifier))
		drop_broken(r);
}

/* --- messages --- */

static void
read_header(
    struct reader *r, struct bytes header, const struct read_config *config)
{
	struct reading *out = r->out;
	const char *date;

	authentic_read(header, config, r->arena, &r->authentic);
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
read_message(
    struct reader *r, struct bytes input, const struct read_config *config)
{
	struct bytes header = header_of(input);
	struct classifier classifier;

	if (header.len > MAX_HEADER)
		header.len = MAX_HEADER;
	r->out->is_message = true;
	read_header(r, header, config);
	classify_start(&classifier,
	    header_find(header, "Content-Type", r->arena), r->arena);
	read_parts(r, &classifier, input);
	classify_finish(&classifier, input, r->out);
}

/* Blank lines, and the line that an mbox puts before a message; those who file
 * mail away leave it there, one by one or with a mark. */
static struct bytes
skip_postmark(struct bytes input)
{
	struct bytes rest = input;
	const char *end;

	while (rest.len > 0 && (rest.data[0] == '\r' || rest.data[0] == '\n'))
		rest = bytes_skip(rest, 1);
	if (bytes_start(rest, bytes_of("From "))
	    || bytes_start(rest, bytes_of(">From "))) {
		end = memchr(rest.data, '\n', rest.len);
		rest = bytes_skip(rest,
		    end == NULL ? rest.len : (size_t)(end - rest.data) + 1);
	}
	return header_looks_like(rest) ? rest : input;
}

void
read_input(struct bytes input, const struct read_config *config,
    struct arena *arena, struct reading *out)
{
	struct reader reader = {
		.arena = arena,
		.out = out,
		.next = &out->findings,
		.authentic = { .trouble = "it did not come in a message" },
		.wanted = config == NULL ? NULL : config->original,
	};

	*out =
	    (struct reading) { .digest = digest_of(input), .size = input.len };
	input = skip_postmark(input);
	if (header_looks_like(input))
		read_message(&reader, input, config);
	else
		examine(&reader, "", input, false);
}
