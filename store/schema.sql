-- The schema, version 2.  docs/schema.md describes it, and the views that are
-- made for people and other programs (store/views.c).
--
-- What comes back again and again stands once and has an id: texts (domains,
-- selectors, organisations) in string, sets of authentication results in
-- auth_set, override reasons in reason_set, and all that a record says besides
-- its address and count in shape.  Those ids have no REFERENCES: the check
-- would cost a look-up for each column of each row, and such rows are only
-- ever removed by a sweep that has looked for their users (store/sweep.c).
--
-- Absent is NULL, there but empty is ''.  Times are seconds since the epoch,
-- UTC; a day is begin / 86400, rounded down.  Numbers of enumerations are
-- those of parse/dmarc.h, parse/outcome.h, parse/verdict.h and store/store.h;
-- 0 is absent, and a *_raw column holds what the sender wrote where it is not
-- the standard's own spelling.

PRAGMA application_id = 0x52505254; -- "RPRT"
PRAGMA user_version = 2;

CREATE TABLE string (
	id INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
) STRICT;

-- One row for each message or file, known by its bytes.
CREATE TABLE message (
	id INTEGER PRIMARY KEY,
	sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
	size INTEGER NOT NULL CHECK (size >= 0),
	received INTEGER NOT NULL,
	outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 9),
	class INTEGER NOT NULL CHECK (class BETWEEN 0 AND 4),
	source TEXT, -- the file or client it first came from
	message_id TEXT,
	header_from TEXT,
	subject TEXT, -- NULL too where it may be that of another's message
	tls_report_domain TEXT,
	tls_report_submitter TEXT,
	date INTEGER
) STRICT;

-- One row for each delivery; of a file only the first import.
CREATE TABLE arrival (
	id INTEGER PRIMARY KEY,
	message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
	received INTEGER NOT NULL,
	source TEXT,
	mail_from TEXT, -- NULL for a file
	rcpt_to TEXT
) STRICT;
CREATE INDEX arrival_message ON arrival (message);

-- The bytes of messages in which something could not be read.
CREATE TABLE raw (
	message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
	size INTEGER NOT NULL CHECK (size >= 0), -- before deflating
	deflated BLOB NOT NULL                   -- RFC 1950
) STRICT;

CREATE TABLE quarantine (
	id INTEGER PRIMARY KEY,
	message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
	part TEXT,
	reason TEXT NOT NULL, -- a code of docs/deviations.md
	detail TEXT
) STRICT;
CREATE INDEX quarantine_message ON quarantine (message);

-- Failure reports: who says when and where whose mail failed.  Nothing of that
-- mail itself, nor of who sent or received it, is kept, here or in raw.
CREATE TABLE failure (
	id INTEGER PRIMARY KEY,
	message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
	reporter INTEGER, -- string, a domain
	domain INTEGER,   -- string
	received INTEGER NOT NULL,
	arrival_date INTEGER, -- of the mail that failed
	source_ip BLOB CHECK (length(source_ip) IN (5, 17)), -- family, address
	auth_failure INTEGER,    -- string
	delivery_result INTEGER, -- string
	incidents INTEGER NOT NULL CHECK (incidents > 0)
) STRICT;
CREATE INDEX failure_message ON failure (message);
CREATE INDEX failure_domain ON failure (domain);

-- Who reports: both in lower case, '' when absent.
CREATE TABLE reporter (
	id INTEGER PRIMARY KEY,
	org_name TEXT NOT NULL,
	email_domain TEXT NOT NULL,
	UNIQUE (org_name, email_domain)
) STRICT;

-- What both kinds have in common.  messages and passed are sessions and
-- successful sessions in a TLS report; records are its policies.
-- Its id says in which order reports came, and is never used again.
CREATE TABLE report (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
	part TEXT,
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)), -- DMARC, TLS
	reporter INTEGER NOT NULL REFERENCES reporter,
	org_name INTEGER, -- string, as written
	email INTEGER,    -- string, as written
	report_id TEXT NOT NULL,
	domain INTEGER NOT NULL, -- string
	begin INTEGER NOT NULL,
	"end" INTEGER NOT NULL,
	day INTEGER NOT NULL,
	sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
	is_conflict INTEGER NOT NULL CHECK (is_conflict IN (0, 1)),
	conflicts_with INTEGER REFERENCES report ON DELETE SET NULL,
	verdict INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 4),
	verdict_reason INTEGER, -- string
	is_failed INTEGER NOT NULL GENERATED ALWAYS AS (verdict = 4),
	records INTEGER NOT NULL CHECK (records >= 0),
	skipped INTEGER NOT NULL CHECK (skipped >= 0),
	messages INTEGER NOT NULL CHECK (messages >= 0),
	passed INTEGER NOT NULL CHECK (passed BETWEEN 0 AND messages),
	notes INTEGER NOT NULL CHECK (notes >= 0), -- may be more than are kept
	-- Whether its records say anything of who received the mail.
	names_recipients INTEGER NOT NULL CHECK (names_recipients IN (0, 1)),
	CHECK (is_conflict = 1 OR conflicts_with IS NULL)
) STRICT;
-- Of one key one report is counted, and all others conflict with it; the same
-- content is stored once (store/take.c).  What failed authentication has keys
-- of its own, so that a forged report never stands in the way of an authentic
-- one.
CREATE UNIQUE INDEX report_counted ON report
	(reporter, domain, kind, report_id, begin, "end", is_failed)
	WHERE is_conflict = 0;
CREATE INDEX report_domain_day ON report (domain, day);
CREATE INDEX report_day ON report (day);
CREATE INDEX report_message ON report (message);
CREATE INDEX report_conflict ON report (conflicts_with)
	WHERE conflicts_with IS NOT NULL;
CREATE INDEX report_recipients ON report (day) WHERE names_recipients = 1;

CREATE TABLE note (
	report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE,
	n INTEGER NOT NULL,
	code TEXT NOT NULL,
	detail TEXT,
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

-- The head of a DMARC report.  delivered, quarantined and rejected are of its
-- failed messages, where the disposition says so.
CREATE TABLE dmarc_report (
	report INTEGER PRIMARY KEY REFERENCES report ON DELETE CASCADE,
	xml_namespace TEXT,
	version TEXT,
	generator TEXT,
	p INTEGER NOT NULL CHECK (p BETWEEN 0 AND 4),
	p_raw TEXT,
	sp INTEGER NOT NULL CHECK (sp BETWEEN 0 AND 4),
	sp_raw TEXT,
	np INTEGER NOT NULL CHECK (np BETWEEN 0 AND 4),
	np_raw TEXT,
	adkim INTEGER NOT NULL CHECK (adkim BETWEEN 0 AND 3),
	adkim_raw TEXT,
	aspf INTEGER NOT NULL CHECK (aspf BETWEEN 0 AND 3),
	aspf_raw TEXT,
	pct TEXT,
	fo TEXT,
	testing TEXT,
	discovery_method TEXT,
	delivered INTEGER NOT NULL CHECK (delivered >= 0),
	quarantined INTEGER NOT NULL CHECK (quarantined >= 0),
	rejected INTEGER NOT NULL CHECK (rejected >= 0)
) STRICT;

CREATE TABLE report_contact ( -- extra_contact_info
	report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE,
	n INTEGER NOT NULL,
	text TEXT,
	lang TEXT,
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_error (
	report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE,
	n INTEGER NOT NULL,
	text TEXT,
	lang TEXT,
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

-- n is the place in the report, from 1.
CREATE TABLE record (
	report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE,
	n INTEGER NOT NULL,
	source_ip BLOB CHECK (length(source_ip) IN (5, 17)), -- family, address
	count INTEGER NOT NULL CHECK (count >= 0),
	shape INTEGER NOT NULL,
	reasons INTEGER,       -- reason_set; NULL when there are none
	source_ip_raw INTEGER, -- string, when source_ip is NULL
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

-- What a record says of its messages, besides their number and source.  Here
-- an id is 0 when absent, so that the index tells equal ones.
CREATE TABLE shape (
	id INTEGER PRIMARY KEY,
	outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 511),
	disposition INTEGER NOT NULL CHECK (disposition BETWEEN 0 AND 5),
	disposition_raw INTEGER NOT NULL, -- string
	dkim INTEGER NOT NULL CHECK (dkim BETWEEN 0 AND 3),
	dkim_raw INTEGER NOT NULL, -- string
	spf INTEGER NOT NULL CHECK (spf BETWEEN 0 AND 3),
	spf_raw INTEGER NOT NULL,       -- string
	header_from INTEGER NOT NULL,   -- string
	envelope_from INTEGER NOT NULL, -- string
	envelope_to INTEGER NOT NULL,   -- string
	auth INTEGER NOT NULL           -- auth_set
) STRICT;
CREATE UNIQUE INDEX shape_key ON shape (auth, header_from, envelope_from,
	envelope_to, disposition, dkim, spf, disposition_raw, dkim_raw,
	spf_raw);

-- The override reasons of a record, in their order.
CREATE TABLE reason_set (
	id INTEGER PRIMARY KEY,
	fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 16)
) STRICT;

CREATE TABLE reason (
	reasons INTEGER NOT NULL REFERENCES reason_set ON DELETE CASCADE,
	n INTEGER NOT NULL,
	type INTEGER, -- string
	PRIMARY KEY (reasons, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE reason_comment (
	reasons INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	n INTEGER NOT NULL,
	text INTEGER, -- string
	lang INTEGER, -- string
	PRIMARY KEY (reasons, reason, n),
	FOREIGN KEY (reasons, reason) REFERENCES reason ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The results under auth_results of a record, in their order.
CREATE TABLE auth_set (
	id INTEGER PRIMARY KEY,
	fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 16)
) STRICT;

CREATE TABLE auth_dkim (
	auth INTEGER NOT NULL REFERENCES auth_set ON DELETE CASCADE,
	n INTEGER NOT NULL,
	domain INTEGER,   -- string
	selector INTEGER, -- string
	result INTEGER NOT NULL CHECK (result BETWEEN 0 AND 9),
	result_raw TEXT,
	human_result TEXT,
	PRIMARY KEY (auth, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE auth_spf (
	auth INTEGER NOT NULL REFERENCES auth_set ON DELETE CASCADE,
	n INTEGER NOT NULL,
	domain INTEGER, -- string
	scope INTEGER,  -- string
	result INTEGER NOT NULL CHECK (result BETWEEN 0 AND 9),
	result_raw TEXT,
	human_result TEXT,
	PRIMARY KEY (auth, n)
) STRICT, WITHOUT ROWID;

-- n is the place in the report, from 1; successful and failed are sessions.
CREATE TABLE tls_policy (
	report INTEGER NOT NULL REFERENCES report ON DELETE CASCADE,
	n INTEGER NOT NULL,
	policy_type INTEGER,   -- string
	policy_domain INTEGER, -- string
	successful INTEGER NOT NULL CHECK (successful >= 0),
	failed INTEGER NOT NULL CHECK (failed >= 0),
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE tls_policy_string (
	report INTEGER NOT NULL,
	policy INTEGER NOT NULL,
	n INTEGER NOT NULL,
	text INTEGER, -- string
	PRIMARY KEY (report, policy, n),
	FOREIGN KEY (report, policy) REFERENCES tls_policy ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE tls_mx_host (
	report INTEGER NOT NULL,
	policy INTEGER NOT NULL,
	n INTEGER NOT NULL,
	text INTEGER, -- string
	PRIMARY KEY (report, policy, n),
	FOREIGN KEY (report, policy) REFERENCES tls_policy ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE tls_failure (
	report INTEGER NOT NULL,
	policy INTEGER NOT NULL,
	n INTEGER NOT NULL,
	result_type INTEGER,           -- string
	sending_mta_ip INTEGER,        -- string
	receiving_mx_hostname INTEGER, -- string
	receiving_mx_helo INTEGER,     -- string
	receiving_ip INTEGER,          -- string
	failed_session_count INTEGER NOT NULL
		CHECK (failed_session_count >= 0),
	additional_information TEXT,
	failure_reason_code TEXT,
	PRIMARY KEY (report, policy, n),
	FOREIGN KEY (report, policy) REFERENCES tls_policy ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Roll-ups: sums over the reports that are not in conflict, kept in the
-- transaction that changes what they sum up (store/rollup.c).  All sums stop
-- at 2^63 - 1.

-- Of the heads of both kinds.
CREATE TABLE total_report (
	domain INTEGER NOT NULL, -- string
	day INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	reporter INTEGER NOT NULL,
	verdict INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	records INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	passed INTEGER NOT NULL,
	delivered INTEGER NOT NULL,
	quarantined INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	PRIMARY KEY (domain, day, kind, reporter, verdict)
) STRICT, WITHOUT ROWID;

-- Of records, by what became of the messages (parse/outcome.h).
CREATE TABLE total_outcome (
	domain INTEGER NOT NULL, -- string
	day INTEGER NOT NULL,
	reporter INTEGER NOT NULL,
	verdict INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	records INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	PRIMARY KEY (domain, day, reporter, verdict, outcome)
) STRICT, WITHOUT ROWID;

-- Of records, by source.  What passes stands apart from what does not,
-- because questions are about one or the other.
CREATE TABLE total_source (
	domain INTEGER NOT NULL, -- string
	passes INTEGER NOT NULL,
	day INTEGER NOT NULL,
	source_ip BLOB NOT NULL, -- '' when it was not an address
	outcome INTEGER NOT NULL,
	verdict INTEGER NOT NULL,
	records INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	PRIMARY KEY (domain, passes, day, source_ip, outcome, verdict)
) STRICT, WITHOUT ROWID;

-- Of TLS policies; domain is that of the report.
CREATE TABLE total_tls (
	domain INTEGER NOT NULL, -- string
	day INTEGER NOT NULL,
	policy_domain INTEGER NOT NULL, -- string; domain when absent
	policy_type INTEGER NOT NULL,   -- string; 0 when absent
	reporter INTEGER NOT NULL,
	verdict INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	policies INTEGER NOT NULL,
	successful INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	PRIMARY KEY (domain, day, policy_domain, policy_type, reporter,
		verdict)
) STRICT, WITHOUT ROWID;

-- Reports whose rows were pruned while the roll-ups keep their sums: known,
-- should they come again (store/prune.c).
CREATE TABLE pruned (
	domain INTEGER NOT NULL, -- string
	day INTEGER NOT NULL,
	fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
	PRIMARY KEY (domain, day, fingerprint)
) STRICT, WITHOUT ROWID;

-- How often rows with ids that others remember have been removed.
CREATE TABLE sweep (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	count INTEGER NOT NULL
) STRICT;
INSERT INTO sweep VALUES (1, 0);
