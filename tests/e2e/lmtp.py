"""What the tests of the listener share: the listener as a process, a client
that remembers what it was told, and messages that are all different."""
import base64
import gzip
import hashlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60  # seconds; nothing takes that long unless it never comes


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def until(what, condition, patience=PATIENCE):
    """Waits until condition() is true, and returns what it said."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("not within %d s: %s" % (patience, what))


class Folder:
    """A temporary folder that others may search."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="reports-e2e-")
        os.chmod(self.path, 0o755)

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Listener:
    """reports listen on a socket in a folder; its log is kept."""

    def __init__(self, program, folder, *options, db=None, env=None):
        self.program = os.path.abspath(program)
        self.folder = folder
        self.db = db or folder / "db"
        self.socket = folder / "lmtp"
        self.log = folder / "log"
        self.options = list(options)
        self.env = env
        self.process = None

    def start(self, pass_fds=()):
        mark = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--db", self.db, "listen", "--socket",
                 self.socket] + self.options,
                stderr=log, env=self.env, pass_fds=pass_fds)

        def is_up():
            if self.process.poll() is not None:
                raise AssertionError("the listener ended: " + self.said(mark))
            return "listening on" in self.said(mark)

        until("the listener starts", is_up)
        return self

    def said(self, mark=0):
        with open(self.log, "rb") as log:
            log.seek(mark)
            return log.read().decode("utf-8", "replace")

    def children(self):
        path = "/proc/%d/task/%d/children" % (self.process.pid,
                                              self.process.pid)
        try:
            with open(path) as file:
                return [int(pid) for pid in file.read().split()]
        except FileNotFoundError:
            return []

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        assert status == 0, "the listener ended with status %d" % status

    def status(self):
        text = subprocess.run(
            [self.program, "--db", self.db, "status", "--format", "csv"],
            check=True, capture_output=True, text=True).stdout
        rows = [line.split(",") for line in text.splitlines()[1:]]
        return {(row[0], row[2]): float(row[3]) for row in rows}

    def ask(self, sql, *values):
        connection = sqlite3.connect("file:%s?mode=ro" % self.db, uri=True,
                                     timeout=PATIENCE)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


def message(number, kind="report"):
    """One message, as bytes with CRLF; kind is report, broken or mail."""
    head = ("From: reports@sender.example\r\nTo: dmarc@reports.example.org\r\n"
            "Message-ID: <%d@sender.example>\r\nSubject: number %d\r\n"
            "MIME-Version: 1.0\r\n" % (number, number))
    if kind == "mail":
        return (head + "\r\nhello %d\r\n.\r\n" % number).encode()
    xml = """<?xml version="1.0"?>
<feedback><report_metadata><org_name>Sender</org_name>
<email>reports@sender.example</email><report_id>r%d</report_id>
<date_range><begin>1767225600</begin><end>1767311999</end></date_range>
</report_metadata><policy_published><domain>example.org</domain><p>none</p>
</policy_published><record><row><source_ip>192.0.2.%d</source_ip>
<count>%d</count><policy_evaluated><disposition>none</disposition>
<dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>
<header_from>example.org</header_from></identifiers><auth_results><spf>
<domain>example.org</domain><result>fail</result></spf></auth_results>
</record></feedback>""" % (number, number % 250, number % 7 + 1)
    if kind == "broken":
        xml = xml[:len(xml) // 2]
    packed = base64.encodebytes(gzip.compress(xml.encode(), mtime=0)).decode()
    return (head + "Content-Type: application/gzip; name=r.xml.gz\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
            + packed.replace("\n", "\r\n")).encode()


def kind_of(number):
    return ("report", "report", "mail", "broken")[number % 4]


def stuffed(data):
    return (b"." + data if data.startswith(b".") else data).replace(
        b"\r\n.", b"\r\n..") + b".\r\n"


class Client:
    """One LMTP session."""

    def __init__(self, path, patience=PATIENCE):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.expect(b"220")

    def line(self):
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("the connection broke")
        return line

    def expect(self, code):
        line = self.line()
        while line[3:4] == b"-":
            line = self.line()
        assert line.startswith(code), line
        return line

    def say(self, data):
        self.socket.sendall(data)

    def hello(self):
        self.say(b"LHLO client.example\r\n")
        self.expect(b"250")
        return self

    def begin(self):
        self.say(b"MAIL FROM:<a@sender.example>\r\n"
                 b"RCPT TO:<dmarc@reports.example.org>\r\nDATA\r\n")
        for code in (b"250", b"250", b"354"):
            self.expect(code)

    def deliver(self, data):
        """The answer to the final dot."""
        self.begin()
        self.say(stuffed(data))
        return self.line()

    def close(self):
        self.file.close()
        self.socket.close()


class Sender(threading.Thread):
    """Delivers numbered messages until told to stop; what was not answered
    250 is sent again over a new connection, as an MTA does."""

    def __init__(self, path, numbers, kind=kind_of):
        super().__init__(daemon=True)
        self.path = path
        self.numbers = numbers  # an iterator, shared under a lock
        self.kind = kind
        self.stored, self.deferred = [], 0
        self.ends = threading.Event()
        self.failure = None

    def run(self):
        try:
            self.send_all()
        except Exception as failure:  # to be seen by who joins
            self.failure = failure

    def send_all(self):
        client, number = None, None
        while not self.ends.is_set():
            if number is None:
                number = next(self.numbers, None)
                if number is None:
                    return
            try:
                client = client or Client(self.path).hello()
                answer = client.deliver(message(number, self.kind(number)))
            except OSError:
                client = None
                time.sleep(0.02)
                continue
            if answer.startswith(b"250"):
                self.stored.append(number)
                number = None
            else:
                assert answer.startswith((b"451", b"452")), answer
                self.deferred += 1
                time.sleep(0.05)


class Numbers:
    """1, 2, 3, ... for several threads; up to a last one."""

    def __init__(self, last=None):
        self.lock, self.number, self.last = threading.Lock(), 0, last

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            if self.last is not None and self.number >= self.last:
                raise StopIteration
            self.number += 1
            return self.number


def join(senders):
    for sender in senders:
        sender.join(PATIENCE)
        assert not sender.is_alive(), "a sender hangs"
        if sender.failure:
            raise sender.failure


def check_stored(listener, senders, kind=kind_of):
    """Every message that was answered 250 is there, once; and nothing is
    counted twice, though some were sent again."""
    rows = listener.ask("SELECT lower(hex(sha256)), count(*) FROM message"
                        " GROUP BY sha256")
    there = dict(rows)
    assert all(count == 1 for count in there.values()), "a message is double"
    numbers = [number for sender in senders for number in sender.stored]
    assert len(numbers) == len(set(numbers))
    for number in numbers:
        digest = hashlib.sha256(message(number, kind(number))).hexdigest()
        assert digest in there, "message %d got 250 and is lost" % number
    double = listener.ask("SELECT report_id FROM report GROUP BY report_id"
                          " HAVING count(*) > 1")
    assert not double, "reports counted twice: %s" % double
    check = listener.ask("PRAGMA integrity_check")
    assert check == [("ok",)], check
    return len(numbers)
