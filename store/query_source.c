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
	bool is_used;
	int64_t messages, passed, delivered, quarantined, rejected;
	int64_t first_day, last_day;
};

struct sums {
	struct sum *slots; /* by hash of the address, open addressing */
	size_t size;       /* a power of two */
	size_t count;

	int64_t domain; /* the string's id */
	const char *name;
	size_t name_size;

	size_t limit;
	bool (*row)(void *context, const struct store_source_total *total,
	    size_t count, struct error *err);
	void *context;
};

static void *
allocate(size_t count, size_t size)
{
	void *data = calloc(count, size);

	if (data == NULL)
		errx(1, "out of memory");
	return data;
}

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

static struct sum *
find(struct sum *slots, size_t size, const struct address *address)
{
	size_t i = hash_address(address) & (size - 1);

	while (slots[i].is_used
	    && (slots[i].source_ip.len != address->len
		|| memcmp(slots[i].source_ip.data, address->data, address->len)
		    != 0))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static void
grow(struct sums *sums)
{
	size_t i, size = sums->size * 2;
	struct sum *slots = allocate(size, sizeof(*slots));

	for (i = 0; i < sums->size; i++)
		if (sums->slots[i].is_used)
			*find(slots, size, &sums->slots[i].source_ip) =
			    sums->slots[i];
	free(sums->slots);
	sums->slots = slots;
	sums->size = size;
}

static struct sum *
get(struct sums *sums, const struct address *address)
{
	struct sum *sum = find(sums->slots, sums->size, address);

	if (sum->is_used)
		return sum;
	if (++sums->count > sums->size / 2) {
		grow(sums);
		sum = find(sums->slots, sums->size, address);
	}
	*sum = (struct sum) { .source_ip = *address,
		.is_used = true,
		.first_day = INT64_MAX,
		.last_day = INT64_MIN };
	return sum;
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
	case DMARC_DISPOSITION_NONE:
	case DMARC_DISPOSITION_PASS:
		add(&sum->delivered, messages);
		break;
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
		.delivered = sum->delivered,
		.quarantined = sum->quarantined,
		.rejected = sum->rejected,
		.first_day = sum->first_day * 86400,
		.last_day = sum->last_day * 86400,
	};

	return sums->row(sums->context, &total, sums->count, err);
}

/* Hands out the sums of the domain, and empties the table. */
static bool
finish(struct sums *sums, struct error *err)
{
	size_t i, failing = 0, count = 0, last;
	bool ok = true;

	for (i = 0; i < sums->size; i++)
		if (sums->slots[i].is_used)
			sums->slots[count++] = sums->slots[i];
	if (count > 0)
		qsort(sums->slots, count, sizeof(*sums->slots), compare_failed);
	while (failing < count && failing < (sums->limit + 1) / 2
	    && sums->slots[failing].messages > sums->slots[failing].passed)
		failing++;
	if (count > failing)
		qsort(sums->slots + failing, count - failing,
		    sizeof(*sums->slots), compare_messages);
	last = count < sums->limit ? count : sums->limit;
	for (i = 0; i < last && ok; i++)
		ok = hand_out(sums, &sums->slots[i], err);
	memset(sums->slots, 0, sums->size * sizeof(*sums->slots));
	sums->count = 0;
	return ok;
}

static void
begin(struct sums *sums, int64_t domain, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = allocate(size, 1);

	memcpy(copy, name, size);
	free((char *)sums->name);
	sums->name = copy;
	sums->domain = domain;
}

static bool
read_source(void *context, sqlite3_stmt *row, struct error *err)
{
	struct sums *sums = context;
	int64_t domain = sqlite3_column_int64(row, 0);
	int64_t day = sqlite3_column_int64(row, 1);
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
	sums.slots = allocate(sums.size, sizeof(*sums.slots));
	ok = question_answer(store, statement, read_source, &sums, err)
	    && finish(&sums, err);
	free(sums.slots);
	free((char *)sums.name);
	return ok;
}
