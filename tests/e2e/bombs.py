#!/usr/bin/env python3
"""Inputs that are made to cost more than they are: each ends with its own
reason, and none takes more memory than a report may.

usage: bombs.py PROGRAM [MEGABYTES]

MEGABYTES is what the largest process may take; without it that is only
printed, with the processor time.
"""
import base64
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib

MB = 1 << 20
MAIL = b"From: a@sender.example\nContent-Type: "
MIXED = MAIL + b"multipart/mixed; boundary=b\n\n"
META = (b"<report_metadata><org_name>o</org_name><report_id>1</report_id>"
        b"<date_range><begin>1767225600</begin><end>1767311999</end>"
        b"</date_range></report_metadata>"
        b"<policy_published><domain>example.org</domain></policy_published>")


def inflating(size, filler=b" "):
    """A gzip of so many bytes, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = filler * MB
    out = [packer.compress(b"<feedback>")]
    out += [packer.compress(piece) for _ in range(size // MB)]
    return b"".join(out) + packer.flush()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


def dmarc(record):
    row = b"<row><source_ip>192.0.2.1</source_ip><count>1</count>%s</row>%s"
    return b"<feedback>" + META + b"<record>" + row % record + b"</record></feedback>"


def tls(policies):
    return b'{"report-id":"1","policies":[' + policies + b"]}"


def attached(data):
    return (b"--b\nContent-Type: application/gzip\n"
            b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(data))


def dear_bomb():
    """Unpacks to 200 times its size, which is allowed once."""
    noise = zlib.compress(bytes(range(256)) * 9)  # any bytes, always the same
    return gzip.compress(b"".join(noise[i % 40:] * 90 + b" " * 1500000 for i in range(24)), 9)


ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 10))
# The reason or note, and what makes the input: not yet, as it is large.
BOMBS = [
    ("limit-ratio", lambda: inflating(200 * MB)),
    ("limit-ratio", lambda: zipped([("a.xml", b"<feedback>" + b" " * (200 * MB))])),
    ("limit-unpacked", lambda: inflating(1024 * MB)),
    ("limit-unpacked", lambda: MIXED + attached(dear_bomb()) * 150 + b"--b--\n"),
    ("limit-nesting", lambda: gzip.compress(gzip.compress(gzip.compress(b"<feedback/>")))),
    ("limit-members", lambda: zipped([(f"{i}.xml", b"<feedback/>") for i in range(101)])),
    ("limit-messages", lambda: gzip.compress((b"From a\n" + MAIL + b"text/plain\n\n\n") * 10001)),
    ("limit-unpacked", lambda: gzip.compress(MAIL + b"text/plain\n\n" + b" " * (51 * MB), 1)),
    ("xml-doctype", lambda: (b'<!DOCTYPE feedback [<!ENTITY e0 "lol">' + ENTITIES +
                            b"]><feedback>&e9;</feedback>")),
    ("limit-depth", lambda: b"<feedback>" + b"<a>" * 100000),
    ("limit-attributes", lambda: b"<feedback " + b" ".join(b'a%d=""' % i for i in range(101)) + b"/>"),
    ("limit-markup", lambda: b"<feedback " + b"a" * (50 * MB) + b">"),
    ("limit-records", lambda: b"<feedback>" + META + b"<record/>" * 250001 + b"</feedback>"),
    ("limit-dkim", lambda: dmarc((b"", b"<auth_results>" + b"<dkim><domain>a.b</domain></dkim>" * 100000
                                 + b"</auth_results>"))),
    ("limit-spf", lambda: dmarc((b"", b"<auth_results>" + b"<spf><domain>a.b</domain></spf>" * 51
                                + b"</auth_results>"))),
    ("limit-reasons", lambda: dmarc((b"<policy_evaluated>" + b"<reason><type>x</type></reason>" * 51
                                    + b"</policy_evaluated>", b""))),
    ("json-depth", lambda: b'{"policies":' + b"[" * 100000 + b"]" * 100000 + b"}"),
    ("limit-json", lambda: tls(b"{}," * (2 * MB) + b"{}")),
    ("limit-policies", lambda: tls(b"{}," * 10000 + b"{}")),
    ("limit-failures", lambda: tls(b'{"failure-details":[' + b"0," * 100000 + b"0]}")),
    ("limit-strings", lambda: tls(b'{"policy-string":[' + b'"a",' * 1000 + b'"a"]}')),
    ("limit-parts", lambda: MIXED + b"--b\n\nx\n" * 60000),
    ("limit-mime-depth", lambda: MAIL + b"".join(
          b"multipart/mixed; boundary=b%d\n\n--b%d\nContent-Type: " % (i, i) for i in range(1000))),
    ("limit-message-depth", lambda: MAIL + b"message/rfc822\n\nContent-Type: " * 1000),
    ("limit-header", lambda: MAIL + b"text/plain\n" + (b"X-Field: " + b"x" * 990 + b"\n") * 52000),
    ("limit-header", lambda: MAIL + b"text/plain\nX-Field: " + b"x" * (50 * MB)),
]


def make(data, path):
    """Writes it in another process, whose memory is not that of the program."""
    pid = os.fork()
    if pid == 0:
        with open(path, "wb") as file:
            file.write(data())
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(f"cannot make {path}")


def check(program, path):
    """The rows, the largest process in MB and the processor's seconds."""
    with subprocess.Popen([program, "check", "--format", "jsonl", path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        out, said = run.stdout.read(), run.stderr.read()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    rows = [json.loads(line) for line in out.splitlines()]
    return (rows, run.returncode, said.decode(), usage.ru_maxrss / 1024,
            usage.ru_utime + usage.ru_stime)


def files(folder):
    """What is refused before it is read: a file, and folders in folders."""
    large = os.path.join(folder, "large")
    os.makedirs(large)
    with open(os.path.join(large, "file"), "wb") as file:
        file.truncate(193 * MB)
    yield "limit-file", large
    deep = os.path.join(folder, "deep")
    os.makedirs(os.path.join(deep, *["d"] * 65))
    yield "limit-folders", deep


def main():
    program, limit = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for want, data in BOMBS:
            path = os.path.join(folder, "bomb")
            make(data, path)
            rows, status, said, peak, seconds = check(program, path)
            reasons = {row["reason"] for row in rows}.union(*(row["flags"] for row in rows))
            print(f"{want:20} {os.path.getsize(path) / MB:7.2f} MB in, {peak:4.0f} MB, {seconds:.2f} s")
            if want not in reasons or status not in (0, 65):
                failures += 1
                print(f"  is {reasons}, status {status}: {said}")
            if limit and peak > limit:
                failures += 1
                print(f"  takes more than {limit:.0f} MB")
        for want, path in files(folder):
            rows, status, said, peak, seconds = check(program, path)
            print(f"{want:20} {peak:4.0f} MB, {seconds:.2f} s: {said.strip()[:100]}")
            if rows or status == 0:
                failures += 1
                print(f"  is {rows}, status {status}")
    return failures > 0


sys.exit(main())
