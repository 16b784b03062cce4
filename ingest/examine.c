#include "ingest/examine.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/compiler.h"
#include "ingest/header.h"
#include "ingest/mailbox.h"
#include "ingest/original.h"
#include "ingest/read.h"
#include "ingest/unpack.h"
#include "parse/value.h"

/* --- findings --- */

static const char *
place_of(struct reader *r)
{
	if (r->part.name[0] == '\0')
		return r->part.label;
	if (r->part.label[0] == '\0')
		return r->part.name;
	return arena_printf(r->arena, "%s: %s", r->part.label, r->part.name);
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

struct finding *
examine_add_broken(struct reader *r, const char *part, const struct error *why)
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
	if (r->config != NULL && r->config->original != NULL
	    && memcmp(r->config->original, &digest, sizeof(digest)) == 0) {
		r->part.has_wanted = true;
		r->part.wanted_document = r->part.document;
		r->part.wanted_size = r->part.size;
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

void
examine_drop_broken(struct reader *r, const struct finding **from)
{
	const struct finding *finding = *from;

	r->next = from;
	for (; finding != NULL; finding = finding->next)
		if (finding->report != NULL) {
			*r->next = finding;
			r->next = &((struct finding *)finding)->next;
		} else {
			r->out->broken_count--;
		}
	*r->next = NULL;
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

	r->part.has_mail = false;
	r->part.name =
	    name[0] == '\0' ? "" : header_decode(bytes_of(name), r->arena);
	r->part.has_failed = r->part.is_malformed = false;
	r->part.report = report_reader_new(r->arena);
	if (r->part.is_mending)
		report_reader_mend(r->part.report);
	digest_init(&r->part.digest);
	r->part.size = 0;
}

/* In the second pass, only what the first found to be malformed. */
static bool
is_wanted(const struct reader *r)
{
	return !r->part.is_mending
	    || (r->part.document < COUNT_OF(r->part.malformed)
		&& r->part.malformed[r->part.document] != NULL);
}

/* Messages are packed to file them away, or to hand a report on.  The header
 * is in the first piece. */
static bool
is_mail(struct bytes start)
{
	struct bytes header = header_of(mailbox_skip_postmark(start));
	struct header_field field;
	bool has_from = false, has_received = false;

	if (!header_looks_like(header))
		return false;
	while (header_next(&header, &field)) {
		has_from = has_from || text_is(field.name, "From");
		has_received = has_received || text_is(field.name, "Received")
		    || text_is(field.name, "Content-Type");
	}
	return has_from && has_received;
}

static bool
add_to_mail(struct reader *r, struct bytes bytes)
{
	r->part.mail.max = MAX_MESSAGE;
	if (buffer_add(&r->part.mail, bytes))
		return true;
	error_limit(&r->part.failure, "limit-unpacked",
	    "the message in it is larger than %lu bytes", MAX_MESSAGE);
	r->part.has_failed = true;
	return false;
}

static bool
add_to_document(void *context, struct bytes bytes)
{
	struct reader *r = context;

	if (!is_wanted(r))
		return false;
	if (r->part.is_packed && r->part.size == 0)
		r->part.has_mail = is_mail(bytes);
	r->part.size += bytes.len;
	if (r->part.has_mail)
		return add_to_mail(r, bytes);
	digest_add(&r->part.digest, bytes);
	if (!report_reader_feed(r->part.report, bytes, &r->part.failure))
		r->part.has_failed = true;
	return !r->part.has_failed;
}

static bool
finish_report(struct reader *r, struct report *report, struct error *err)
{
	if (!report_reader_finish(r->part.report, report, err))
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
	    && !(r->part.has_failed && r->part.failure.kind == ERROR_LIMIT)) {
		r->part.failure = *trouble;
		return false;
	}
	r->part.has_failed =
	    r->part.has_failed || !finish_report(r, report, &r->part.failure);
	if (r->part.has_failed) {
		r->part.is_malformed = may_be_mended(&r->part.failure);
		if (trouble != NULL && r->part.failure.kind != ERROR_LIMIT
		    && strcmp(trouble->reason, "gzip-trailing") != 0)
			r->part.failure = *trouble;
		return false;
	}
	if (trouble != NULL)
		report_note(
		    report, r->arena, trouble->reason, "%s", trouble->text);
	if (r->part.has_prose)
		report_note(report, r->arena, "xml-stray-text",
		    "the report stands in the middle of a text");
	return true;
}

static void
note_failure(struct reader *r)
{
	struct finding *finding;

	if (strcmp(r->part.failure.reason, "not-a-report") == 0) {
		r->part.no_report = r->part.failure;
		r->part.has_no_report = true;
		return;
	}
	finding = examine_add_broken(r, place_of(r), &r->part.failure);
	if (r->part.is_malformed
	    && r->part.document < COUNT_OF(r->part.malformed)) {
		r->part.malformed[r->part.document] = finding;
		r->part.has_malformed = true;
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
		set_report(r, finding, digest_finish(&r->part.digest), &report);
		r->out->broken_count--;
	} else if (strcmp(r->part.failure.reason, "xml-several-reports") == 0) {
		set_reason(r, finding, &r->part.failure);
	}
}

static void
add_report(struct reader *r, const struct report *report)
{
	struct digest digest = digest_finish(&r->part.digest);

	if (!r->is_enclosed || !is_known(r, digest))
		set_report(r, add_finding(r, place_of(r)), digest, report);
}

/* What is damaged may be no whole message, but there may be reports in it. */
static void
end_mail(struct reader *r, const struct error *trouble)
{
	struct buffer mail = r->part.mail;
	bool is_whole =
	    trouble == NULL || strcmp(trouble->reason, "gzip-trailing") == 0;

	r->part.mail = (struct buffer) { 0 };
	if (!is_whole && !r->part.has_failed)
		r->part.failure = *trouble;
	if (!is_whole || r->part.has_failed)
		examine_add_broken(r, place_of(r), &r->part.failure);
	if (!r->part.has_failed)
		r->mail(r, buffer_bytes(&mail), place_of(r));
	buffer_release(&mail);
}

static void
end_document(void *context, const struct error *trouble)
{
	struct reader *r = context;
	struct report report;

	if (r->part.has_mail) {
		end_mail(r, trouble);
	} else if (!r->part.is_mending) {
		if (read_document(r, trouble, &report))
			add_report(r, &report);
		else
			note_failure(r);
	} else if (is_wanted(r)) {
		finish_mended(r, r->part.malformed[r->part.document], trouble);
	}
	r->part.document++;
	report_reader_free(r->part.report);
}

/* --- parts and files --- */

size_t
examine_count(const struct reader *r)
{
	return r->out->report_count + r->out->broken_count;
}

static void
read_documents(struct reader *r, struct bytes body)
{
	size_t before = r->unpacked;
	const struct unpack_sink sink = { begin_document, add_to_document,
		end_document, r, &r->unpacked };

	unpack(body, &sink);
	if (!r->part.has_malformed)
		return;
	/* What comes out again was allowed the first time. */
	r->unpacked = before;
	r->part.is_mending = true;
	r->part.document = 0;
	unpack(body, &sink);
	r->part.is_mending = false;
}

static void
add_no_report(struct reader *r, struct bytes body, bool is_meant)
{
	const char *foreign = unpack_foreign(body);

	if (foreign != NULL)
		error_input(&r->part.no_report, "container-unknown",
		    "%s is not unpacked", foreign);
	if (foreign != NULL || r->part.is_packed || is_meant)
		examine_add_broken(r, place_of(r), &r->part.no_report);
	else if (!r->out->is_message)
		r->out->remark =
		    arena_copy(r->arena, bytes_of(r->part.no_report.text));
}

static void
examine_body(struct reader *r, const char *label, struct bytes body,
    bool is_meant, bool has_prose)
{
	size_t before = examine_count(r);

	if (unpack_is_packed(bytes_trim_start(body)))
		body = bytes_trim_start(body);
	r->part = (struct examined) { .label = label,
		.is_packed = unpack_is_packed(body),
		.has_prose = has_prose };
	read_documents(r, body);
	if (r->part.has_wanted && r->out->original.len == 0)
		r->out->original = original_copy(body, r->part.wanted_document,
		    r->part.wanted_size, r->arena);
	if (r->part.has_no_report && examine_count(r) == before)
		add_no_report(r, body, is_meant);
}

void
examine(struct reader *r, const char *label, struct bytes body, bool is_meant)
{
	examine_body(r, label, body, is_meant, false);
}

/* From the line where a report begins; nothing when there is none. */
static struct bytes
find_report(struct bytes text)
{
	static const char *const starts[] = { "<?xml ", "<feedback>",
		"<feedback " };
	const char *end;
	size_t i;

	for (;;) {
		text = bytes_trim_start(text);
		for (i = 0; i < COUNT_OF(starts); i++)
			if (bytes_start(text, bytes_of(starts[i])))
				return text;
		end = memchr(text.data, '\n', text.len);
		if (end == NULL)
			return (struct bytes) { "", 0 };
		text = bytes_skip(text, (size_t)(end - text.data));
	}
}

void
examine_text(struct reader *r, const char *label, struct bytes body)
{
	struct bytes report = find_report(body);

	if (report.len == 0 || body.data[0] == '{'
	    || report.len == bytes_trim_start(body).len)
		examine_body(r, label, body, false, false);
	else
		examine_body(r, label, report, false, true);
}
