#!/usr/bin/env python3
"""Holds what the program makes of a corpus of real reports against what two
other readers found in it, and against what the corpus says of each file.

usage: compare.py CHECK.jsonl CORPUS-DIR EXCEPTIONS

CHECK.jsonl is what 'reports check --format jsonl' printed. In CORPUS-DIR stand

MANIFEST.tsv           path, ..., kind (4th), status (5th: valid, odd, broken)
stdlib-oracle.tsv      a row a report: path, member, ok or error, type,
parsedmarc-oracle.tsv  organisation or error, report id, begin, end, policy
                       domain, rows, sum of counts or ok/failed sessions
synth.tsv              path, kind, "accept: org=... id=... rows=N", "reject: ..."

Prints tables and a line for each difference, and fails if there is one that no
exception names: a line "REASON WORDS" with the reason or flag under which the
program reads less than another reader.
"""
import collections
import json
import re
import sys

REPORTS = ("dmarc", "tlsrpt")


def rows_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")[1:]
    return [line.split("\t") for line in lines if "\t" in line]


class Corpus:
    def __init__(self, check, folder, exceptions):
        self.folder = folder.rstrip("/") + "/"
        self.found = collections.defaultdict(list)
        with open(check, encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                path = row["path"].removeprefix(self.folder)
                self.found[path.split(": message ")[0]].append(row)
        self.allowed = {}
        with open(exceptions, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    reason, words = line.split(None, 1)
                    self.allowed[reason] = words.strip()
        self.differences = 0

    def rows(self, name):
        return rows_of(self.folder + name)

    def reports(self, path):
        return [row for row in self.found[path] if row["kind"] in REPORTS]

    def codes(self, path):
        """What stands in for an exception: reasons and flags."""
        codes = {row["reason"] for row in self.found[path]}
        for row in self.found[path]:
            codes |= set(row["flags"])
        return sorted(codes & self.allowed.keys())

    def differ(self, path, words):
        self.differences += 1
        print(f"DIFFERENT: {path}: {words}: we have",
              [(row["kind"], row["outcome"], row["reason"], row["report_id"], row["records"],
                row["messages"]) for row in self.found[path]])


def count_of(row):
    if row["kind"] == "dmarc":
        return str(row["messages"])
    return f'{row["sessions_successful"]}/{row["sessions_failed"]}'


def by_status(corpus):
    """The outcome of each file against its status."""
    table = collections.Counter()
    for row in corpus.rows("MANIFEST.tsv"):
        path, kind, status = row[0], row[3], row[4]
        ours = corpus.found[path]
        outcomes = {f'{found["kind"]} {found["outcome"]}' for found in ours}
        table[kind, status, " + ".join(sorted(outcomes))] += 1
        if not ours:
            corpus.differ(path, "no outcome at all")
        elif kind == "ruf-eml":
            if outcomes != {"failure ok"}:
                corpus.differ(path, "a failure report")
        elif kind == "xsd":
            if outcomes != {"none no-report"}:
                corpus.differ(path, "no report")
        elif kind == "other":
            pass  # some hold a report all the same, packed oddly
        elif status == "broken":
            if any(found["outcome"] == "ok" for found in ours):
                corpus.differ(path, "broken, and nothing said")
        elif not corpus.reports(path) and not corpus.codes(path):
            corpus.differ(path, f"{status} {kind}")
    print(f'{"files":>6} {"kind":16} {"status":8} outcome')
    for (kind, status, outcome), count in sorted(table.items()):
        print(f"{count:6} {kind:16} {status:8} {outcome}")


def by_oracle(corpus, name, id_of, may_have_less):
    """Reports that another reader reads, one by one."""
    table = collections.Counter()
    read, files = set(), set()
    for row in corpus.rows(name):
        if len(row) < 11 or row[2] != "ok":
            continue
        path, want = row[0], (row[5].strip(), row[9], row[10])
        reports = corpus.reports(path)
        files.add(path)
        if reports:
            read.add(path)
        same_id = [found for found in reports if id_of(found["report_id"]) == id_of(want[0])]
        if any((str(found["records"]), count_of(found)) == want[1:] for found in same_id):
            table["same"] += 1
        elif may_have_less and any(found["records"] > int(want[1]) for found in same_id):
            table["it drops rows that we keep"] += 1
        elif corpus.codes(path):
            table[corpus.codes(path)[0]] += 1
        else:
            corpus.differ(path, f"{name}: {want}")
            table["DIFFERENT"] += 1
    print(f"{name}: {len(read)} of the {len(files)} files that it reads are read")
    total = sum(table.values())
    for what, count in table.most_common():
        print(f"{count:6} {what} {corpus.allowed.get(what, '')}")
    print(f"{total:6} reports, {100 * table['same'] / total:.2f} % the same")
    return files, read


def missing_fields(corpus, well_formed):
    """What parsedmarc rejects for a field that is not there."""
    rejected = {row[0] for row in corpus.rows("parsedmarc-oracle.tsv")
                if row[2] != "ok" and re.search("issing", row[4])}
    stored = {path for path in rejected & well_formed if corpus.reports(path)}
    print(f"{len(rejected)} files are rejected by parsedmarc for a missing field; "
          f"{len(rejected & well_formed)} of them are well-formed, {len(stored)} of these stored")
    for path in sorted(rejected & well_formed - stored):
        if not corpus.codes(path):
            corpus.differ(path, "a field is missing, and it is not stored")


def meets(want, ours, reports):
    """Whether what we have is what a judgement in words asks for."""
    if not reports:
        return ("reject" in want or want.startswith("broken")) and all(row["reason"] for row in ours)
    if want.startswith("reject") and "accept" not in want:
        return False
    number = re.match(r"accept: (\d+) reports", want)
    if number:
        return len(reports) == int(number[1])
    identity = re.search(r"org=(.*?) id=(\S+) (?:rows|policies)=(\d+)", want)
    row = reports[0]
    return not identity or identity.groups() == (
        row["organization"], row["report_id"], str(row["records"]))


def by_hand(corpus):
    """Hard cases with a judgement."""
    table = collections.Counter()
    for path, _, want, *_ in corpus.rows("synth.tsv"):
        reports = corpus.reports(path)
        table[re.match("[a-z]+", want)[0], "read" if reports else "not read"] += 1
        if not meets(want, corpus.found[path], reports):
            corpus.differ(path, want)
    for (word, what), count in sorted(table.items()):
        print(f"{count:6} to {word}: {what}")


def main():
    corpus = Corpus(*sys.argv[1:4])
    by_status(corpus)
    files, read = by_oracle(corpus, "stdlib-oracle.tsv", lambda text: text, False)
    # This one cuts an id at its @, and takes off its brackets.
    more, also = by_oracle(corpus, "parsedmarc-oracle.tsv",
                           lambda text: text.strip("<> \n").split("@")[0], True)
    unread = (files | more) - (read | also)
    print(f"{len(read | also)} of {len(files | more)} files that either reads are read")
    for path in sorted(unread):
        print(f"not read: {path}: {corpus.codes(path)}")
        if not corpus.codes(path):
            corpus.differ(path, "not read")
    missing_fields(corpus, files)
    by_hand(corpus)
    print(f"{corpus.differences} differences")
    return corpus.differences > 0


sys.exit(main())
