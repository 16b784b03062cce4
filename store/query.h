/*
 * The questions to the store.  One function each; rows come through a
 * callback, in a stated order, and are valid until it returns.  A callback
 * that returns false ends the question, which then fails with its error.
 *
 * Conflicts are in no sum and no list unless it says so.  Sums over reports
 * stop at 2^63 - 1 instead of failing.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "parse/address.h"
#include "parse/dmarc.h"
#include "parse/report.h"
#include "parse/verdict.h"

struct arena;
struct error;
struct store;

/*
 * What a question is about: reports that begin in [since, until), and records
 * in them.  A zero is no restriction.  Totals are kept by day: they are of
 * every day that the period touches.
 */
struct store_filter {
	const char *const *domains; /* these and their subdomains */
	size_t domain_count;
	int64_t since, until; /* seconds since the epoch, UTC */
	unsigned verdicts;    /* STORE_VERDICT of each; 0 for all but
			       * VERDICT_FAILED */
	/* Parts of the organisation's name or of the domain of its address,
	 * in lower case. */
	const char *const *reporters;
	size_t reporter_count;

	/* Of records. */
	const struct network *sources;
	size_t source_count;
	unsigned dispositions; /* STORE_DISPOSITION of each */
	unsigned results;      /* STORE_RESULT of each */
};

#define STORE_VERDICT(verdict) (1u << (verdict))
#define STORE_ALL_VERDICTS     (STORE_VERDICT(VERDICT_COUNT) - 1)

/* Of enum dmarc_disposition. */
#define STORE_DISPOSITION(disposition) (1u << (disposition))
#define STORE_ALL_DISPOSITIONS                                                 \
	(STORE_DISPOSITION(DMARC_DISPOSITION_OTHER + 1) - 1)

/* Of the aligned results of DKIM and SPF. */
#define STORE_RESULT(dkim, spf) (1u << ((dkim) | (spf) << 1))
#define STORE_ALL_RESULTS       15u

/* Whether it is about some of the records only. */
static inline bool
store_filter_has_records(const struct store_filter *filter)
{
	return filter->source_count > 0 || filter->dispositions != 0
	    || filter->results != 0;
}

#define STORE_SINCE_EVER INT64_MIN
#define STORE_UNTIL_EVER INT64_MAX

/* What is there at all, and from when to when. */
struct store_extent {
	size_t report_count;
	/* The first seconds of the days on which they begin, when report_count
	 * is not 0; those that do not say count when all others do not. */
	int64_t first_day, last_day;
};
MUST_CHECK bool store_extent(struct store *store,
    const struct store_filter *filter, struct store_extent *out,
    struct error *err);

/* One domain's DMARC reports; messages by what became of them. */
struct store_dmarc_total {
	const char *domain; /* the policy domain */
	int64_t reports, reporters;
	int64_t messages, passed;
	int64_t failed;                           /* of which: */
	int64_t delivered, quarantined, rejected; /* by disposition */
};
/* Most messages first, then by domain. */
MUST_CHECK bool store_dmarc_totals(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_dmarc_total *total,
	struct error *err),
    void *context, struct error *err);

/* One domain's sessions under one type of policy; not to be added up over
 * types (RFC 8460 section 4). */
struct store_tls_total {
	const char *domain;      /* the policy-domain */
	const char *policy_type; /* "sts", "tlsa", "no-policy-found", other;
				  * "" when absent */
	int64_t reports, reporters;
	int64_t successful_sessions, failed_sessions;
};
/* By domain, then policy type. */
MUST_CHECK bool store_tls_totals(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const struct store_tls_total *total, struct error *err),
    void *context, struct error *err);

/* What failure reports say of one domain, one address and one result; of mail
 * that came, or if they don't say, that was reported in [since, until).  By
 * domain, then address, then result. */
struct store_failure_total {
	const char *domain;       /* "" when it is not known */
	struct address source_ip; /* none when it is not known */
	const char *auth_failure; /* "dmarc", "spf", ...; "" when absent */
	int64_t reports;
	int64_t incidents; /* messages they are about */
};
MUST_CHECK bool store_failures(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_failure_total *total,
	struct error *err),
    void *context, struct error *err);

/* Everything ever delivered, by outcome: index is enum store_outcome. */
struct store_outcome_counts {
	int64_t messages[11];
	int64_t arrivals;
	int64_t conflicts; /* reports kept apart */
};
MUST_CHECK bool store_outcomes(
    struct store *store, struct store_outcome_counts *out, struct error *err);

/* What could not be read: the reasons, most frequent first.  Of messages that
 * were received in [since, until) of the filter; domains do not matter. */
MUST_CHECK bool store_quarantine_reasons(struct store *store,
    const struct store_filter *filter,
    bool (*row)(
	void *context, const char *reason, int64_t findings, struct error *err),
    void *context, struct error *err);

/* One thing that could not be read; its message's bytes are at hand. */
struct store_quarantined {
	int64_t message; /* its id, for store_raw() and store_retry() */
	int64_t received, size;
	const char *source;     /* the file or client it came from */
	const char *message_id; /* NULL when absent, as the next two */
	const char *from;
	const char *part;
	const char *reason, *detail;
};
/* The newest first.  Filtered as store_quarantine_reasons(). */
MUST_CHECK bool store_quarantine(struct store *store,
    const struct store_filter *filter,
    bool (*row)(void *context, const struct store_quarantined *quarantined,
	struct error *err),
    void *context, struct error *err);

/* Reports to look at, whatever verdicts the filter is about. */
struct store_doubts {
	int64_t failed;     /* VERDICT_FAILED */
	int64_t suspicious; /* VERDICT_SUSPICIOUS */
	int64_t future;     /* not failed, and from the future, see below */
};
MUST_CHECK bool store_doubts(struct store *store,
    const struct store_filter *filter, struct store_doubts *out,
    struct error *err);

/* A report is from the future when it begins so much later than it came:
 * clocks differ, and so do ideas of when a day begins. */
#define STORE_FUTURE_SECONDS 86400

/* A day of a domain of which a sum that is kept is not that of the rows. */
struct store_difference {
	const char *what; /* the table of the sum */
	const char *domain;
	int64_t day; /* since the epoch */
};
/* Compares all sums with all rows, which takes a while; no rows is good. */
MUST_CHECK bool store_prove(struct store *store,
    bool (*row)(void *context, const struct store_difference *difference,
	struct error *err),
    void *context, struct error *err);

/* One report, without its records. */
struct store_report_row {
	int64_t id;
	enum report_kind kind;
	bool is_conflict;
	bool is_future;
	enum verdict verdict;
	const char *verdict_reason;
	const char *org_name, *email, *report_id, *domain;
	int64_t begin, end, received;
	int64_t records;  /* records or policies */
	int64_t messages; /* DMARC: messages; TLS: sessions of all policies */
	int64_t passed;   /* DMARC: messages; TLS: successful sessions */
	size_t note_count;
};
/* The newest begin first, then by id; conflicts too; at most limit (0: all). */
MUST_CHECK bool store_reports(struct store *store,
    const struct store_filter *filter, size_t limit,
    bool (*row)(void *context, const struct store_report_row *report,
	struct error *err),
    void *context, struct error *err);

/* One report whole, as its sender wrote it, and how it came. */
struct stored_report {
	int64_t id;
	bool is_conflict;
	int64_t conflicts_with; /* the report that is counted, or 0 */
	bool is_future;         /* as in struct store_report_row */
	enum verdict verdict;
	const char *verdict_reason; /* NULL when absent */
	int64_t received;
	const char *source;    /* the file or client it first came from */
	const char *mail_from; /* NULL for a file */
	const char *part;
	const char *message_id; /* NULL when absent, as all below */
	const char *from, *subject;
	struct report report;
};
/* Fails with ERROR_NO_INPUT when there is no report of that id. */
MUST_CHECK bool store_report(struct store *store, int64_t id,
    struct arena *arena, struct stored_report *out, struct error *err);

/*
 * The bytes of a message in which something could not be read, as delivered.
 * Fails with ERROR_NO_INPUT when they are not kept.
 */
MUST_CHECK bool store_raw(struct store *store, int64_t message,
    struct arena *arena, struct bytes *out, struct error *err);

/*
 * The bytes of the message that a report came in, as delivered, and the digest
 * that the report has among what is in them.  Fails with ERROR_NO_INPUT when
 * there is no report of that id or they are not kept.
 */
MUST_CHECK bool store_report_raw(struct store *store, int64_t report,
    struct arena *arena, struct bytes *out, struct digest *digest,
    struct error *err);

#endif
