#!/usr/bin/env python3
"""Make a folder of DMARC reports that are hard to tell apart, with the truth.

usage: hardworld.py --seed N --out DIR [--days N]

The paths of mail here are those that look like a mailing list and are none,
and lists that look like something else: newsletters with a fixed audience,
vendors that hold the domain's own key, filters and forwarders whose users get
the same announcements, fraud with a copied signature at the same partners,
calendars, backup MXes.  DIR/reports/*.xml are the reports, DIR/truth.json what
a perfect reader could say of them:

    domain, own_networks, begin, end, days
    lists     domain, list_host, kind, kind_also, detectable, batched,
              lists_on_host, posts, parties [{party, class, via, subscribers,
              hop_subscribers, messages}]
    hops      domain, list_host, forwarder, envelope (own|kept), party
    channels  domain, channel, class, also, messages, dmarc_pass, note
    totals    messages, dmarc_pass
    party_aliases

tests/worlds/score.py compares the program's answers with it.
"""
import argparse
import ipaddress
import json
import math
import os
import random
from collections import Counter, defaultdict, namedtuple
from xml.sax.saxutils import escape

DAY = 86400
LOST = .06      # reports that never come

Box = namedtuple('Box', 'domain cls weight reporter party')
# A reporter: what its reports show, and when its day begins.
Reporter = namedtuple('Reporter', 'org email to from_ selectors foreign'
                      ' single reasons offset mapped')
Message = namedtuple('Message', 'time cls note also host hop box ip hf env spf'
                     ' sigs arc listed')


def reporter(org, email=None, to=False, from_=False, selectors=True,
             foreign=True, single=False, reasons=None, offset=0, mapped=False):
    return Reporter(org, email or 'dmarc@' + org, to, from_, selectors, foreign,
                    single, reasons, offset, mapped)


def network(ip):
    a = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network((ip, 24 if a.version == 4 else 48), False))


class List:
    def __init__(self, name, kind, members, rate, **k):
        self.name, self.kind, self.members, self.rate = name, kind, members, rate
        self.ips = k.get('ips')
        self.spf = k.get('spf', 'pass')
        self.signer = k.get('signer')
        self.batched = k.get('batched', False)
        self.kept = k.get('kept', False)    # our envelope
        self.survive = k.get('survive')     # share of posts left intact
        self.hops = []
        self.posts = 0
        self.seen = defaultdict(Counter)    # by our domain
        self.sigs = Counter()
        self.resigned = self.arc = 0


class World:
    def __init__(self, seed, days):
        self.rng = random.Random('hardworld %d' % seed)
        self.seed, self.days = seed, days
        self.begin = 20500 * DAY
        self.me = self.rng.choice(['acme', 'orbit', 'zephyr', 'quill']) \
            + '%d.example' % seed
        self.domains = [self.me]
        self.own_networks = ['203.0.113.0/27', '2001:db8:77::/48']
        self.nets = 0
        self.messages, self.lists, self.aliases = [], [], {}
        self.makeboxes()
        self.own()
        self.vendors()
        self.make_lists()
        self.forwarders()
        self.filters()
        self.abuse()
        self.services()
        self.messages.sort(key=lambda m: m.time)

    # -- small things --

    def home(self, name):
        """The domain of ours that a name is, or is below."""
        return next((d for d in self.domains
                     if name == d or name.endswith('.' + d)), None)

    def net(self, hosts=1):
        self.nets += 1
        base = ipaddress.ip_address('198.18.0.0') + 256 * self.nets
        return [str(base + h) for h in self.rng.sample(range(2, 250), hosts)]

    def poisson(self, mean):
        limit, k, p = math.exp(-mean), 0, 1.0
        while True:
            p *= self.rng.random()
            if p <= limit:
                return k
            k += 1

    def busy(self, day):
        return 1.25 if (day + 3) % 7 < 5 else .35       # a working week

    def moment(self, day):
        return self.begin + day * DAY + int(
            min(DAY - 1, max(0, self.rng.gauss(13, 4) * 3600)))

    def pick(self, n=1, boxes=None):
        boxes = boxes or self.boxes
        return self.rng.choices(boxes, [b.weight for b in boxes], k=n)

    def send(self, time, cls, box, ip, env, spf, sigs, note='', also=(),
             host=None, hop=None, arc=None, listed=False, hf=None):
        self.messages.append(Message(
            int(time), cls, note, tuple(also), host, hop, box, ip,
            hf or self.me, env, spf, tuple(sigs), arc, listed))

    def key(self, ok=True):
        return (self.me, 'main', 'pass' if ok else 'fail')

    # -- receivers --

    def makeboxes(self):
        rng, b = self.rng, []

        def add(domain, cls, weight, rep, party=None):
            b.append(Box(domain, cls, weight, rep, party or domain))

        google = reporter('google.com', 'noreply-dmarc-support@google.com',
                          reasons='google')
        add('gmail.com', 'crowd', 30, google, 'google.com')
        ms = reporter('Outlook.com', 'dmarcreport@microsoft.com', True, True)
        for d, w in (('outlook.com', 6), ('hotmail.com', 4), ('live.com', 1)):
            add(d, 'crowd', w, ms)
        self.aliases['yahooinc.com'] = 'yahoo.com'
        add('yahoo.com', 'crowd', 8, reporter('Yahoo', 'dmarchelp@yahooinc.com'))
        self.aliases['fastmaildmarc.com'] = 'fastmail.com'
        add('fastmail.com', 'crowd', 3, reporter(
            'Fastmail Pty Ltd', 'reports@fastmaildmarc.com', from_=True,
            reasons='fastmail'))
        add('web.de', 'crowd', 3, reporter('WEB.DE', 'noreply@web.de',
                                           from_=True))
        add('comcast.net', 'crowd', 3, reporter('comcast.net', from_=True))
        self.aliases['mimecastreport.com'] = 'mimecast.com'
        add('mimecast.com', 'gate', 1.5, reporter(
            'Mimecast', 'no-reply@mimecastreport.com', selectors=False))
        ent = reporter('Enterprise Outlook', 'dmarcreport@microsoft.com', True,
                       True)
        self.tenants = []
        for i in range(60):
            add('firm%d.example' % i, 'named', .2, ent)
            self.tenants.append(b[-1])
        for i in range(40):
            d = 'host%d.example' % i
            style = rng.randrange(5)
            rep = [reporter(d, selectors=False, mapped=rng.random() < .4),
                   reporter('mx.' + d, 'dmarc@' + d, single=True,
                            reasons='opendmarc',
                            offset=rng.choice([0, -7200, 18000])),
                   reporter('mail.' + d, 'postmaster@mail.' + d, to=True,
                            from_=True, foreign=False),
                   reporter(d, to=True, from_=True, reasons='fastmail'),
                   reporter('esa1.' + d, 'root@' + d, from_=True,
                            offset=rng.choice([0, 3600, -18000]))][style]
            self.aliases[rep.org] = d
            add(d, 'named', .2, rep)
        for i in range(150):
            add('mute%d.example' % i, 'none', .2, None)
        self.boxes = b
        self.crowd = [x for x in b if x.cls == 'crowd']
        self.hosts = [x for x in b if x.domain.startswith('host')]

    # -- what is ours --

    def own(self):
        rng = self.rng
        self.servers = ['203.0.113.10', '203.0.113.11', '2001:db8:77::25']
        self.partners = list(dict.fromkeys(self.pick(90)))
        cloud = self.net()
        for day in range(self.days):
            for box in self.partners:
                for _ in range(self.poisson(.3 * self.busy(day))):
                    self.mail(self.moment(day), box)
            for _ in range(self.poisson(1.5 * self.busy(day))):
                t = self.moment(day)    # one message to several people
                for box in rng.sample(self.partners, rng.randrange(2, 6)):
                    self.mail(t, box)
            for _ in range(self.poisson(6)):
                self.send(self.moment(day), 'unlisted', self.pick()[0],
                          cloud[0], self.me, 'softfail', [self.key()],
                          'server that SPF lacks')
        # announcements from our own servers, to everybody we know
        self.blasts = sorted(rng.sample(range(3, self.days), 8))
        for day in self.blasts:
            t = self.moment(day)
            for box in self.partners:
                self.mail(t + rng.randrange(600), box)

    def mail(self, time, box):
        ip = self.rng.choice(self.servers)
        self.send(time, 'own', box, ip, self.me, 'pass',
                  [self.key(self.rng.random() > .003)])

    # -- who sends for us --

    def vendors(self):
        rng, me = self.rng, self.me
        audience, ips = self.pick(250), self.net(3)
        first, every = rng.randrange(4), rng.choice([3, 5, 7])
        for day in range(first, self.days, every):      # the same readers
            t = self.moment(day)
            for box in audience:
                self.send(t + rng.randrange(900), 'vendor', box, rng.choice(ips),
                          'bounces.letters.example', 'pass',
                          [(me, 'nl', 'pass'), ('letters.example', 'a', 'pass')],
                          'newsletter, fixed audience')
        ips = self.net(2)
        for day in range(self.days):        # our own key, nothing of its own
            for box in self.pick(self.poisson(25 * self.busy(day))):
                self.send(self.moment(day), 'vendor', box, rng.choice(ips),
                          'mail.shopfront.example', 'pass', [self.key()],
                          'shop with our own key')
        ips = self.net(4)
        for day in range(self.days):        # one bounce domain a message
            for box in self.pick(self.poisson(12)):
                self.send(self.moment(day), 'vendor', box, rng.choice(ips),
                          'b%d.crmcloud.example' % rng.randrange(30), 'pass',
                          [(me, 'crm', 'pass')], 'many bounce domains')
        ips, clients = self.net(), self.pick(60)
        for day in range(rng.randrange(9), self.days, 30 if self.days > 60 else 15):
            t = self.moment(day)            # invoices: our key and its own
            for box in clients:
                self.send(t + rng.randrange(3600), 'vendor', box, ips[0],
                          'out.billing.example', 'pass',
                          [self.key(), ('billing.example', 'k', 'pass')],
                          'invoices, our key and its own')
        ips = self.net(2)
        for day in range(self.days):        # in our SPF
            for box in self.pick(self.poisson(10)):
                self.send(self.moment(day), 'vendor', box, rng.choice(ips),
                          'crm.' + me, 'pass', [('support.example', 'x', 'pass')],
                          'in our SPF')

    # -- lists --

    def make_lists(self):
        rng = self.rng
        names = ['discuss.%s.example', 'lists.%s.example', '%s.example',
                 'mail.%s.example', 'bounce.%s.example']
        words = ['chess', 'rowing', 'kernel', 'choir', 'bridge', 'opera',
                 'orchid', 'radio', 'sailing', 'union', 'parents', 'poets']
        kinds = ['intact', 'intact', 'breaks', 'breaks', 'resign', 'resign',
                 'arc', 'strip', 'mixed', 'resign-intact']
        for kind, word in zip(kinds, rng.sample(words, len(kinds))):
            name = rng.choice(names) % word
            if kind == 'resign-intact':
                name = 'lists.%s.example' % word
            members = self.pick(int(min(300, max(5, rng.lognormvariate(3.4, 1)))))
            ips = self.net(rng.choice([1, 1, 2])) \
                + (self.net() if rng.random() < .2 else [])
            lst = List(name, kind, members, rng.choice([.06, .15, .4, 1, 2]),
                       ips=ips, batched=rng.random() < .3,
                       spf=rng.choices(['pass', 'none', 'softfail'],
                                       [.88, .07, .05])[0])
            self.lists.append(lst)
            for _ in range(2):
                if rng.random() < .5:
                    own = rng.random() < .5
                    lst.hops.append({
                        'env': 'me%d.person.example' % rng.randrange(10 ** 6)
                        if own else name, 'ip': self.net()[0],
                        'box': self.pick()[0],
                        'spf': 'pass' if own else 'softfail'
                        if lst.spf in ('pass', 'softfail') else lst.spf})
            self.post(lst)
        for _ in range(2):
            ips = self.net()
            lst = List(network(ips[0]), 'alias', self.pick(rng.randrange(5, 14)),
                       .3, ips=ips, spf='softfail', kept=True)
            self.lists.append(lst)
            self.post(lst)

    def post(self, lst):
        rng = self.rng
        joined = {}                 # some come later, some leave
        for i, box in enumerate(lst.members):
            a, b = 0, self.days
            if lst.members.count(box) == 1 and rng.random() < .2:
                a, b = rng.choice([(rng.randrange(self.days), b),
                                   (a, rng.randrange(self.days))])
            joined[i] = (a, b) if a < b else (0, self.days)
        for day in range(self.days):
            for _ in range(self.poisson(lst.rate * self.busy(day))):
                t = self.moment(day)
                lst.posts += 1
                self.deliver(lst, t, day, joined)

    def deliver(self, lst, t, day, joined):
        rng = self.rng
        ok = rng.random() < {'intact': 1, 'alias': 1, 'resign-intact': 1,
                             'mixed': .6, 'strip': 0}.get(lst.kind, .04)
        sigs = [] if lst.kind == 'strip' else [self.key(ok)]
        if lst.kind in ('resign', 'arc', 'strip', 'resign-intact'):
            sigs.append((lst.name, 'l', 'pass'))
        arc = lst.name if lst.kind in ('arc', 'resign-intact') else None
        env = self.me if lst.kept else lst.name
        groups = Counter()
        for i, box in enumerate(lst.members):
            if joined[i][0] <= day < joined[i][1]:
                groups[box] += 1
        for box, n in groups.items():
            if lst.batched and not (box.reporter and box.reporter.to):
                n = (n + 9) // 10
            for _ in range(n):
                spf = lst.spf if rng.random() > .01 else 'temperror'
                self.send(t + rng.expovariate(1 / 60), 'list', box,
                          rng.choice(lst.ips), env, spf, sigs, lst.kind,
                          host=lst, arc=arc, listed=not lst.kept)
        for hop in lst.hops:
            kept = hop['env'] == lst.name
            self.send(t + rng.expovariate(1 / 200),
                      'list' if kept else 'forwarder', hop['box'], hop['ip'],
                      hop['env'], hop['spf'], sigs, 'second hop', host=lst,
                      hop=hop, arc=arc, listed=True)

    # -- forwarding --

    def forwarders(self):
        rng = self.rng
        for i in range(14):                     # people
            box, ip = self.pick()[0], self.net()[0]
            kept = rng.random() < .4
            env = self.me if kept else 'p%d.private.example' % i
            for day in range(self.days):
                for _ in range(self.poisson(rng.choice([.05, .3, .8]))):
                    self.send(self.moment(day), 'forwarder', box, ip, env,
                              'softfail' if kept else 'pass',
                              [self.key(rng.random() > .05)], 'personal')
        for i in range(3):                      # alumni, registrars
            users = self.pick(rng.randrange(6, 20))
            ips = self.net(2)
            env = rng.choice(['alumni.college%d.example', 'names%d.example',
                              'post.domains%d.example']) % i
            for day in range(self.days):
                for box in users:
                    for _ in range(self.poisson(.07 * self.busy(day))):
                        self.send(self.moment(day), 'forwarder', box,
                                  rng.choice(ips), env, 'pass', [self.key()],
                                  'forwarding service')
            for day in self.blasts:             # all get the announcement
                t = self.moment(day)
                for box in users:
                    self.send(t + rng.randrange(900), 'forwarder', box,
                              rng.choice(ips), env, 'pass', [self.key()],
                              'forwarding service')

    def filters(self):
        rng = self.rng
        for i in range(4):
            kept = i < 2
            members = rng.sample(self.tenants, rng.randrange(4, 12)) \
                + rng.sample(self.hosts, rng.randrange(0, 4))
            ips = self.net(20)
            broken = rng.choice([0, .2, .7])
            env = self.me if kept else 'srs.filter%d.example' % i
            spf = 'softfail' if kept else 'pass'
            for day in range(self.days):
                for box in members:
                    for _ in range(self.poisson(.4 * self.busy(day))):
                        self.send(self.moment(day), 'gateway', box,
                                  rng.choice(ips), env, spf,
                                  [self.key(rng.random() >= broken)], 'filter')
                if rng.random() < .15:          # a circular letter of ours
                    t = self.moment(day)
                    for box in rng.sample(members, len(members) // 2 + 1):
                        self.send(t, 'gateway', box, rng.choice(ips), env, spf,
                                  [self.key(rng.random() >= broken)], 'filter')
        for i in range(2):                      # the second MX of one place
            box, ips = rng.choice(self.hosts), self.net(2)
            for day in range(self.days):
                for _ in range(self.poisson(2)):
                    self.send(self.moment(day), 'relay', box, rng.choice(ips),
                              self.me, 'softfail', [self.key()], 'backup MX')

    # -- abuse --

    def abuse(self):
        rng, me = self.rng, self.me
        for i in range(3):      # the same partners again and again
            victims = rng.sample(self.partners, rng.randrange(3, 8))
            ips = self.net()
            env = ['invoice-%d.example', 'secure.pay%d.example',
                   'lists.team%d.example'][i] % rng.randrange(900)
            signs = rng.random() < .5
            for day in sorted(rng.sample(range(self.days), rng.randrange(3, 9))):
                t = self.moment(day)
                for box in victims:
                    if rng.random() < .9:
                        self.send(t + rng.randrange(900), 'spoof', box, ips[0],
                                  env, 'pass', [self.key(False)]
                                  + ([(env, 'z', 'pass')] if signs else []),
                                  'fraud with a copied signature')
        for i in range(3):      # waves of spam
            env = ['bounce.promo%d.example', me, 'news.deal%d.example'][i]
            env = env % i if '%' in env else env
            ips = self.net() if env != me else [x for _ in range(6)
                                                for x in self.net(2)]
            for day in rng.sample(range(self.days), rng.randrange(2, 5)):
                for box in self.pick(rng.randrange(40, 200)):
                    self.send(self.moment(day), 'spoof', box, rng.choice(ips),
                              env, 'softfail' if env == me else 'pass',
                              [] if env == me or rng.random() < .5
                              else [(env, 'q', 'pass')], 'spam')
        ips, first = self.net(), rng.randrange(self.days - 4)
        for day in range(first, first + 4):     # a signed message, sent again
            for box in self.pick(70):
                self.send(self.moment(day), 'spoof', box, ips[0],
                          'fast.resend.example', 'pass', [self.key()],
                          'replay', also=('relay',))

    # -- services that write us into From --

    def services(self):
        rng = self.rng
        ips, team = self.net(3), rng.sample(self.partners, 5)
        for day in range(self.days):
            for box in self.pick(self.poisson(4 * self.busy(day))):
                self.send(self.moment(day), 'service', box, rng.choice(ips),
                          'notify.meetings.example', 'pass',
                          [('meetings.example', 'c', 'pass')], 'calendar')
            if day % 7 == 1:    # a meeting of the same people, every week
                t = self.moment(day)
                for box in team:
                    self.send(t, 'service', box, rng.choice(ips),
                              'notify.meetings.example', 'pass',
                              [('meetings.example', 'c', 'pass')], 'calendar')
        ips = self.net()
        for day in range(self.days):            # with a copy of our signature
            for box in self.pick(self.poisson(3 * self.busy(day))):
                self.send(self.moment(day), 'service', box, ips[0],
                          'out.signpad.example', 'pass',
                          [self.key(False), ('signpad.example', 's', 'pass')],
                          'copies our signature')
        ips = self.net()
        for day in range(self.days):
            for box in self.pick(self.poisson(2)):
                self.send(self.moment(day), 'service', box, ips[0],
                          'www.gazette.example', 'pass', [], 'tell a friend')


# -- reports --

def row_of(world, m, rng):
    rep, home = m.box.reporter, world.home(m.hf)
    sigs = []
    for d, s, r in m.sigs:
        own = world.home(d) == home
        if not rep.foreign and not own:
            continue
        if r == 'fail' and rng.random() < .03:
            r = 'neutral'
        sigs.append((d, s if rep.selectors else None, r))
    dkim = any(world.home(d) == home and r == 'pass' for d, _s, r in m.sigs)
    spf = m.spf == 'pass' and world.home(m.env) == home
    ip = m.ip
    if rep.mapped and ':' not in ip:
        ip = '::ffff:' + ip
    reason = None
    if rep.reasons == 'opendmarc':
        reason = ('local_policy', 'arc=fail' + (
            ' as[1].d=%s as[1].s=a' % m.arc if m.arc else ''))
    elif not (dkim or spf):
        if m.arc and rep.reasons == 'google':
            reason = ('local_policy', 'arc=pass')
        elif m.arc and rep.reasons == 'fastmail':
            reason = ('local_policy', 'arc=pass as[1].d=%s as[1].s=a' % m.arc)
        elif m.listed and rep.reasons == 'fastmail':
            reason = ('mailing_list', 'local mailing list policy')
    return (ip, dkim, spf, reason, m.box.domain if rep.to else None,
            m.env if rep.from_ else None, m.hf, tuple(sigs), m.env, m.spf,
            rng.random() if rep.single else 0)


def element(name, text):
    return '<%s>%s</%s>' % (name, escape(str(text)), name)


def record_xml(row, count):
    ip, dkim, spf, reason, to, from_, hf, sigs, env, result, _ = row
    out = ['<record><row>', element('source_ip', ip), element('count', count),
           '<policy_evaluated><disposition>none</disposition>',
           element('dkim', 'pass' if dkim else 'fail'),
           element('spf', 'pass' if spf else 'fail')]
    if reason:
        out += ['<reason>', element('type', reason[0]),
                element('comment', reason[1]), '</reason>']
    out.append('</policy_evaluated></row><identifiers>')
    if to:
        out.append(element('envelope_to', to))
    if from_:
        out.append(element('envelope_from', from_))
    out += [element('header_from', hf), '</identifiers><auth_results>']
    for d, s, r in sigs:
        out += ['<dkim>', element('domain', d)]
        if s:
            out.append(element('selector', s))
        out += [element('result', r), '</dkim>']
    out += ['<spf>', element('domain', env), element('result', result),
            '</spf></auth_results></record>']
    return ''.join(out)


def report_xml(domain, rep, begin, rows):
    return ''.join(
        ['<?xml version="1.0"?>\n<feedback><report_metadata>',
         element('org_name', rep.org), element('email', rep.email),
         element('report_id', '%s.%s.%d' % (rep.org.replace(' ', '-'), domain,
                                            begin)),
         '<date_range>', element('begin', begin), element('end', begin + DAY),
         '</date_range></report_metadata><policy_published>',
         element('domain', domain), element('p', 'none'),
         '</policy_published>\n']
        + [record_xml(r, n) + '\n' for r, n in rows.items()]
        + ['</feedback>\n'])


def evidence_kind(lst):
    n = sum(lst.sigs.values())
    if lst.arc:
        return 'arc'
    if 2 * lst.resigned >= n:
        return 'resign'
    if 2 * lst.sigs['fail'] >= n:
        return 'breaks'
    return 'intact' if lst.sigs['pass'] >= .8 * n else 'mixed'


class Tally:
    def __init__(self):
        self.channels = defaultdict(Counter)
        self.passed = Counter()
        self.notes = {}
        self.messages = self.dmarc_pass = 0

    def add(self, world, m, row):
        home = world.home(m.hf)
        key = home, network(m.ip) if world.home(m.env) == home else m.env
        self.channels[key][m.cls] += 1
        self.notes.setdefault((key, m.cls), (m.note, m.also))
        ok = row[1] or row[2]
        self.passed[key] += ok
        self.messages += 1
        self.dmarc_pass += ok
        if m.hop is not None:
            m.hop.setdefault('seen', Counter())[home] += 1
        elif m.host:
            m.host.seen[home][m.box] += 1
        if m.host and (m.hop is None or m.hop['env'] == m.host.name):
            mine = [r for d, _s, r in row[7] if world.home(d) == home]
            m.host.sigs['pass' if 'pass' in mine else 'fail' if mine
                        else 'none'] += 1
            m.host.resigned += any(world.home(d) != home and r == 'pass'
                                   for d, _s, r in row[7])
            m.host.arc += bool(row[3] and ('arc=pass' in row[3][1]
                                           or 'as[' in row[3][1]))


def truth_of_list(x, domain):
    subs = Counter(x.members)
    kept = Counter(h['box'].party for h in x.hops
                   if h['env'] == x.name and h.get('seen'))
    kind = 'resign' if x.kind == 'resign-intact' else x.kind
    parties = [{'party': b.party, 'class': b.cls,
                'via': 'env_to' if b.reporter.to else 'reporter',
                'subscribers': subs[b], 'hop_subscribers': kept[b.party],
                'messages': n} for b, n in x.seen[domain].items()]
    return {'domain': domain, 'list_host': x.name, 'kind': kind,
            'kind_also': [evidence_kind(x)] if sum(x.sigs.values()) else [],
            'detectable': len(parties) >= 2, 'batched': x.batched,
            'lists_on_host': 1, 'posts': x.posts, 'parties': parties}


def truth_of_hop(x, h, domain):
    own = h['env'] != x.name
    return {'domain': domain, 'list_host': x.name,
            'forwarder': h['env'] if own else network(h['ip']),
            'envelope': 'own' if own else 'kept', 'party': h['box'].party}


def truth(world, tally):
    lists = [truth_of_list(x, d) for x in world.lists for d in world.domains]
    hops = [truth_of_hop(x, h, d) for x in world.lists for h in x.hops
            for d in h.get('seen', ())]
    channels = []
    for key, c in sorted(tally.channels.items()):
        cls = max(sorted(c), key=lambda k: c[k])
        note, also = tally.notes[key, cls]
        entry = {'domain': key[0], 'channel': key[1],
                 'class': cls, 'also': list(also),
                 'messages': sum(c.values()), 'dmarc_pass': tally.passed[key],
                 'note': note}
        if len(c) > 1:
            entry['mixed'] = dict(sorted(c.items()))
        channels.append(entry)
    return {'seed': world.seed, 'domain': world.domains[0],
            'policy_domains': world.domains,
            'own_networks': world.own_networks, 'begin': world.begin,
            'end': world.begin + world.days * DAY, 'days': world.days,
            'lists': lists, 'hops': hops, 'channels': channels,
            'party_aliases': world.aliases,
            'totals': {'messages': tally.messages,
                       'dmarc_pass': tally.dmarc_pass}}


def write(world, out):
    """The reports and the truth."""
    rng = random.Random('hardworld view %d' % world.seed)
    reports, tally = defaultdict(list), Tally()
    for m in world.messages:
        rep = m.box.reporter
        if rep:
            begin = (m.time - rep.offset) // DAY * DAY + rep.offset
            reports[rep, begin, world.home(m.hf)].append(m)
    os.makedirs(os.path.join(out, 'reports'), exist_ok=True)
    for n, ((rep, begin, domain), messages) in enumerate(reports.items()):
        if rng.random() < LOST:
            continue
        rows = Counter()
        for m in messages:
            row = row_of(world, m, rng)
            rows[row] += 1
            tally.add(world, m, row)
        path = os.path.join(out, 'reports', '%05d.xml' % n)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(report_xml(domain, rep, begin, rows))
    with open(os.path.join(out, 'truth.json'), 'w', encoding='utf-8') as f:
        json.dump(truth(world, tally), f, indent=1)
        f.write('\n')


def main(make=World):
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--days', type=int, default=60)
    a = ap.parse_args()
    write(make(a.seed, a.days), a.out)


if __name__ == '__main__':
    main()
