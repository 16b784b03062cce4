#!/usr/bin/env python3
"""Holds what the program makes of a corpus of real reports against what an
independent reader found in it.

usage: compare.py CHECK.jsonl ORACLE.tsv CORPUS-DIR [EXCEPTIONS]

CHECK.jsonl is what 'reports check --format jsonl' printed. ORACLE.tsv has a
row a report: path, member, result, type, organisation, report id, begin, end,
policy domain, rows, sum of counts or ok/failed sessions. Prints a table, a
line for each difference, and fails if any differs that no exception names.
An exception is a line "REASON WORDS": the reason code with which the program
does not read what the oracle reads.
"""
import collections
import json
import sys


def read_oracle(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        next(file)
        for line in file.read().split("\n"):
            row = line.split("\t")
            if len(row) > 10 and row[2] == "ok":
                yield row


def key_of_check(row):
    if row["kind"] == "dmarc":
        count = str(row["messages"])
    else:
        count = f'{row["sessions_successful"]}/{row["sessions_failed"]}'
    return (row["report_id"], str(row["records"]), count)


def main():
    check, oracle, corpus = sys.argv[1:4]
    allowed = {}
    if len(sys.argv) > 4:
        with open(sys.argv[4], encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    reason, words = line.split(None, 1)
                    allowed[reason] = words.strip()
    found = collections.defaultdict(list)
    with open(check, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found[row["path"].removeprefix(corpus.rstrip("/") + "/")].append(row)

    table = collections.Counter()
    failed = 0
    for row in read_oracle(oracle):
        path, want = row[0], (row[5].strip(), row[9], row[10])
        ours = found.get(path, [])
        reports = [r for r in ours if r["kind"] in ("dmarc", "tlsrpt")]
        reasons = {r["reason"] for r in ours if r["reason"]}
        flags = {flag for r in ours for flag in r["flags"]}
        if want in map(key_of_check, reports):
            table["same"] += 1
        elif reports and flags & allowed.keys():
            table[sorted(flags & allowed.keys())[0]] += 1
        elif not reports and reasons & allowed.keys():
            table[sorted(reasons & allowed.keys())[0]] += 1
        else:
            table["DIFFERENT"] += 1
            failed = 1
            print(f"{path}: oracle {want}, we", [key_of_check(r) for r in reports], sorted(reasons))
    total = sum(table.values())
    for name, count in table.most_common():
        print(f"{count:6} {name:18} {allowed.get(name, '')}")
    print(f"{total:6} reports that the other reader reads; "
          f"{100 * table['same'] / total:.2f} % the same")
    return failed


sys.exit(main())
