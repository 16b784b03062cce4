#!/usr/bin/env python3
"""The records behind a verdict say what the verdict says of them.

usage: why.py SEED DATABASE WHY.csv

WHY.csv is what `reports senders --why --format csv` writes.  Takes rules at
random and looks at each record they name, in SQL and not by the program: that
it belongs to the sender, and that it says what the rule says.
"""
import csv
import random
import sqlite3
import sys

PICKED = 400

# For a record: what a rule says, in the words of the schema.
ALIGNED = """(d.text = h.text OR d.text LIKE '%%.' || h.text
              OR h.text LIKE '%%.' || d.text)"""
OWN = """(SELECT count(*) FROM auth_dkim k JOIN string d ON d.id = k.domain
          JOIN string h ON h.id = s.header_from
          WHERE k.auth = s.auth AND """ + ALIGNED + """ AND k.result %s) > 0"""
FOREIGN = """(SELECT count(*) FROM auth_dkim k JOIN string d ON d.id = k.domain
              JOIN string h ON h.id = s.header_from
              WHERE k.auth = s.auth AND NOT """ + ALIGNED % () + """
              AND k.result = 2) > 0"""
REASON = """(SELECT count(*) FROM reason x JOIN string t ON t.id = x.type
             WHERE x.reasons = c.reasons AND t.text = '%s') > 0"""
COMMENT = """(SELECT count(*) FROM reason_comment x
              JOIN string t ON t.id = x.text WHERE x.reasons = c.reasons
              AND (t.text LIKE 'arc=pass%%' OR t.text LIKE '%%as[%%')) > 0"""
SPF = """(SELECT count(*) FROM auth_spf f
         WHERE f.auth = s.auth AND f.result = 2) > 0"""
PASS, FAIL = OWN % '= 2', OWN % 'IN (3, 5, 6, 8)'
NO_PASS = 'NOT ' + PASS
SAYS = {
    'authorised': 's.spf = 1',
    'own-signature': PASS, 'selector-away': PASS,
    'intact': PASS, 'some-pass': PASS,
    'broken': FAIL + ' AND ' + NO_PASS, 'resigned': FAIL + ' AND ' + NO_PASS,
    'apart': FAIL + ' AND ' + NO_PASS,
    'copied': FAIL + ' AND ' + NO_PASS,
    'unsigned': NO_PASS,
    'signs': FOREIGN, 'cosigned': FOREIGN, 'carrier': FOREIGN,
    'mailing-list-reason': REASON % 'mailing_list',
    'one-witness': REASON % 'mailing_list',
    'trusted-forwarder': REASON % 'trusted_forwarder',
    'arc-seal': COMMENT, 'arc-pass': COMMENT,
    'proves-itself': SPF, 'newsletter': SPF,
}
# Rules about all of a sender's records together, or about its name.
TOGETHER = {'fan', 'together', 'again-and-again', 'one-destination', 'alone',
            'one-by-one', 'everybody', 'known-host', 'list-name', 'bounce-name',
            'forward-name', 'envelope-kept', 'own-mailings', 'schedule',
            'own-network', 'own-domain', 'known-service', 'label', 'second-hop',
            'reach', 'provider', 'other-domains', 'strange-from',
            'not-together', 'errands', 'burst', 'circle', 'nothing-of-yours'}

RECORD = """SELECT p.text, coalesce(e.text, m.text), c.source_ip, (%s)
    FROM record c JOIN shape s ON s.id = c.shape
    JOIN report r ON r.id = c.report JOIN string p ON p.id = r.domain
    LEFT JOIN string e ON e.id = s.envelope_from
    LEFT JOIN auth_spf f ON f.auth = s.auth AND f.n = 1
    LEFT JOIN string m ON m.id = f.domain
    WHERE c.report = ? AND c.n = ? AND r.is_conflict = 0 AND r.verdict <> 4"""


def is_sender(sender, domain, envelope, source_ip):
    if '/' not in sender:
        return envelope == sender
    own = envelope is None or envelope == domain \
        or envelope.endswith('.' + domain)
    keep = 3 if source_ip[0] == 4 else 6
    prefix = sender.split('/')[0]
    if source_ip[0] == 4:
        mine = '.'.join(str(b) for b in source_ip[1:1 + keep]) + '.0'
        return own and mine == prefix
    groups = [source_ip[i] << 8 | source_ip[i + 1] for i in (1, 3, 5)]
    return own and prefix == ':'.join('%x' % g for g in groups) + '::'


def main():
    seed, database, path = sys.argv[1:]
    db = sqlite3.connect('file:%s?mode=ro' % database, uri=True)
    with open(path, newline='', encoding='utf-8') as f:
        rows = list(csv.DictReader(f))
    unknown = {r['rule'] for r in rows} - set(SAYS) - TOGETHER
    wrong = ['no test knows the rule %s' % x for x in sorted(unknown)]
    rows = [r for r in rows if r['report']]
    picked = random.Random(int(seed)).sample(rows, min(PICKED, len(rows)))
    for r in picked:
        says = SAYS.get(r['rule'], '1')
        got = db.execute(RECORD % says, (r['report'], r['record'])).fetchone()
        where = '%(rule)s of %(sender)s, %(report)s:%(record)s' % r
        if got is None:
            wrong.append('%s: there is no such record' % where)
        elif got[0] != r['domain'] or not is_sender(r['sender'], got[0],
                                                    got[1], got[2]):
            wrong.append('%s: another sender' % where)
        elif not got[3]:
            wrong.append('%s: it does not say so' % where)
    for line in wrong:
        print(line)
    print('%d records of %d rules' % (
        len(picked), len({r['rule'] for r in picked})))
    return 1 if wrong or not picked else 0


if __name__ == '__main__':
    sys.exit(main())
