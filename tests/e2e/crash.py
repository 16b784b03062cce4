#!/usr/bin/python3
"""Killed at any moment, the program leaves nothing half done.

usage: crash.py PROGRAM [ROUNDS]

kill -9 during import, prune, migrate and backup, a few times each; with 100
for ROUNDS it takes a while. Afterwards every page is sound, every sum is what
its rows say, a message is there whole or not at all, and doing it once more
comes to the end.
"""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
OLD = ROOT + "/tests/fixtures/store/schema-1.db"

rng = random.Random(1)
failed = False
kills = {}


def wrong(text):
    global failed
    print(text)
    failed = True


def reports(db, *arguments):
    return subprocess.run([PROGRAM, "--db", db, *arguments], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def run_whole(db, *arguments):
    begun = time.monotonic()
    done = reports(db, *arguments)
    if done.returncode != 0:
        wrong("%s: %s" % (arguments[0], done.stdout))
    return time.monotonic() - begun


# Killed while it looks for leaks, the sanitizer says that it cannot.
KILLED = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "")
              + ":detect_leaks=0")


def kill_during(seconds, db, *arguments):
    """Kills it, with its workers, somewhere within its usual time."""
    process = subprocess.Popen([PROGRAM, "--db", db, *arguments], env=KILLED,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               start_new_session=True)
    time.sleep(rng.uniform(0, seconds))
    if process.poll() is None:
        kills[arguments[0]] = kills.get(arguments[0], 0) + 1
        process.send_signal(signal.SIGKILL)
    process.wait()


def ask(db, sql):
    connection = sqlite3.connect(db)
    value = connection.execute(sql).fetchone()[0]
    connection.close()
    return value


def check(what, db):
    if ask(db, "PRAGMA integrity_check") != "ok":
        wrong("%s: damaged" % what)
    if ask(db, "PRAGMA user_version") == 1:
        return
    said = reports(db, "doctor", "--deep").stdout
    if "every sum is what its rows say" not in said \
            or "every page of it is sound" not in said:
        wrong("%s: %s" % (what, said))
    if ask(db, "SELECT count(*) FROM message m WHERE m.outcome = 1 AND"
               " NOT EXISTS (SELECT 1 FROM report r WHERE r.message = m.id)"):
        wrong("%s: a message without its report" % what)


def copy(source, target):
    for suffix in ("", "-wal", "-shm", ".schema-1", ".schema-1.part"):
        if os.path.exists(target + suffix):
            os.remove(target + suffix)
    shutil.copy(source, target)


def crash_import(dir, mails, full):
    db = dir + "/import.db"
    usual = run_whole(db, "import", mails)
    whole = ask(db, "SELECT count(*) || ' ' || sum(messages) FROM report")
    copy(db, full)
    for _ in range(ROUNDS):
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(db + suffix):
                os.remove(db + suffix)
        kill_during(usual, db, "import", mails)
        # It may have died before there was anything.
        if os.path.exists(db) and os.path.getsize(db) > 0 \
                and ask(db, "PRAGMA user_version") > 0:
            check("import", db)
        run_whole(db, "import", mails)
        check("import, again", db)
        if ask(db, "SELECT count(*) || ' ' || sum(messages)"
                   " FROM report") != whole:
            wrong("import: what was killed and done again is not the same")


def crash_prune(dir, full):
    db = dir + "/prune.db"
    arguments = ("prune", "--older-than", "1d", "--keep-rollups", "50y",
                 "--apply")
    copy(full, db)
    before = ask(db, "SELECT sum(messages) FROM total_source")
    usual = run_whole(db, *arguments)
    for _ in range(ROUNDS):
        copy(full, db)
        kill_during(usual, db, *arguments)
        check("prune", db)
        if ask(db, "SELECT sum(messages) FROM total_source") != before:
            wrong("prune: sums that are kept have changed")
        run_whole(db, *arguments)
        check("prune, again", db)
        if ask(db, "SELECT count(*) FROM record") != 0:
            wrong("prune: rows are left")


def crash_migrate(dir):
    db = dir + "/old.db"
    copy(OLD, db)
    usual = run_whole(db, "migrate")
    count = ask(db, "SELECT count(*) FROM record")
    for _ in range(ROUNDS):
        copy(OLD, db)
        kill_during(usual, db, "migrate")
        check("migrate", db)
        run_whole(db, "migrate")
        check("migrate, again", db)
        if ask(db, "SELECT count(*) FROM record") != count:
            wrong("migrate: records are missing")


def crash_backup(dir, full):
    target = dir + "/copy.db"
    usual = run_whole(full, "backup", target)
    for _ in range(ROUNDS):
        if rng.random() < 0.5 and os.path.exists(target):
            os.remove(target)
        kill_during(usual, full, "backup", target)
        check("backup", full)
        if os.path.exists(target):
            check("backup, the copy", target)
        run_whole(full, "backup", target)
        check("backup, again", target)


def main():
    dir = tempfile.mkdtemp(prefix="reports-crash-")
    try:
        mails, full = dir + "/mails", dir + "/full.db"
        subprocess.run([sys.executable, ROOT + "/tests/bench/generate.py",
                        "small", "200", "12", mails], check=True)
        crash_import(dir, mails, full)
        crash_prune(dir, full)
        crash_migrate(dir)
        crash_backup(dir, full)
    finally:
        shutil.rmtree(dir)
    print("killed: " + ", ".join("%s %d" % kill for kill in kills.items()))
    sys.exit(1 if failed else 0)


main()
