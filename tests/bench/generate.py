#!/usr/bin/python3
"""Writes mails with reports for the benchmark, the same for the same options.

usage: generate.py PROFILE COUNT SEED FOLDER [DOMAINS]

PROFILE is small (1 to 20 records a report), mixed (as large receivers send
them: most are small, some have tens of thousands of records), big (100,000
records in one report) or tls. DOMAINS is how many domains are reported on, ten
by default. FOLDER.truth holds what a reader must find, as "name value" lines.
"""
import base64
import gzip
import os
import random
import sys
import zlib

DAY = 86400
FIRST = 1704067200  # 2024-01-01
DOMAINS = ["example.com", "example.org", "example.net", "shop.example.com",
           "news.example.org", "mail.example.net", "bank.example",
           "clinic.example", "school.example", "cloud.example"]
# name, address, whether it tells the envelope's two ends, indentation
REPORTERS = [
    ("bigmail.example", "noreply@bigmail.example", False, "  "),
    ("Office Mail", "dmarc@office.example", True, "  "),
    ("webmail.example", "dmarc-help@webmail.example", False, ""),
    ("Provider AG", "reports@provider.example", True, "\t"),
    ("gateway.example", "no-reply@gateway.example", True, ""),
]
SENDERS = [("sends.example", "54.240"), ("mailer.example", "167.89"),
           ("letters.example", "198.61")]
RECEIVERS = ["office.example", "partner.example", "customer.example"]


def address(rng, prefix=None):
    if prefix is None and rng.random() < 0.06:
        return "2001:db8:%x:%x::%x" % (rng.getrandbits(16),
                                       rng.getrandbits(12),
                                       rng.getrandbits(8) + 1)
    if prefix is None:
        return "%d.%d.%d.%d" % (rng.randrange(1, 224), rng.randrange(256),
                                rng.randrange(256), rng.randrange(1, 255))
    return "%s.%d.%d" % (prefix, rng.randrange(64), rng.randrange(1, 255))


def make_record(rng, domain, tells):
    """The fields of a record and its sum: (XML pieces, count, passes)."""
    kind = rng.random()
    reason = ""
    count = int(rng.paretovariate(0.9)) if kind < 0.7 else rng.randrange(1, 9)
    count = min(count, 200000)
    if kind < 0.35:  # our own servers
        ip, dkim, spf = "192.0.2.%d" % rng.randrange(1, 40), "pass", "pass"
        results = [("dkim", domain, "s%d" % (2020 + rng.randrange(6)), "pass")]
        envelope, spf_result = domain, "pass"
    elif kind < 0.6:  # a service that signs for us
        name, prefix = rng.choice(SENDERS)
        ip, dkim, spf = address(rng, prefix), "pass", "fail"
        results = [("dkim", domain, "k1", "pass"),
                   ("dkim", name, "k%d" % rng.randrange(3), "pass")]
        envelope, spf_result = "bounce." + name, "pass"
    elif kind < 0.75:  # a forwarder
        n = rng.randrange(4000)
        ip = "198.18.%d.%d" % (n // 250, n % 250 + 1)
        dkim, spf = ("pass" if n % 3 else "fail"), "fail"
        results = [("dkim", domain, "s2024", "pass" if n % 3 else "fail")]
        envelope, spf_result = "forward%d.example" % n, "pass"
        reason = ("<reason><type>forwarded</type><comment>looks forwarded"
                  "</comment></reason>") if n % 5 == 0 else ""
    else:  # somebody else
        ip, dkim, spf = address(rng), "fail", "fail"
        results = []
        envelope = "host%d.example" % rng.randrange(100000)
        spf_result = rng.choice(["fail", "softfail", "none", "neutral"])
    passes = dkim == "pass" or spf == "pass"
    disposition = "none" if passes or reason else rng.choice(
        ["none", "quarantine", "reject", "reject"])
    return (ip, count, disposition, dkim, spf, reason, results, envelope,
            spf_result, passes, rng.choice(RECEIVERS) if tells else None)


def record_xml(record, domain, tab):
    (ip, count, disposition, dkim, spf, reason, results, envelope, spf_result,
     _, receiver) = record
    nl = "\n" + tab if tab else ""
    lines = ["<record>", "<row>", "<source_ip>%s</source_ip>" % ip,
             "<count>%d</count>" % count,
             "<policy_evaluated><disposition>%s</disposition><dkim>%s</dkim>"
             "<spf>%s</spf>%s</policy_evaluated>" % (disposition, dkim, spf,
                                                     reason),
             "</row>", "<identifiers>"]
    if receiver:
        lines.append("<envelope_to>%s</envelope_to>" % receiver)
        lines.append("<envelope_from>%s</envelope_from>" % envelope)
    lines.append("<header_from>%s</header_from></identifiers>" % domain)
    lines.append("<auth_results>")
    for _, name, selector, result in results:
        lines.append("<dkim><domain>%s</domain><selector>%s</selector>"
                     "<result>%s</result></dkim>" % (name, selector, result))
    lines.append("<spf><domain>%s</domain><result>%s</result></spf>"
                 "</auth_results>" % (envelope, spf_result))
    lines.append("</record>\n")
    return nl.join(lines)


def record_count(rng, profile):
    if profile == "big":
        return 100000
    if profile == "small":
        return rng.randrange(1, 21)
    return min(int(2 * rng.paretovariate(0.65)), 60000)


def dmarc_report(rng, profile, number, truth):
    name, email, tells, tab = rng.choice(REPORTERS)
    domain = DOMAINS[min(int(rng.paretovariate(0.8)), len(DOMAINS)) - 1]
    begin = FIRST + DAY * rng.randrange(600)
    report_id = "%08x%08x" % (rng.getrandbits(32), number)
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<feedback>\n'
             "<report_metadata><org_name>%s</org_name><email>%s</email>"
             "<report_id>%s</report_id><date_range><begin>%d</begin><end>%d"
             "</end></date_range></report_metadata>\n<policy_published>"
             "<domain>%s</domain><adkim>r</adkim><aspf>r</aspf><p>reject</p>"
             "<sp>reject</sp><pct>100</pct></policy_published>\n"
             % (name, email, report_id, begin, begin + DAY - 1, domain)]
    for _ in range(record_count(rng, profile)):
        record = make_record(rng, domain, tells)
        parts.append(record_xml(record, domain, tab))
        truth["records"] += 1
        truth["messages"] += record[1]
        truth["passed"] += record[1] if record[9] else 0
        truth["checksum"] += zlib.crc32(("%s|%s|%d|%s|%d|%s|%s|%s" % (
            (domain, report_id, begin, record[0], record[1], record[2],
             record[3], record[4]))).encode())
    parts.append("</feedback>\n")
    file = "%s!%s!%d!%d.xml.gz" % (email.split("@")[1], domain, begin,
                                   begin + DAY - 1)
    return email, "Report Domain: %s" % domain, "application/gzip", file, \
        "".join(parts)


def tls_report(rng, number, truth):
    domain = rng.choice(DOMAINS)
    begin = FIRST + DAY * rng.randrange(600)
    policies = []
    for kind in rng.sample(["sts", "tlsa", "no-policy-found"],
                           rng.randrange(1, 3)):
        good, bad = int(rng.paretovariate(0.7)), 0
        details = []
        for what in rng.sample(["certificate-expired", "starttls-not-supported",
                                "validation-failure"], rng.randrange(0, 3)):
            failed = rng.randrange(1, 20)
            bad += failed
            details.append('{"result-type":"%s","sending-mta-ip":"%s",'
                           '"receiving-mx-hostname":"mx%d.%s",'
                           '"failed-session-count":%d}'
                           % (what, address(rng), rng.randrange(1, 3), domain,
                              failed))
        truth["records"] += 1
        truth["messages"] += good + bad
        truth["passed"] += good
        policies.append('{"policy":{"policy-type":"%s","policy-domain":"%s"},'
                        '"summary":{"total-successful-session-count":%d,'
                        '"total-failure-session-count":%d},'
                        '"failure-details":[%s]}'
                        % (kind, domain, good, bad, ",".join(details)))
    day = "%04d-%02d-%02d" % gmdate(begin)
    text = ('{"organization-name":"Provider AG","date-range":{"start-datetime":'
            '"%sT00:00:00Z","end-datetime":"%sT23:59:59Z"},"contact-info":'
            '"tls@provider.example","report-id":"%08x.%d","policies":[%s]}'
            % (day, day, rng.getrandbits(32), number, ",".join(policies)))
    return "tls@provider.example", "Report Domain: %s" % domain, \
        "application/tlsrpt+gzip", "provider!%s.json.gz" % domain, text


def gmdate(time):
    import time as clock
    return tuple(clock.gmtime(time)[:3])


def mail(sender, subject, kind, file, text, number):
    packed = gzip.compress(text.encode(), 6, mtime=0)
    encoded = base64.encodebytes(packed).decode()
    return ("From: <%s>\nTo: <reports@example.com>\nSubject: %s\n"
            "Message-ID: <%d@bench.example>\nMIME-Version: 1.0\n"
            "Date: Mon, 01 Jan 2024 00:00:00 +0000\n"
            'Content-Type: multipart/mixed; boundary="b"\n\n--b\n'
            "Content-Type: text/plain\n\nThis is a report.\n\n--b\n"
            'Content-Type: %s; name="%s"\n'
            'Content-Disposition: attachment; filename="%s"\n'
            "Content-Transfer-Encoding: base64\n\n%s\n--b--\n"
            % (sender, subject, number, kind, file, file, encoded))


def main():
    profile, count, seed, folder = (sys.argv[1], int(sys.argv[2]),
                                    int(sys.argv[3]), sys.argv[4])
    DOMAINS.extend("domain%d.example" % n for n in
                   range(len(DOMAINS), int((sys.argv + ["0"])[5])))
    rng = random.Random(seed)
    truth = {"reports": count, "records": 0, "messages": 0, "passed": 0,
             "checksum": 0}
    os.makedirs(folder)
    for number in range(count):
        made = tls_report(rng, number, truth) if profile == "tls" \
            else dmarc_report(rng, profile, seed * 1000000 + number, truth)
        with open("%s/%06d.eml" % (folder, number), "w") as file:
            file.write(mail(*made, seed * 1000000 + number))
    truth["checksum"] %= 1 << 64
    with open(folder + ".truth", "w") as file:
        for name, value in truth.items():
            file.write("%s %d\n" % (name, value))


main()
