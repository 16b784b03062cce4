#!/usr/bin/env python3
"""Real LMTP clients: what they log for each recipient, and what arrives.
Debian's mail servers exclude each other, so OpenSMTPD and Exim are unpacked
from their packages and not installed.

usage: clients.py PROGRAM
"""
import glob
import os
import shutil
import smtplib
import subprocess
import sys

from lmtp import Folder, Listener, message, skip

TAKEN = ("dmarc@reports.example.org", "tls@reports.example.org")
UNKNOWN = "nobody@reports.example.org"


def unpack(package, folder):
    """The files of a Debian package, in a folder; None where there is no
    network."""
    downloads = folder / "downloads"
    os.makedirs(downloads, exist_ok=True)
    done = subprocess.run(["apt-get", "-q", "download", package],
                          cwd=downloads, capture_output=True, timeout=120)
    found = glob.glob("%s/%s_*.deb" % (downloads, package))
    if done.returncode != 0 or not found:
        return None
    root = folder / package
    subprocess.run(["dpkg", "-x", found[0], root], check=True)
    return root


def expect(listener, number, recipients):
    """It is there, from whom and for whom it was sent."""
    rows = listener.ask(
        "SELECT rcpt_to FROM arrival JOIN message ON message.id ="
        " arrival.message WHERE message_id = ?",
        "<%d@sender.example>" % number)
    assert rows == [(",".join(recipients),)], (number, rows)


# --- clients ---

def python(listener, number):
    client = smtplib.LMTP(listener.socket)
    refused = client.sendmail("a@sender.example", TAKEN + (UNKNOWN,),
                              message(number))
    client.quit()
    assert list(refused) == [UNKNOWN] and refused[UNKNOWN][0] == 550, refused
    expect(listener, number, TAKEN)


def swaks(listener, number):
    if not shutil.which("swaks"):
        return "there is no swaks"
    path = listener.folder / "mail"
    with open(path, "wb") as file:
        file.write(message(number))
    done = subprocess.run(
        ["swaks", "--protocol", "LMTP", "--socket", listener.socket, "--from",
         "a@sender.example", "--to", ",".join(TAKEN), "--data", "@" + path],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("250 2.0.0 Stored") == 2, done.stdout
    count = listener.ask(
        "SELECT count(*) FROM message WHERE message_id = ?",
        "<%d@sender.example>" % number)
    assert count == [(1,)], count
    return None


def opensmtpd(listener, number):
    root = unpack("opensmtpd", listener.folder)
    if root is None:
        return "opensmtpd cannot be downloaded"
    found = glob.glob(root + "/usr/**/mail.lmtp", recursive=True)
    if not found:
        return "opensmtpd has no mail.lmtp"
    for recipient, status in ((TAKEN[0], 0), (UNKNOWN, None)):
        done = subprocess.run(
            [found[0], "-d", listener.socket, "-f", "a@sender.example",
             recipient],
            input=message(number).replace(b"\r\n", b"\n"),
            capture_output=True,
            user="nobody" if os.getuid() == 0 else None)  # never as root
        if status is None:
            assert done.returncode != 0, done
            assert b"550" in done.stdout + done.stderr, done
        else:
            assert done.returncode == status, done
    expect(listener, number, TAKEN[:1])
    return None


EXIM = """
exim_path = {2}/usr/sbin/exim4
primary_hostname = client.example
qualify_domain = client.example
spool_directory = {0}/spool
log_file_path = {0}/%slog
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
trusted_users = root
keep_environment = LD_LIBRARY_PATH
local_interfaces = <; 127.0.0.1
disable_ipv6 = true
log_selector = +smtp_confirmation
begin routers
bounces:
  driver = redirect
  senders = :
  data = :blackhole:
reports:
  driver = accept
  transport = reports
begin transports
reports:
  driver = lmtp
  socket = {1}
  batch_max = 20
  user = Debian-exim
begin retry
* * F,1h,1m
"""


def with_user(name, folder):
    """What to put before a command, so that it finds a user of that name."""
    script = ""
    for table, line in (("passwd", "%s:x:65533:65533::/:/bin/false\n"),
                        ("group", "%s:x:65533:\n")):
        shutil.copy("/etc/" + table, folder)
        with open("%s/%s" % (folder, table), "a") as file:
            file.write(line % name)
        script += "mount --bind %s/%s /etc/%s && " % (folder, table, table)
    # What it leaves running goes with it.
    return ["unshare", "-m", "-p", "--fork", "--kill-child", "sh", "-c", script + 'exec "$@"', "sh"]


def exim(listener, number):
    if os.getuid() != 0:
        return "Exim wants to be root"
    root = unpack("exim4-daemon-light", listener.folder)
    library = unpack("libidn12", listener.folder)
    if root is None or library is None:
        return "exim cannot be downloaded"
    # Exim cleans the environment of what it starts, and that is itself.
    os.environ["LD_LIBRARY_PATH"] = glob.glob(library + "/usr/lib/*")[0]
    folder = listener.folder / "exim"
    os.makedirs(folder + "/spool")
    for path in (folder, folder + "/spool"):
        os.chown(path, 65533, 65533)
    config = folder + "/exim.conf"
    with open(config, "w") as file:
        file.write(EXIM.format(folder, listener.socket, root))
    program = with_user("Debian-exim", folder) + [root + "/usr/sbin/exim4"]
    check = subprocess.run([*program, "-C", config, "-bV"],
                           capture_output=True, text=True)
    if check.returncode != 0:
        return "Exim does not run here: " + check.stderr.strip()[-200:]
    done = subprocess.run(
        [*program, "-C", config, "-odq", "-oi", "-f", "a@sender.example",
         *TAKEN, UNKNOWN], timeout=60, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        input=message(number).replace(b"\r\n", b"\n"))
    subprocess.run([*program, "-C", config, "-qff"], timeout=60,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = "".join(open(path, errors="replace").read()
                  for path in glob.glob(folder + "/*log"))
    assert done.returncode == 0, (done, log)
    for recipient in TAKEN:
        line = [line for line in log.splitlines()
                if "<%s>" % recipient in line and 'C="250 2.0.0' in line]
        assert line, log
    assert "** " + UNKNOWN in log and "550 5.1.1" in log, log
    count = listener.ask(
        "SELECT count(*) FROM message WHERE message_id = ?",
        "<%d@sender.example>" % number)
    assert count == [(1,)], count
    return None


def run(program, folder):
    with open(folder / "conf", "w") as file:
        file.write("[listen]\nrecipients = %s\n" % " ".join(TAKEN))
    listener = Listener(program, folder)
    listener.options = ["--config", folder / "conf"]
    listener.start()
    for number, client in enumerate((python, swaks, opensmtpd, exim), 1):
        trouble = client(listener, number)
        print("skipped: %s" % trouble if trouble
              else "ok: %s" % client.__name__)
    listener.stop()


def main():
    folder = Folder()
    try:
        run(sys.argv[1], folder)
    except Exception:
        if os.path.exists(folder / "log"):
            sys.stderr.write(open(folder / "log").read()[-3000:])
        raise
    finally:
        folder.remove()


main()
