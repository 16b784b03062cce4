#!/usr/bin/env python3
"""The same messages, however they are asked for.

For every combination of filters: what summary says, what failures says in each
grouping with the messages that passed, what export gives row by row, and what
the tables hold, asked directly, is the same number: of reports that are made
here, of the load of the benchmark, and of real reports, where they lie beside
the sources. Of the combinations some are tried, the same for the same $SEED;
with ALL=1 all of them.

usage: sums.py PROGRAM [CORPUS-DIR]
"""
import csv
import datetime
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
    return domain is not None and (
        domain == wanted or domain.endswith("." + wanted))


def seconds(day):
    return int(datetime.datetime.fromisoformat(day + "T00:00:00+00:00")
               .timestamp())


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
    domain, org, email, begin, source, _, disposition, dkim, spf = row
    return ((question["--domain"] is None
             or in_domain(domain, question["--domain"]))
            and (question["--reporter"] is None
                 or question["--reporter"] in org
                 or question["--reporter"] in email)
            and (question["--since"] is None
                 or begin >= seconds(question["--since"]))
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
    everything = sum(row[5] for row in rows)
    failed = sum(row[5] for row in rows if not row[7] and not row[8])

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


def pick_filters(rows, choose):
    """The same filters, with values that these reports have."""
    filters = dict(FILTERS)
    domains = sorted({row[0] for row in rows if row[0]})
    reporters = sorted({row[1] for row in rows if row[1].isascii()
                        and row[1].strip() and "," not in row[1]})
    sources = sorted({row[4] for row in rows if row[4]})
    days = sorted({row[3] // DAY for row in rows if 0 < row[3] < 2 ** 32})
    filters["--domain"] = [None, *choose.sample(domains, 3)]
    filters["--reporter"] = [None, *choose.sample(reporters, 2)]
    filters["--source"] = [None] + [
        str(ipaddress.ip_address(source[1:])) for source in
        choose.sample(sources, 2)]
    filters["--since"] = [None] + [
        datetime.datetime.fromtimestamp(day * DAY, datetime.timezone.utc)
        .date().isoformat() for day in choose.sample(days, 2)]
    return filters


def read_rows(database):
    """The tables themselves; the roll-ups have no part in this."""
    with sqlite3.connect(database) as connection:
        return connection.execute(
            "SELECT d.text, o.org_name, o.email_domain, r.begin, c.source_ip,"
            " c.count, s.disposition, s.dkim = 1, s.spf = 1"
            " FROM report r JOIN record c ON c.report = r.id"
            " JOIN shape s ON s.id = c.shape"
            " LEFT JOIN string d ON d.id = r.domain"
            " JOIN reporter o ON o.id = r.reporter"
            " WHERE r.is_conflict = 0 AND r.verdict <> 4").fetchall()


def fits_a_screen(program):
    """Ten domains, and all that is said of them."""
    lines = program.ask("summary", "--all").splitlines()
    failing = [line for line in lines if line.startswith("Failed most: ")]
    fits = len(lines) <= 24 and max(map(len, lines)) <= 80
    if not fits or len(failing) != 1:
        print("summary: no screen of", len(lines), "lines:", *lines, sep="\n")
    return fits and len(failing) == 1


def fits_when_all_is_wrong(path):
    """Ten domains with long names, of which there is much to say."""
    domains = [f"a-rather-long-name-{i}.example.co.uk" for i in range(10)]
    with tempfile.TemporaryDirectory() as folder:
        reports = os.path.join(folder, "reports")
        os.mkdir(reports)
        day = datetime.date(2026, 8, 1)
        for number in range(60 * 10):
            begin = int(datetime.datetime.combine(
                day + datetime.timedelta(number // 10), datetime.time(),
                datetime.timezone.utc).timestamp())
            late = number >= 500
            if late and number % 10 == 9:
                continue  # its reporter falls silent
            with open(os.path.join(reports, f"{number}.xml"), "w",
                      encoding="ascii") as file:
                file.write(REPORT.format(
                    org=f"reporter-{number % 10}.example", number=number,
                    begin=begin, end=begin + DAY - 1,
                    domain=domains[number % 10],
                    records="".join(RECORD.format(
                        ip=ip, count=100 + number % 10,
                        disposition="none", dkim=dkim, spf="fail", reason="",
                        domain=domains[number % 10], signer="example.net",
                        signature="pass") for ip, dkim in
                        (("192.0.2.1", "fail" if late else "pass"),
                         ("2001:db8:1234:5678:9abc:def0:1:1", "fail"))))
                    .replace("<p>none", "<p>reject" if late else "<p>none"))
        with open(os.path.join(reports, "bad.xml"), "w",
                  encoding="ascii") as file:
            file.write("<feedback><report_metadata>")
        program = Program(path, os.path.join(folder, "r.db"))
        subprocess.run(program.start + ["import", reports], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = program.ask("summary", "--since", "2026-08-31").splitlines()
        also = " ".join(lines).partition("Also: ")[2]
        if (len(lines) > 23 or "1 unreadable" not in also
                or max(len(line) for line in lines
                       if not line.startswith("  ->")) > 80):
            print("summary: no screen of", len(lines), "lines:", *lines,
                  sep="\n")
            return False
        # Each command asks about the same days.
        commands = [line.partition("-> reports ")[2].split()
                    for line in lines if "  -> reports " in line]
        return bool(commands) and all(
            "--since" in command and program.ask(*command)
            for command in commands)


def check_world(name, path, reports, filters, count, seed):
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "r.db")
        program = Program(path, database)
        # Some of what is real cannot be read.
        subprocess.run(program.start + ["import", reports],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=name != "corpus")
        rows = read_rows(database)
        if filters is None:
            filters = pick_filters(rows, choose)
        questions = [dict(zip(filters, values))
                     for values in itertools.product(*filters.values())]
        if "ALL" not in os.environ:  # each takes five runs of the program
            questions = questions[:1] + choose.sample(questions, count)
        groupings = ["source", "sender", "reporter", "day", "reason"]
        results = [check(program, rows, question,
                         groupings if "ALL" in os.environ
                         else choose.sample(groupings, 2))
                   for question in questions]
        if name == "load":
            results.append(fits_a_screen(program))
            results.append(fits_when_all_is_wrong(path))
    print(f"{name}: {len(rows)} records, {len(questions)} combinations of "
          f"filters, {results.count(False)} wrong; seed {seed}")
    return all(results)


def main():
    seed = int(os.environ.get("SEED", "1"))
    here = os.path.dirname(os.path.abspath(__file__))
    corpus = sys.argv[2] if len(sys.argv) > 2 else os.environ.get(
        "SHARED_CORPUS", os.path.join(here, "../../../shared/corpus"))
    with tempfile.TemporaryDirectory() as folder:
        reports = os.path.join(folder, "reports")
        os.mkdir(reports)
        write_reports(reports, seed)
        load = os.path.join(folder, "load")
        subprocess.run([sys.executable, here + "/../bench/generate.py",
                        "small", "300", str(seed), load], check=True)
        is_right = [
            check_world("made", sys.argv[1], reports, FILTERS, 40, seed),
            check_world("load", sys.argv[1], load, None, 20, seed)]
    if os.path.isdir(corpus):
        is_right.append(
            check_world("corpus", sys.argv[1], corpus, None, 12, seed))
    else:
        print("skipped: there is no corpus in", corpus)
    return 0 if all(is_right) else 1


sys.exit(main())
