#!/usr/bin/python3
"""Every record of every mail is stored once, whatever way it comes.

usage: exact.py PROGRAM

The mails are those of the benchmark's generator, and of a larger generator
where one lies beside the sources. Each must be found to the last record: as
files, as a Maildir, as an mbox, in any order, twice, and while a listener
takes the same mails by LMTP.
"""
import json
import mailbox
import os
import random
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LOADGEN = ROOT + "/../shared/tools/loadgen.py"
PROGRAM = os.path.abspath(sys.argv[1])

failed = False


def wrong(text):
    global failed
    print(text)
    failed = True


def found(db):
    """What is in a database, as the truth of the generator has it."""
    connection = sqlite3.connect("file:%s?mode=ro" % db, uri=True)
    checksum = 0
    for row in connection.execute(
            "SELECT r.domain, v.report_id, v.begin, r.source_ip, r.count,"
            " r.disposition, r.dkim, r.spf FROM v_record r"
            " JOIN report v ON v.id = r.report"):
        checksum += zlib.crc32(("%s|%s|%d|%s|%d|%s|%s|%s" % row).encode())
    rolled = connection.execute(
        "SELECT sum(reports), sum(records), sum(messages), sum(passed)"
        " FROM total_report").fetchone()
    by_source = connection.execute(
        "SELECT sum(records), sum(messages) FROM total_source").fetchone()
    connection.close()
    if rolled[1:3] != by_source:
        wrong("%s: sums by day %s, by source %s" % (db, rolled, by_source))
    return dict(zip(("reports", "records", "messages", "passed"), rolled),
                checksum=checksum % (1 << 64))


def expect(what, db, truth):
    if found(db) != truth:
        wrong("%s: found %s, and should %s" % (what, found(db), truth))


def run_import(db, *paths):
    subprocess.run([PROGRAM, "--db", db, "import", *paths], check=True,
                   stdout=subprocess.DEVNULL)


def make_maildir(mails, path):
    for name in ("new", "cur", "tmp"):
        os.makedirs(path + "/" + name)
    for i, mail in enumerate(mails):
        shutil.copy(mail, "%s/%s/%d.M1.host" % (path, ("new", "cur")[i % 2],
                                                i))


def make_mbox(mails, path):
    box = mailbox.mbox(path)
    for mail in mails:
        with open(mail, "rb") as file:
            box.add(file.read())
    box.close()


def start_listener(db, socket):
    listener = subprocess.Popen(
        [PROGRAM, "--db", db, "listen", "--socket", socket],
        stderr=subprocess.DEVNULL)
    while not os.path.exists(socket):
        if listener.poll() is not None:
            sys.exit("the listener ended")
        time.sleep(0.02)
    return listener


def send_all(mails, socket):
    client = smtplib.LMTP(socket)
    for mail in mails:
        with open(mail, "rb") as file:
            content = file.read()
        while True:
            try:
                client.sendmail("a@example.com", ["r@example.com"], content)
                break
            except smtplib.SMTPResponseException as err:
                if err.smtp_code >= 500:
                    raise
            except smtplib.SMTPRecipientsRefused:
                pass
            time.sleep(0.05)  # told to try again later
    client.quit()


def check_ways(dir, mails, truth):
    db = dir + "/files.db"
    run_import(db, *mails)
    expect("files", db, truth)
    run_import(db, *mails)
    expect("files, twice", db, truth)
    backwards = mails[::-1]
    random.Random(5).shuffle(backwards)
    run_import(dir + "/shuffled.db", *(backwards + backwards[:20]))
    expect("files, shuffled", dir + "/shuffled.db", truth)
    make_maildir(mails, dir + "/Maildir")
    run_import(dir + "/maildir.db", dir + "/Maildir")
    expect("Maildir", dir + "/maildir.db", truth)
    make_mbox(mails, dir + "/box")
    run_import(dir + "/mbox.db", dir + "/box")
    expect("mbox", dir + "/mbox.db", truth)
    run_import(dir + "/mbox.db", dir + "/Maildir", *mails)
    expect("mbox, then all others", dir + "/mbox.db", truth)


def check_beside_listener(dir, mails, truth):
    db, socket = dir + "/both.db", dir + "/lmtp"
    listener = start_listener(db, socket)
    try:
        importer = subprocess.Popen(
            [PROGRAM, "--db", db, "import", *mails[::-1]],
            stdout=subprocess.DEVNULL)
        send_all(mails, socket)
        if importer.wait() != 0:
            wrong("import failed beside the listener")
    finally:
        listener.terminate()
        listener.wait()
    expect("import beside a listener", db, truth)
    connection = sqlite3.connect("file:%s?mode=ro" % db, uri=True)
    arrivals = connection.execute("SELECT count(*) FROM arrival"
                                  " WHERE mail_from IS NOT NULL").fetchone()[0]
    connection.close()
    if arrivals != len(mails):
        wrong("%d of %d deliveries have left an arrival"
              % (arrivals, len(mails)))


def check_loadgen(dir):
    if not os.path.exists(LOADGEN):
        print("no other generator beside the sources: its mails are not tried")
        return
    for seed in ("7", "8"):
        out = "%s/loadgen-%s" % (dir, seed)
        subprocess.run([sys.executable, LOADGEN, "--out", out, "--dmarc", "60",
                        "--profile", "small", "--seed", seed, "--dups", "15"],
                       check=True, stdout=subprocess.DEVNULL)
        with open(out + ".truth.json") as file:
            truth = json.load(file)
        db = out + ".db"
        run_import(db, out)
        connection = sqlite3.connect("file:%s?mode=ro" % db, uri=True)
        checksum = sum(zlib.crc32(("%s|%s|%d|%d|%s|%d|%s|%s|%s|%s"
                                   % row).encode())
                       for row in connection.execute(
            "SELECT r.domain, v.report_id, v.begin, v.end, r.source_ip,"
            " r.count, r.disposition, r.dkim, r.spf, r.header_from"
            " FROM v_record r JOIN report v ON v.id = r.report"))
        connection.close()
        text = json.dumps(truth)
        if str(checksum % (1 << 64)) not in text \
                and "%016x" % (checksum % (1 << 64)) not in text:
            wrong("seed %s: the checksum is not that of the truth" % seed)


def main():
    dir = tempfile.mkdtemp(prefix="reports-exact-")
    try:
        folder = dir + "/mails"
        subprocess.run([sys.executable, ROOT + "/tests/bench/generate.py",
                        "small", "120", "11", folder], check=True)
        with open(folder + ".truth") as file:
            truth = {name: int(value) for name, value in
                     (line.split() for line in file)}
        mails = sorted(folder + "/" + name for name in os.listdir(folder))
        check_ways(dir, mails, truth)
        check_beside_listener(dir, mails, truth)
        check_loadgen(dir)
    finally:
        shutil.rmtree(dir)
    sys.exit(1 if failed else 0)


main()
