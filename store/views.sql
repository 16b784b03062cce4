-- The views: what is in the database in plain names and readable values, for
-- people with SQL of their own and for other programs; docs/schema.md
-- describes them.  They use nothing that SQLite does not have by itself.
--
-- What stands in braces is a macro of store/views.c.

-- All reports, those in conflict too.
DROP VIEW IF EXISTS v_report;
CREATE VIEW v_report AS SELECT r.id, {kind r.kind} AS kind, {report},
	{text r.verdict_reason} AS verdict_reason, {text r.email} AS email,
	r.report_id, r.begin, {time r.begin} AS begin_time,
	r."end", {time r."end"} AS end_time,
	m.received, {time m.received} AS received_time,
	r.is_conflict, r.conflicts_with, r.records, r.skipped,
	r.messages, r.passed, r.messages - r.passed AS failed,
	d.delivered, d.quarantined, d.rejected, r.notes,
	{policy d.p} AS p, {policy d.sp} AS sp, {policy d.np} AS np,
	{alignment d.adkim} AS adkim, {alignment d.aspf} AS aspf,
	d.pct, d.fo, d.testing, d.discovery_method, d.generator, d.version,
	d.xml_namespace, r.message, r.part, m.source, m.message_id,
	m.header_from, m.subject
FROM report r
JOIN message m ON m.id = r.message
LEFT JOIN dmarc_report d ON d.report = r.id;

-- What stands in the reports that count.
DROP VIEW IF EXISTS v_record;
CREATE VIEW v_record AS SELECT c.report, c.n, {report},
	coalesce({address c.source_ip}, {text c.source_ip_raw}) AS source_ip,
	c.count, {disposition s.disposition} AS disposition,
	{evaluated s.dkim} AS dkim, {evaluated s.spf} AS spf,
	{passes s.outcome} AS passes,
	{how s.outcome 3} AS dkim_how, {how s.outcome 6} AS spf_how,
	{text s.header_from} AS header_from,
	{text s.envelope_from} AS envelope_from,
	{text s.envelope_to} AS envelope_to,
	(SELECT group_concat({text o.type}, ' ') FROM reason o
		WHERE o.reasons = c.reasons) AS reasons
FROM report r
JOIN record c ON c.report = r.id
JOIN shape s ON s.id = c.shape
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_dkim;
CREATE VIEW v_dkim AS SELECT c.report, c.n AS record, a.n, {report}, c.count,
	{text a.domain} AS dkim_domain, {text a.selector} AS selector,
	{result a.result} AS result, a.human_result
FROM report r
JOIN record c ON c.report = r.id
JOIN shape s ON s.id = c.shape
JOIN auth_dkim a ON a.auth = s.auth
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_spf;
CREATE VIEW v_spf AS SELECT c.report, c.n AS record, a.n, {report}, c.count,
	{text a.domain} AS spf_domain, {text a.scope} AS scope,
	{result a.result} AS result, a.human_result
FROM report r
JOIN record c ON c.report = r.id
JOIN shape s ON s.id = c.shape
JOIN auth_spf a ON a.auth = s.auth
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_reason;
CREATE VIEW v_reason AS SELECT c.report, c.n AS record, o.n, {report},
	c.count, {text o.type} AS type, {text t.text} AS comment,
	{text t.lang} AS lang
FROM report r
JOIN record c ON c.report = r.id
JOIN reason o ON o.reasons = c.reasons
LEFT JOIN reason_comment t ON t.reasons = o.reasons AND t.reason = o.n
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_tls;
CREATE VIEW v_tls AS SELECT p.report, p.n, {report},
	{text p.policy_type} AS policy_type,
	coalesce({text p.policy_domain}, {text r.domain}) AS policy_domain,
	p.successful, p.failed,
	(SELECT group_concat({text t.text}, char(10)) FROM tls_policy_string t
		WHERE t.report = p.report AND t.policy = p.n) AS policy_string,
	(SELECT group_concat({text t.text}, ' ') FROM tls_mx_host t
		WHERE t.report = p.report AND t.policy = p.n) AS mx_host
FROM report r
JOIN tls_policy p ON p.report = r.id
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_tls_failure;
CREATE VIEW v_tls_failure AS SELECT f.report, f.policy, f.n, {report},
	{text p.policy_type} AS policy_type,
	coalesce({text p.policy_domain}, {text r.domain}) AS policy_domain,
	{text f.result_type} AS result_type,
	{text f.sending_mta_ip} AS sending_mta_ip,
	{text f.receiving_mx_hostname} AS receiving_mx_hostname,
	{text f.receiving_mx_helo} AS receiving_mx_helo,
	{text f.receiving_ip} AS receiving_ip, f.failed_session_count,
	f.additional_information, f.failure_reason_code
FROM report r
JOIN tls_policy p ON p.report = r.id
JOIN tls_failure f ON f.report = p.report AND f.policy = p.n
WHERE r.is_conflict = 0;

DROP VIEW IF EXISTS v_failure;
CREATE VIEW v_failure AS SELECT f.id, {text f.reporter} AS reporter,
	{text f.domain} AS domain,
	f.received, {time f.received} AS received_time,
	f.arrival_date, {time f.arrival_date} AS arrival_date_time,
	{address f.source_ip} AS source_ip,
	{text f.auth_failure} AS auth_failure,
	{text f.delivery_result} AS delivery_result, f.incidents, f.message
FROM failure f;

DROP VIEW IF EXISTS v_message;
CREATE VIEW v_message AS SELECT m.id,
	m.received, {time m.received} AS received_time,
	CASE m.outcome WHEN 1 THEN 'stored' WHEN 2 THEN 'conflict'
		WHEN 3 THEN 'quarantined' WHEN 4 THEN 'duplicate'
		WHEN 5 THEN 'failure-report' WHEN 6 THEN 'abuse-report'
		WHEN 7 THEN 'error-report' WHEN 8 THEN 'bounce'
		WHEN 9 THEN 'no-report' END AS outcome,
	m.size, m.source, m.message_id, m.header_from, m.subject,
	m.date, {time m.date} AS date_time,
	(SELECT count(*) FROM arrival a WHERE a.message = m.id) AS arrivals,
	lower(hex(m.sha256)) AS sha256
FROM message m;

DROP VIEW IF EXISTS v_quarantine;
CREATE VIEW v_quarantine AS SELECT q.id, q.message,
	m.received, {time m.received} AS received_time,
	q.part, q.reason, q.detail, m.source, m.message_id, m.header_from
FROM quarantine q
JOIN message m ON m.id = q.message;

-- The roll-ups.
DROP VIEW IF EXISTS v_day;
CREATE VIEW v_day AS SELECT {total}, {kind t.kind} AS kind,
	o.org_name, o.email_domain, t.reports, t.records, t.messages,
	t.passed, t.messages - t.passed AS failed, t.delivered,
	t.quarantined, t.rejected
FROM total_report t
JOIN reporter o ON o.id = t.reporter;

DROP VIEW IF EXISTS v_outcome;
CREATE VIEW v_outcome AS SELECT {total}, o.org_name, o.email_domain,
	{taken t.outcome} AS disposition, {passes t.outcome} AS passes,
	{how t.outcome 3} AS dkim_how, {how t.outcome 6} AS spf_how,
	t.records, t.messages
FROM total_outcome t
JOIN reporter o ON o.id = t.reporter;

DROP VIEW IF EXISTS v_source;
CREATE VIEW v_source AS SELECT {total}, {address t.source_ip} AS source_ip,
	{taken t.outcome} AS disposition, t.passes,
	{how t.outcome 3} AS dkim_how, {how t.outcome 6} AS spf_how,
	t.records, t.messages
FROM total_source t;

DROP VIEW IF EXISTS v_tls_day;
CREATE VIEW v_tls_day AS SELECT {total},
	{text t.policy_domain} AS policy_domain,
	{text t.policy_type} AS policy_type, o.org_name, o.email_domain,
	t.reports, t.policies, t.successful, t.failed
FROM total_tls t
JOIN reporter o ON o.id = t.reporter;
