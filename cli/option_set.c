#include "cli/option_set.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "analysis/analysis.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/dmarc.h"
#include "parse/value.h"
#include "parse/verdict.h"
#include "store/query.h"

/* --- plain ones --- */

bool
option_set_text(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	memcpy((char *)r->out + row->member, &value, sizeof(value));
	return true;
}

bool
option_set_flag(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	const bool flag = true;

	(void)value;
	memcpy((char *)r->out + row->member, &flag, sizeof(flag));
	return true;
}

/* A longer copy of a list, with room for one more at its end. */
static void *
grow(struct arena *arena, const void *items, size_t count, size_t size)
{
	void *more = arena_alloc(arena, count + 1, size);

	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

/* "'x' is none of ..." */
static bool
refuse_word(struct option_reader *r, const struct option_row *row,
    const char *value, size_t len)
{
	return error_set(r->err, ERROR_USAGE, "--%s: '%.*s' is none of %s",
	    row->name, len > 40 ? 40 : (int)len, value,
	    option_words(row, r->takes));
}

/*
 * Words with commas between, or all: the bits of each, which find() says, or 0
 * for a word that is none.
 */
static bool
read_set(struct option_reader *r, const struct option_row *row,
    const char *value, unsigned (*find)(struct bytes word), unsigned *out)
{
	unsigned bits;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		bits = find((struct bytes) { value, len });
		if (bits == 0)
			return refuse_word(r, row, value, len);
		*out |= bits;
		if (value[len] == '\0')
			return true;
	}
}

/* --- what a question is about --- */

bool
option_add_domain(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	const char *domain = domain_copy(r->arena, bytes_of(value));

	(void)row;
	if (*domain == '\0')
		return error_set(
		    r->err, ERROR_USAGE, "--domain wants the name of a domain");
	out->domains = grow(
	    r->arena, out->domains, out->domain_count, sizeof(*out->domains));
	out->domains[out->domain_count++] = domain;
	return true;
}

bool
option_add_reporter(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	const char *reporter = text_lower(r->arena, bytes_of(value));

	(void)row;
	if (*reporter == '\0')
		return error_set(r->err, ERROR_USAGE,
		    "--reporter wants the name of an organisation or the "
		    "domain of its address, or a part of one");
	out->reporters = grow(r->arena, out->reporters, out->reporter_count,
	    sizeof(*out->reporters));
	out->reporters[out->reporter_count++] = reporter;
	return true;
}

bool
option_add_source(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	struct network network;

	(void)row;
	if (!network_parse(bytes_of(value), &network))
		return error_set(r->err, ERROR_USAGE,
		    "--source: '%.60s' is no address and no network such as "
		    "192.0.2.0/24",
		    value);
	out->sources = grow(
	    r->arena, out->sources, out->source_count, sizeof(*out->sources));
	out->sources[out->source_count++] = network;
	return true;
}

/* --period is both ends; another end beside it would be lost. */
bool
option_set_bounds(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct options *out = r->out;
	int64_t now = (int64_t)time(NULL);
	bool is_period = row == &option_rows[OPTION_PERIOD];
	bool is_since = row == &option_rows[OPTION_SINCE];

	if (out->has_period
	    || (is_period
		&& (out->since.kind != BOUND_NONE
		    || out->until.kind != BOUND_NONE)))
		return error_set(r->err, ERROR_USAGE,
		    "--period is both --since and --until: give one or the "
		    "other");
	out->has_period = is_period;
	if (is_period
		? period_parse(value, now, &out->since, &out->until, r->err)
		: bound_parse(
		    value, now, is_since ? &out->since : &out->until, r->err))
		return true;
	return error_at(r->err, "--%s", row->name);
}

static unsigned
find_verdict(struct bytes word)
{
	enum verdict verdict;

	if (text_is(word, "all"))
		return STORE_ALL_VERDICTS;
	return verdict_parse(word, &verdict) ? STORE_VERDICT(verdict) : 0;
}

bool
option_set_verified(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_verdict, &r->out->verdicts);
}

static unsigned
find_disposition(struct bytes word)
{
	if (text_is(word, "none"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_NONE)
		    | STORE_DISPOSITION(DMARC_DISPOSITION_PASS);
	if (text_is(word, "quarantine"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_QUARANTINE);
	if (text_is(word, "reject"))
		return STORE_DISPOSITION(DMARC_DISPOSITION_REJECT);
	return text_is(word, "other")
	    ? STORE_DISPOSITION(0) | STORE_DISPOSITION(DMARC_DISPOSITION_OTHER)
	    : 0;
}

bool
option_set_disposition(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_disposition, &r->out->dispositions);
}

static unsigned
find_result(struct bytes word)
{
	static const struct {
		const char *word;
		unsigned results;
	} words[] = {
		{ "pass", STORE_ALL_RESULTS & ~STORE_RESULT(false, false) },
		{ "fail", STORE_RESULT(false, false) },
		{ "dkim-pass",
		    STORE_RESULT(true, false) | STORE_RESULT(true, true) },
		{ "dkim-fail",
		    STORE_RESULT(false, false) | STORE_RESULT(false, true) },
		{ "spf-pass",
		    STORE_RESULT(false, true) | STORE_RESULT(true, true) },
		{ "spf-fail",
		    STORE_RESULT(false, false) | STORE_RESULT(true, false) },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (text_is(word, words[i].word))
			return words[i].results;
	return 0;
}

/* Given again, both must hold. */
bool
option_set_result(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	unsigned results = 0, before = r->out->results;

	if (!read_set(r, row, value, find_result, &results))
		return false;
	r->out->results = before == 0 ? results : results & before;
	return r->out->results != 0
	    || error_set(r->err, ERROR_USAGE,
		"--result: no message can be all of that at once");
}

bool
option_set_since_id(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	r->out->has_since_id = true;
	return number_parse(bytes_of(value), &r->out->since_id)
	    || error_set(r->err, ERROR_USAGE,
		"--since-id: '%.40s' is not the number of a report", value);
}

/* --- how it is written --- */

bool
option_set_limit(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	int64_t limit;

	(void)row;
	if (!number_parse(bytes_of(value), &limit) || limit == 0)
		return error_set(r->err, ERROR_USAGE,
		    "--limit: '%.40s' is not a number from 1", value);
	r->out->style.limit = (size_t)limit;
	return true;
}

bool
option_set_format(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	r->out->has_format = true;
	/* Numbers of a running process: 'reports status' alone. */
	r->out->prometheus = (r->takes & TAKES(OPTION_CONTROL)) != 0
	    && strcmp(value, "prometheus") == 0;
	return r->out->prometheus
	    || output_format_parse(value, &r->out->style.format)
	    || refuse_word(r, row, value, strlen(value));
}

bool
option_set_color(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return output_color_parse(value, &r->out->style.color)
	    || refuse_word(r, row, value, strlen(value));
}

/* --- of the analysis --- */

static unsigned
find_class(struct bytes word)
{
	enum sender_class class;

	return sender_class_parse(word, &class) ? 1U << class : 0;
}

bool
option_set_class(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	return read_set(r, row, value, find_class, &r->out->classes);
}

/* --- of the server --- */

bool
option_set_workers(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	return options_parse_workers(value, &r->out->workers)
	    || error_set(r->err, ERROR_USAGE,
		"--workers: '%.40s' is not a number from 1 to %d", value,
		MAX_WORKERS);
}

bool
option_set_socket_mode(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	(void)row;
	r->out->has_socket_mode = true;
	return options_parse_mode(value, &r->out->socket_mode)
	    || error_set(r->err, ERROR_USAGE,
		"--socket-mode: '%.40s' is no octal mode such as 0660", value);
}

/* --- of prune --- */

bool
option_set_age(
    struct option_reader *r, const struct option_row *row, const char *value)
{
	struct age age;

	if (!age_parse(value, false, &age))
		return error_set(r->err, ERROR_USAGE,
		    "--%s: '%.40s' is not an age such as 30d, 4w, 13m or 5y",
		    row->name, value);
	memcpy((char *)r->out + row->member, &age, sizeof(age));
	return true;
}
