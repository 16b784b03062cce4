#!/usr/bin/env python3
"""Compare what `reports senders` and `reports leaks` say with the truth.

usage: score.py [--demand] DIR...

Each DIR holds truth.json (see hardworld.py), senders.csv and leaks.csv (made
with --names).  Prints the sums over all of them, and every error; --demand
ends with 1 when what docs/leaks.md promises is missed.
"""
import csv
import ipaddress
import json
import os
import sys
from collections import Counter

# Classes that nobody has to tell apart.
GROUP = {'own': 'own', 'unlisted': 'own', 'vendor': 'vendor', 'list': 'list',
         'forwarder': 'pass', 'gateway': 'pass', 'relay': 'pass',
         'service': 'other', 'spoof': 'other', 'unknown': 'other'}
DEMANDS = {'list precision': .98, 'list recall': .88, 'pair precision': .98,
           'pair recall': .88, 'kind': .97, 'subscribers': .95, 'hops': .75,
           'hop precision': .9, 'senders': .98, 'totals': 1}


def rows(path):
    with open(path, newline='', encoding='utf-8') as f:
        return list(csv.DictReader(f))


def canon(name):
    try:
        net = ipaddress.ip_network(name.lower(), strict=False)
    except ValueError:
        return name.lower()
    return str(net)


def score_leaks(truth, leaks, n, errors):
    alias = truth['party_aliases']
    hosts = {(x['domain'], canon(x['list_host'])): x for x in truth['lists']
             if x['parties']}
    hops = {(h['domain'], canon(h['list_host']), canon(h['forwarder']))
            for h in truth['hops']}
    hidden = {(h['domain'], canon(h['list_host']), h['party'])
              for h in truth['hops']}
    claimed, named, found = {}, set(), set()
    for r in leaks:
        if r['confidence'] == 'low':
            continue
        host = r['domain'], canon(r['list_host'])
        claimed.setdefault(host, r['kind'])
        true = hosts.get(host)
        if r['party_class'] == 'hop':
            found.add(host + (canon(r['hop_via']),))
            continue
        party = alias.get(r['party'], r['party'])
        known = {p['party']: p for p in true['parties']} if true else {}
        if party in known:
            named.add((host, party))
            p = known[party]
            if not true['batched'] and true['lists_on_host'] == 1:
                low = p['subscribers']
                n['subscribers of'] += 1
                n['subscribers'] += low <= int(r['subs_min']) \
                    <= low + p['hop_subscribers']
        elif host + (party,) not in hidden:
            n['pair wrong'] += 1
    for host, kind in claimed.items():
        n['list claimed'] += 1
        if host not in hosts:
            errors.append('%s is no list' % host[1])
            continue
        n['list right'] += 1
        t = hosts[host]
        same = {t['kind']} | set(t['kind_also'])
        same |= {'resign'} if t['kind'] == 'strip' else set()
        same |= {'intact'} if t['kind'] == 'alias' else set()
        n['kind'] += kind in same
        if kind not in same:
            errors.append('%s is %s, not %s' % (host[1], t['kind'], kind))
    for host, t in hosts.items():
        if not t['detectable']:
            continue
        n['list there'] += 1
        n['list found'] += host in claimed
        n['pair there'] += len(t['parties'])
        n['pair found'] += sum((host, p['party']) in named
                               for p in t['parties'])
        if host not in claimed:
            errors.append('%s is a list (%s, %d parties, %d posts)' % (
                host[1], t['kind'], len(t['parties']), t['posts']))
    n['pair right'] += len(named)
    n['hops there'] += len(hops)
    n['hops found'] += len(hops & found)
    n['hops wrong'] += len(found - hops)


def score_senders(truth, senders, n, errors):
    given = {(r['domain'], canon(r['sender'])): r for r in senders}
    for c in truth['channels']:
        r = given.get((c['domain'], canon(c['channel'])))
        for true, messages in c.get('mixed', {c['class']: c['messages']}).items():
            ok = r and (GROUP[r['class']] in {GROUP[x] for x in
                                              [true] + c['also']})
            n['messages of'] += messages
            n['messages'] += messages if ok else 0
            if not ok:
                errors.append('%s is %s (%s), not %s' % (
                    c['channel'], true, c['note'], r and r['class']))
    n['worlds'] += 1
    n['totals'] += truth['totals'] == {
        'messages': sum(int(r['messages']) for r in senders),
        'dmarc_pass': sum(int(r['dmarc_pass']) for r in senders)}


def quotients(n):
    pairs = {'list precision': ('list right', 'list claimed'),
             'list recall': ('list found', 'list there'),
             'pair recall': ('pair found', 'pair there'),
             'kind': ('kind', 'list right'),
             'subscribers': ('subscribers', 'subscribers of'),
             'hops': ('hops found', 'hops there'),
             'senders': ('messages', 'messages of'),
             'totals': ('totals', 'worlds')}
    out = {k: (n[a] / n[b] if n[b] else 1) for k, (a, b) in pairs.items()}
    named = n['pair right'] + n['pair wrong']
    out['pair precision'] = n['pair right'] / named if named else 1
    named = n['hops found'] + n['hops wrong']
    out['hop precision'] = n['hops found'] / named if named else 1
    return out


def main():
    folders = [x for x in sys.argv[1:] if x != '--demand']
    n, errors, missed = Counter(), [], False
    for d in folders:
        with open(os.path.join(d, 'truth.json'), encoding='utf-8') as f:
            truth = json.load(f)
        here = []
        score_leaks(truth, rows(os.path.join(d, 'leaks.csv')), n, here)
        score_senders(truth, rows(os.path.join(d, 'senders.csv')), n, here)
        errors += ['%s: %s' % (d, e) for e in here]
    for error in errors:
        print(error)
    for name, value in quotients(n).items():
        bad = value < DEMANDS[name]
        missed |= bad
        print('%-15s %.4f%s' % (name, value, '  MISSED' if bad else ''))
    return 1 if missed and '--demand' in sys.argv else 0


if __name__ == '__main__':
    sys.exit(main())
