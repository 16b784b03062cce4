/* store_report() gives back what store_add() was given, field by field. */

#include "world.h"

TestSuite(load, .init = make_world, .fini = leave_world);

/* --- a report as text; absent and empty look different --- */

static void
put(FILE *out, const char *name, const char *words)
{
	if (words == NULL)
		fprintf(out, "%s absent\n", name);
	else
		fprintf(out, "%s '%s'\n", name, words);
}

static void
put_choice(FILE *out, const char *name, struct choice choice)
{
	fprintf(out, "%s %d ", name, choice.value);
	put(out, "raw", choice.raw);
}

static void
put_number(FILE *out, const char *name, int64_t value)
{
	fprintf(out, "%s %lld\n", name, (long long)value);
}

static void
put_texts(FILE *out, const char *name, const struct dmarc_text *words)
{
	for (; words != NULL; words = words->next) {
		put(out, name, words->text);
		put(out, "  lang", words->lang);
	}
}

static void
put_auth(FILE *out, const struct dmarc_record *record)
{
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;

	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		put(out, "  dkim domain", dkim->domain);
		put(out, "    selector", dkim->selector);
		put_choice(out, "    result", dkim->result);
		put(out, "    human_result", dkim->human_result);
	}
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		put(out, "  spf domain", spf->domain);
		put(out, "    scope", spf->scope);
		put_choice(out, "    result", spf->result);
		put(out, "    human_result", spf->human_result);
	}
}

static void
put_record(FILE *out, const struct dmarc_record *record)
{
	const struct dmarc_reason *reason;
	size_t i;

	put_number(out, "record", (int64_t)record->number);
	fprintf(out, "  source_ip");
	for (i = 0; i < record->source_ip.len; i++)
		fprintf(out, " %02x", record->source_ip.data[i]);
	put(out, "\n  source_ip_raw", record->source_ip_raw);
	put_number(out, "  count", record->count);
	put_choice(out, "  disposition", record->disposition);
	put_choice(out, "  dkim", record->dkim);
	put_choice(out, "  spf", record->spf);
	for (reason = record->reasons; reason != NULL; reason = reason->next) {
		put(out, "  reason", reason->type);
		put_texts(out, "    comment", reason->comment);
	}
	put(out, "  header_from", record->header_from);
	put(out, "  envelope_from", record->envelope_from);
	put(out, "  envelope_to", record->envelope_to);
	put_auth(out, record);
}

static void
put_dmarc(FILE *out, const struct dmarc_report *dmarc)
{
	const struct dmarc_record *record;

	put(out, "xml_namespace", dmarc->xml_namespace);
	put(out, "version", dmarc->version);
	put_texts(out, "extra_contact_info", dmarc->extra_contact_info);
	put_texts(out, "error", dmarc->errors);
	put(out, "generator", dmarc->generator);
	put_choice(out, "p", dmarc->p);
	put_choice(out, "sp", dmarc->sp);
	put_choice(out, "np", dmarc->np);
	put_choice(out, "adkim", dmarc->adkim);
	put_choice(out, "aspf", dmarc->aspf);
	put(out, "pct", dmarc->pct);
	put(out, "fo", dmarc->fo);
	put(out, "testing", dmarc->testing);
	put(out, "discovery_method", dmarc->discovery_method);
	put_number(out, "record_count", (int64_t)dmarc->record_count);
	put_number(out, "skipped_count", (int64_t)dmarc->skipped_count);
	put_number(out, "messages", dmarc->messages);
	for (record = dmarc->records; record != NULL; record = record->next)
		put_record(out, record);
}

static void
put_failure(FILE *out, const struct tlsrpt_failure *failure)
{
	put(out, "  result_type", failure->result_type);
	put(out, "    sending_mta_ip", failure->sending_mta_ip);
	put(out, "    hostname", failure->receiving_mx_hostname);
	put(out, "    helo", failure->receiving_mx_helo);
	put(out, "    receiving_ip", failure->receiving_ip);
	put_number(out, "    sessions", failure->failed_session_count);
	put(out, "    information", failure->additional_information);
	put(out, "    code", failure->failure_reason_code);
}

static void
put_tlsrpt(FILE *out, const struct tlsrpt_report *tlsrpt)
{
	const struct tlsrpt_failure *failure;
	const struct tlsrpt_policy *policy;
	const struct text_list *item;

	put_number(out, "policy_count", (int64_t)tlsrpt->policy_count);
	put_number(out, "skipped_count", (int64_t)tlsrpt->skipped_count);
	for (policy = tlsrpt->policies; policy; policy = policy->next) {
		put_number(out, "policy", (int64_t)policy->number);
		put(out, "  policy_type", policy->policy_type);
		put(out, "  policy_domain", policy->policy_domain);
		for (item = policy->policy_string; item; item = item->next)
			put(out, "  policy_string", item->text);
		for (item = policy->mx_host; item; item = item->next)
			put(out, "  mx_host", item->text);
		put_number(out, "  successful",
		    policy->total_successful_session_count);
		put_number(
		    out, "  failed", policy->total_failure_session_count);
		put_number(out, "  details", (int64_t)policy->failure_count);
		for (failure = policy->failure_details; failure;
		     failure = failure->next)
			put_failure(out, failure);
	}
}

static char *
text_of(const struct report *report)
{
	const struct note *note;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	put_number(out, "kind", report->kind);
	put(out, "org_name", report->org_name);
	put(out, "email", report->email);
	put(out, "report_id", report->report_id);
	put(out, "domain", report->domain);
	put_number(out, "has_period", report->has_period);
	put_number(out, "begin", report->begin);
	put_number(out, "end", report->end);
	put_number(out, "note_count", (int64_t)report->note_count);
	for (note = report->notes; note != NULL; note = note->next) {
		put(out, "note", note->code);
		put(out, "  detail", note->detail);
	}
	if (report->dmarc != NULL)
		put_dmarc(out, report->dmarc);
	if (report->tlsrpt != NULL)
		put_tlsrpt(out, report->tlsrpt);
	fclose(out);
	return text;
}

static void
comes_back(const struct report *report)
{
	struct stored_report stored;
	char *before, *after;

	deliver_report("message", report, "content");
	must(store_report(world.store, 1, &world.arena, &stored, &world.err));
	before = text_of(report);
	after = text_of(&stored.report);
	cr_expect(eq(str, after, before));
	free(before);
	free(after);
}

/* --- DMARC --- */

static const struct dmarc_text two_texts[] = {
	{ &two_texts[1], "bonjour", "fr" },
	{ NULL, "", NULL },
};

static const struct dmarc_reason full_reasons[] = {
	{ &full_reasons[1], "mailing_list", two_texts },
	{ &full_reasons[2], "", NULL },
	{ NULL, "local_policy", &two_texts[1] },
};

static const struct dmarc_dkim full_dkim[] = {
	{ &full_dkim[1], "example.com", "s1", { DMARC_AUTH_PASS, NULL }, "ok" },
	{ &full_dkim[2], "", "", { DMARC_AUTH_OTHER, "odd" }, "" },
	{ NULL, "example.org", NULL, { DMARC_AUTH_FAIL, "FAIL" }, NULL },
};

static const struct dmarc_spf full_spf[] = {
	{ &full_spf[1], "example.com", "mfrom", { DMARC_AUTH_SOFTFAIL, NULL },
	    "no match" },
	{ NULL, "", "helo", { DMARC_AUTH_OTHER, "hardfail" }, "" },
};

static const struct dmarc_record full_records[] = {
	{
	    .next = &full_records[1],
	    .number = 2, /* the first could not be read */
	    .source_ip = { { 6, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			       0, 0, 1 },
		17 },
	    .count = 12,
	    .disposition = { DMARC_DISPOSITION_OTHER, "bounce" },
	    .dkim = { DMARC_PASS, "Pass" },
	    .spf = { DMARC_EVALUATED_OTHER, "softfail" },
	    .reasons = full_reasons,
	    .header_from = "example.com",
	    .envelope_from = "bounce.example.com",
	    .envelope_to = "example.net",
	    .dkim_results = full_dkim,
	    .spf_results = full_spf,
	},
	{
	    .next = &full_records[2],
	    .number = 3,
	    .source_ip_raw = "unknown",
	    .count = 1,
	    .disposition = { DMARC_DISPOSITION_REJECT, NULL },
	    .dkim = { DMARC_FAIL, NULL },
	    .spf = { DMARC_FAIL, NULL },
	    .reasons = &full_reasons[2],
	    .header_from = "",
	    .envelope_from = "",
	    .envelope_to = "",
	    .spf_results = full_spf,
	},
	{
	    .number = 5,
	    .source_ip = { { 4, 192, 0, 2, 255 }, 5 },
	    .dkim_results = full_dkim,
	    .spf_results = full_spf,
	},
};

static const struct note full_notes[] = {
	{ &full_notes[1], "record-skipped", "record 1: no row" },
	{ NULL, "end-before-begin", "" },
};

Test(load, gives_back_a_full_dmarc_report)
{
	const struct dmarc_report dmarc = {
		.xml_namespace = "urn:ietf:params:xml:ns:dmarc-2.0",
		.version = "1.0",
		.extra_contact_info = two_texts,
		.errors = &two_texts[1],
		.generator = "Generator 1.2",
		.p = { DMARC_POLICY_REJECT, "REJECT" },
		.sp = { DMARC_POLICY_OTHER, "maybe" },
		.np = { DMARC_POLICY_NONE, NULL },
		.adkim = { DMARC_STRICT, "S" },
		.aspf = { DMARC_ALIGNMENT_OTHER, "" },
		.pct = "100",
		.fo = "1:d",
		.testing = "n",
		.discovery_method = "treewalk",
		.records = full_records,
		.record_count = 3,
		.skipped_count = 2,
		.messages = 13,
	};

	comes_back(&(struct report) {
	    .kind = REPORT_DMARC,
	    .org_name = "Receiver Inc.",
	    .email = "DMARC <dmarc@receiver.example>",
	    .report_id = "<1.2@receiver.example>",
	    .domain = "example.com",
	    .has_period = true,
	    .begin = 1767225600,
	    .end = 1767311999,
	    .notes = full_notes,
	    .note_count = 7, /* more than are kept */
	    .dmarc = &dmarc,
	});
}

Test(load, gives_back_a_dmarc_report_of_empty_fields)
{
	const struct dmarc_report dmarc = { .xml_namespace = "",
		.version = "",
		.generator = "",
		.pct = "",
		.fo = "",
		.testing = "",
		.discovery_method = "" };

	comes_back(&(struct report) { .kind = REPORT_DMARC,
	    .org_name = "",
	    .email = "",
	    .report_id = "",
	    .domain = "",
	    .has_period = true,
	    .dmarc = &dmarc });
}

Test(load, gives_back_a_dmarc_report_of_absent_fields)
{
	const struct dmarc_reason reason = { 0 };
	const struct dmarc_dkim dkim = { 0 };
	const struct dmarc_spf spf = { 0 };
	const struct dmarc_record record = { .number = 1,
		.reasons = &reason,
		.dkim_results = &dkim,
		.spf_results = &spf };
	const struct dmarc_report dmarc = { .records = &record,
		.record_count = 1 };

	comes_back(&(struct report) { .kind = REPORT_DMARC,
	    .report_id = "",
	    .domain = "example.com",
	    .has_period = true,
	    .dmarc = &dmarc });
}

Test(load, gives_back_numbers_at_their_ends)
{
	const struct dmarc_record record = { .number = 250000,
		.count = INT64_MAX,
		.dkim = { DMARC_PASS, NULL } };
	const struct dmarc_report dmarc = {
		.records = &record, .record_count = 1, .messages = INT64_MAX
	};

	comes_back(&(struct report) { .kind = REPORT_DMARC,
	    .report_id = "",
	    .domain = "example.com",
	    .has_period = true,
	    .begin = INT64_MIN,
	    .end = INT64_MAX,
	    .dmarc = &dmarc });
}

Test(load, keeps_apart_sets_of_results_that_look_alike)
{
	/* The same words, cut and ordered differently. */
	const struct dmarc_dkim dkim[] = {
		{ .domain = "ab", .selector = "c" },
		{ .domain = "a", .selector = "bc" },
		{ .domain = "abc", .selector = "" },
		{ .domain = "abc", .selector = NULL },
		{ .domain = "abc", .human_result = "" },
		{ .domain = "abc", .result = { 1, NULL } },
		{ .domain = "abc", .result = { 0, "" } },
		{ &dkim[1], .domain = "ab", .selector = "c" },
		{ &dkim[0], .domain = "a", .selector = "bc" },
	};
	const struct dmarc_spf spf = { .domain = "ab", .scope = "c" };
	struct dmarc_record records[COUNT_OF(dkim) + 1] = { 0 };
	struct dmarc_report dmarc = { .records = records,
		.record_count = COUNT_OF(records) };
	size_t i;

	for (i = 0; i < COUNT_OF(records); i++) {
		records[i].number = i + 1;
		if (i < COUNT_OF(dkim)) {
			records[i].dkim_results = &dkim[i];
			records[i].next = &records[i + 1];
		} else {
			records[i].spf_results = &spf;
		}
	}
	comes_back(&(struct report) { .kind = REPORT_DMARC,
	    .report_id = "",
	    .domain = "example.com",
	    .has_period = true,
	    .dmarc = &dmarc });
}

/* --- TLS --- */

Test(load, gives_back_a_full_tls_report)
{
	const struct text_list strings[] = {
		{ &strings[1], "version: STSv1" },
		{ &strings[2], "" },
		{ NULL, "mode: testing" },
	};
	const struct text_list hosts[] = {
		{ &hosts[1], "mx1.example.com" },
		{ NULL, "*.example.com" },
	};
	const struct tlsrpt_failure failures[] = {
		{ &failures[1], "certificate-expired", "192.0.2.1",
		    "mx1.example.com", "helo.example.com", "192.0.2.2", 4,
		    "https://example.com/info", "X509_V_ERR_CERT_HAS_EXPIRED" },
		{ &failures[2], "", "", "", "", "", 0, "", "" },
		{ 0 },
	};
	const struct tlsrpt_policy policies[] = {
		{ &policies[1], 1, "sts", strings, "example.com", hosts, 10, 4,
		    failures, 3 },
		{ &policies[2], 2, "", NULL, "", &hosts[1], 0, 0, NULL, 0 },
		{ &policies[3], 4, NULL, NULL, NULL, NULL, 0, 0, NULL, 0 },
		{ NULL, 5, "tlsa", &strings[2], "mx1.example.com", NULL, 3, 1,
		    &failures[1], 2 },
	};
	const struct tlsrpt_report tlsrpt = { policies, 4, 1 };

	comes_back(&(struct report) {
	    .kind = REPORT_TLSRPT,
	    .org_name = "Sender Ltd.",
	    .email = "mailto:tls@sender.example",
	    .report_id = "5@sender.example",
	    .domain = "example.com",
	    .has_period = true,
	    .begin = 1767225600,
	    .end = 1767311999,
	    .notes = full_notes,
	    .note_count = 2,
	    .tlsrpt = &tlsrpt,
	});
}

Test(load, gives_back_a_tls_report_of_absent_fields)
{
	comes_back(&(struct report) { .kind = REPORT_TLSRPT,
	    .report_id = "",
	    .domain = "example.com",
	    .has_period = true,
	    .tlsrpt = &(struct tlsrpt_report) { 0 } });
}

/* --- how it came --- */

Test(load, says_how_the_report_came)
{
	struct delivery delivery = delivery_of("message",
	    found(new_dmarc("example.com", "1", 0, NULL), "content"));
	struct reading *reading = (struct reading *)delivery.reading;
	struct stored_report stored;

	reading->message_id = "<1@receiver.example>";
	reading->from = "Receiver <dmarc@receiver.example>";
	reading->subject = "Report Domain: example.com";
	deliver(&delivery);
	delivery.mail_from = "again@receiver.example";
	deliver(&delivery);

	must(store_report(world.store, 1, &world.arena, &stored, &world.err));
	cr_expect(eq(i64, stored.id, 1));
	cr_expect(not(stored.is_conflict));
	cr_expect(eq(i64, stored.conflicts_with, 0));
	cr_expect(eq(i64, stored.received, 1000));
	cr_expect(eq(str, (char *)stored.source, "unix"));
	cr_expect(eq(str, (char *)stored.mail_from, "dmarc@receiver.example"));
	cr_expect(eq(str, (char *)stored.part, "1"));
	cr_expect(eq(str, (char *)stored.message_id, "<1@receiver.example>"));
	cr_expect(
	    eq(str, (char *)stored.from, "Receiver <dmarc@receiver.example>"));
	cr_expect(
	    eq(str, (char *)stored.subject, "Report Domain: example.com"));
}

Test(load, says_absent_of_what_a_file_lacks)
{
	struct delivery delivery = delivery_of("message",
	    found(new_dmarc("example.com", "1", 0, NULL), "content"));
	struct stored_report stored;

	delivery.is_lmtp = false;
	delivery.source = "report.xml";
	delivery.mail_from = delivery.rcpt_to = NULL;
	deliver(&delivery);

	must(store_report(world.store, 1, &world.arena, &stored, &world.err));
	cr_expect(eq(str, (char *)stored.source, "report.xml"));
	cr_expect(eq(ptr, (void *)stored.mail_from, NULL));
	cr_expect(eq(ptr, (void *)stored.message_id, NULL));
	cr_expect(eq(ptr, (void *)stored.from, NULL));
	cr_expect(eq(ptr, (void *)stored.subject, NULL));
}

Test(load, names_the_counted_report_of_a_conflict)
{
	const struct report *report = new_dmarc("example.com", "1", 0, NULL);
	struct stored_report stored;

	deliver_report("first", report, "this");
	deliver_report("second", report, "that");

	must(store_report(world.store, 2, &world.arena, &stored, &world.err));
	cr_expect(stored.is_conflict);
	cr_expect(eq(i64, stored.conflicts_with, 1));
}

Test(load, refuses_a_report_that_is_not_there)
{
	struct stored_report stored;

	cr_assert(not(
	    store_report(world.store, 1, &world.arena, &stored, &world.err)));
	cr_expect(eq(int, world.err.kind, ERROR_NO_INPUT));
	cr_expect(eq(str, world.err.text,
	    "there is no report 1; 'reports list' shows those there are"));
}
