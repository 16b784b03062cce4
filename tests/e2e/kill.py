#!/usr/bin/env python3
"""Kill -9, at random moments under load: the listener, or one of its workers.
Every message that was answered 250 is in the database, once.

usage: kill.py PROGRAM [ROUNDS]

The suite runs a few rounds; 200 take about three minutes.
"""
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from lmtp import (Folder, Listener, Numbers, Sender, check_stored, join)

SESSIONS = 8


def start_load(listener):
    """Mail that nobody counts, besides: Postfix's own generator."""
    if not shutil.which("smtp-source", path="/usr/sbin:/usr/bin"):
        return None
    return subprocess.Popen(
        ["smtp-source", "-L", "-N", "-d", "-s", "4", "-m", "100000", "-l",
         "2000", "-f", "a@sender.example", "-t", "dmarc@reports.example.org",
         "unix:" + listener.socket],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=dict(os.environ, PATH="/usr/sbin:/usr/bin:/bin"))


def kill_one(listener, chance):
    """The listener, two times out of three, else a worker."""
    workers = listener.children()
    if chance.random() < 0.67 or not workers:
        listener.kill()
        return True
    try:
        os.kill(chance.choice(workers), signal.SIGKILL)
    except ProcessLookupError:
        pass
    return False


def run(program, rounds, folder):
    chance = random.Random(4)
    listener = Listener(program, folder).start()
    numbers = Numbers()
    senders = [Sender(listener.socket, numbers) for _ in range(SESSIONS)]
    for sender in senders:
        sender.start()
    load, killed = None, [0, 0]
    for turn in range(rounds):
        if load is None or load.poll() is not None:
            load = start_load(listener)
        time.sleep(chance.uniform(0.02, 0.3))
        was_listener = kill_one(listener, chance)
        killed[0 if was_listener else 1] += 1
        if not was_listener:
            continue
        check = listener.ask("PRAGMA integrity_check")
        assert check == [("ok",)], check
        listener.start()
    time.sleep(0.5)
    for sender in senders:
        sender.ends.set()
    join(senders)
    if load is not None:
        load.kill()
        load.wait()
    listener.stop()
    count = check_stored(listener, senders)
    assert count > rounds, "hardly anything was delivered"
    print("ok: killed the listener %d times and a worker %d times; "
          "%d messages that got 250 are there once" % (*killed, count))


def main():
    folder = Folder()
    try:
        run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 12,
            folder)
    except Exception:
        sys.stderr.write(open(folder / "log", errors="replace").read()[-3000:])
        raise
    finally:
        folder.remove()


main()
