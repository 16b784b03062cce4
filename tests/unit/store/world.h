/*
 * What the tests of the store share: a folder of their own, and small reports
 * made in a line.
 */
#ifndef TESTS_UNIT_STORE_WORLD_H
#define TESTS_UNIT_STORE_WORLD_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/tlsrpt.h"
#include "store/query.h"
#include "store/store.h"

#define DAY 86400

struct world {
	char folder[64], path[128];
	struct arena arena;
	struct error err;
	struct store *store;
};

static struct world world;

/* For what has to work so that the test can say anything. */
static inline void
must(bool ok)
{
	cr_assert(ok, "%s", world.err.text);
}

static inline void
enter_world(void)
{
	strcpy(world.folder, "/tmp/reports-test-XXXXXX");
	cr_assert(mkdtemp(world.folder) != NULL);
	snprintf(world.path, sizeof(world.path), "%s/r.db", world.folder);
}

static inline void
open_world(enum store_mode mode)
{
	must(store_open(&world.store, world.path, mode, &world.err));
}

static inline void
make_world(void)
{
	enter_world();
	open_world(STORE_WRITE);
}

static inline void
close_world(void)
{
	store_close(world.store);
	world.store = NULL;
}

static inline void
leave_world(void)
{
	DIR *folder = opendir(world.folder);
	struct dirent *entry;
	char path[512];

	close_world();
	while ((entry = readdir(folder)) != NULL) {
		snprintf(
		    path, sizeof(path), "%s/%s", world.folder, entry->d_name);
		remove(path);
	}
	closedir(folder);
	rmdir(world.folder);
	arena_release(&world.arena);
}

#define NEW(type, ...)                                                         \
	((type *)memcpy(arena_alloc(&world.arena, 1, sizeof(type)),            \
	    &(type) { __VA_ARGS__ }, sizeof(type)))

static inline struct dmarc_record *
new_record(int64_t count, int dkim, int spf, int disposition)
{
	return NEW(struct dmarc_record, .number = 1, .count = count,
	    .dkim = { dkim, NULL }, .spf = { spf, NULL },
	    .disposition = { disposition, NULL },
	    .source_ip = { { 4, 192, 0, 2, 1 }, 5 });
}

static inline struct report *
new_dmarc(const char *domain, const char *id, int64_t begin,
    struct dmarc_record *records)
{
	struct dmarc_report *dmarc =
	    NEW(struct dmarc_report, .records = records);
	struct dmarc_record *record;

	for (record = records; record != NULL;
	     record = (struct dmarc_record *)record->next) {
		record->number = ++dmarc->record_count;
		dmarc->messages += record->count;
	}
	return NEW(struct report, .kind = REPORT_DMARC, .org_name = "Receiver",
	    .email = "dmarc@receiver.example", .report_id = id,
	    .domain = domain, .has_period = true, .begin = begin,
	    .end = begin + DAY - 1, .dmarc = dmarc);
}

static inline struct report *
new_tlsrpt(const char *domain, const char *id, int64_t begin,
    const struct tlsrpt_policy *policies)
{
	struct tlsrpt_report *tlsrpt =
	    NEW(struct tlsrpt_report, .policies = policies);
	const struct tlsrpt_policy *policy;

	for (policy = policies; policy != NULL; policy = policy->next)
		tlsrpt->policy_count++;
	return NEW(struct report, .kind = REPORT_TLSRPT, .org_name = "Sender",
	    .email = "tls@sender.example", .report_id = id, .domain = domain,
	    .has_period = true, .begin = begin, .end = begin + DAY - 1,
	    .tlsrpt = tlsrpt);
}

/* A finding; content stands for the report's bytes. */
static inline struct finding *
found(const struct report *report, const char *content)
{
	return NEW(struct finding, .part = "1", .report = report,
	    .digest = digest_of(bytes_of(content)));
}

static inline struct finding *
found_broken(const char *reason, const char *detail)
{
	return NEW(
	    struct finding, .part = "2", .reason = reason, .detail = detail);
}

/* A message delivered by LMTP; raw stands for its bytes. */
static inline struct delivery
delivery_of(const char *raw, const struct finding *findings)
{
	struct reading *reading =
	    NEW(struct reading, .digest = digest_of(bytes_of(raw)),
		.size = strlen(raw), .is_message = true, .findings = findings);
	const struct finding *finding;

	for (finding = findings; finding != NULL; finding = finding->next)
		if (finding->report != NULL)
			reading->report_count++;
		else
			reading->broken_count++;
	return (struct delivery) { .reading = reading,
		.raw = bytes_of(raw),
		.received = 1000,
		.is_lmtp = true,
		.source = "unix",
		.mail_from = "dmarc@receiver.example",
		.rcpt_to = "reports@example.com" };
}

/* Adds it in a transaction of its own. */
static inline struct store_result
deliver(const struct delivery *delivery)
{
	struct store_result result;

	must(store_begin(world.store, &world.err));
	must(store_add(world.store, delivery, &result, &world.err));
	must(store_commit(world.store, &world.err));
	return result;
}

/* A message that holds one report; its bytes are name, the report's content. */
static inline struct store_result
deliver_report(
    const char *name, const struct report *report, const char *content)
{
	struct delivery delivery = delivery_of(name, found(report, content));

	return deliver(&delivery);
}

static const struct store_filter everything = {
	.since = STORE_SINCE_EVER,
	.until = STORE_UNTIL_EVER,
};

static inline struct store_outcome_counts
outcomes(void)
{
	struct store_outcome_counts counts;

	must(store_outcomes(world.store, &counts, &world.err));
	return counts;
}

#endif
