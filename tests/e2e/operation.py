#!/usr/bin/env python3
"""The listener as a service: what it tells systemd, what signals do, what
its sockets are, what status says; and readers beside it.

usage: operation.py PROGRAM
"""
import grp
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

from lmtp import (Client, Folder, Listener, Numbers, Sender, check_stored,
                  join, message, skip, until)


def systemd(program, folder):
    """Ready, watchdog, reloading, stopping."""
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(folder / "notify")
    notify.settimeout(60)
    conf = folder / "conf"
    with open(conf, "w") as file:
        file.write("[listen]\nrecipients = old.example\n")
    listener = Listener(program, folder, "--config", conf, env=dict(
        os.environ, NOTIFY_SOCKET=folder / "notify", WATCHDOG_USEC="100000"))
    listener.start()

    def hear(word):
        while True:
            said = notify.recv(1000).decode()
            if said != "WATCHDOG=1" or word == said:
                break
        assert said.startswith(word), (said, word)
        return said

    hear("READY=1")
    hear("WATCHDOG=1")
    hear("WATCHDOG=1")

    client = Client(listener.socket).hello()

    def takes(recipient):
        client.say(b"RSET\r\nMAIL FROM:<>\r\nRCPT TO:<%s>\r\n" % recipient)
        client.expect(b"250")
        client.expect(b"250")
        return client.line().startswith(b"250")

    assert takes(b"a@old.example") and not takes(b"a@new.example")
    with open(conf, "w") as file:
        file.write("[listen]\nrecipients = new.example\n")
    listener.process.send_signal(signal.SIGHUP)
    assert "MONOTONIC_USEC=" in hear("RELOADING=1")
    hear("READY=1")
    assert takes(b"a@new.example") and not takes(b"a@old.example")
    # What is wrong changes nothing.
    with open(conf, "w") as file:
        file.write("[listen]\nrecipients =\n")
    listener.process.send_signal(signal.SIGHUP)
    hear("RELOADING=1")
    hear("READY=1")
    assert takes(b"a@new.example")
    assert "the configuration is not taken" in listener.said()
    client.close()
    listener.process.terminate()
    hear("STOPPING=1")
    assert listener.process.wait(60) == 0
    notify.close()
    print("ok: systemd")


def sigterm(program, folder):
    """What is in DATA may finish, and is stored; nobody else comes in."""
    listener = Listener(program, folder).start()
    idle = Client(listener.socket).hello()
    busy = Client(listener.socket).hello()
    busy.begin()
    data = message(1)
    busy.say(data[:100])
    listener.process.terminate()
    idle.expect(b"421")
    until("the socket is gone", lambda: not os.path.exists(listener.socket))
    busy.say(data[100:] + b".\r\n")
    assert busy.line().startswith(b"250")
    assert listener.process.wait(60) == 0
    assert listener.ask("SELECT count(*) FROM message") == [(1,)]
    print("ok: SIGTERM")


def sockets(program, folder):
    """Mode and group; a second listener is refused, a stale socket is not."""
    group = None
    if os.getuid() == 0:
        group = "mail"
        with open(folder / "conf", "w") as file:
            file.write("[listen]\ngroup = mail\nsocket_mode = 0660\n")
    else:
        with open(folder / "conf", "w") as file:
            file.write("[listen]\nsocket_mode = 0660\n")
    listener = Listener(program, folder, "--config", folder / "conf").start()
    is_like = os.stat(listener.socket)
    assert stat.S_IMODE(is_like.st_mode) == 0o660, oct(is_like.st_mode)
    if group:
        assert is_like.st_gid == grp.getgrnam(group).gr_gid
    second = subprocess.run(
        [program, "--db", folder / "other", "listen", "--socket",
         listener.socket], capture_output=True, text=True, timeout=60)
    assert second.returncode == 69 and "another server" in second.stderr
    listener.kill()
    assert os.path.exists(listener.socket)
    listener.start()
    listener.stop()
    none = subprocess.run([program, "--db", listener.db, "status"],
                          capture_output=True, text=True, timeout=60)
    assert none.returncode == 69, none
    print("ok: sockets")


def status(program, folder):
    listener = Listener(program, folder).start()
    client = Client(listener.socket).hello()
    for number, kind in ((1, "report"), (1, "report"), (2, "mail"),
                         (3, "broken")):
        client.deliver(message(number, kind))
    told = listener.status()
    expected = {("accepted_total", ""): 4, ("messages_total", "stored"): 1,
                ("messages_total", "known"): 1,
                ("messages_total", "no-report"): 1,
                ("messages_total", "quarantined"): 1,
                ("reports_total", "new"): 1, ("sessions", ""): 1,
                ("deferring", ""): 0, ("waiting_messages", ""): 0,
                ("commit_seconds_count", ""): 4}
    for key, value in expected.items():
        assert told[key] == value, (key, told[key])
    text = subprocess.run(
        [program, "--db", listener.db, "status", "--format", "prometheus"],
        check=True, capture_output=True, text=True).stdout
    for line in ("# TYPE reports_accepted_total counter",
                 "reports_accepted_total 4",
                 'reports_messages_total{outcome="stored"} 1',
                 "# TYPE reports_commit_seconds histogram",
                 'reports_commit_seconds_bucket{le="+Inf"} 4',
                 "reports_commit_seconds_count 4"):
        assert line in text.splitlines(), (line, text)
    assert text.count("# TYPE") == len(set(
        line for line in text.splitlines() if line.startswith("# TYPE")))
    listener.stop()
    print("ok: status")


def queue_id(program, folder):
    """A line can be found by what Postfix logs."""
    listener = Listener(program, folder).start()
    mail = (b"Received: from a (a [192.0.2.1])\r\n\tby mx.example.org "
            b"(Postfix) with ESMTPS id 4XyZ12abcdz9\r\n\tfor <d@example.org>;"
            b" Tue, 1 Jan 2026 00:00:00 +0000\r\n" + message(7))
    Client(listener.socket).hello().deliver(mail)
    said = listener.said()
    assert "queue-id=4XyZ12abcdz9 from=<a@sender.example>" in said, said
    assert "message-id=<7@sender.example>" in said
    listener.stop()
    print("ok: log lines")


def readers(program, folder):
    """summary in a loop while many deliver: neither waits for the other."""
    listener = Listener(program, folder).start()
    Client(listener.socket).hello().deliver(message(1000000))
    numbers = Numbers(1500)
    senders = [Sender(listener.socket, numbers) for _ in range(50)]
    answers = []

    def read():
        while any(sender.is_alive() for sender in senders):
            done = subprocess.run(
                [program, "--db", listener.db, "summary", "--all"],
                capture_output=True, text=True)
            answers.append(done)

    for sender in senders:
        sender.start()
    reader = threading.Thread(target=read)
    reader.start()
    join(senders)
    reader.join()
    for done in answers:
        assert done.returncode == 0, done
    assert sum(sender.deferred for sender in senders) == 0
    assert check_stored(listener, senders) == 1500
    print("ok: %d summaries while 50 sessions delivered 1500 messages" %
          len(answers))
    if os.getuid() == 0:
        others(program, folder, listener)
    listener.stop()


def others(program, folder, listener):
    """Who may read the database and nothing else."""
    nobody = pwd.getpwnam("nobody")
    for path in (listener.db, listener.db + "-wal", listener.db + "-shm"):
        os.chmod(path, 0o644)
    os.chmod(folder.path, 0o755)
    copy = folder / "reports"
    subprocess.run(["cp", program, copy], check=True)
    os.chmod(copy, 0o755)
    done = subprocess.run([copy, "--db", listener.db, "summary", "--all"],
                          capture_output=True, text=True, user=nobody.pw_uid,
                          group=nobody.pw_gid, extra_groups=[])
    assert done.returncode == 0 and "example.org" in done.stdout, done
    print("ok: a reader who may write nothing")


def pruning(program, folder):
    """Rows go while others come: no mail is deferred, and what was taken is
    in the sums, once."""
    old = folder / "old"
    os.mkdir(old)
    for number in range(100001, 101501):
        with open("%s/%d" % (old, number), "wb") as file:
            file.write(message(number))
    subprocess.run([program, "--db", folder / "db", "import", old],
                   check=True, capture_output=True)
    listener = Listener(program, folder).start()
    numbers = Numbers(1000)
    kind = "report"
    senders = [Sender(listener.socket, numbers, lambda number: kind)
               for _ in range(10)]
    for sender in senders:
        sender.start()
    rounds = 0
    while rounds == 0 or any(sender.is_alive() for sender in senders):
        subprocess.run(
            [program, "--db", listener.db, "prune", "--older-than", "1d",
             "--keep-rollups", "50y", "--apply"], check=True,
            capture_output=True)
        rounds += 1
    join(senders)
    assert sum(sender.deferred for sender in senders) == 0
    everything = list(range(100001, 101501)) + list(range(1, 1001))
    expected = [(len(everything), sum(n % 7 + 1 for n in everything))]
    sums = "SELECT sum(reports), sum(messages) FROM total_report"
    assert listener.ask(sums) == expected, listener.ask(sums)
    rows = listener.ask("SELECT count(*) FROM report")[0][0]
    pruned = listener.ask("SELECT count(*) FROM pruned")[0][0]
    assert rows + pruned == len(everything), (rows, pruned)
    # Mail that comes once more is known, though its rows are gone.
    client = Client(listener.socket).hello()
    for number in (1, 500, 1000, 100001):
        assert client.deliver(message(number)).startswith(b"250")
    assert listener.ask(sums) == expected, listener.ask(sums)
    listener.stop()
    doctor = subprocess.run([program, "--db", listener.db, "doctor", "--deep"],
                            capture_output=True, text=True)
    assert "every page of it is sound" in doctor.stdout, doctor
    assert "every sum is what its rows say" in doctor.stdout, doctor
    print("ok: pruned %d times while 10 sessions delivered 1000 messages" %
          rounds)


def load(program, folder):
    """1000 sessions: 50 of them busy, some that trickle, the rest idle; one
    more is told to come later."""
    listener = Listener(program, folder).start()
    idle = [Client(listener.socket) for _ in range(940)]
    slow = [Client(listener.socket).hello() for _ in range(10)]
    for client in slow:
        client.begin()
    numbers = Numbers(1000)
    senders = [Sender(listener.socket, numbers) for _ in range(50)]
    for sender in senders:
        sender.start()
    until("all are there", lambda: listener.status()["sessions", ""] == 1000)
    more = socket.socket(socket.AF_UNIX)
    more.connect(listener.socket)
    assert more.recv(100).startswith(b"421 4.3.2"), "one too many"
    more.close()
    data = stuffed_slowly = message(2000000) + b".\r\n"
    for at in range(0, len(data), 50):
        for client in slow[:1]:
            client.say(stuffed_slowly[at:at + 50])
    assert slow[0].line().startswith(b"250")
    join(senders)
    for client in idle:
        client.say(b"NOOP\r\n")
        client.expect(b"250")
        client.close()
    assert check_stored(listener, senders) == 1000
    listener.stop()
    print("ok: 1000 sessions, 50 of them busy")


def main():
    program = os.path.abspath(sys.argv[1])
    for test in (systemd, sigterm, sockets, status, queue_id, readers,
                 pruning, load):
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
