#!/usr/bin/env python3
"""--resolve against a DNS server on loopback that is not always kind, and that
nothing else asks it.

usage: resolve.py PROGRAM
"""
import csv
import io
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading

PROGRAM = os.path.realpath(sys.argv[1])
AT_ONCE = 50  # MAX_RESOLVE_AT_ONCE
failed = False


def check(is_right, what):
    global failed
    if not is_right:
        failed = True
        print("wrong:", what)


def wire(*labels):
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def reverse(address):
    if ":" not in address:
        return ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    digits = socket.inet_pton(socket.AF_INET6, address).hex()
    return ".".join(reversed(digits)) + ".ip6.arpa"


NAMES = {
    "192.0.2.1": wire(b"mx", b"example", b"org"),
    "2001:db8::25": wire(b"six", b"example", b"org"),
    # What a terminal would obey, what a spreadsheet would, a newline.
    "192.0.2.3": wire(b"\x1b[31m\x07red", b"evil\n", b"example"),
    "192.0.2.4": wire(b"=cmd|'x'!A0", b"example"),
    "192.0.2.5": wire(b"l" * 63, b"o" * 63, b"n" * 63, b"g" * 61),
    "192.0.2.8": wire(b"\xff\xfe\x9b", b"example"),
}
MISSING, SILENT, BROKEN, FALSE = (
    "192.0.2.2", "192.0.2.6", "192.0.2.7", "192.0.2.9")
QUIRKS = {reverse(a): a for a in (MISSING, SILENT, BROKEN, FALSE)}
ANSWERS = {reverse(a): name for a, name in NAMES.items()}


class Server(threading.Thread):
    """Answers by the tables above; holds back the first answers until so
    many queries wait."""

    def __init__(self, hold=0):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.hold, self.queries, self.most, self.ended = hold, [], 0, False
        self.start()

    def answer(self, query, peer):
        ident = query[:2]
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question, name = query[12:at + 5], ".".join(labels).lower()
        quirk = QUIRKS.get(name)
        if quirk == SILENT:
            return
        if quirk == BROKEN:
            reply = ident + b"\x81\x80\0\1\0\x09\0\0\0\0" + question + b"\xc0"
        elif quirk == FALSE:  # the answer to another query
            reply = (bytes([ident[0] ^ 1, ident[1]])
                     + b"\x81\x80\0\1\0\0\0\0\0\0" + question)
        elif name in ANSWERS:
            data = ANSWERS[name]
            reply = (ident + b"\x81\x80\0\1\0\1\0\0\0\0" + question
                     + b"\xc0\x0c\0\x0c\0\1\0\0\0\x3c"
                     + struct.pack(">H", len(data)) + data)
        else:
            reply = ident + b"\x81\x83\0\1\0\0\0\0\0\0" + question
        self.socket.sendto(reply, peer)

    def run(self):
        waiting = []
        while not self.ended:
            # With nothing more to come, the rest is answered.
            if not select.select([self.socket], [], [], 0.3)[0]:
                self.most = max(self.most, len(waiting))
                for query, peer in waiting:
                    self.answer(query, peer)
                waiting = []
                continue
            query, peer = self.socket.recvfrom(4096)
            self.queries.append((query[:2], query[12:]))
            waiting.append((query, peer))
            if self.hold == 0:
                self.answer(*waiting.pop())

    def end(self):
        self.ended = True
        self.join()
        self.socket.close()
        return self.queries


def report(addresses, domain="example.org"):
    rows = "".join(f"""<record><row><source_ip>{a}</source_ip>
<count>{len(addresses) - i}</count><policy_evaluated>
<disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>
</policy_evaluated></row><identifiers><header_from>{domain}</header_from>
<envelope_from>{domain}</envelope_from></identifiers><auth_results>
<spf><domain>{domain}</domain><result>fail</result></spf></auth_results>
</record>""" for i, a in enumerate(addresses))
    return f"""<?xml version="1.0"?><feedback><report_metadata>
<org_name>Receiver</org_name><email>dmarc@receiver.example</email>
<report_id>{domain}</report_id><date_range><begin>1773014400</begin>
<end>1773100799</end></date_range></report_metadata><policy_published>
<domain>{domain}</domain><p>none</p></policy_published>{rows}</feedback>"""


def world(folder, port, *reports):
    """A database and a configuration that names the server."""
    with open(f"{folder}/conf", "w") as conf:
        conf.write("[domains]\nown = example.org example.net\n"
                   f"[resolve]\nservers = 127.0.0.1:{port}\n")
    paths = []
    for i, text in enumerate(reports):
        paths.append(f"{folder}/{i}.xml")
        with open(paths[-1], "w") as file:
            file.write(text)
    return run(folder, "import", *paths)


def run(folder, *arguments, columns="80"):
    done = subprocess.run(
        [PROGRAM, "--config", f"{folder}/conf", "--db", f"{folder}/db",
         *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=60, check=False, env=dict(os.environ, LC_ALL="C.UTF-8", COLUMNS=columns))
    return done.returncode, done.stdout, done.stderr.decode()


def names_of(output):
    return {row["source_ip"]: row["ptr"]
            for row in csv.DictReader(io.StringIO(output.decode()))}


SENDERS = ("senders", "--all", "--by", "source")
FAILURES = ("failures", "--all", "--by", "source")
ALL = [*NAMES, MISSING, BROKEN]

# Nothing is asked by anything else.
with tempfile.TemporaryDirectory() as folder:
    server = Server()
    check(world(folder, server.port, report(ALL),
                report(ALL, "example.net"))[0] == 0, "import")
    for command in (SENDERS, FAILURES, ("summary",), ("list",), ("show", "1"),
                    ("export", "--all"), ("leaks",), ("tls",), ("doctor",),
                    ("failures", "--source", "192.0.2.1"),
                    ("digest", "--all"), ("html", "--output", "-"),
                    ("check", f"{folder}/0.xml")):
        status, out, err = run(folder, *command)
        check(status in (0, 1, 65) and out, f"{command}: {status} {err}")
    for command in (("senders", "--resolve"),
                    ("failures", "--by", "day", "--resolve"),
                    ("summary", "--resolve"),
                    (*SENDERS, "--resolve", "--sort", "ptr")):
        check(run(folder, *command)[0] == 64, f"{command} is refused")
    check(server.queries == [], "queries without --resolve")
    check(set(names_of(run(folder, *SENDERS, "--format", "csv")[1])
              .values()) == {""}, "the column without --resolve")

    # Each address once, however many rows have it.
    for command in (SENDERS, FAILURES):
        del server.queries[:]
        status, out, err = run(folder, *command, "--resolve", "--format",
                               "csv")
        names = names_of(out)
        asked = {question for _, question in server.queries}
        check(status == 0, f"{command}: {err}")
        check(set(names) == set(ALL), "every address is there")
        check(len(asked) == len(ALL), f"{len(asked)} addresses asked for")
        check(len({i for i, _ in server.queries}) == len(ALL),
              "an address was asked for twice")
        check(names["192.0.2.1"] == "mx.example.org", names["192.0.2.1"])
        check(names["2001:db8::25"] == "six.example.org", "IPv6")
        check(names["192.0.2.5"].startswith("l" * 63 + "." + "o" * 63),
              "a name of 255 bytes: " + names["192.0.2.5"])
        check(names[MISSING] == "" and names[BROKEN] == "", "no name")
        check(not names["192.0.2.4"].startswith("="), "a formula")
        for form in ("table", "csv", "json", "jsonl"):
            out = run(folder, *command, "--resolve", "--format", form,
                      columns="300")[1]
            text = out.decode()  # is UTF-8
            check(not any(ord(c) < 32 and c != "\n" or 126 < ord(c) < 160
                          for c in text), f"{form}: control characters")
            check("mx.example.org" in text, f"{form}: no name in it")
            if form == "json":
                check({r["source_ip"]: r["ptr"] for r in json.loads(out)}
                      [MISSING] is None, "json: null")

    # The page about one address asks for that one.
    for address, said in (("192.0.2.1", "it calls itself mx.example.org"),
                          (MISSING, "it has no name")):
        del server.queries[:]
        status, out, err = run(folder, "failures", "--all", "--source",
                               address, "--resolve")
        check(status == 0 and said in out.decode().splitlines(), out)
        check(len(server.queries) == 1 and err == "", err)

    # What is not shown is not asked for, sorted or not.
    for extra in ((), ("--sort", "messages:asc")):
        for command in (SENDERS, FAILURES):
            del server.queries[:]
            status, out, err = run(folder, *command, "--resolve", "--limit",
                                   "1", *extra, "--format", "csv")
            check(status == 0 and len(server.queries) == 1,
                  f"--limit 1: {len(server.queries)} queries")
    server.end()

# Silence, and an answer that is none, cost a bounded time and are said.
with tempfile.TemporaryDirectory() as folder:
    server = Server()
    world(folder, server.port, report(["192.0.2.1", SILENT, FALSE]))
    status, out, err = run(folder, *FAILURES, "--resolve", "--format", "csv")
    check(status == 0 and names_of(out) == {
        "192.0.2.1": "mx.example.org", SILENT: "", FALSE: ""}, out)
    check("of 3 addresses, 2 got no proper answer" in err, err)
    check(len(server.end()) == 5, "each is sent twice at most")
    # And nobody there.
    status, out, err = run(folder, *FAILURES, "--resolve", "--format", "csv")
    check(status == 0 and set(names_of(out).values()) == {""}, out)
    check("of 3 addresses, 3 got no proper answer" in err, err)

# Many at a time, and no more than the limit.
with tempfile.TemporaryDirectory() as folder:
    server = Server(hold=1)
    many = [f"198.51.100.{i}" for i in range(1, 121)]
    world(folder, server.port, report(many))
    status, out, err = run(folder, *SENDERS, "--resolve", "--format", "csv")
    check(status == 0 and err == "", err)
    check(len(server.end()) == len(many), "each address once")
    check(server.most == AT_ONCE, f"{server.most} queries at a time")

# Servers that are none.
with tempfile.TemporaryDirectory() as folder:
    for port in ("0", "65536", "53x", ""):
        check(world(folder, port, report(many[:1]))[0] == 78,
              f"port '{port}' is refused")

sys.exit(failed)
