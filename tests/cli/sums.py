#!/usr/bin/env python3
"""The same messages, however they are asked for.

For every combination of filters: what summary says, what failures says in each
grouping with the messages that passed, what export gives row by row, and what
the tables hold, asked directly, is the same number.

usage: sums.py PROGRAM
"""
import csv
import io
import ipaddress
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

RECORD = """<record><row><source_ip>{ip}</source_ip><count>{count}</count>
<policy_evaluated><disposition>{disposition}</disposition><dkim>{dkim}</dkim>
<spf>{spf}</spf>{reason}</policy_evaluated></row>
<identifiers><header_from>{domain}</header_from></identifiers>
<auth_results><dkim><domain>{signer}</domain><selector>s</selector>
<result>{signature}</result></dkim></auth_results></record>"""
REPORT = """<feedback><report_metadata><org_name>{org}</org_name>
<email>dmarc@{org}</email><report_id>{number}</report_id><date_range>
<begin>{begin}</begin><end>{end}</end></date_range></report_metadata>
<policy_published><domain>{domain}</domain><p>none</p></policy_published>
{records}</feedback>"""

DOMAINS = ["example.org", "mail.example.org", "example.net"]
ORGS = ["big.example", "small.example"]
DAY = 86400
START = 1767225600  # 2026-01-01


def write_reports(folder, seed):
    choose = random.Random(seed)
    for number in range(60):
        domain = choose.choice(DOMAINS)
        records = "".join(
            RECORD.format(
                ip=choose.choice(["192.0.2.1", "192.0.2.77", "198.51.100.9",
                                  "2001:db8::7", "nonsense"]),
                count=choose.randint(0, 500),
                disposition=choose.choice(
                    ["none", "none", "quarantine", "reject", "odd", ""]),
                dkim=choose.choice(["pass", "fail", ""]),
                spf=choose.choice(["pass", "fail"]),
                reason=choose.choice(
                    ["", "", "<reason><type>forwarded</type></reason>"]),
                domain=domain, signer=choose.choice([domain, "else.example"]),
                signature=choose.choice(["pass", "fail"]))
            for _ in range(choose.randint(1, 9)))
        begin = START + choose.randrange(12) * DAY
        with open(os.path.join(folder, f"{number}.xml"), "w",
                  encoding="utf-8") as file:
            file.write(REPORT.format(
                org=choose.choice(ORGS), number=number, begin=begin,
                end=begin + DAY - 1, domain=domain, records=records))


FILTERS = {
    "--domain": [None, "example.org", "mail.example.org", "nowhere.example"],
    "--reporter": [None, "big"],
    "--source": [None, "192.0.2.0/24", "2001:db8::/32"],
    "--disposition": [None, "none", "quarantine,reject", "other"],
    "--result": [None, "fail", "pass", "dkim-pass", "spf-fail"],
    "--since": [None, "2026-01-05"],
}


def in_domain(domain, wanted):
    return domain == wanted or domain.endswith("." + wanted)


def in_network(raw, wanted):
    if raw is None:
        return False
    return ipaddress.ip_address(bytes(raw[1:])) in ipaddress.ip_network(wanted)


DISPOSITIONS = {0: "other", 1: "none", 2: "none", 3: "quarantine", 4: "reject",
                5: "other"}
RESULTS = {
    "fail": lambda dkim, spf: not dkim and not spf,
    "pass": lambda dkim, spf: dkim or spf,
    "dkim-pass": lambda dkim, spf: dkim,
    "spf-fail": lambda dkim, spf: not spf,
}


def wanted(row, question):
    domain, org, begin, source, count, disposition, dkim, spf = row
    return ((question["--domain"] is None
             or in_domain(domain, question["--domain"]))
            and (question["--reporter"] is None
                 or question["--reporter"] in org)
            and (question["--since"] is None or begin >= START + 4 * DAY)
            and (question["--source"] is None
                 or in_network(source, question["--source"]))
            and (question["--disposition"] is None
                 or DISPOSITIONS[disposition]
                 in question["--disposition"].split(","))
            and (question["--result"] is None
                 or RESULTS[question["--result"]](dkim, spf)))


class Program:
    def __init__(self, path, database):
        self.start = [path, "--config", "/dev/null", "--db", database]

    def ask(self, *arguments):
        done = subprocess.run(self.start + list(arguments), check=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, encoding="utf-8")
        return done.stdout


def sum_csv(text, column="messages", keep=lambda row: True):
    return sum(int(row[column]) for row in csv.DictReader(io.StringIO(text))
               if keep(row))


def check(program, rows, question, groupings):
    options = ["--all"]
    for name, value in question.items():
        if value is not None:
            options += [name, value]
    rows = [row for row in rows if wanted(row, question)]
    everything = sum(row[4] for row in rows)
    failed = sum(row[4] for row in rows if not row[6] and not row[7])

    answers = {}
    summary = json.loads(program.ask("summary", *options, "--format", "json"))
    for key in ("messages", "failed"):
        answers["summary " + key] = (
            sum(domain[key] for domain in summary["domains"]),
            everything if key == "messages" else failed)
    exported = program.ask("export", *options)
    answers["export"] = (sum_csv(exported, "count"), everything)
    answers["export failed"] = (
        sum_csv(exported, "count", lambda row: row["dmarc_aligned"] == "False"),
        failed)
    if question["--result"] not in ("pass", "dkim-pass"):
        for by in groupings:
            answers["failures by " + by] = (
                sum_csv(program.ask("failures", "--by", by, *options,
                                    "--format", "csv")), failed)
    wrong = {name: pair for name, pair in answers.items()
             if pair[0] != pair[1]}
    if wrong:
        print(*options, wrong)
    return not wrong


def main():
    seed = int(os.environ.get("SEED", "1"))
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        reports = os.path.join(folder, "reports")
        os.mkdir(reports)
        write_reports(reports, seed)
        database = os.path.join(folder, "r.db")
        program = Program(sys.argv[1], database)
        program.ask("import", reports)
        # The tables themselves; the roll-ups have no part in this.
        with sqlite3.connect(database) as connection:
            rows = connection.execute(
                "SELECT d.text, o.org_name, r.begin, c.source_ip, c.count,"
                " s.disposition, s.dkim = 1, s.spf = 1"
                " FROM report r JOIN record c ON c.report = r.id"
                " JOIN shape s ON s.id = c.shape"
                " JOIN string d ON d.id = r.domain"
                " JOIN reporter o ON o.id = r.reporter"
                " WHERE r.is_conflict = 0").fetchall()
        questions = [dict(zip(FILTERS, values))
                     for values in itertools.product(*FILTERS.values())]
        if "ALL" not in os.environ:  # each takes seven runs of the program
            questions = questions[:1] + choose.sample(questions, 60)
        groupings = ["source", "sender", "reporter", "day", "reason"]
        results = [check(program, rows, question,
                         groupings if "ALL" in os.environ
                         else choose.sample(groupings, 2))
                   for question in questions]
    print(len(results), "combinations of filters,",
          len([one for one in results if not one]), "wrong; seed", seed)
    return 0 if all(results) else 1


sys.exit(main())
