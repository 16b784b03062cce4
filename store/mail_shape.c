#include "store/mail_shape.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "store/filter.h"
#include "store/idmap.h"
#include "store/question.h"
#include "store/scan.h"
#include "store/sqlite.h"
#include "store/texts.h"
#include "store/wanted.h"

#define DAY INT64_C(86400)

/* Records of one shape, and then of what it says. */
struct group {
	int64_t domain;
	uint32_t shape;
	uint32_t next; /* of the same shape, one up */
	unsigned outcome;
	uint32_t header_from, envelope_from; /* ids of texts */
	const char *reasons;
	int32_t first_day, last_day;
	int64_t messages, records, recent;
};

/* What of a shape the question is about. */
struct shape {
	bool is_wanted;
	unsigned outcome;
	uint32_t header_from, envelope_from;
};

struct sums {
	struct store *store;
	struct arena arena;
	const struct store_filter *filter;
	unsigned by;
	int64_t middle; /* a day */

	struct scan records;
	int64_t domain; /* of the report at hand; 0: not by domain */
	int32_t day;

	struct numbers numbers; /* of shapes */
	struct texts texts;
	struct idmap reasons;
	sqlite3_stmt *find_reasons;
	struct shape *shapes;

	struct group *groups;
	size_t count, room;
	uint32_t *first; /* by shape: its first group, one up; 0: none */
	uint32_t first_room;
};

bool
mail_shape_fits(const struct store_filter *filter, unsigned by)
{
	const unsigned known = STORE_BY_DOMAIN | STORE_BY_SENDER
	    | STORE_BY_REASON | STORE_BY_OUTCOME;

	return (by & (STORE_BY_SENDER | STORE_BY_REASON)) != 0
	    && (by & ~known) == 0 && filter->source_count == 0;
}

static int64_t
add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void *
resize(void *array, size_t count, size_t size)
{
	array = reallocarray(array, count, size);
	if (array == NULL)
		err(1, "mail");
	return array;
}

/* --- by shape --- */

/* Most shapes have one group: that of their domain. */
static struct group *
find_group(struct sums *sums, const struct group *key)
{
	uint32_t *place, first;

	if (key->shape >= sums->first_room) {
		first = sums->first_room == 0 ? 1024 : sums->first_room * 2;
		sums->first = resize(sums->first, first, sizeof(*sums->first));
		memset(sums->first + sums->first_room, 0,
		    (first - sums->first_room) * sizeof(*sums->first));
		sums->first_room = first;
	}
	for (place = &sums->first[key->shape]; *place != 0;
	     place = &sums->groups[*place - 1].next)
		if (sums->groups[*place - 1].domain == key->domain
		    && sums->groups[*place - 1].reasons == key->reasons)
			return &sums->groups[*place - 1];
	*place = (uint32_t)sums->count + 1;
	if (sums->count == sums->room) {
		sums->room = sums->room == 0 ? 1024 : sums->room * 2;
		sums->groups =
		    resize(sums->groups, sums->room, sizeof(*sums->groups));
	}
	sums->groups[sums->count] = *key;
	return &sums->groups[sums->count++];
}

/* The types, with commas; the same pointer for the same id. */
static bool
read_reasons(
    struct sums *sums, int64_t id, const char **out, struct error *error)
{
	sqlite3_stmt *row = sums->find_reasons;
	bool has_row;

	*out = "";
	if (id == 0 || (sums->by & STORE_BY_REASON) == 0)
		return true;
	*out = *idmap_place(&sums->reasons, id);
	if (*out != NULL)
		return true;
	if (!sqlite_bind(sums->store, row, 1, number(id), error)
	    || !sqlite_step(sums->store, row, &has_row, error))
		return false;
	*out = arena_copy(&sums->arena, bytes_of(question_text(row, 0)));
	sqlite3_reset(row);
	*idmap_place(&sums->reasons, id) = *out;
	return true;
}

static void
add_to(struct group *group, const struct group *from)
{
	if (from->first_day < group->first_day)
		group->first_day = from->first_day;
	if (from->last_day > group->last_day)
		group->last_day = from->last_day;
	group->messages = add_capped(group->messages, from->messages);
	group->records = add_capped(group->records, from->records);
	group->recent = add_capped(group->recent, from->recent);
}

static bool
read_record(void *context, sqlite3_value **values, struct error *error)
{
	struct sums *sums = context;
	int64_t messages = sqlite3_value_int64(values[2]);
	struct group key = { .domain = sums->domain,
		.first_day = sums->day,
		.last_day = sums->day };
	struct group row = { .first_day = sums->day,
		.last_day = sums->day,
		.messages = messages,
		.records = 1,
		.recent = sums->day >= sums->middle ? messages : 0 };

	if (!numbers_find(
		&sums->numbers, sqlite3_value_int64(values[0]), &key.shape))
		return error_set(
		    error, ERROR_LIMIT, "more than %u shapes", UINT32_MAX);
	if (!read_reasons(
		sums, sqlite3_value_int64(values[1]), &key.reasons, error))
		return false;
	add_to(find_group(sums, &key), &row);
	return true;
}

static bool
read_report(void *context, sqlite3_stmt *row, struct error *error)
{
	struct sums *sums = context;

	sums->domain = (sums->by & STORE_BY_DOMAIN) != 0
	    ? sqlite3_column_int64(row, 1)
	    : 0;
	sums->day = sqlite3_column_int(row, 2);
	return scan_report(&sums->records, sqlite3_column_int64(row, 0), error);
}

static bool
read_records(struct sums *sums, struct error *error)
{
	struct store_filter filter = *sums->filter;
	sqlite3_stmt *reports;

	/* Which records are wanted, their shapes say later. */
	filter.results = filter.dispositions = 0;
	sums->records = (struct scan) { .row = read_record, .context = sums };
	return scan_open(&sums->records, sums->store,
		   "SELECT hand_out(:scan, shape, reasons, count)"
		   " FROM record WHERE report = :report",
		   error)
	    && sqlite_prepare(sums->store,
		"SELECT group_concat(text) FROM (SELECT string.text"
		" FROM reason JOIN string ON string.id = reason.type"
		" WHERE reason.reasons = ? ORDER BY reason.n)",
		&sums->find_reasons, error)
	    && filter_prepare(sums->store,
		"SELECT r.id, r.domain, r.day FROM report r"
		" WHERE r.kind = 1 AND r.is_conflict = 0 AND",
		"", &filter, &reports, error)
	    && question_answer(sums->store, reports, read_report, sums, error);
}

/* --- by what shapes say --- */

static bool
is_wanted(const struct store_filter *filter, sqlite3_value **values)
{
	bool dkim = sqlite3_value_int(values[1]) == DMARC_PASS;
	bool spf = sqlite3_value_int(values[2]) == DMARC_PASS;
	int disposition = sqlite3_value_int(values[3]);

	return (filter->results == 0
		   || (filter->results & STORE_RESULT(dkim, spf)) != 0)
	    && (filter->dispositions == 0
		|| (filter->dispositions >> disposition & 1) != 0);
}

static bool
read_shape(void *context, sqlite3_value **values, struct error *error)
{
	struct sums *sums = context;
	struct shape *shape = &sums->shapes[sqlite3_value_int64(values[0])];
	uint32_t n;

	if (!is_wanted(sums->filter, values))
		return true;
	shape->is_wanted = true;
	if ((sums->by & STORE_BY_OUTCOME) != 0)
		shape->outcome = (unsigned)sqlite3_value_int(values[4]);
	if ((sums->by & STORE_BY_SENDER) == 0)
		return true;
	shape->header_from = (uint32_t)sqlite3_value_int64(values[5]);
	shape->envelope_from = (uint32_t)sqlite3_value_int64(values[6]);
	return texts_number(&sums->texts, shape->header_from, &n, error)
	    && texts_number(&sums->texts, shape->envelope_from, &n, error);
}

static bool
read_shapes(struct sums *sums, struct error *error)
{
	sums->shapes =
	    resize(NULL, (size_t)sums->numbers.count + 1, sizeof(struct shape));
	memset(sums->shapes, 0, sums->numbers.count * sizeof(struct shape));
	return wanted_read(sums->store, &sums->numbers,
		   "SELECT hand_out(:scan, w.number, s.dkim, s.spf,"
		   " s.disposition, s.outcome, s.header_from, s.envelope_from)"
		   " FROM wanted w CROSS JOIN shape s ON s.id = w.id",
		   read_shape, sums, error)
	    && texts_read(&sums->texts, error);
}

static int
compare_numbers(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* As bits of enum store_by stand. */
static int
compare(const void *a, const void *b)
{
	const struct group *left = a, *right = b;
	int order = compare_numbers(left->domain, right->domain);

	if (order == 0)
		order = compare_numbers(left->header_from, right->header_from);
	if (order == 0)
		order =
		    compare_numbers(left->envelope_from, right->envelope_from);
	if (order == 0 && left->reasons != right->reasons)
		order = strcmp(left->reasons, right->reasons);
	return order != 0 ? order
			  : compare_numbers(left->outcome, right->outcome);
}

/* What is wanted, with what its shape says, sorted; one for each. */
static void
regroup(struct sums *sums)
{
	const struct shape *shape;
	struct group *group;
	size_t i, n = 0;

	for (i = 0; i < sums->count; i++) {
		shape = &sums->shapes[sums->groups[i].shape];
		if (!shape->is_wanted)
			continue;
		group = &sums->groups[n++];
		*group = sums->groups[i];
		group->outcome = shape->outcome;
		group->header_from = shape->header_from;
		group->envelope_from = shape->envelope_from;
	}
	sums->count = n;
	if (n > 0)
		qsort(sums->groups, n, sizeof(*sums->groups), compare);
	for (i = 0, n = 0; i < sums->count; i++) {
		if (n > 0
		    && compare(&sums->groups[n - 1], &sums->groups[i]) == 0)
			add_to(&sums->groups[n - 1], &sums->groups[i]);
		else
			sums->groups[n++] = sums->groups[i];
	}
	sums->count = n;
}

static bool
find_text(struct sums *sums, int64_t id, const char **out, struct error *error)
{
	if (!texts_now(&sums->texts, id, out, error))
		return false;
	if (*out == NULL)
		*out = "";
	return true;
}

static bool
hand_out(struct sums *sums,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *error)
{
	struct store_mail mail = { .org_name = "", .email_domain = "" };
	const struct group *group;
	size_t i;

	for (i = 0; i < sums->count; i++) {
		group = &sums->groups[i];
		if (!find_text(sums, group->domain, &mail.domain, error)
		    || !find_text(
			sums, group->header_from, &mail.header_from, error)
		    || !find_text(
			sums, group->envelope_from, &mail.envelope_from, error))
			return false;
		mail.reasons = group->reasons;
		mail.outcome = group->outcome;
		mail.messages = group->messages;
		mail.records = group->records;
		mail.recent = group->recent;
		mail.first = group->first_day * DAY;
		mail.last = group->last_day * DAY;
		if (!row(context, &mail, error))
			return false;
	}
	return true;
}

static void
release(struct sums *sums)
{
	scan_close(&sums->records);
	sqlite3_finalize(sums->find_reasons);
	numbers_release(&sums->numbers);
	texts_release(&sums->texts);
	idmap_release(&sums->reasons);
	free(sums->shapes);
	free(sums->groups);
	free(sums->first);
	arena_release(&sums->arena);
}

bool
mail_shape_ask(struct store *store, const struct store_filter *filter,
    unsigned by, int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *error)
{
	struct sums sums = { .store = store,
		.filter = filter,
		.by = by,
		.middle = datetime_day(middle) };
	bool ok;

	sums.texts = (struct texts) { .store = store, .arena = &sums.arena };
	/* So that all statements see the same moment. */
	if (!sqlite_exec(store, "SAVEPOINT mail", error))
		return false;
	ok = read_records(&sums, error) && read_shapes(&sums, error);
	if (ok)
		regroup(&sums);
	ok = ok && hand_out(&sums, row, context, error);
	release(&sums);
	sqlite3_exec(store->db, "RELEASE mail", NULL, NULL, NULL);
	return ok;
}
