#!/usr/bin/env python3
"""Make a folder of DMARC reports from how mail moves, with the truth.

usage: mailworld.py --seed N --out DIR [--days N]

Where hardworld.py has paths that look like something else, here rows are only
what follows: somebody sends, the mail meets a mailbox, the mailbox may stand
behind a filter or a second MX, and may forward.  So a list's mail shows the
address of a recipient's filter; people who forward bring newsletters, posts
and spam along; a circle that we write to together moves like a list when a
college forwards for it; and a colleague's posts are for another domain of
ours than the others'.  The files are those that hardworld.py writes.
"""
import math
from collections import Counter

import hardworld
from hardworld import List, network

SHARES = (1, .35, .12)      # of what our domains send


class Gate:
    """A filter or second MX: it keeps envelopes, and SPF does not know it."""

    def __init__(self, ips, cls, note, share=1, breaks=0):
        self.ips, self.cls, self.note = ips, cls, note
        self.share, self.breaks = share, breaks


class Forwarder:
    def __init__(self, env, ips, note, breaks=.02, arc=None):
        self.env, self.ips, self.note = env, ips, note      # env None: kept
        self.breaks, self.arc = breaks, arc


class Mailbox:
    def __init__(self, box, forwarder=None):
        self.box, self.forwarder = box, forwarder   # box: where it ends


class World(hardworld.World):
    """The order of what the base class calls is kept, its content is not."""

    def makeboxes(self):
        rng = self.rng
        words = rng.sample(['fjord', 'hazel', 'kiln', 'marsh', 'quay', 'tarn'], 3)
        self.domains = ['%s%d.example' % (w, self.seed)
                        for w in words[:rng.choice([2, 3])]]
        self.me = self.domains[0]
        super().makeboxes()
        pools = [Gate(self.net(8) + self.net(8), 'gateway', 'filter',
                      breaks=rng.choice([0, .03, .3])) for _ in range(3)]
        self.gates = {}
        for box in self.tenants:
            if rng.random() < .3:
                self.gates[box] = rng.choice(pools)
        for box in self.hosts:
            if rng.random() < .12:
                self.gates[box] = Gate(self.net(), 'relay', 'second MX',
                                       rng.choice([.05, .15, .3]))
        self.open = [b for b in self.boxes if b not in self.gates]

    # -- how mail moves --

    def arrive(self, t, cls, note, box, ip, hf, env, spf, sigs, **k):
        gate, own = self.gates.get(box), self.home(env)
        if gate and self.rng.random() < gate.share:
            if cls == 'spoof' and self.rng.random() < .8:
                return                  # that is what a filter is for
            ip, spf = self.rng.choice(gate.ips), 'softfail'
            if self.rng.random() < gate.breaks:
                sigs = [(d, s, 'fail') for d, s, _r in sigs]
            if own and cls != 'spoof':
                cls, note, k = gate.cls, gate.note, {}
        self.send(t, cls, box, ip, env, spf, sigs, note, hf=hf, **k)

    def deliver(self, t, cls, note, to, ip, hf, env, spf, sigs, host=None,
                **k):
        """To a mailbox, or by its forwarder to where it really is."""
        f = to.forwarder
        if f is None:
            self.arrive(t, cls, note, to.box, ip, hf, env, spf, sigs,
                        host=host, **k)
            return
        t, ip = t + self.rng.choice([3, 20, 300]), self.rng.choice(f.ips)
        if self.rng.random() < f.breaks:
            sigs = [(d, s, 'fail') for d, s, _r in sigs]
        hop = None
        if host:
            hop = next((h for h in host.hops if h['of'] is to), None)
            if hop is None:
                hop = {'of': to, 'env': f.env or host.name, 'ip': ip,
                       'box': to.box}
                host.hops.append(hop)
            note = 'second hop'
        if f.env or self.home(env):
            cls, note = 'forwarder', note if host else f.note
        k['arc'] = k.get('arc') or f.arc
        self.send(t, cls, to.box, ip, f.env or env,
                  'pass' if f.env else 'softfail', sigs, note, host=host,
                  hop=hop, hf=hf, **k)

    def key_of(self, hf, ok=True, selector='main'):
        return hf, selector, 'pass' if ok else 'fail'

    def whose(self):
        return self.rng.choices(self.domains, SHARES[:len(self.domains)])[0]

    def mail(self, t, to, hf=None):
        hf = hf or self.whose()
        new = t > self.moved
        ip = self.new if new and self.rng.random() < .8 \
            else self.rng.choice(self.servers)
        self.deliver(t, 'own', 'moved server' if ip == self.new else '', to, ip,
                     hf, hf, 'pass', [self.key_of(hf)])

    # -- who writes, and to whom --

    def person(self, forwards=.08):
        box = self.pick()[0]
        if self.rng.random() < forwards:
            return Mailbox(self.pick(1, self.open)[0],
                           self.rng.choice(self.all_forwarders))
        return Mailbox(box)

    def own(self):
        rng = self.rng
        self.servers = ['203.0.113.10', '203.0.113.11']
        self.new = self.net()[0]        # a server that nobody has named yet
        self.moved = self.moment(rng.randrange(self.days // 2, self.days))
        self.services_ = [
            Forwarder('alumni.college.example', self.net(2), 'college'),
            Forwarder('names.registrar.example', self.net(2), 'registrar',
                      arc='names.registrar.example'),
            Forwarder(None, self.net(2), 'college, envelope kept')]
        self.all_forwarders = self.services_ * 2 + [
            Forwarder(None if rng.random() < .5 else 'p%d.person.example' % i,
                      self.net(), 'personal', rng.choice([0, .02, .5]))
            for i in range(14)]
        self.people = [self.person() for _ in range(150)]
        weights = [1 / (i + 6) for i in range(len(self.people))]
        circles = [[Mailbox(self.pick(1, self.open)[0], f)
                    for _ in range(rng.randrange(5, 12))]
                   for f in self.services_]
        branch, some = self.net()[0], rng.choices(self.people, weights, k=12)
        for day in range(self.days):
            for _ in range(self.poisson(45 * self.busy(day))):
                self.mail(self.moment(day),
                          rng.choices(self.people, weights)[0])
            for circle in circles:
                for _ in range(self.poisson(.25 * self.busy(day))):
                    t, hf = self.moment(day), self.whose()
                    for to in circle:
                        self.mail(t + rng.randrange(30), to, hf)
            for _ in range(self.poisson(4 * self.busy(day))):
                self.deliver(self.moment(day), 'unlisted', 'branch',
                             rng.choice(some), branch, self.me, self.me,
                             'softfail', [self.key_of(self.me)])

    def bulk(self, days, readers, cls, note, ips, hf, env, sigs):
        for day in days:
            t = self.moment(day)
            for to in readers:
                self.deliver(t + self.rng.randrange(1800), cls, note, to,
                             self.rng.choice(ips), hf, env, 'pass', sigs)

    def vendors(self):
        rng, me = self.rng, self.me
        readers = [self.person(.04) for _ in range(220)]
        weekly = range(rng.randrange(7), self.days, 7)
        self.bulk(weekly, readers, 'vendor', 'newsletter, a key for it',
                  self.net(4), me, 'bounce.letters.example',
                  [self.key_of(me, selector='k1')])
        self.bulk(range(2, self.days, rng.choice([5, 9])), readers[:130],
                  'vendor', 'newsletter, the key of our servers', self.net(3),
                  me, 'bounces.mailer.example', [self.key_of(me)])
        self.bulk(range(rng.randrange(7), self.days, 7), readers[-16:],
                  'vendor', 'bulletin to few', self.net(), me,
                  'bounce.bulletin.example',
                  [self.key_of(me), ('bulletin.example', 'b', 'pass')])
        self.bulk(range(3, self.days, rng.choice([9, 14])), readers[:90],
                  'vendor', 'events, without a key', self.net(3),
                  'events.' + me, 'bounces.tickets.example',
                  [('tickets.example', 't', 'pass')])

    # -- lists --

    def make_lists(self):
        rng = self.rng
        kinds = ['intact', 'intact', 'breaks', 'breaks', 'resign', 'resign',
                 'arc', 'strip', 'strip', 'mixed', 'cosign', 'campus', 'low',
                 'alias']
        for i, kind in enumerate(kinds):
            name = rng.choice(['lists.%s.example', '%s.example',
                               'mail.%s.example']) % ('soc%d' % i)
            size = max(4, min(200, int(math.exp(rng.gauss(3.4, .8)))))
            ips, rate = self.net(rng.choice([1, 2])), rng.choice([.15, .5, 1.5])
            if kind == 'alias':
                size, rate, name = rng.randrange(5, 12), .4, network(ips[0])
            lst = List(name, {'campus': 'breaks', 'low': 'intact'}.get(
                kind, kind), [], .05 if kind == 'low' else rate, ips=ips,
                batched=rng.random() < .3, kept=kind == 'alias')
            self.lists.append(lst)
            people = [self.person(0 if lst.kept else .05)
                      for _ in range(size)]
            seen = set()                # one mailbox for each forwarder
            for p in people:
                if p.forwarder in seen:
                    p.forwarder = None
                seen.add(p.forwarder)
            lst.members = [p.box for p in people if p.forwarder is None]
            for day in range(self.days):
                for _ in range(self.poisson(lst.rate * self.busy(day))):
                    self.post_to(lst, day, people)
            if kind == 'campus':
                self.beside(lst)

    def post_to(self, lst, day, people):
        rng, t, hf = self.rng, self.moment(day), self.whose()
        lst.posts += 1
        ok = rng.random() < {'breaks': .03, 'resign': .03, 'arc': .03,
                             'mixed': .55}.get(lst.kind, 1)
        sigs = [] if lst.kind == 'strip' else [self.key_of(hf, ok)]
        if lst.kind in ('resign', 'arc', 'cosign'):
            sigs.append((lst.name, 'l', 'pass'))
        arc = lst.name if lst.kind == 'arc' else None
        copies = Counter(p.box for p in people if p.forwarder is None)
        to = [p for p in people if p.forwarder]
        for box, n in copies.items():
            if lst.batched and not (box.reporter and box.reporter.to):
                n = (n + 9) // 10
            to += [Mailbox(box)] * n
        for p in to:
            self.deliver(t + rng.expovariate(1 / 60), 'list', lst.kind, p,
                         rng.choice(lst.ips), hf, hf if lst.kept else lst.name,
                         'softfail' if lst.kept else 'pass', sigs, host=lst,
                         arc=arc, listed=not lst.kept)

    def beside(self, lst):
        """A university: what people there get is forwarded by the same host."""
        boxes = self.pick(10, self.open)
        for day in range(self.days):
            for _ in range(self.poisson(.5 * self.busy(day))):
                hf = self.whose()
                self.send(self.moment(day), 'forwarder',
                          self.rng.choice(boxes), self.rng.choice(lst.ips),
                          lst.name, 'pass', [self.key_of(hf)],
                          'forwarding beside lists', hf=hf)

    def forwarders(self):
        """They are everywhere."""

    def filters(self):
        """They are, too."""

    # -- who has no business with our name --

    def abuse(self):
        rng, me = self.rng, self.me
        bots = [self.net()[0] for _ in range(20)]
        for day in rng.sample(range(self.days), 4):
            for _ in range(50):
                self.deliver(self.moment(day), 'spoof', 'botnet',
                             self.person(0), rng.choice(bots), me, me,
                             'softfail', [])
        victims, ip = [Mailbox(b) for b in self.pick(5, self.open)], self.net()
        for day in range(rng.randrange(7), self.days, 7):
            for to in victims:
                self.deliver(self.moment(day), 'spoof', 'the same few, weekly',
                             to, ip[0], me, 'invoice.example', 'pass',
                             [self.key_of(me, False)], also=('relay',))
        ips, first = self.net(3), rng.randrange(self.days - 4)
        again = [self.person(0) for _ in range(120)]
        for day in range(first, first + rng.choice([1, 3])):
            for to in again:
                self.deliver(self.moment(day), 'spoof', 'sent again', to,
                             rng.choice(ips), me, 'again.example', 'pass',
                             [self.key_of(me)], also=('relay',))

    def services(self):
        rng = self.rng
        ips = self.net(2)
        teams = [rng.sample(self.people, rng.randrange(3, 8))
                 for _ in range(4)]
        for day in range(self.days):
            for _ in range(self.poisson(.8 * self.busy(day))):
                t, hf = self.moment(day), self.whose()
                for to in rng.choice(teams):
                    self.deliver(t, 'service', 'meetings', to, rng.choice(ips),
                                 hf, 'bounces.meetings.example', 'pass',
                                 [('meetings.example', 'c', 'pass')])


if __name__ == '__main__':
    hardworld.main(World)
