#!/usr/bin/env python3
"""A real Postfix in front, many sessions at a time, while the database is
locked, the disk is full, and the listener is killed: its queue keeps
everything, all is delivered in the end, nothing twice.

usage: queue.py PROGRAM
"""
import os
import shutil
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading

from lmtp import Folder, Listener, message, skip, until

MAIN = """compatibility_level = 3.6
queue_directory = {0}/spool
data_directory = {0}/data
maillog_file = {0}/mail.log
maillog_file_prefixes = {0}
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
relay_domains = reports.example.org
relay_transport = reports:unix:{1}
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
"""
MASTER = """127.0.0.1:{0} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
reports unix - - n - - lmtp
"""


class Postfix:
    def __init__(self, folder, listener):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        for name in ("etc", "spool", "data"):
            os.mkdir(folder / name)
        shutil.chown(folder / "data", "postfix")
        with open(folder / "etc/main.cf", "w") as file:
            file.write(MAIN.format(folder.path, listener.socket))
        with open(folder / "etc/master.cf", "w") as file:
            file.write(MASTER.format(self.port))
        open(folder / "mail.log", "w").close()

    def run(self, word, **options):
        return subprocess.run(["postfix", "-c", self.folder / "etc", word],
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, **options)

    def send(self, numbers):
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            for number in numbers:
                client.sendmail("a@sender.example",
                                "dmarc@reports.example.org", message(number))

    def waiting(self):
        count = 0
        for queue in ("maildrop", "incoming", "active", "deferred"):
            for _, _, files in os.walk(self.folder / ("spool/" + queue)):
                count += len(files)
        return count

    def log(self):
        with open(self.folder / "mail.log", errors="replace") as file:
            return file.read()


def send_all(postfix, first, last, sessions=8):
    threads = [threading.Thread(
        target=postfix.send, args=(range(first + at, last, sessions),))
        for at in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def check(listener, last):
    """Postfix adds a Received line, so they are known by their reports."""
    ids = listener.ask("SELECT report_id FROM report WHERE is_conflict = 0")
    assert sorted(ids) == sorted(("r%d" % n,) for n in range(1, last)), (
        len(ids), last)
    assert listener.ask("PRAGMA integrity_check") == [("ok",)]


def run(program, folder, disk):
    listener = Listener(program, folder, db=disk + "/db").start()
    postfix = Postfix(folder, listener)
    assert postfix.run("start").returncode == 0, "Postfix does not start"
    try:
        def answers():
            try:
                smtplib.SMTP("127.0.0.1", postfix.port, timeout=1).quit()
                return True
            except OSError:
                return False

        def is_delivered():
            return postfix.waiting() == 0

        until("Postfix answers", answers)
        send_all(postfix, 1, 201)
        until("the queue is empty", is_delivered)
        check(listener, 201)
        print("ok: 200 mails by Postfix")

        other = sqlite3.connect(listener.db, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        send_all(postfix, 201, 251)
        until("Postfix was told", lambda: "451 4.3.0" in postfix.log())
        assert "status=sent" in postfix.log()
        other.execute("ROLLBACK")
        other.close()
        until("the queue is empty", is_delivered)
        check(listener, 251)
        print("ok: a held lock, and Postfix keeps the mail")

        if disk != folder.path:
            full_disk(listener, postfix, disk, is_delivered)

        listener.kill()
        send_all(postfix, 651, 701)
        until("Postfix tried", lambda: "Connection refused" in postfix.log())
        listener.start()
        until("the queue is empty", is_delivered)
        if disk != folder.path:
            check(listener, 701)
        assert "bounced" not in postfix.log(), "something was returned"
        print("ok: killed, and Postfix keeps the mail")
    finally:
        postfix.run("stop")
    listener.stop()


def full_disk(listener, postfix, disk, is_delivered):
    ballast = os.open(disk + "/ballast", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(ballast, bytes(4096))
    except OSError:
        os.close(ballast)
    # Enough to fill what the log has already.
    send_all(postfix, 251, 651)
    until("Postfix was told", lambda: "452 4.3.1" in postfix.log())
    os.unlink(disk + "/ballast")
    until("the queue is empty", is_delivered)
    check(listener, 651)
    print("ok: a full disk, and Postfix keeps the mail")


def main():
    os.environ["PATH"] += ":/usr/sbin"
    if os.getuid() != 0:
        skip("only root can start Postfix")
    if not shutil.which("postfix"):
        skip("there is no postfix")
    folder = Folder()
    disk = folder / "disk"
    os.mkdir(disk)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk],
        capture_output=True).returncode == 0
    if not mounted:
        print("skipped: a full disk, nothing can be mounted here")
    try:
        run(sys.argv[1], folder, disk if mounted else folder.path)
    except Exception:
        for name in ("log", "mail.log"):
            if os.path.exists(folder / name):
                with open(folder / name, errors="replace") as log:
                    sys.stderr.write(log.read()[-2000:])
        raise
    finally:
        if mounted:
            subprocess.run(["umount", "-l", disk])
        folder.remove()


main()
