#!/usr/bin/env python3
"""Texts that mean harm, through every command and format: no control or
invisible character reaches a terminal, no cell is a formula, JSON is JSON, no
page has markup of theirs, and a spreadsheet gets back the cells that were
written.

usage: hostile.py PROGRAM
"""
import csv
import html.parser
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TEXTS = {
    "escape": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "bidi": "\u202egro.elpmaxe\u2066\u200b\ufeff",
    "lines": "one\ntwo\r\nthree\ttab",
    "formula": "=HYPERLINK(\"http://evil.example\",\"win\")",
    "plus": "+1+1", "minus": "-1", "at": "@SUM(A1)", "tab": "\t=1", "cr": "\r=1",
    "wide": "\uff1d1+1",
    "quote": "a\"b,c;d'e",
    "long": "x" * 65536,
    "option": "--output=/etc/passwd",
    "percent": "%s%n%n",
    "markup": "<script>alert(1)</script>&amp;",
    "combining": "Z" + "\u0301" * 500,
}
# What no terminal may see: controls but the line's end, and what is invisible
# or turns the writing around.
BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e"
                 "\u2060-\u206f\ufeff]")
FORMULA = re.compile("^[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")

DMARC = """<feedback><report_metadata><org_name>{text}</org_name>
<email>{text}</email><extra_contact_info>{text}</extra_contact_info>
<report_id>{name}{text}</report_id><error>{text}</error><date_range>
<begin>{begin}</begin><end>{end}</end></date_range></report_metadata>
<policy_published><domain>{domain}</domain><adkim>{text}</adkim><p>{text}</p>
<pct>{text}</pct><fo>{text}</fo></policy_published>
<record><row><source_ip>{text}</source_ip><count>3</count><policy_evaluated>
<disposition>{text}</disposition><dkim>fail</dkim><spf>fail</spf><reason>
<type>{text}</type><comment>{text}</comment></reason></policy_evaluated></row>
<identifiers><header_from>{text}</header_from>
<envelope_from>{text}</envelope_from><envelope_to>{text}</envelope_to>
</identifiers><auth_results><dkim><domain>{text}</domain>
<selector>{text}</selector><result>fail</result>
<human_result>{text}</human_result></dkim><spf><domain>{text}</domain>
<scope>{text}</scope><result>fail</result></spf></auth_results></record>
<record><row><source_ip>192.0.2.1</source_ip><count>4</count><policy_evaluated>
<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>
</policy_evaluated></row><identifiers><header_from>{domain}</header_from>
</identifiers></record></feedback>"""


def escape_xml(text):
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, name)
    return text


def write_reports(folder):
    begin = 1767225600
    for number, (name, text) in enumerate(TEXTS.items()):
        day = begin + number * 86400
        document = DMARC.format(
            text=escape_xml(text), name=name, begin=day, end=day + 86399,
            domain=name + ".example" if number % 2 else
            escape_xml(text[:200]).strip() or "x")
        with open(os.path.join(folder, name + ".xml"), "wb") as file:
            file.write(document.encode())
        tls = {"organization-name": text, "contact-info": text,
               "report-id": name + text,
               "date-range": {"start-datetime": "2026-01-05T00:00:00Z",
                              "end-datetime": "2026-01-05T23:59:59Z"},
               "policies": [{
                   "policy": {"policy-type": text, "policy-domain": text,
                              "policy-string": [text, text], "mx-host": [text]},
                   "summary": {"total-successful-session-count": 1,
                               "total-failure-session-count": 2},
                   "failure-details": [{
                       "result-type": text, "sending-mta-ip": text,
                       "receiving-mx-hostname": text, "receiving-ip": text,
                       "failed-session-count": 2,
                       "failure-reason-code": text}]}]}
        with open(os.path.join(folder, name + ".json"), "w",
                  encoding="utf-8") as file:
            json.dump(tls, file)
    # Not UTF-8, in a place where XML cannot mind.
    with open(os.path.join(folder, "bytes.xml"), "wb") as file:
        file.write(DMARC.format(
            text="BYTES", name="bytes", begin=begin, end=begin + 86399,
            domain="bytes.example").encode().replace(b"BYTES", b"\xff\xc0\x80"))


COMMANDS = [
    ["summary"], ["list"], ["tls"], ["senders"], ["leaks"], ["quarantine"],
    ["failures"], ["failures", "--by", "sender"],
    ["failures", "--by", "reporter"], ["failures", "--by", "reason"],
    ["failures", "--source", "0.0.0.0/0"],
    ["digest", "--since", "2026-01-01"],
    ["summary", "--fail-on", "new-sender,failures,tls-failures,quarantine"],
]
ROWS = ["list", "tls", "senders", "leaks", "failures", "quarantine", "export"]


class Check:
    def __init__(self, program, database):
        self.program, self.database = program, database
        self.wrong = 0
        self.outputs = 0

    def say(self, *words):
        self.wrong += 1
        print(*words)

    def run(self, arguments, charset="C.UTF-8"):
        done = subprocess.run(
            [self.program, "--config", "/dev/null", "--db", self.database,
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            check=False, env={**os.environ, "LC_ALL": charset})
        self.outputs += 1
        # doctor has things to say of a database without a configuration.
        if done.returncode not in ((0, 1) if arguments[0] != "doctor"
                                   else (0, 65)):
            self.say(arguments, "status", done.returncode, done.stderr[-300:])
        try:
            text = done.stdout.decode("utf-8")
        except UnicodeDecodeError:
            self.say(arguments, "is not UTF-8")
            text = done.stdout.decode("utf-8", "replace")
        found = BAD.search(
            text[1:] if "--bom" in arguments else text) or BAD.search(done.stderr.decode("utf-8"))
        if found:
            self.say(arguments, "has", repr(found.group()))
        return text

    def read_csv(self, arguments):
        text = self.run([*arguments, "--format", "csv"])
        rows = list(csv.reader(io.StringIO(text)))
        for row in rows:
            if len(row) != len(rows[0]):
                self.say(arguments, "has a row of", len(row), "cells")
            for cell in row:
                if FORMULA.match(cell) and not NUMBER.match(cell):
                    self.say(arguments, "has a formula", cell[:40])
        return rows, text


def check_tables(check):
    for arguments in COMMANDS:
        for charset in ("C.UTF-8", "C"):
            text = check.run([*arguments, *(
                [] if arguments[0] in ("digest", "quarantine") else ["--all"])],
                charset)
            if charset == "C" and not text.isascii():
                check.say(arguments, "is not ASCII")
    for number in range(1, 2 * len(TEXTS) + 1):
        check.run(["show", str(number)])
        check.run(["show", str(number), "--format", "csv"])
        json.loads(check.run(["show", str(number), "--format", "json"]))


def check_rows(check):
    for command in ROWS:
        for more in ([[], ["--tls"]] if command == "export" else [[]]):
            arguments = [command, *more,
                         *([] if command == "quarantine" else ["--all"])]
            check.read_csv(arguments)
            json.loads(check.run([*arguments, "--format", "json"]))
            for line in check.run(
                    [*arguments, "--format", "jsonl"]).splitlines():
                json.loads(line)


def check_sqlite(check, folder):
    """SQLite's .import gives back the cells that Python's csv reads."""
    if shutil.which("sqlite3") is None:
        print("skipped: there is no sqlite3 here")
        return
    rows, text = check.read_csv(["export", "--all"])
    path = os.path.join(folder, "export.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    database = os.path.join(folder, "imported.db")
    subprocess.run(["sqlite3", database, ".mode csv", f".import {path} t"],
                   check=True)
    with sqlite3.connect(database) as connection:
        back = connection.execute("SELECT * FROM t").fetchall()
    if [list(row) for row in back] != rows[1:]:
        check.say("SQLite's .import has other cells")


def convert(office, folder, path, target):
    """path as a spreadsheet, or a spreadsheet as CSV: UTF-8, commas, quotes,
    and every column as what it looks like, but no formulas."""
    home = "-env:UserInstallation=file://" + os.path.join(folder, "office")
    subprocess.run(
        [office, home, "--headless", "--convert-to",
         target if target == "xlsx" else
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
         *(["--infilter=Text - txt - csv (StarCalc):44,34,76,1"]
           if target == "xlsx" else []),
         "--outdir", os.path.join(folder, target), path],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(folder, target, name + "." + target)


def check_office(check, folder):
    """LibreOffice makes a spreadsheet of it, and the same cells come back."""
    office = shutil.which("soffice")
    if office is None:
        print("skipped: there is no LibreOffice here")
        return
    for name, arguments in (("list", ["list", "--all", "--bom"]),
                            ("export", ["export", "--all"]),
                            ("tls", ["export", "--all", "--tls"])):
        rows, text = check.read_csv(arguments)
        path = os.path.join(folder, name + ".csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        sheet = convert(office, folder, path, "xlsx")
        with open(convert(office, folder, sheet, "csv"), encoding="utf-8",
                  newline="") as file:
            back = list(csv.reader(file))
        rows[0][0] = rows[0][0].lstrip("\ufeff")
        print("LibreOffice:", name, len(back), "rows of", len(rows))
        for mine, theirs in zip(rows, back, strict=True):
            for cell, other in zip(mine, theirs):
                # A cell of a spreadsheet holds 32767 characters.
                if cell[:32767] != other.lstrip("\ufeff")[:32767] \
                        and cell.upper() != other:
                    check.say("LibreOffice:", name, repr(cell[:60]),
                              repr(other[:60]))


# --- pages, and what looks at reports and databases ---

class Page(html.parser.HTMLParser):
    """What a browser would make of a page: its elements and attributes."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.script = False

    def handle_starttag(self, tag, attrs):
        self.script = tag == "script"
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower() \
                    .startswith("javascript:"):
                self.found.append((tag, name, value))

    def handle_data(self, data):
        if self.script and "alert(1)" in data:
            self.found.append(("script", data[:40]))
        self.script = False


def check_pages(check, folder):
    for charset in ("C.UTF-8", "C"):
        text = check.run(["html", "--all", "--output", "-"], charset)
        page = Page()
        page.feed(text)
        if "alert(1)" not in text or page.found or "<script>alert" in text:
            check.say("html:", page.found[:3] or "text is missing, or markup")
    pages = os.path.join(folder, "pages") + "/"
    check.run(["html", "--all", "--output", pages])
    for name in os.listdir(pages):
        with open(os.path.join(pages, name), encoding="utf-8") as file:
            text = file.read()
        page = Page()
        page.feed(text)
        if page.found or BAD.search(text):
            check.say("html:", name, page.found[:3], BAD.search(text))


def check_lookers(check, folder, reports):
    for charset in ("C.UTF-8", "C"):
        for arguments in (["check", reports], ["doctor"],
                          ["digest", "--all", "--to", "a@b.example"],
                          ["prune", "--older-than", "1d"]):
            text = check.run(arguments, charset)
            if charset == "C" and not text.isascii():
                check.say(arguments, "is not ASCII")
    check.read_csv(["check", reports])
    json.loads(check.run(["check", reports, "--format", "json"]))
    # Names of files are somebody else's, too.
    name = os.path.join(folder, "\x1b[31m\u202e=1\n.xml")
    shutil.copy(os.path.join(reports, "escape.xml"), name)
    for arguments in (["check", name], ["import", name], ["list", "--all"]):
        check.run(arguments)
    strange = Check(check.program, name + ".db")
    strange.run(["import", reports])
    for arguments in (["doctor"], ["summary", "--all"]):
        strange.run(arguments)
    check.wrong += strange.wrong
    check.outputs += strange.outputs


def main():
    with tempfile.TemporaryDirectory() as folder:
        reports = os.path.join(folder, "reports")
        os.mkdir(reports)
        write_reports(reports)
        check = Check(sys.argv[1], os.path.join(folder, "r.db"))
        check.run(["import", reports])
        if len(check.read_csv(["list", "--all"])[0]) < 2 * len(TEXTS) - 3:
            check.say("few of the reports were taken")
        check_tables(check)
        check_rows(check)
        check_sqlite(check, folder)
        check_office(check, folder)
        check_pages(check, folder)
        check_lookers(check, folder, reports)
    print(check.outputs, "outputs,", check.wrong, "wrong")
    return 0 if check.wrong == 0 else 1


sys.exit(main())
