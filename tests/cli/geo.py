#!/usr/bin/env python3
"""[geo] mmdb: country and network beside addresses, from files that are
written here (MaxMind DB, format 2.0), whole and broken.

usage: geo.py PROGRAM
"""
import csv
import io
import ipaddress
import json
import os
import struct
import subprocess
import sys
import tempfile

PROGRAM = os.path.realpath(sys.argv[1])
failed = False


def check(is_right, what):
    global failed
    if not is_right:
        failed = True
        print("wrong:", what)


def control(kind, size):
    if size >= 29:
        assert size < 285
        first, more = 29, bytes([size - 29])
    else:
        first, more = size, b""
    if kind > 7:
        return bytes([first, kind - 7]) + more
    return bytes([kind << 5 | first]) + more


def pack(value):
    if isinstance(value, tuple):  # kind and size, where they matter
        kind, size, number = value
        return control(kind, size) + number.to_bytes(size, "big")
    if isinstance(value, bytes):
        return control(2, len(value)) + value
    if isinstance(value, str):
        return pack(value.encode())
    if isinstance(value, int):
        return control(6, 4) + struct.pack(">I", value)
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(pack, value))
    return control(7, len(value)) + b"".join(
        pack(k) + pack(v) for k, v in value.items())


def make(entries, version=6):
    """The bytes of a file; IPv4 lies in ::/96."""
    nodes, data, leaves = [[None, None]], b"", []
    for network, value in entries.items():
        net = ipaddress.ip_network(network)
        bits = int(net.network_address)
        length = net.prefixlen
        if version == 6 and net.version == 4:
            length += 96
        total = 128 if version == 6 else 32
        at = 0
        for i in range(length - 1):
            bit = bits >> (total - 1 - i) & 1
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        bit = bits >> (total - length) & 1
        nodes[at][bit] = -1 - len(data)
        data += pack(value)
    count = len(nodes)
    tree = b"".join(struct.pack(">II", *(
        count if v is None else v if v >= 0 else count + 16 - 1 - v
        for v in node)) for node in nodes)
    meta = pack({
        "binary_format_major_version": (5, 2, 2),
        "binary_format_minor_version": (5, 2, 0),
        "build_epoch": (9, 8, 1), "database_type": "Test",
        "description": {"en": "Test"}, "ip_version": (5, 2, version), "languages": ["en"],
        "node_count": count, "record_size": (5, 2, 32)})
    return (tree + b"\0" * 16 + data + b"\xab\xcd\xefMaxMind.com" + meta)


def system(number, name):
    return {"autonomous_system_number": number,
            "autonomous_system_organization": name}


ADDRESSES = ["192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::25"]
COUNTRIES = make({"192.0.2.0/24": {"country": {"iso_code": "NL"}},
                  "2001:db8::/32": {"country": {"iso_code": "DE"}},
                  "203.0.113.0/24": {"country": "no map"}})
SYSTEMS = make({"192.0.2.0/24": system(64496, "Example Networks"),
                "198.51.100.0/24": system(
                    4200000000, b"=evil\x1b[31m\n\xff" + b"x" * 270),
                "203.0.113.0/24": system("no number", 7)})


def run(folder, *arguments):
    done = subprocess.run(
        [PROGRAM, "--config", f"{folder}/conf", "--db", f"{folder}/db",
         *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=60, check=False,
        env=dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="300"))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def configure(folder, *files):
    paths = []
    for i, data in enumerate(files):
        paths.append(f"{folder}/{i}.mmdb")
        with open(paths[-1], "wb") as file:
            file.write(data)
    with open(f"{folder}/conf", "w") as conf:
        conf.write("[domains]\nown = example.org\n")
        if paths:
            conf.write("[geo]\nmmdb = " + ", ".join(paths) + "\n")
    return paths


def rows(out):
    return {r["source_ip"]: (r["country"], r["asn"], r["as_name"])
            for r in csv.DictReader(io.StringIO(out))}


RECORD = """<record><row><source_ip>{}</source_ip><count>1</count>
<policy_evaluated><disposition>none</disposition><dkim>fail</dkim>
<spf>fail</spf></policy_evaluated></row><identifiers>
<header_from>example.org</header_from></identifiers><auth_results><spf>
<domain>example.org</domain><result>fail</result></spf></auth_results>
</record>"""
REPORT = """<feedback><report_metadata><org_name>R</org_name>
<email>r@receiver.example</email><report_id>1</report_id><date_range>
<begin>1773014400</begin><end>1773100799</end></date_range></report_metadata>
<policy_published><domain>example.org</domain><p>none</p></policy_published>
{}</feedback>"""

with tempfile.TemporaryDirectory() as folder:
    configure(folder)
    with open(f"{folder}/r.xml", "w") as report:
        report.write(REPORT.format("".join(map(RECORD.format, ADDRESSES))))
    check(run(folder, "import", f"{folder}/r.xml")[0] == 0, "import")
    for command in ("senders", "failures"):
        ask = (command, "--all", "--by", "source")
        configure(folder)
        got = rows(run(folder, *ask, "--format", "csv")[1])
        check(set(got) == set(ADDRESSES)
              and set(got.values()) == {("", "", "")}, f"no file: {got}")
        check("COUNTRY" not in run(folder, *ask)[1], "columns without a file")

        configure(folder, COUNTRIES, SYSTEMS)
        status, out, err = run(folder, *ask, "--format", "csv")
        got = rows(out)
        check(status == 0 and err == "", err)
        check(got["192.0.2.1"] == ("NL", "64496", "Example Networks"), got)
        check(got["2001:db8::25"] == ("DE", "", ""), got)
        check(got["203.0.113.9"] == ("", "", ""), "values of a wrong type")
        evil = got["198.51.100.7"]
        check(evil[:2] == ("", "4200000000"), evil)
        check(evil[2].startswith("'=evil") and "xxx" in evil[2], evil)
        for form in ("table", "csv", "json", "jsonl"):
            out = run(folder, *ask, "--format", form)[1]
            check(not any(ord(c) < 32 and c != "\n" or 126 < ord(c) < 160
                          for c in out), f"{form}: control characters")
            check("Example Networks" in out and "NL" in out, form)
        out = run(folder, *ask, "--format", "csv", "--sort", "country")[1]
        check(list(rows(out))[:2] == ["2001:db8::25", "192.0.2.1"], out)

        # So do an export, and the page about one address.
        out = run(folder, "export", "--all", "--format", "csv")[1]
        got = {r["source_ip_address"]: r
               for r in csv.DictReader(io.StringIO(out))}
        one = got["192.0.2.1"]
        check((one["source_country"], one["source_asn"],
               one["source_as_name"]) == ("NL", "64496", "Example Networks"),
              one)
        check(one["source_reverse_dns"] == one["source_as_domain"] == "", one)
        check(got["203.0.113.9"]["source_country"] == "", got)
        check(got["198.51.100.7"]["source_as_name"].startswith("'=evil"), got)
        out = run(folder, "export", "--all", "--format", "jsonl")[1]
        got = {r["source"]["ip_address"]: r["source"]
               for r in json.loads(out)["records"]}
        check(got["192.0.2.1"]["country"] == "NL"
              and got["192.0.2.1"]["asn"] == 64496
              and got["192.0.2.1"]["as_name"] == "Example Networks"
              and got["2001:db8::25"]["asn"] is None, got)
        page = run(folder, "failures", "--all", "--source", "192.0.2.1")[1]
        check("NL, AS64496 Example Networks" in page.splitlines(), page)
        page = run(folder, "failures", "--all", "--source", "198.51.100.7")[1]
        check("AS4200000000 =evil" in page and "\x1b" not in page, page)
        page = run(folder, "failures", "--all", "--source", "192.0.2.0/24")[1]
        check("AS64496" not in page, "a network is many places")

        # IPv6 is not in a file of IPv4.
        configure(folder, make({"192.0.2.0/24": system(1, "One")}, 4))
        got = rows(run(folder, *ask, "--format", "csv")[1])
        check(got["192.0.2.1"] == ("", "1", "One")
              and got["2001:db8::25"] == ("", "", ""), got)

        # Files that are none, or end early, or have wrong bytes.
        path = configure(folder, b"not one")[0]
        status, out, err = run(folder, *ask, "--format", "csv")
        check(status == 78 and path in err, f"no such format: {status} {err}")
        os.remove(path)
        check(run(folder, *ask)[0] == 78, "no file")
        for at in range(0, len(SYSTEMS), 151):
            for data in (SYSTEMS[:at],
                         SYSTEMS[:at] + b"\xff" * 8 + SYSTEMS[at + 8:]):
                configure(folder, data)
                status = run(folder, *ask, "--format", "csv")[0]
                check(status in (0, 78), f"broken at {at}: {status}")

sys.exit(failed)
