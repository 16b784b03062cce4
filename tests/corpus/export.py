#!/usr/bin/env python3
"""Holds the export, cell by cell, against another reader's rows.

usage: export.py PROGRAM CORPUS-DIR

CORPUS-DIR/parsedmarc-aggregate.csv and parsedmarc-smtp-tls.csv have the rows
that parsedmarc makes of some of the files there. What may differ is listed in
DIFFERENCES, each with the reason that docs/output.md gives for it.
"""
import csv
import ipaddress
import os
import subprocess
import sys
import tempfile
from collections import Counter

# What the corpus's README says cannot be compared.
NOT_COMPARED = {
    "corpus_path", "org_name", "source_country", "source_reverse_dns",
    "source_base_domain", "source_name", "source_type", "source_asn",
    "source_as_name", "source_as_domain",
}


# Reports that are refused here: a NUL in a text.
REFUSED = {"synth/tlsrpt-nul-escape.json"}


def left_out(theirs, ours):
    """Absent stays absent: nothing is filled in."""
    return ours == "" or (
        ours.count(",") == theirs.count(",")
        and all(mine in ("", their) for mine, their
                in zip(ours.split(","), theirs.split(","))))


def normal(address):
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


# What may differ, by the names that docs/output.md gives it.
DIFFERENCES = {
    "filled in": (
        {"adkim", "aspf", "sp", "envelope_from", "spf_scopes",
         "dkim_selectors", "policy_override_reasons",
         "policy_override_comments", "spf_results"}, left_out),
    "cut off": ({"report_id"},
                lambda theirs, ours: ours.strip("<>").split("@")[0] == theirs),
    "case": ({"dkim_selectors", "result_type"},
             lambda theirs, ours: theirs.lower() == ours.lower()),
    "words": ({"spf_results", "dkim_results"},
              lambda theirs, ours: (theirs, ours) in
              {("unknown", "temperror"), ("hardfail", "fail")}),
    "without a domain": ({"spf_results", "spf_scopes", "dkim_results"},
                         lambda theirs, ours: theirs == ""),
    "brackets": ({"org_email"},
                 lambda theirs, ours: ours.endswith(theirs.strip("<>"))),
    "mended": ({"header_from"}, lambda theirs, ours: theirs == ""),
    "its own errors": ({"errors"},
                       lambda theirs, ours: ours == ""
                       and theirs.startswith("Invalid XML")),
    "counted once": ({"failed_session_count"},
                     lambda theirs, ours: ours == ""),
    "details know their policy": (
        {"policy_domain", "policy_type", "policy_strings",
         "mx_host_patterns", "additional_info_uri"},
        lambda theirs, ours: theirs == ""),
    "of another policy": ({"policy_strings", "mx_host_patterns"},
                          lambda theirs, ours: ours == ""),
    "canonical": ({"begin_date", "end_date", "sending_mta_ip",
                   "receiving_ip"},
                  lambda theirs, ours: normal(theirs) == ours
                  or theirs + "Z" == ours),
}


def explain(column, theirs, ours):
    for name, (columns, may_differ) in DIFFERENCES.items():
        if column in columns and may_differ(theirs, ours):
            return name
    return None


def run(program, database, *arguments):
    done = subprocess.run(
        [program, "--config", "/dev/null", "--db", database, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        encoding="utf-8")
    return done.stdout


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(program, corpus, paths, *options):
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "r.db")
        run(program, database, "import",
            *[os.path.join(corpus, path) for path in paths])
        text = run(program, database, "export", "--all", *options)
    return list(csv.DictReader(text.splitlines()))


def by_key(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def first_of_each(rows, key):
    """Of reports with one key, the first is the one that is counted."""
    files = {}
    for row in rows:
        files.setdefault(key(row), row["corpus_path"])
    first = set(files.values()) - REFUSED
    return [row for row in rows if row["corpus_path"] in first
            and files[key(row)] == row["corpus_path"]]


def compare(theirs, ours, key, counts):
    wrong = []
    theirs, ours = by_key(theirs, key), by_key(ours, key)
    for name in theirs.keys() ^ ours.keys():
        wrong.append(("only one has", name))
    for name in theirs.keys() & ours.keys():
        if len(theirs[name]) != len(ours[name]):
            wrong.append(("rows of", name, len(theirs[name]), len(ours[name])))
        for their_row, our_row in zip(theirs[name], ours[name]):
            for column in their_row.keys() - NOT_COMPARED:
                pair = their_row[column], our_row[column]
                why = "equal" if pair[0] == pair[1] else explain(column, *pair)
                counts[why] += 1
                if why is None:
                    wrong.append((their_row["corpus_path"], column, *pair))
    return wrong


def without_host(report_id):
    return report_id.strip("<>").split("@")[0]


def check(program, corpus, name, key, options):
    counts = Counter()
    theirs = first_of_each(rows_of(os.path.join(corpus, name)), key)
    paths = list(dict.fromkeys(row["corpus_path"] for row in theirs))
    ours = export(program, corpus, paths, *options)
    expected = list(theirs[0])[1:]
    wrong = compare(theirs, ours, key, counts)
    if list(ours[0])[:len(expected)] != expected:
        wrong.append(("columns", list(ours[0])))
    print(f"{name}: {len(theirs)} rows, cells:",
          ", ".join(f"{count} {why}" for why, count in counts.most_common()))
    for one in wrong:
        print("  wrong:", *one)
    return not wrong


def main():
    program, corpus = sys.argv[1:]
    dmarc = check(
        program, corpus, "parsedmarc-aggregate.csv",
        lambda row: (without_host(row["report_id"]), row["domain"],
                     row["begin_date"], row["end_date"]), ())
    tls = check(
        program, corpus, "parsedmarc-smtp-tls.csv",
        lambda row: (row["organization_name"], row["report_id"]), ("--tls",))
    return 0 if dmarc and tls else 1


sys.exit(main())
