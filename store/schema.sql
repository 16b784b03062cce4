-- The schema, version 1.
--
-- Texts that come back again and again (domains, selectors, organisations)
-- stand once in string, and authentication results once for each distinct set
-- in auth_set; other tables hold their ids.  Those ids have no REFERENCES:
-- the check would cost a look-up for each column of each row, and such rows
-- are only ever removed by a sweep that has looked for their users.
--
-- Absent is NULL, there but empty is ''.  Times are seconds since the epoch,
-- UTC; a day is begin / 86400, rounded down.  Numbers of enumerations are
-- those of parse/dmarc.h, parse/verdict.h and store/store.h; 0 is absent, and a *_raw column
-- holds what the sender wrote where it is not the standard's own spelling.

PRAGMA application_id = 0x52505254; -- "RPRT"
PRAGMA user_version = 1;

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
CREATE TABLE report (
	id INTEGER PRIMARY KEY,
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
	CHECK (is_conflict = 1 OR conflicts_with IS NULL)
) STRICT;
-- The same content is stored once, and of one key one report is counted.
-- What failed authentication has keys of its own, so that a forged report
-- never stands in the way of an authentic one.
CREATE UNIQUE INDEX report_content ON report
	(reporter, domain, kind, report_id, begin, "end", is_failed, sha256);
CREATE UNIQUE INDEX report_counted ON report
	(reporter, domain, kind, report_id, begin, "end", is_failed)
	WHERE is_conflict = 0;
CREATE INDEX report_domain_day ON report (domain, day);
CREATE INDEX report_day ON report (day);
CREATE INDEX report_message ON report (message);
CREATE INDEX report_conflict ON report (conflicts_with)
	WHERE conflicts_with IS NOT NULL;

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
	source_ip_raw INTEGER, -- string, when source_ip is NULL
	count INTEGER NOT NULL CHECK (count >= 0),
	disposition INTEGER NOT NULL CHECK (disposition BETWEEN 0 AND 5),
	disposition_raw INTEGER, -- string
	dkim INTEGER NOT NULL CHECK (dkim BETWEEN 0 AND 3),
	dkim_raw INTEGER, -- string
	spf INTEGER NOT NULL CHECK (spf BETWEEN 0 AND 3),
	spf_raw INTEGER,       -- string
	header_from INTEGER,   -- string
	envelope_from INTEGER, -- string
	envelope_to INTEGER,   -- string
	auth INTEGER,          -- auth_set; NULL when there are no results
	PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE reason (
	report INTEGER NOT NULL,
	record INTEGER NOT NULL,
	n INTEGER NOT NULL,
	type INTEGER, -- string
	PRIMARY KEY (report, record, n),
	FOREIGN KEY (report, record) REFERENCES record ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE reason_comment (
	report INTEGER NOT NULL,
	record INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	n INTEGER NOT NULL,
	text INTEGER, -- string
	lang INTEGER, -- string
	PRIMARY KEY (report, record, reason, n),
	FOREIGN KEY (report, record, reason) REFERENCES reason ON DELETE CASCADE
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
