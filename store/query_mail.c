#include "store/mail.h"

#include "base/arena.h"
#include "base/error.h"
#include "parse/datetime.h"
#include "store/filter.h"
#include "store/mail_shape.h"
#include "store/mail_source.h"
#include "store/question.h"
#include "store/sqlite.h"

_Static_assert(REPORT_DMARC == 1, "kind = 1 is DMARC");

/* Where sums can be read, and what they are called there. */
struct table {
	const char *from;
	const char *source, *outcome, *messages, *records;
	bool (*prepare)(struct store *store, const char *start,
	    const char *rest, const struct store_filter *filter,
	    sqlite3_stmt **out, struct error *err);
};

static const struct table outcomes = {
	"total_outcome r WHERE",
	"NULL",
	"r.outcome",
	"r.messages",
	"r.records",
	filter_prepare_mail,
};

static const struct table sources = {
	"total_source r WHERE",
	"r.source_ip",
	"r.outcome",
	"r.messages",
	"r.records",
	filter_prepare_mail,
};

static const struct table rows = {
	"report r JOIN record c ON c.report = r.id"
	" JOIN shape s ON s.id = c.shape"
	" WHERE r.kind = 1 AND r.is_conflict = 0 AND",
	"c.source_ip",
	"s.outcome",
	"c.count",
	"1",
	filter_prepare_records,
};

static const struct table *
choose(const struct store_filter *filter, unsigned by)
{
	bool has_reporter =
	    (by & STORE_BY_REPORTER) != 0 || filter->reporter_count > 0;
	bool has_source =
	    (by & STORE_BY_SOURCE) != 0 || filter->source_count > 0;

	if ((by & (STORE_BY_SENDER | STORE_BY_REASON)) != 0
	    || (has_reporter && has_source))
		return &rows;
	return has_source ? &sources : &outcomes;
}

/* Most records have none. */
#define REASONS                                                                \
	"iif(c.reasons IS NULL, '', coalesce("                                 \
	"(SELECT group_concat(text) FROM (SELECT string.text FROM reason"      \
	" JOIN string ON string.id = reason.type"                              \
	" WHERE reason.reasons = c.reasons ORDER BY reason.n)), ''))"

/* The columns that tell the groups apart, from the third of the answer on;
 * each is grouped and sorted by, and has its place whether asked for or not. */
static const struct {
	unsigned by;
	const char *key;  /* or NULL: see build_keys() */
	const char *text; /* what is handed out */
} keys[] = {
	{ STORE_BY_DOMAIN, "r.domain",
	    "(SELECT text FROM string WHERE id = r.domain)" },
	{ STORE_BY_DAY, "r.day", "r.day" },
	{ STORE_BY_REPORTER, "r.reporter", "r.reporter" },
	{ STORE_BY_SOURCE, NULL, NULL },
	{ STORE_BY_SENDER, "s.header_from",
	    "(SELECT text FROM string WHERE id = s.header_from)" },
	{ STORE_BY_SENDER, "s.envelope_from",
	    "(SELECT text FROM string WHERE id = s.envelope_from)" },
	{ STORE_BY_REASON, REASONS, REASONS },
	{ STORE_BY_OUTCOME, NULL, NULL },
};

static const char *
choose_key(const struct table *table, size_t i)
{
	if (keys[i].by == STORE_BY_SOURCE)
		return table->source;
	return keys[i].by == STORE_BY_OUTCOME ? table->outcome : keys[i].key;
}

static const char *
build_start(struct arena *arena, const struct table *table,
    const struct store_filter *filter, unsigned by)
{
	const char *selected = "";
	const char *text;
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++) {
		text =
		    keys[i].text == NULL ? choose_key(table, i) : keys[i].text;
		selected = arena_printf(arena, "%s, %s", selected,
		    (by & keys[i].by) != 0 ? text : "NULL");
	}
	return arena_printf(arena,
	    "SELECT capped_sum(%s), sum(%s)%s, min(r.day), max(r.day),"
	    " capped_sum(iif(r.day >= :middle, %s, 0)) FROM %s%s",
	    table->messages, table->records, selected, table->messages,
	    table->from, table == &sources ? mail_source_passes(filter) : "");
}

static const char *
build_rest(struct arena *arena, const struct table *table, unsigned by)
{
	const char *grouped = "";
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++)
		if ((by & keys[i].by) != 0)
			grouped = arena_printf(arena, "%s%s%s", grouped,
			    *grouped == '\0' ? "" : ", ", choose_key(table, i));
	if (*grouped == '\0')
		return "HAVING count(*) > 0";
	return arena_printf(arena, "GROUP BY %s ORDER BY %s", grouped, grouped);
}

struct reader {
	struct store *store;
	sqlite3_stmt *find_reporter;
	bool (*row)(
	    void *context, const struct store_mail *mail, struct error *err);
	void *context;
};

static bool
read_reporter(struct reader *reader, int64_t id, struct store_mail *out,
    struct error *err)
{
	sqlite3_stmt *statement = reader->find_reporter;
	bool has_row;

	out->org_name = out->email_domain = "";
	if (id == 0) /* it is not grouped by that */
		return true;
	sqlite3_reset(statement);
	if (!sqlite_bind(reader->store, statement, 1, number(id), err)
	    || !sqlite_step(reader->store, statement, &has_row, err))
		return false;
	if (has_row) {
		out->org_name = question_text(statement, 0);
		out->email_domain = question_text(statement, 1);
	}
	return true;
}

static bool
read_mail(void *context, sqlite3_stmt *row, struct error *err)
{
	struct reader *reader = context;
	const int behind = 2 + (int)COUNT_OF(keys);
	struct store_mail mail = {
		.messages = sqlite3_column_int64(row, 0),
		.records = sqlite3_column_int64(row, 1),
		.domain = question_text(row, 2),
		.day = question_day(row, 3),
		.source_ip = question_address(row, 5),
		.header_from = question_text(row, 6),
		.envelope_from = question_text(row, 7),
		.reasons = question_text(row, 8),
		.outcome = (unsigned)sqlite3_column_int(row, 9),
		.first = question_day(row, behind),
		.last = question_day(row, behind + 1),
		.recent = sqlite3_column_int64(row, behind + 2),
	};

	return read_reporter(reader, sqlite3_column_int64(row, 4), &mail, err)
	    && reader->row(reader->context, &mail, err);
}

bool
store_mail(struct store *store, const struct store_filter *filter, unsigned by,
    int64_t middle,
    bool (*row)(
	void *context, const struct store_mail *mail, struct error *err),
    void *context, struct error *err)
{
	const struct table *table = choose(filter, by);
	struct reader reader = { store, NULL, row, context };
	struct arena arena = { 0 };
	sqlite3_stmt *statement;
	bool ok;

	if (mail_shape_fits(filter, by))
		return mail_shape_ask(
		    store, filter, by, middle, row, context, err);
	if (mail_source_fits(filter, by))
		return mail_source_ask(
		    store, filter, by, middle, row, context, err);
	ok = table->prepare(store, build_start(&arena, table, filter, by),
	    build_rest(&arena, table, by), filter, &statement, err);
	arena_release(&arena);
	if (!ok)
		return false;
	if (!filter_bind(store, statement, ":middle", datetime_day(middle), err)
	    || !sqlite_prepare(store,
		"SELECT org_name, email_domain FROM reporter WHERE id = ?",
		&reader.find_reporter, err)) {
		sqlite3_finalize(statement);
		return false;
	}
	ok = question_answer(store, statement, read_mail, &reader, err);
	sqlite3_finalize(reader.find_reporter);
	return ok;
}
