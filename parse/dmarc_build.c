/* What begins and ends with the elements of a report. */

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "parse/datetime.h"
#include "parse/dmarc_reader.h"

/* --- what begins; false leaves it out --- */

static void
note_record(struct dmarc_reader *r, const char *code, const char *what)
{
	report_note(&r->report, r->arena, code, "record %zu: %s",
	    r->record->number, what);
}

/* True if one more of these may be kept; says once when it may not. */
static bool
count_one(struct dmarc_reader *r, size_t *count, size_t max, const char *code)
{
	if (++*count == max + 1)
		note_record(r, code, "too many, the rest is dropped");
	return *count <= max;
}

/* It stands once; a second is as good as unknown. */
static bool
begin_once(struct dmarc_reader *r, enum section section, const char *name)
{
	if (r->has[section]) {
		report_note(&r->report, r->arena, "section-repeated",
		    "a second %s is left out", name);
		return false;
	}
	r->has[section] = true;
	return true;
}

bool
dmarc_begin_metadata(struct dmarc_reader *r)
{
	return begin_once(r, METADATA, "report_metadata");
}

bool
dmarc_begin_policy(struct dmarc_reader *r)
{
	return begin_once(r, POLICY_PUBLISHED, "policy_published");
}

bool
dmarc_begin_record(struct dmarc_reader *r)
{
	r->record = arena_alloc(r->arena, 1, sizeof(*r->record));
	r->record->number = ++r->seen_records;
	r->has_count = false;
	r->count_text = NULL;
	r->next_reason = &r->record->reasons;
	r->next_dkim = &r->record->dkim_results;
	r->next_spf = &r->record->spf_results;
	r->reason_count = r->dkim_count = r->spf_count = 0;
	return true;
}

bool
dmarc_begin_reason(struct dmarc_reader *r)
{
	if (!count_one(r, &r->reason_count, MAX_REASONS, "limit-reasons"))
		return false;
	r->reason = arena_alloc(r->arena, 1, sizeof(*r->reason));
	r->next_comment = &r->reason->comment;
	return true;
}

bool
dmarc_begin_dkim(struct dmarc_reader *r)
{
	if (!count_one(r, &r->dkim_count, MAX_DKIM_RESULTS, "limit-dkim"))
		return false;
	r->dkim = arena_alloc(r->arena, 1, sizeof(*r->dkim));
	return true;
}

bool
dmarc_begin_spf(struct dmarc_reader *r)
{
	if (!count_one(r, &r->spf_count, MAX_SPF_RESULTS, "limit-spf"))
		return false;
	r->spf = arena_alloc(r->arena, 1, sizeof(*r->spf));
	return true;
}

/* --- what ends --- */

const char *
dmarc_keep(struct dmarc_reader *r, struct bytes text)
{
	return intern(&r->strings, text);
}

/* In lower case, without the dot of the root. */
const char *
dmarc_keep_name(struct dmarc_reader *r, struct bytes text)
{
	char lower[256];
	size_t i;

	if (text.len > 0 && text.data[text.len - 1] == '.')
		text.len--;
	/* Longer than any domain: an address, or nonsense, kept as it is. */
	if (text.len > sizeof(lower))
		return dmarc_keep(r, text);
	for (i = 0; i < text.len; i++)
		lower[i] = text.data[i] >= 'A' && text.data[i] <= 'Z'
		    ? (char)(text.data[i] + ('a' - 'A'))
		    : text.data[i];
	return dmarc_keep(r, (struct bytes) { lower, text.len });
}

/* Whoever writes a word in his own way writes it so in every record: once is
 * enough. */
const char *
dmarc_keep_word(struct dmarc_reader *r, struct bytes text)
{
	const char *word = dmarc_keep_name(r, text);
	const char *written = dmarc_keep(r, text);

	if (word != written && written != r->noted_word) {
		r->noted_word = written;
		report_note(&r->report, r->arena, "record-word",
		    "record %zu: '%.100s'", r->record->number, written);
	}
	return word;
}

static struct dmarc_text *
make_text(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made = arena_alloc(r->arena, 1, sizeof(*made));

	made->text = dmarc_keep(r, text);
	made->lang = r->lang;
	return made;
}

/* GoDaddy and others write an address as &lt;a@example&gt;. */
static struct bytes
strip_angles(struct bytes text)
{
	if (text.len >= 2 && text.data[0] == '<'
	    && text.data[text.len - 1] == '>')
		return bytes_trim(
		    (struct bytes) { text.data + 1, text.len - 2 });
	return text;
}

/* No year has five digits: those are milliseconds. */
static bool
is_time(int64_t time)
{
	return time >= 0 && time <= MAX_TIME;
}

static bool
read_time(
    struct dmarc_reader *r, const char *name, struct bytes text, int64_t *time)
{
	if (number_parse(text, time) && is_time(*time))
		return true;
	if (datetime_parse(text, time) && is_time(*time)) {
		report_note(&r->report, r->arena, "date-range",
		    "%s: '%.40s' is written as a date", name,
		    dmarc_keep(r, text));
		return true;
	}
	report_note(&r->report, r->arena, "date-range",
	    "%s: '%.40s' is not a time", name, dmarc_keep(r, text));
	return false;
}

void
dmarc_end_begin(struct dmarc_reader *r, struct bytes text)
{
	r->has_begin = read_time(r, "begin", text, &r->report.begin);
}

void
dmarc_end_end(struct dmarc_reader *r, struct bytes text)
{
	r->has_end = read_time(r, "end", text, &r->report.end);
}

void
dmarc_end_email(struct dmarc_reader *r, struct bytes text)
{
	r->report.email = dmarc_keep(r, strip_angles(text));
}

void
dmarc_end_report_id(struct dmarc_reader *r, struct bytes text)
{
	r->report.report_id = dmarc_keep(r, strip_angles(text));
}

void
dmarc_end_contact(struct dmarc_reader *r, struct bytes text)
{
	r->dmarc.extra_contact_info = make_text(r, text);
}

void
dmarc_end_error(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made;

	if (++r->error_count > MAX_METADATA_ERRORS)
		return;
	made = make_text(r, text);
	*r->next_error = made;
	r->next_error = &made->next;
}

void
dmarc_end_reason(struct dmarc_reader *r, struct bytes text)
{
	/* Old rspamd: <reason>sampled_out</reason>. */
	if (r->reason->type == NULL && text.len > 0)
		r->reason->type = dmarc_keep_word(r, text);
	*r->next_reason = r->reason;
	r->next_reason = &r->reason->next;
}

void
dmarc_end_comment(struct dmarc_reader *r, struct bytes text)
{
	struct dmarc_text *made = make_text(r, text);

	*r->next_comment = made;
	r->next_comment = &made->next;
}

void
dmarc_end_feedback(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	r->has[FEEDBACK] = true;
}

bool
dmarc_is_blank(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* Some write empty elements where they have no result. */
void
dmarc_end_dkim(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (dmarc_is_blank(r->dkim->domain) && dmarc_is_blank(r->dkim->selector)
	    && dmarc_is_blank(r->dkim->human_result)
	    && r->dkim->result.value == 0)
		return;
	*r->next_dkim = r->dkim;
	r->next_dkim = &r->dkim->next;
}

void
dmarc_end_spf(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (dmarc_is_blank(r->spf->domain)
	    && dmarc_is_blank(r->spf->human_result)
	    && r->spf->result.value == 0)
		return;
	*r->next_spf = r->spf;
	r->next_spf = &r->spf->next;
}

void
dmarc_end_source_ip(struct dmarc_reader *r, struct bytes text)
{
	if (address_parse(text, &r->record->source_ip))
		return;
	r->record->source_ip_raw = dmarc_keep(r, text);
}

/* "2.0" is a count, "2.5" is none. */
static bool
is_whole(struct bytes text)
{
	const char *point =
	    text.len == 0 ? NULL : memchr(text.data, '.', text.len);

	if (point == NULL)
		return true;
	text = bytes_skip(text, (size_t)(point - text.data) + 1);
	while (text.len > 0 && text.data[0] == '0')
		text = bytes_skip(text, 1);
	return text.len == 0;
}

void
dmarc_end_count(struct dmarc_reader *r, struct bytes text)
{
	r->has_count = is_whole(text) && number_parse(text, &r->record->count);
	r->count_text = dmarc_keep(r, text);
}

/* A record needs to say from where and how many; all else may be missing. */
static bool
record_is_usable(struct dmarc_reader *r)
{
	const struct dmarc_record *record = r->record;

	if (record->source_ip.len == 0
	    && dmarc_is_blank(record->source_ip_raw)) {
		note_record(r, "record-source-ip", "source_ip is missing");
		return false;
	}
	if (!r->has_count) {
		report_note(&r->report, r->arena, "record-count",
		    r->count_text == NULL
			? "record %zu: count is missing"
			: "record %zu: count: '%.40s' is not a number",
		    r->record->number, r->count_text);
		return false;
	}
	if (record->count > INT64_MAX - r->dmarc.messages) {
		note_record(
		    r, "record-count", "count: the sum would be over 2^63");
		return false;
	}
	return true;
}

void
dmarc_end_record(struct dmarc_reader *r, struct bytes text)
{
	(void)text;
	if (!record_is_usable(r)) {
		r->dmarc.skipped_count++;
		return;
	}
	if (r->record->source_ip.len == 0)
		report_note(&r->report, r->arena, "source-ip",
		    "record %zu: source_ip: '%.60s' is not an IP address",
		    r->record->number, r->record->source_ip_raw);
	r->dmarc.messages += r->record->count;
	r->dmarc.record_count++;
	*r->next_record = r->record;
	r->next_record = &r->record->next;
}
