#!/usr/bin/env python3
"""Real cases of list mail, rebuilt in small, and reports that are forged.

usage: samples.py PROGRAM

The cases are known from real reports that are public and not here: a kernel
list's subscribers at Gmail, a group in Google Workspace, a forwarder whose
name looks like a list's, a failure report about a post.  Then: whoever forges
reports adds no list, party or sender, unless failed reports are asked for.
"""
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile

ME = 'me.example'
DAY = 86400
START = 1772409600          # 2026-03-02
HEAD = """<?xml version="1.0"?>
<feedback><report_metadata><org_name>%s</org_name><email>dmarc@%s</email>
<report_id>%s</report_id><date_range><begin>%d</begin><end>%d</end></date_range>
</report_metadata><policy_published><domain>%s</domain><p>none</p>
</policy_published>
"""
wrong = []


def row(ip, count, env, spf='pass', dkim=(), reason='', to=None):
    """A record; dkim is (domain, selector, result)..."""
    own = any(d == ME and r == 'pass' for d, _s, r in dkim)
    aligned = spf == 'pass' and env == ME
    return ('<record><row><source_ip>%s</source_ip><count>%d</count>'
            '<policy_evaluated><disposition>none</disposition><dkim>%s</dkim>'
            '<spf>%s</spf>%s</policy_evaluated></row><identifiers>%s'
            '<header_from>%s</header_from></identifiers><auth_results>%s'
            '<spf><domain>%s</domain><result>%s</result></spf></auth_results>'
            '</record>' % (
                ip, count, 'pass' if own else 'fail',
                'pass' if aligned else 'fail', reason,
                '<envelope_to>%s</envelope_to>' % to if to else '', ME,
                ''.join('<dkim><domain>%s</domain><selector>%s</selector>'
                        '<result>%s</result></dkim>' % x for x in dkim),
                env, spf))


OVERRIDE = '<reason><type>%s</type><comment>%s</comment></reason>'
OURS = (ME, 's1', 'pass')


class Case:
    """A database of its own."""

    def __init__(self, program, conf=''):
        self.dir = tempfile.mkdtemp()
        self.program = program
        self.in_dir = os.path.join(self.dir, 'in')
        os.mkdir(self.in_dir)
        with open(os.path.join(self.dir, 'conf'), 'w') as f:
            f.write('[domains]\nown = %s\n%s' % (ME, conf))
        self.n, self.said = 0, ''

    def report(self, org, day, *rows, head=None):
        self.n += 1
        begin = START + day * DAY
        xml = HEAD % (org, org, 'r%d' % self.n, begin, begin + DAY - 1, ME) \
            + '\n'.join(rows) + '</feedback>\n'
        with open(os.path.join(self.in_dir, '%03d.eml' % self.n), 'w') as f:
            f.write((head or '') + 'From: dmarc@%s\nTo: rua@%s\n'
                    'Message-ID: <%d@%s>\nMIME-Version: 1.0\n'
                    'Content-Type: text/xml\n\n' % (org, ME, self.n, org) + xml)

    def file(self, text):
        self.n += 1
        with open(os.path.join(self.in_dir, '%03d.eml' % self.n), 'w') as f:
            f.write(text)

    def run(self, *args):
        return subprocess.run(
            [self.program, '--config', os.path.join(self.dir, 'conf'), '--db',
             os.path.join(self.dir, 'db'), *args], capture_output=True,
            text=True, check=False).stdout

    def rows(self, *args):
        return list(csv.DictReader(io.StringIO(
            self.run(*args, '--all', '--format', 'csv'))))

    def senders(self, *args):
        return {r['sender']: r['class'] for r in self.rows('senders', *args)}

    def leaks(self, *args):
        return [(r['list_host'], r['confidence'], r['party'], r['hop_via'])
                for r in self.rows('leaks', '--names', *args)]

    def load(self):
        self.said = self.run('import', self.in_dir)
        return self

    def done(self):
        shutil.rmtree(self.dir)


def expect(what, got, wanted):
    if got != wanted:
        wrong.append('%s: %s, not %s' % (what, got, wanted))


def kernel(program):
    """80 deliveries for one post and a second, to subscribers at Gmail; seven
    of them forward, and keep the list's envelope; seven have an envelope of
    their own.  We don't sign, and SPF says nothing."""
    c = Case(program)
    rows = [row('203.0.113.10', 80, 'vger.kernel.org', 'neutral')]
    rows += [row('198.51.%d.5' % (100 + i), 2, 'vger.kernel.org', 'none')
             for i in range(7)]
    rows += [row('192.0.%d.5' % (100 + i), 2, 'home%d.example' % i)
             for i in range(7)]
    c.report('google.com', 0, *rows)
    c.load()
    expect('kernel', {x[:2] for x in c.leaks()}, {('vger.kernel.org', 'low')})
    expect('kernel, senders', {v for k, v in c.senders().items()
                               if k.startswith('home')}, {'service'})
    c.done()


def group(program):
    """Mail to a group in Workspace: Google seals, and delivers to itself."""
    c = Case(program)
    for day in range(5):
        c.report('google.com', day, row('192.0.2.1', 9, ME, dkim=[OURS]), row(
            '209.85.220.41', 1, 'customer.example', dkim=[
                (ME, 's1', 'fail'),
                ('customer-example.20230601.gappssmtp.com', 'k', 'pass')],
            reason=OVERRIDE % ('local_policy', 'arc=pass')))
    c.load()
    expect('group', c.leaks(), [])
    expect('group, senders', c.senders()['customer.example'], 'forwarder')
    c.done()


def bounce(program):
    """A hoster's forwarding, whose envelope begins with "bounce"."""
    c = Case(program)
    for day in (0, 1, 2, 6):
        c.report('comcast.net', day, row('192.0.2.1', 3, ME, dkim=[OURS]), row(
            '198.51.100.7', 1, 'bounce.secureserver.net', dkim=[OURS]))
    c.load()
    expect('bounce', c.leaks(), [])
    expect('bounce, senders', c.senders()['bounce.secureserver.net'],
           'forwarder')
    c.done()


def failure(program):
    """A receiver sends back a post to a list, for ruf=."""
    c = Case(program)
    c.report('google.com', 0, row('192.0.2.1', 1, ME, dkim=[OURS]))
    c.file("""From: dmarc@crowd.example
To: ruf@%s
Message-ID: <1@crowd.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b

This is an authentication failure report.
--b
Content-Type: message/feedback-report

Feedback-Type: auth-failure
User-Agent: Postmaster/1.0
Version: 1
Auth-Failure: dmarc
Original-Mail-From: discuss-bounces@lists.chess.example
Source-IP: 198.51.100.5
Reported-Domain: %s
Arrival-Date: Mon, 02 Mar 2026 10:00:00 +0000

--b
Content-Type: message/rfc822

From: somebody@%s
To: discuss@lists.chess.example
Subject: the Zwischenzug
List-Id: <discuss.lists.chess.example>

I sacrificed the exchange.
--b--
""" % (ME, ME, ME))
    c.load()
    with open(os.path.join(c.dir, 'db'), 'rb') as f:
        data = f.read()
    for word in (b'Zwischenzug', b'sacrificed', b'somebody@', b'discuss'):
        expect('failure report: %s is in the database' % word, word in data,
               False)
    expect('failure report', '1 failure-report' in c.said, True)
    c.done()


RESULTS = 'Authentication-Results: mx.me.example; dmarc=%s header.from=%s\n'
PEOPLE = ('google.com', 'one.example', 'two.example', 'three.example')


def write(c, forged):
    """A list; and, forged, more parties of it, another list, a sender."""
    for day in (0, 2, 3, 7, 9, 13):
        for org in PEOPLE:
            c.report(org, day, row('192.0.2.1', 2, ME, dkim=[OURS]),
                     row('198.51.100.1', 1, 'lists.chess.example',
                         dkim=[OURS]), head=RESULTS % ('pass', org))
        for org in ('bank.example',) + PEOPLE if forged else ():
            c.report(org, day, row('198.51.100.1', 1, 'lists.chess.example',
                                   dkim=[OURS]),
                     row('203.0.113.1', 1, 'lists.party.example',
                         dkim=[OURS]),
                     row('203.0.114.1', 9, 'evil.example', 'none'),
                     head=RESULTS % ('fail', org))
    return c.load()


def forged_reports(program):
    conf = '[authentication]\nauthserv_id = mx.me.example\n'
    honest = write(Case(program, conf), False)
    both = write(Case(program, conf), True)
    expect('honest', {x[:3] for x in honest.leaks()},
           {('lists.chess.example', 'high', p) for p in PEOPLE})
    expect('forged, leaks', sorted(both.leaks()), sorted(honest.leaks()))
    expect('forged, senders', both.senders(), honest.senders())
    asked = both.senders('--verified', 'all')
    expect('asked for', {'lists.party.example', 'evil.example'} - set(asked),
           set())
    expect('asked for, leaks', 'lists.party.example' in
           {x[0] for x in both.leaks('--verified', 'all')}, True)
    honest.done()
    both.done()


def main():
    program = os.path.abspath(sys.argv[1])
    for case in (kernel, group, bounce, failure, forged_reports):
        case(program)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
