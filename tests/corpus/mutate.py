#!/usr/bin/env python3
"""Breaks reports in every way at hand and looks at what the program makes of
them: it always ends by itself, has an outcome for each, a reason for each
that it does not read, and never more records, messages or sessions than the
report had.

usage: mutate.py PROGRAM FILE-OR-FOLDER...

Works on XML and JSON as bytes, without parsing them.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

TAG = re.compile(rb"<([A-Za-z_]+)>([^<>]*)</\1>")
BLOCK = re.compile(rb"<(row|identifiers|auth_results|policy_evaluated|report_metadata"
                   rb"|policy_published|date_range|record|dkim|spf|reason)>.*?</\1>", re.S)
KEY = re.compile(rb'"([a-z-]+)"\s*:\s*("[^"]*"|\d+(?![\d.eE]))')


ENCODINGS = (("utf-16-le", b""), ("utf-16-be", b""), ("utf-16-le", b"\xff\xfe"),
             ("utf-16-be", b"\xfe\xff"), ("utf-32-le", b"\xff\xfe\0\0"),
             ("utf-32-be", b"\0\0\xfe\xff"), ("utf-8", b"\xef\xbb\xbf"))


def recode(data):
    """In other encodings; nothing for what cannot be decoded."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return
    if re.search(r"<\?xml[^>]*encoding=.(?!utf-8)", text, re.I):
        return
    for name, mark in ENCODINGS:
        yield "encoding", mark + text.encode(name), True
    yield "half a character", b"\xff\xfe" + text.encode("utf-16-le")[:-1], False


def recase(match):
    return b"<" + match[1] + b">" + match[2].upper() + b"</" + match[1] + b">"


def xml_mutations(data, rng):
    """Yields (name, bytes, is_same): is_same when nothing is lost."""
    for match in list(TAG.finditer(data))[:60]:
        before, after = data[:match.start()], data[match.end():]
        tag = match[1]
        yield "drop", before + after, False
        yield "empty", before + b"<" + tag + b"/>" + after, False
        yield "start only", before + b"<" + tag + b">" + match[2] + after, False
        yield "cdata", (before + b"<" + tag + b"> <![CDATA[" + match[2] + b"]]>\n</" + tag +
                        b">" + after), b"&" not in match[2]
        yield "twice", before + match[0] + match[0] + after, False
        yield "words", before + b"<" + tag + b">no such word</" + tag + b">" + after, False
    for match in list(BLOCK.finditer(data))[:20]:
        yield "drop block", data[:match.start()] + data[match.end():], False
        if match[1] != b"record":  # twice as many would be right
            yield "block twice", data[:match.end()] + match[0] + data[match.end():], False
    yield from recode(data)
    pairs = list(re.finditer(rb"(<([a-z_]+)>[^<>]*</\2>)\s*(<([a-z_]+)>[^<>]*</\4>)", data))
    for match in pairs[:30]:
        yield "swap", (data[:match.start()] + match[3] + match[1] +
                       data[match.end():]), match[2] != match[4]
    results = rb"<(result|disposition|p|sp|adkim|aspf|scope)>([^<>]*)</\1>"
    yield "case of words", re.sub(results, recase, data), True
    if b"xmlns" not in data and b"encoding" not in data:
        yield "prefix", re.sub(rb"<(/?)([a-z_]+)([ >/])", rb"<\1n:\2\3", data).replace(
            b"<n:feedback", b'<n:feedback xmlns:n="urn:n"', 1), b"<![CDATA[" not in data
    yield "line ends", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), True
    yield "padding", re.sub(TAG, lambda m: b"<" + m[1] + b">\n\t" + m[2] + b" </" + m[1] + b">", data), True
    for cut in range(1024, len(data), 1024):
        yield "cut", data[:cut], False
    for junk in (b"\0", b"\xff", b"&", b"<", b"]]>", b"</record>", b"<!DOCTYPE a>"):
        at = rng.randrange(len(data))
        yield "junk", data[:at] + junk + data[at:], False
    yield "doctype", data.replace(b"<feedback", b"<!DOCTYPE feedback []><feedback", 1), False


def json_mutations(data, rng):
    yield from recode(data)
    for match in list(KEY.finditer(data))[:60]:
        before, after = data[:match.start(2)], data[match.end(2):]
        for value in (b"null", b"true", b"[]", b"{}", b'""', b"-1", b"1.5", b'"x"'):
            if not (match[2].isdigit() and value in (b'"x"',)):
                yield "value " + value.decode(), before + value + after, False
        yield "rename", data[:match.start()] + b'"no-such-key":' + match[2] + after, False
    for cut in range(200, len(data), 200):
        yield "cut", data[:cut], False
    for junk in (b"\0", b"\xff", b'"', b"}", b"]", b","):
        at = rng.randrange(len(data))
        yield "junk", data[:at] + junk + data[at:], False


def check(program, paths):
    run = subprocess.run([program, "check", "--format", "jsonl", *paths],
                         capture_output=True, timeout=600, check=False)
    if run.returncode not in (0, 65):
        sys.exit(f"the program ended with {run.returncode}: {run.stderr.decode()[-2000:]}")
    rows = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        row = json.loads(line)
        rows[row["path"]].append(row)
    return rows


def sums(rows):
    keys = ("records", "messages", "sessions_successful", "sessions_failed")
    return {key: sum(row[key] or 0 for row in rows) for key in keys}


def identity(rows):
    keys = ("kind", "report_id", "begin", "end", "domain", "records", "messages",
            "sessions_successful", "sessions_failed")
    return [[row[key] for key in keys] for row in rows]


def judge(name, is_same, ours, original):
    if not ours:
        return "has no outcome"
    for row in ours:
        if row["outcome"] in ("quarantined", "flagged") and not (row["reason"] and row["detail"]):
            return "has no reason"
    now, before = sums(ours), sums(original)
    # What was skipped may have been mended by chance.
    skipped = original[0]["skipped_records"]
    before["records"] += skipped
    for key in now:
        if now[key] > before[key] and (key == "records" or not skipped):
            return f"has more {key}: {now[key]} instead of {before[key]}"
    if is_same and identity(ours) != identity(original):
        return f"is not the same: {identity(ours)} instead of {identity(original)}"
    return None


def main():
    program, *roots = sys.argv[1:]
    files = []
    for root in roots:
        if os.path.isfile(root):
            files.append(root)
        for folder, _, names in sorted(os.walk(root)):
            files += sorted(os.path.join(folder, name) for name in names)
    originals = check(program, files)
    table, failures, total = collections.Counter(), 0, 0
    for path in files:
        original = originals[path]
        if len(original) != 1 or original[0]["kind"] not in ("dmarc", "tlsrpt"):
            continue
        with open(path, "rb") as file:
            data = file.read()
        start = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        if start not in (b"<", b"{") or len(data) > 20000:
            continue  # packed, or a mail; large ones cost time and show no more
        make = xml_mutations if start == b"<" else json_mutations
        with tempfile.TemporaryDirectory() as folder:
            kept = {}
            for i, (name, changed, is_same) in enumerate(make(data, random.Random(1))):
                place = os.path.join(folder, f"{i:06}")
                with open(place, "wb") as file:
                    file.write(changed)
                kept[place] = (name, is_same)
            found = check(program, [folder])
            for place, (name, is_same) in kept.items():
                ours = found.get(place, [])
                for row in ours or [{"outcome": "NONE"}]:
                    table[name, row["outcome"]] += 1
                wrong = judge(name, is_same, ours, original)
                total += 1
                if wrong:
                    failures += 1
                    print(f"{path}: {name} ({os.path.basename(place)}): {wrong}")
    names = sorted({name for name, _ in table})
    outcomes = ("ok", "flagged", "quarantined", "no-report")
    print(f'{"mutation":16}', *(f"{outcome:>12}" for outcome in outcomes))
    for name in names:
        print(f"{name:16}", *(f"{table[name, outcome]:12}" for outcome in outcomes))
    print(f"{total} mutations, {failures} wrong")
    return failures > 0 or total == 0


sys.exit(main())
