/*
 * Who sends for each domain.  There may be millions of sources; the roll-up is
 * read in its own order, domain by domain, and summed up here in a table that
 * is used again for the next: sorting all of it in SQLite takes many times as
 * long, and room on a disk.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "parse/outcome.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/sqlite.h"
#include "store/totals.h"

struct sum {
	struct address source_ip;
	int32_t first_day, last_day;
	int64_t messages, passed, quarantined, rejected;
};

struct sums {
	struct sum *list;
	size_t count, room;
	/* By hash of the address, with open addressing: 1 + the place in the
	 * list, 0 for none. */
	uint32_t *slots;
	size_t size; /* a power of two, at least twice the room */

	int64_t domain; /* the string's id */
	char *name;

	size_t limit;
	bool (*row)(void *context, const struct store_source_total *total,
	    size_t count, struct error *err);
	void *context;
};

/* FNV-1a, with the bits mixed at the end: neighbours are the usual case. */
static size_t
hash_address(const struct address *address)
{
	uint64_t hash = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < address->len; i++)
		hash = (hash ^ address->data[i]) * 0x100000001b3u;
	return (size_t)(hash ^ hash >> 29);
}

/* Its slot, or the free one where it belongs. */
static uint32_t *
find(const struct sums *sums, const struct address *address)
{
	size_t i = hash_address(address) & (sums->size - 1);
	const struct address *there;

	for (; sums->slots[i] != 0; i = (i + 1) & (sums->size - 1)) {
		there = &sums->list[sums->slots[i] - 1].source_ip;
		if (there->len == address->len
		    && memcmp(there->data, address->data, address->len) == 0)
			break;
	}
	return &sums->slots[i];
}

static void
make_room(struct sums *sums, size_t room)
{
	size_t i;

	if (room > UINT32_MAX / 2)
		errx(1, "out of memory");
	sums->list = realloc(sums->list, room * sizeof(*sums->list));
	free(sums->slots);
	sums->room = room;
	sums->size = room * 2;
	sums->slots = calloc(sums->size, sizeof(*sums->slots));
	if (sums->list == NULL || sums->slots == NULL)
		errx(1, "out of memory");
	for (i = 0; i < sums->count; i++)
		*find(sums, &sums->list[i].source_ip) = (uint32_t)i + 1;
}

static struct sum *
get(struct sums *sums, const struct address *address)
{
	uint32_t *slot = find(sums, address);

	if (*slot != 0)
		return &sums->list[*slot - 1];
	if (sums->count == sums->room) {
		make_room(sums, sums->room * 2);
		slot = find(sums, address);
	}
	*slot = (uint32_t)sums->count + 1;
	sums->list[sums->count] = (struct sum) { .source_ip = *address,
		.first_day = INT32_MAX,
		.last_day = INT32_MIN };
	return &sums->list[sums->count++];
}

static void
add(int64_t *to, int64_t count)
{
	*to = *to > INT64_MAX - count ? INT64_MAX : *to + count;
}

static void
add_outcome(struct sum *sum, unsigned outcome, int64_t messages)
{
	add(&sum->messages, messages);
	if (outcome_passes(outcome)) {
		add(&sum->passed, messages);
		return;
	}
	switch (outcome_disposition(outcome)) {
	case DMARC_DISPOSITION_QUARANTINE:
		add(&sum->quarantined, messages);
		break;
	case DMARC_DISPOSITION_REJECT:
		add(&sum->rejected, messages);
		break;
	default:
		break;
	}
}

/* --- the largest --- */

static int
compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_messages(const void *x, const void *y)
{
	const struct sum *a = x, *b = y;
	int order = compare_numbers(b->messages, a->messages);

	return order != 0 ? order
			  : memcmp(a->source_ip.data, b->source_ip.data,
			      sizeof(a->source_ip.data));
}

static int
compare_failed(const void *x, const void *y)
{
	const struct sum *a = x, *b = y;
	int order =
	    compare_numbers(b->messages - b->passed, a->messages - a->passed);

	return order != 0 ? order : compare_messages(a, b);
}

static bool
hand_out(struct sums *sums, const struct sum *sum, struct error *err)
{
	const struct store_source_total total = {
		.domain = sums->name,
		.source_ip = sum->source_ip,
		.messages = sum->messages,
		.passed = sum->passed,
		.quarantined = sum->quarantined,
		.rejected = sum->rejected,
		.first_day = (int64_t)sum->first_day * 86400,
		.last_day = (int64_t)sum->last_day * 86400,
	};

	return sums->row(sums->context, &total, sums->count, err);
}

/* Hands out the sums of the domain, and empties the table. */
static bool
finish(struct sums *sums, struct error *err)
{
	struct sum *list = sums->list;
	size_t i, failing = 0, count = sums->count, last;
	bool ok = true;

	if (count > 0)
		qsort(list, count, sizeof(*list), compare_failed);
	while (failing < count && failing < (sums->limit + 1) / 2
	    && list[failing].messages > list[failing].passed)
		failing++;
	if (count > failing)
		qsort(list + failing, count - failing, sizeof(*list),
		    compare_messages);
	last = count < sums->limit ? count : sums->limit;
	for (i = 0; i < last && ok; i++)
		ok = hand_out(sums, &list[i], err);
	memset(sums->slots, 0, sums->size * sizeof(*sums->slots));
	sums->count = 0;
	return ok;
}

static void
begin(struct sums *sums, int64_t domain, const char *name)
{
	free(sums->name);
	sums->name = strdup(name);
	if (sums->name == NULL)
		errx(1, "out of memory");
	sums->domain = domain;
}

static bool
read_source(void *context, sqlite3_stmt *row, struct error *err)
{
	struct sums *sums = context;
	int64_t domain = sqlite3_column_int64(row, 0);
	int32_t day = sqlite3_column_int(row, 1);
	struct address address = question_address(row, 2);
	struct sum *sum;

	if (sums->name == NULL || domain != sums->domain) {
		if (!finish(sums, err))
			return false;
		begin(sums, domain, question_text(row, 5));
	}
	sum = get(sums, &address);
	add_outcome(sum, (unsigned)sqlite3_column_int64(row, 3),
	    sqlite3_column_int64(row, 4));
	if (day < sum->first_day)
		sum->first_day = day;
	if (day > sum->last_day)
		sum->last_day = day;
	return true;
}

bool
store_source_totals(struct store *store, const struct store_filter *filter,
    size_t limit,
    bool (*row)(void *context, const struct store_source_total *total,
	size_t count, struct error *err),
    void *context, struct error *err)
{
	struct sums sums = {
		.size = 1024, .limit = limit, .row = row, .context = context
	};
	sqlite3_stmt *statement;
	bool ok;

	if (!filter_prepare_days(store,
		"SELECT r.domain, r.day, r.source_ip, r.outcome, r.messages,"
		" string.text"
		" FROM total_source r CROSS JOIN string ON string.id = r.domain"
		" WHERE",
		"ORDER BY r.domain", filter, &statement, err))
		return false;
	make_room(&sums, 1024);
	ok = question_answer(store, statement, read_source, &sums, err)
	    && finish(&sums, err);
	free(sums.list);
	free(sums.slots);
	free(sums.name);
	return ok;
}
