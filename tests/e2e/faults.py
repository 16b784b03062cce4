#!/usr/bin/env python3
"""Trouble on our side, with a client that tries again: nothing is lost,
nothing is doubled, it is said once, and it is over by itself.

usage: faults.py PROGRAM [HOSTILE]
"""
import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time

from lmtp import (Client, Folder, Listener, Numbers, Sender, check_stored,
                  join, kind_of, message, until)


def deliver(listener, number, code, kind="report"):
    client = Client(listener.socket).hello()
    answer = client.deliver(message(number, kind))
    client.close()
    assert answer.startswith(code), (number, answer)


def count(listener, number):
    return listener.ask("SELECT count(*) FROM message WHERE message_id = ?",
                        "<%d@sender.example>" % number)[0][0]


def start_senders(listener, numbers, sessions=5):
    senders = [Sender(listener.socket, numbers) for _ in range(sessions)]
    for sender in senders:
        sender.start()
    return senders


def stored(senders):
    return sum(len(sender.stored) for sender in senders)


def deferred(senders):
    return sum(sender.deferred for sender in senders)


# --- somebody else writes ---

def held_lock(program, folder):
    listener = Listener(program, folder).start()
    deliver(listener, 1000001, b"250")
    other = sqlite3.connect(listener.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    numbers = Numbers(100)
    senders = start_senders(listener, numbers)
    # The loop goes on: status is answered, sessions are served.
    time.sleep(0.5)
    assert listener.status()["accepted_total", ""] == 1
    idle = Client(listener.socket).hello()
    idle.say(b"NOOP\r\n")
    idle.expect(b"250")
    assert stored(senders) == 0
    until("mail is deferred", lambda: deferred(senders) >= 5)
    status = listener.status()
    assert status["deferred_total", "busy"] >= 5, status
    assert status["deferring", ""] == 1
    other.execute("ROLLBACK")
    other.close()
    join(senders)
    listener.stop()
    assert check_stored(listener, senders) == 100
    said = listener.said()
    assert said.count("mail is deferred") == 1, said
    assert said.count("mail is taken again") == 1, said
    print("ok: a held lock")


def short_lock(program, folder):
    """Nobody hears of a lock that is let go soon."""
    listener = Listener(program, folder).start()
    other = sqlite3.connect(listener.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    senders = start_senders(listener, Numbers(20))
    until("messages wait",
          lambda: listener.status()["waiting_messages", ""] >= 5)
    other.execute("ROLLBACK")
    other.close()
    join(senders)
    listener.stop()
    assert deferred(senders) == 0
    assert check_stored(listener, senders) == 20
    print("ok: a lock that is let go")


# --- the disk ---

def fill(path):
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, bytes(4096))
    except OSError:
        os.close(file)


def full_disk(program, folder):
    if os.getuid() != 0:
        print("skipped: a full disk, only root can mount one")
        return
    disk = folder / "disk"
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs",
                       disk], capture_output=True).returncode != 0:
        print("skipped: a full disk, nothing can be mounted here")
        return
    try:
        listener = Listener(program, folder, db=disk + "/db")
        listener.start()
        deliver(listener, 1000001, b"250")
        numbers = Numbers()
        senders = start_senders(listener, numbers)
        until("something is stored", lambda: stored(senders) >= 5)
        fill(disk + "/ballast")
        until("the disk is full", lambda: deferred(senders) >= 10)
        assert listener.status()["deferred_total", "full"] >= 10
        os.unlink(disk + "/ballast")
        before = stored(senders)
        until("mail is taken again", lambda: stored(senders) > before + 20)
        numbers.last = numbers.number
        join(senders)
        listener.stop()
        assert check_stored(listener, senders) == numbers.last
        said = listener.said()
        assert said.count("mail is deferred: ") <= 3, said
        assert "mail is taken again" in said, said
        print("ok: a full disk")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def large_report(records):
    """More than is kept in memory of a transaction."""
    rows = "".join(
        "<record><row><source_ip>10.%d.%d.%d</source_ip><count>1</count>"
        "<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>"
        "<spf>pass</spf></policy_evaluated></row><identifiers><header_from>"
        "example.org</header_from></identifiers></record>"
        % (n >> 16 & 255, n >> 8 & 255, n & 255) for n in range(records))
    return ("Message-ID: <large@sender.example>\r\n\r\n"
            "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>Sender"
            "</org_name><report_id>large</report_id><date_range>"
            "<begin>1767225600</begin><end>1767311999</end></date_range>"
            "</report_metadata><policy_published><domain>example.org</domain>"
            "<p>none</p></policy_published>%s</feedback>\r\n" %
            rows.replace("<record>", "\r\n<record>")).encode()


def too_large(program, folder):
    """A report that is too much for the disk waits alone, and not in
    silence."""
    if os.getuid() != 0:
        print("skipped: a small disk, only root can mount one")
        return
    disk = folder / "disk"
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs",
                       disk], capture_output=True).returncode != 0:
        print("skipped: a small disk, nothing can be mounted here")
        return
    try:
        listener = Listener(program, folder, db=disk + "/db").start()
        mail = large_report(120000)
        for _ in range(2):
            answer = Client(listener.socket).hello().deliver(mail)
            assert answer.startswith(b"452 4.3.1"), answer
        said = listener.said()
        assert said.count("mail is deferred: the disk is full") == 1, said
        deliver(listener, 1, b"250")
        assert listener.said().count("mail is taken again") == 1
        assert listener.status()["deferred_total", "full"] == 2
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        answer = Client(listener.socket).hello().deliver(mail)
        assert answer.startswith(b"250"), answer
        listener.stop()
        assert listener.ask("SELECT count(*), sum(count) FROM record") == [
            (120001, 120002)]
        print("ok: a report that is too much for the disk")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def failing_writes(program, folder, code, reason, words):
    """The disk says that it could not write: with the error of that number,
    or at a sync, when it is None."""
    shim = os.environ.get("SYNC_SHIM")
    if not shim:
        print("skipped: %s, $SYNC_SHIM is not set" % words)
        return
    listener = Listener(program, folder, env=dict(
        os.environ, LD_PRELOAD=shim, SYNC_FAILS=folder / "fails",
        ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "")
        + ":verify_asan_link_order=0")).start()

    def fail():
        with open(folder / "fails.new", "w") as file:
            file.write("" if code is None else str(code))
        os.rename(folder / "fails.new", folder / "fails")

    recover(listener, fail, lambda: os.unlink(folder / "fails"), reason, words)


def recover(listener, fail, mend, reason, words):
    """Mail is deferred for that reason after fail(), and taken again after
    mend(), both said once."""
    deliver(listener, 1000001, b"250")
    numbers = Numbers()
    senders = start_senders(listener, numbers)
    until("something is stored", lambda: stored(senders) >= 5)
    fail()
    until("mail is deferred", lambda: deferred(senders) >= 10)
    answer = Client(listener.socket).hello().deliver(message(1000002))
    assert answer.startswith(b"452 4.3.1" if reason == "full" else
                             b"451 4.3.0"), answer
    assert listener.status()["deferred_total", reason] >= 10
    mend()
    before = stored(senders)
    until("mail is taken again", lambda: stored(senders) > before + 20)
    numbers.last = numbers.number
    join(senders)
    listener.stop()
    assert check_stored(listener, senders) == numbers.last
    said = listener.said()
    assert said.count("mail is deferred: ") == 1, said
    assert said.count("mail is taken again") == 1, said
    print("ok:", words)


def failing_disk(program, folder):
    failing_writes(program, folder, None, "io", "a disk that fails")


def quota(program, folder):
    failing_writes(program, folder, errno.EDQUOT, "full", "a quota")


def readonly_disk(program, folder):
    """A file system that goes over to reading after an error."""
    failing_writes(program, folder, errno.EROFS, "readonly",
                   "a file system that can only be read")


def immutable(program, folder):
    """The same without a trick, where files can be made immutable."""
    listener = Listener(program, folder).start()
    deliver(listener, 1000003, b"250")
    log = listener.db + "-wal"

    def change(flag):
        return subprocess.run(["chattr", flag, log],
                              capture_output=True).returncode == 0

    if not (shutil.which("chattr") and change("+i") and change("-i")):
        listener.stop()
        print("skipped: immutable files, none can be made here")
        return
    try:
        recover(listener, lambda: change("+i"), lambda: change("-i"),
                "readonly", "a file that may not be written any more")
    finally:
        change("-i")


def readonly_start(program, folder):
    """Where nothing can be written no listener starts, but answers are
    given."""
    if os.getuid() != 0:
        print("skipped: a disk without writing, only root can mount one")
        return
    disk = folder / "disk"
    os.mkdir(disk)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        print("skipped: a disk without writing, nothing can be mounted here")
        return
    try:
        listener = Listener(program, folder, db=disk + "/db").start()
        deliver(listener, 1, b"250")
        listener.stop()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        refused = subprocess.run(
            [program, "--db", listener.db, "listen", "--socket",
             listener.socket], capture_output=True, text=True, timeout=60)
        assert refused.returncode not in (0, 1), refused
        assert "ead-only" in refused.stderr, refused
        summary = subprocess.run(
            [program, "--db", listener.db, "summary", "--all"],
            capture_output=True, text=True, timeout=60)
        assert summary.returncode == 0, summary
        assert "example.org" in summary.stdout, summary
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        listener.start()
        deliver(listener, 4, b"250")
        listener.stop()
        print("ok: no start where nothing can be written")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


# --- what the database refuses ---

def refused(program, folder):
    """A message that the database will not have is kept aside, and those that
    came with it are stored."""
    listener = Listener(program, folder).start()
    deliver(listener, 1000001, b"250")
    writer = sqlite3.connect(listener.db, isolation_level=None)
    writer.execute("CREATE TRIGGER odd BEFORE INSERT ON record"
                   " WHEN NEW.count = 3"
                   " BEGIN SELECT RAISE(ABORT, 'no threes'); END")
    senders = start_senders(listener, Numbers(180), sessions=20)
    join(senders)
    assert deferred(senders) == 0
    assert check_stored(listener, senders) == 180
    odd = sum(1 for number in range(1, 181)
              if number % 7 + 1 == 3 and kind_of(number) == "report")
    rows = listener.ask("SELECT count(*), min(detail) FROM quarantine JOIN raw"
                        " USING (message) WHERE reason = 'database-refused'")
    assert rows[0][0] == odd and "no threes" in rows[0][1], rows
    broken = sum(1 for number in range(1, 181) if kind_of(number) == "broken")
    status = listener.status()
    assert status["messages_total", "quarantined"] == odd + broken, status
    # Fewer lines than may be written in a second.
    assert listener.said().count("reason=database-refused") == odd

    with open(folder / "mail", "wb") as file:
        file.write(message(2004))
    done = subprocess.run([program, "--db", listener.db, "import",
                           folder / "mail"], capture_output=True, text=True,
                          timeout=60)
    assert "kept aside (database-refused)" in done.stderr, done
    assert done.returncode == 0 and "1 quarantined" in done.stdout, done
    odd += 1

    def retry():
        return subprocess.run(
            [program, "--db", listener.db, "quarantine", "retry"],
            capture_output=True, text=True, timeout=60)

    done = retry()
    assert done.returncode == 0, done
    assert ": 0 new, 0 known" in done.stdout, done
    assert "%d still unreadable" % (odd + broken) in done.stdout, done
    writer.execute("DROP TRIGGER odd")
    writer.close()
    done = retry()
    assert done.returncode == 0 and ": %d new" % odd in done.stdout, done
    listener.stop()
    deep = subprocess.run([program, "--db", listener.db, "doctor", "--deep"],
                          capture_output=True, text=True, timeout=60)
    assert "every sum is what its rows say" in deep.stdout, deep
    print("ok: what the database refuses")


# --- memory and files ---

def too_much_memory(program, folder):
    """Messages under way have a common ceiling; nobody is hurt by it."""
    listener = Listener(program, folder).start()
    line = b"x" * 998 + b"\r\n"
    block = line * 1000
    clients, answers = [], []
    for _ in range(6):
        client = Client(listener.socket).hello()
        client.begin()
        clients.append(client)
    for _ in range(48):  # of 1 MB each, to six clients: 288 MB
        for client in clients:
            client.say(block)
    held = listener.status()["held_bytes", ""]
    assert held <= 256 * 1024 * 1024, held
    client = Client(listener.socket).hello()
    client.say(b"MAIL FROM:<a@b.example> SIZE=50000000\r\n")
    client.expect(b"452 4.3.1")
    client.say(b"RSET\r\n")
    client.expect(b"250")
    for client in clients:
        client.say(b"\r\n.\r\n")
    answers = [client.line()[:9] for client in clients]
    assert b"452 4.3.1" in answers, answers
    assert b"250 2.0.0" in answers, answers
    deliver(listener, 1, b"250")
    status = listener.status()
    assert status["held_bytes", ""] == 0
    assert status["deferred_total", "memory"] == 1 + answers.count(
        b"452 4.3.1"), status
    assert listener.said().count("mail is deferred") == 1, listener.said()
    assert "there is room for mail again" in listener.said()
    with open("/proc/%d/status" % listener.process.pid) as status:
        peak = [int(row.split()[1]) for row in status
                if row.startswith("VmHWM")][0]
    listener.stop()
    with open(program, "rb") as file:
        # AddressSanitizer keeps what is freed.
        is_sanitized = b"__asan_init" in file.read()
    assert is_sanitized or peak < 150 * 1024, "%d kB in memory" % peak
    print("ok: 288 MB of messages at a time: %d taken, the rest told to come "
          "again; peak of the listener %d MB" %
          (answers.count(b"250 2.0.0"), peak // 1024))


def few_files(program, folder):
    """Without free file descriptors connections wait; then all goes on."""
    listener = Listener(program, folder, "--workers", "1").start()
    deliver(listener, 1, b"250")
    until("it is alone", lambda: listener.status()["sessions", ""] == 0)
    used = len(os.listdir("/proc/%d/fd" % listener.process.pid))
    resource.prlimit(listener.process.pid, resource.RLIMIT_NOFILE,
                     (used + 3, 4096))
    clients = [Client(listener.socket).hello() for _ in range(3)]
    # A large message needs a file of its own.
    large = message(2, "mail") + b"x" * 100000 + b"\r\n"
    assert clients[0].deliver(large).startswith(b"452")
    until("it says so", lambda: "cannot accept" in late(listener))
    for client in clients[1:]:
        client.close()
    until("it is taken",
          lambda: clients[0].deliver(large).startswith(b"250"))
    deliver(listener, 3, b"250")
    listener.stop()
    print("ok: no free files")


def late(listener):
    """What the log says, after somebody knocked."""
    import socket
    knock = socket.socket(socket.AF_UNIX)
    knock.settimeout(0.2)
    try:
        knock.connect(listener.socket)
    except OSError:
        pass
    finally:
        knock.close()
    return listener.said()


# --- messages that break their reader ---

def hostile(program, folder):
    listener = Listener(program, folder).start()
    good = Client(listener.socket).hello()
    for number, (deed, reason) in enumerate(
            (("crash", "worker-crashed"), ("open", None),
             ("fork", "worker-crashed"), ("storm", "worker-memory")), 1):
        mail = (b"Message-ID: <%d@sender.example>\r\nHostile: %s\r\n\r\nx\r\n"
                % (number, deed.encode()))
        client = Client(listener.socket).hello()
        assert client.deliver(mail).startswith(b"250"), deed
        assert good.deliver(message(100 + number)).startswith(b"250")
        rows = listener.ask(
            "SELECT reason FROM quarantine JOIN message ON message.id ="
            " message WHERE message_id = ?", "<%d@sender.example>" % number)
        assert rows == ([(reason,)] if reason else []), (deed, rows)
    status = listener.status()
    assert status["workers_broken_by_messages_total", ""] == 3, status
    assert status["workers_replaced_total", ""] == 3, status
    listener.stop()
    print("ok: messages that break their reader")


def no_sandbox(program, folder):
    """Where there is no seccomp it does not start, unless it is told to."""
    wrap = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "noseccomp.py")
    command = [sys.executable, wrap, program, "--db", folder / "db", "listen",
               "--socket", folder / "lmtp"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        print("skipped: a system without seccomp, none can be made")
        return
    assert done.returncode == 69, done
    assert "--no-sandbox" in done.stderr, done
    process = subprocess.Popen(command + ["--no-sandbox"],
                               stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline() + process.stderr.readline()
    process.terminate()
    assert process.wait(60) == 0
    process.stderr.close()
    assert "warning" in said and "listening" in said, said
    print("ok: no start without a sandbox")


def main():
    tests = [(sys.argv[1], test) for test in (
        held_lock, short_lock, full_disk, too_large, failing_disk, quota,
        readonly_disk, immutable, readonly_start, refused, too_much_memory,
        few_files, no_sandbox)]
    if len(sys.argv) > 2:
        tests.append((sys.argv[2], hostile))
    for program, test in tests:
        folder = Folder()
        try:
            test(program, folder)
        except Exception:
            if os.path.exists(folder / "log"):
                with open(folder / "log", errors="replace") as log:
                    sys.stderr.write(log.read()[-3000:])
            raise
        finally:
            folder.remove()


main()
