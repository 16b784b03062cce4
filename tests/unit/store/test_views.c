/* The views, as docs/schema.md has them. */

#include "world.h"

#include "parse/outcome.h"
#include "store/sqlite.h"

/* A little of everything, so that each query finds something. */
static void
fill_world(void)
{
	struct dmarc_record *record =
	    new_record(3, DMARC_FAIL, DMARC_FAIL, DMARC_DISPOSITION_REJECT);
	struct delivery broken;

	record->header_from = "example.com";
	record->envelope_to = "example.net";
	record->dkim_results = NEW(struct dmarc_dkim, .domain = "example.com",
	    .selector = "s1", .result = { DMARC_AUTH_FAIL, NULL });
	record->spf_results = NEW(struct dmarc_spf, .domain = "example.org",
	    .scope = "mfrom", .result = { DMARC_AUTH_PASS, NULL });
	record->reasons = NEW(struct dmarc_reason, .type = "local_policy",
	    .comment = NEW(struct dmarc_text, .text = "why", .lang = "en"));
	deliver_report(
	    "d", new_dmarc("example.com", "1", 100 * DAY, record), "d");
	deliver_report("t",
	    new_tlsrpt("example.com", "2", 100 * DAY,
		NEW(struct tlsrpt_policy, .number = 1, .policy_type = "sts",
		    .policy_domain = "example.com",
		    .total_successful_session_count = 5,
		    .total_failure_session_count = 1,
		    .failure_details = NEW(struct tlsrpt_failure,
			.result_type = "certificate-expired",
			.receiving_mx_hostname = "mx.example.com",
			.failed_session_count = 1))),
	    "t");
	broken = delivery_of("b", found_broken("xml-malformed", "so it is"));
	deliver(&broken);
}

static void
make_full_world(void)
{
	make_world();
	fill_world();
}

TestSuite(views, .init = make_full_world, .fini = leave_world);

/* The first column of the first row. */
static const char *
ask(const char *sql, size_t *rows)
{
	const char *out = NULL, *words;
	sqlite3_stmt *statement;

	cr_assert(
	    eq(int,
		sqlite3_prepare_v2(world.store->db, sql, -1, &statement, NULL),
		SQLITE_OK),
	    "%s: %s", sql, sqlite3_errmsg(world.store->db));
	for (*rows = 0; sqlite3_step(statement) == SQLITE_ROW; ++*rows) {
		words = (const char *)sqlite3_column_text(statement, 0);
		if (out == NULL)
			out = words == NULL
			    ? "NULL"
			    : arena_copy(&world.arena, bytes_of(words));
	}
	sqlite3_finalize(statement);
	return out;
}

static const char *
value_of(const char *sql)
{
	size_t rows;
	const char *value = ask(sql, &rows);

	cr_assert(eq(sz, rows, 1), "%s", sql);
	return value;
}

static char *
read_page(void)
{
	char *page = arena_alloc(&world.arena, 65536, 1);
	FILE *file = fopen(FIXTURES "/../../docs/schema.md", "r");

	cr_assert(file != NULL);
	cr_assert(gt(sz, fread(page, 1, 65535, file), 0));
	fclose(file);
	return page;
}

Test(views, answer_every_query_of_the_page)
{
	char *at = read_page(), *end;
	size_t queries = 0, rows;

	while ((at = strstr(at, "```sql\n")) != NULL) {
		at += strlen("```sql\n");
		end = strstr(at, "```");
		cr_assert(end != NULL);
		*end = '\0';
		ask(at, &rows);
		cr_expect(gt(sz, rows, 0), "finds nothing: %s", at);
		queries++;
		at = end + 1;
	}
	cr_expect(ge(sz, queries, 10));
}

/* Each "| `v_name` | ... | `columns` |" names the columns there are. */
Test(views, have_the_columns_of_the_page)
{
	char *line = strtok(read_page(), "\n");
	const char *columns, *sql;
	char name[32];
	size_t views = 0;

	for (; line != NULL; line = strtok(NULL, "\n")) {
		if (sscanf(line, "| `%31[a-z_]` |", name) != 1)
			continue;
		views++;
		sql = arena_printf(&world.arena,
		    "SELECT '| `' || group_concat(name, ' ') || '` |'"
		    " FROM pragma_table_info('%s')",
		    name);
		columns = value_of(sql);
		cr_expect(ne(ptr, strstr(line, columns), NULL), "%s has %s",
		    name, columns);
	}
	sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'view'";
	cr_expect_str_eq(
	    value_of(sql), arena_printf(&world.arena, "%zu", views));
}

/* --- words --- */

/* Sets a column, and looks how a view shows it. */
static void
expect_word(const char *table, const char *column, int value,
    const char *select, const char *word)
{
	must(sqlite_exec(world.store,
	    arena_printf(
		&world.arena, "UPDATE %s SET %s = %d", table, column, value),
	    &world.err));
	cr_expect_str_eq(value_of(select), word, "%s = %d", column, value);
}

Test(views, use_the_words_of_the_program)
{
	int i;

	for (i = DMARC_DISPOSITION_NONE; i < DMARC_DISPOSITION_OTHER; i++)
		expect_word("shape", "disposition", i,
		    "SELECT disposition FROM v_record",
		    dmarc_disposition_name(i));
	for (i = DMARC_PASS; i < DMARC_EVALUATED_OTHER; i++)
		expect_word("shape", "dkim", i, "SELECT dkim FROM v_record",
		    dmarc_evaluated_name(i));
	for (i = DMARC_AUTH_NONE; i < DMARC_AUTH_OTHER; i++)
		expect_word("auth_dkim", "result", i,
		    "SELECT result FROM v_dkim", dmarc_auth_result_name(i));
	for (i = DMARC_POLICY_NONE; i < DMARC_POLICY_OTHER; i++)
		expect_word("dmarc_report", "np", i,
		    "SELECT np FROM v_report WHERE kind = 'dmarc'",
		    dmarc_policy_name(i));
	for (i = DMARC_RELAXED; i < DMARC_ALIGNMENT_OTHER; i++)
		expect_word("dmarc_report", "aspf", i,
		    "SELECT aspf FROM v_report WHERE kind = 'dmarc'",
		    dmarc_alignment_name(i));
	for (i = 0; i < VERDICT_COUNT; i++)
		expect_word("report", "verdict", i,
		    "SELECT verdict FROM v_record",
		    verdict_name((enum verdict)i));
	for (i = STORE_STORED; i < STORE_KNOWN; i++)
		expect_word("message", "outcome", i,
		    "SELECT DISTINCT outcome FROM v_message",
		    store_outcome_name((enum store_outcome)i));
	for (i = 0; i < HOW_COUNT; i++)
		expect_word("shape", "outcome",
		    (int)OUTCOME(0, i, HOW_COUNT - 1 - i),
		    "SELECT dkim_how || ' ' || spf_how FROM v_record",
		    arena_printf(&world.arena, "%s %s",
			outcome_how_name((enum outcome_how)i),
			outcome_how_name(
			    (enum outcome_how)(HOW_COUNT - 1 - i))));
}

Test(views, show_a_word_that_nobody_knows_as_it_came)
{
	expect_word("shape", "disposition_raw", 1,
	    "SELECT coalesce(disposition, 'NULL') FROM v_record", "reject");
	expect_word("shape", "disposition", DMARC_DISPOSITION_OTHER,
	    "SELECT disposition = (SELECT text FROM string WHERE id = 1)"
	    " FROM v_record",
	    "1");
	expect_word("shape", "disposition", 0,
	    "SELECT coalesce(disposition, 'NULL') FROM v_record", "NULL");
}

/* --- addresses --- */

Test(views, show_addresses_as_the_program_does)
{
	static const char *const addresses[] = { "192.0.2.1", "0.0.0.0",
		"255.255.255.255", "10.0.200.9", "::", "::1",
		"1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
		"2001:0:0:1:0:0:0:1", "2001:db8:0:0:1:0:0:1", "1:2:3:4:5:6:7:8",
		"1:0:3:4:5:6:7:8", "1:2:3:4:5:6:0:0", "0:0:3:4:5:6:7:8",
		"fe80::1:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"a0:b:c00:d000::" };
	char text[ADDRESS_TEXT];
	struct address address;
	sqlite3_stmt *update;
	size_t i;

	cr_assert(eq(int,
	    sqlite3_prepare_v2(world.store->db,
		"UPDATE record SET source_ip = ?", -1, &update, NULL),
	    SQLITE_OK));
	for (i = 0; i < COUNT_OF(addresses); i++) {
		cr_assert(address_parse(bytes_of(addresses[i]), &address));
		sqlite3_bind_blob(
		    update, 1, address.data, address.len, SQLITE_STATIC);
		cr_assert(eq(int, sqlite3_step(update), SQLITE_DONE));
		sqlite3_reset(update);
		cr_expect_str_eq(value_of("SELECT source_ip FROM v_record"),
		    address_format(&address, text));
	}
	sqlite3_finalize(update);
}
