#include "store/mail_source.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/room.h"
#include "parse/datetime.h"
#include "store/filter.h"
#include "store/question.h"
#include "store/scan.h"
#include "store/sqlite.h"

#define DAY INT64_C(86400)

/*
 * There may be millions of sources.  The roll-up is read in the order of its
 * key and summed up here, domain by domain: SQLite would sort all of it, with
 * many times the time and memory.
 */
struct slot {
	uint64_t prefix; /* the first bytes of the address, to compare first */
	struct address source_ip;
	bool is_used;
	uint16_t outcome;
	int32_t first_day, last_day;
	int64_t messages, records, recent;
};

struct sums {
	struct store *store;
	unsigned by;
	int64_t middle;     /* a day */
	struct slot *slots; /* open addressing */
	size_t size;        /* a power of two */
	size_t count;
	bool (*row)(
	    void *context, const struct store_mail *mail, struct error *err);
	void *context;
};

#define FIRST_SIZE 1024

bool
mail_source_fits(const struct store_filter *filter, unsigned by)
{
	const unsigned known =
	    STORE_BY_DOMAIN | STORE_BY_SOURCE | STORE_BY_OUTCOME;

	return (by & STORE_BY_SOURCE) != 0 && (by & ~known) == 0
	    && filter->reporter_count == 0;
}

const char *
mail_source_passes(const struct store_filter *filter)
{
	const unsigned fails = STORE_RESULT(false, false);

	if (filter->results == fails)
		return " r.passes = 0 AND";
	return filter->results != 0 && (filter->results & fails) == 0
	    ? " r.passes = 1 AND"
	    : " r.passes IN (0, 1) AND";
}

static int64_t
add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static uint64_t
prefix_of(const struct address *address)
{
	uint64_t prefix = 0;
	size_t i;

	for (i = 0; i < sizeof(prefix); i++)
		prefix =
		    prefix << 8 | (i < address->len ? address->data[i] : 0);
	return prefix;
}

/* An IPv4 address is its prefix. */
static int
compare_addresses(
    const struct slot *slot, uint64_t prefix, const struct address *address)
{
	if (slot->prefix != prefix)
		return slot->prefix < prefix ? -1 : 1;
	return address->len < sizeof(prefix)
		&& slot->source_ip.len < sizeof(prefix)
	    ? slot->source_ip.len - address->len
	    : address_compare(&slot->source_ip, address);
}

/* FNV-1a, with the bits mixed at the end: neighbours are the usual case. */
static size_t
hash(const struct address *address, unsigned outcome)
{
	uint64_t sum = 0xcbf29ce484222325u ^ outcome;
	size_t i;

	for (i = 0; i < address->len; i++)
		sum = (sum ^ address->data[i]) * 0x100000001b3u;
	return (size_t)(sum ^ sum >> 29);
}

static struct slot *
find(struct slot *slots, size_t size, const struct address *address,
    unsigned outcome)
{
	size_t i = hash(address, outcome) & (size - 1);
	uint64_t prefix = prefix_of(address);

	while (slots[i].is_used
	    && (slots[i].outcome != outcome
		|| compare_addresses(&slots[i], prefix, address) != 0))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static void
grow(struct sums *sums)
{
	struct slot *old = sums->slots,
		    *slots = room_new(sums->size * 2, sizeof(struct slot));
	size_t i;

	for (i = 0; i < sums->size; i++)
		if (old[i].is_used)
			*find(slots, sums->size * 2, &old[i].source_ip,
			    old[i].outcome) = old[i];
	free(old);
	sums->slots = slots;
	sums->size *= 2;
}

static bool
add(void *context, sqlite3_value **values, struct error *err)
{
	struct sums *sums = context;
	struct address source_ip = sqlite_value_address(values[0]);
	unsigned outcome = (sums->by & STORE_BY_OUTCOME) != 0
	    ? (unsigned)sqlite3_value_int(values[2])
	    : 0;
	int32_t day = sqlite3_value_int(values[1]);
	int64_t messages = sqlite3_value_int64(values[3]);
	struct slot *slot;

	(void)err;
	if (sums->count >= sums->size / 4 * 3)
		grow(sums);
	slot = find(sums->slots, sums->size, &source_ip, outcome);
	if (!slot->is_used) {
		*slot = (struct slot) { .prefix = prefix_of(&source_ip),
			.source_ip = source_ip,
			.is_used = true,
			.outcome = (uint16_t)outcome,
			.first_day = day,
			.last_day = day };
		sums->count++;
	}
	if (day < slot->first_day)
		slot->first_day = day;
	if (day > slot->last_day)
		slot->last_day = day;
	slot->messages = add_capped(slot->messages, messages);
	slot->records =
	    add_capped(slot->records, sqlite3_value_int64(values[4]));
	if (day >= sums->middle)
		slot->recent = add_capped(slot->recent, messages);
	return true;
}

static int
compare(const void *left, const void *right)
{
	const struct slot *a = left, *b = right;
	int order = compare_addresses(a, b->prefix, &b->source_ip);

	return order != 0 ? order : a->outcome - b->outcome;
}

static bool
find_domain(struct sums *sums, int64_t id, struct arena *arena,
    const char **out, struct error *err)
{
	sqlite3_stmt *statement;
	bool ok, has_row;

	*out = "";
	if ((sums->by & STORE_BY_DOMAIN) == 0)
		return true;
	if (!sqlite_prepare(sums->store, "SELECT text FROM string WHERE id = ?",
		&statement, err))
		return false;
	ok = sqlite_bind(sums->store, statement, 1, number(id), err)
	    && sqlite_step(sums->store, statement, &has_row, err);
	if (ok && has_row)
		*out = arena_copy(arena, bytes_of(question_text(statement, 0)));
	sqlite3_finalize(statement);
	return ok;
}

static bool
hand_out(struct sums *sums, const char *domain, struct error *err)
{
	struct store_mail mail = { .domain = domain,
		.org_name = "",
		.email_domain = "",
		.header_from = "",
		.envelope_from = "",
		.reasons = "" };
	const struct slot *slot;
	size_t i, n = 0;

	for (i = 0; i < sums->size; i++)
		if (sums->slots[i].is_used)
			sums->slots[n++] = sums->slots[i];
	if ((sums->by & STORE_BY_OUTCOME) != 0)
		qsort(sums->slots, n, sizeof(*sums->slots), compare);
	for (i = 0; i < n; i++) {
		slot = &sums->slots[i];
		mail.source_ip = slot->source_ip;
		mail.outcome = slot->outcome;
		mail.messages = slot->messages;
		mail.records = slot->records;
		mail.recent = slot->recent;
		mail.first = slot->first_day * DAY;
		mail.last = slot->last_day * DAY;
		if (!sums->row(sums->context, &mail, err))
			return false;
	}
	return true;
}

/* A domain is complete. */
static bool
flush(struct sums *sums, int64_t id, struct error *err)
{
	struct arena arena = { 0 };
	const char *domain;
	bool ok = sums->count == 0
	    || (find_domain(sums, id, &arena, &domain, err)
		&& hand_out(sums, domain, err));

	arena_release(&arena);
	free(sums->slots);
	sums->size = FIRST_SIZE;
	sums->slots = room_new(sums->size, sizeof(struct slot));
	sums->count = 0;
	return ok;
}

bool
mail_source_ask(struct store *store, const struct store_filter *filter,
    unsigned by, int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *err)
{
	struct sums sums = { .store = store,
		.by = by,
		.middle = datetime_day(middle),
		.size = FIRST_SIZE,
		.row = row,
		.context = context };
	struct scan scan = { .row = add, .context = &sums };
	struct arena arena = { 0 };
	sqlite3_stmt *statement;
	bool ok, has_row = true;

	ok = filter_prepare_mail(store,
	    arena_printf(&arena,
		"SELECT hand_out(:scan, r.source_ip, r.day, r.outcome,"
		" r.messages, r.records), r.domain"
		" FROM total_source r WHERE%s",
		mail_source_passes(filter)),
	    (by & STORE_BY_DOMAIN) != 0 ? "GROUP BY r.domain" : "", filter,
	    &statement, err);
	arena_release(&arena);
	if (!ok)
		return false;
	sums.slots = room_new(sums.size, sizeof(struct slot));
	ok = scan_begin(&scan, store, statement, err);
	while (ok && has_row) {
		ok = scan_step(&scan, &has_row, err);
		if (ok && has_row)
			ok = flush(
			    &sums, sqlite3_column_int64(statement, 1), err);
	}
	scan_close(&scan);
	free(sums.slots);
	return ok && sqlite_check_unchanged(store, err);
}
