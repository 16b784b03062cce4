#!/usr/bin/env python3
"""Starts reports.socket and reports.service as systemd would, where there is
no systemd: in a Debian root below a folder. What the units do not say is not
done. Runs until the service ends, and ends it when it is ended itself; at
SIGHUP it restarts the service, and the sockets stay.

usage: unit.py ROOT
"""

import grp
import os
import pwd
import signal
import socket
import sys

os.chroot(sys.argv[1])
os.chdir("/")


def read_unit(name):
    """The settings of a unit, with its drop-ins; the last one counts, except
    for lists."""
    settings = {}
    drop_ins = f"/etc/systemd/system/{name}.d"
    paths = [f"/lib/systemd/system/{name}"]
    if os.path.isdir(drop_ins):
        paths += sorted(f"{drop_ins}/{conf}" for conf in os.listdir(drop_ins))
    for path in paths:
        with open(path) as file:
            for line in file:
                key, equals, value = line.strip().partition("=")
                if equals and not key.startswith("#"):
                    settings.setdefault(key, []).append(value)
    return settings


def last(unit, key, default):
    return unit.get(key, [default])[-1]


def make_folder(path, mode, user, group):
    os.makedirs(path, exist_ok=True)
    os.chmod(path, int(mode, 8))
    os.chown(path, user, group)


def listen(unit, path):
    """What systemd does before it starts anything."""
    missing = os.path.dirname(path)
    os.umask(0)
    os.makedirs(missing, int(last(unit, "DirectoryMode", "0755"), 8), True)
    if os.path.exists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(path)
    os.chmod(path, int(last(unit, "SocketMode", "0666"), 8))
    os.chown(
        path,
        pwd.getpwnam(last(unit, "SocketUser", "root")).pw_uid,
        grp.getgrnam(last(unit, "SocketGroup", "root")).gr_gid,
    )
    sock.listen(int(last(unit, "Backlog", "128")))
    return sock


def run(unit, sockets):
    """Becomes the service."""
    user = pwd.getpwnam(last(unit, "User", "root"))
    group = grp.getgrnam(last(unit, "Group", user.pw_name))
    for key, parent in ("StateDirectory", "/var/lib"), (
        "RuntimeDirectory",
        "/run",
    ):
        for name in unit.get(key, []):
            make_folder(
                f"{parent}/{name}",
                last(unit, f"{key}Mode", "0755"),
                user.pw_uid,
                group.gr_gid,
            )
    # Above the range that is handed over, then down into it.
    high = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(sockets)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i)
        os.close(fd)
    os.umask(int(last(unit, "UMask", "0022"), 8))
    os.initgroups(user.pw_name, group.gr_gid)
    os.setgid(group.gr_gid)
    os.setuid(user.pw_uid)
    words = last(unit, "ExecStart", "").split()
    environment = {
        "PATH": "/usr/bin:/bin",
        "LISTEN_FDS": str(len(sockets)),
        "LISTEN_PID": str(os.getpid()),
        "STATE_DIRECTORY": "/var/lib/reports",
    }
    os.execve(words[0], words, environment)


def main():
    socket_unit = read_unit("reports.socket")
    service = read_unit("reports.service")
    sockets = [
        listen(socket_unit, path) for path in socket_unit["ListenStream"]
    ]
    children = []
    restarts = []

    def on_signal(number, frame):
        restarts.append(number == signal.SIGHUP)
        if children:
            os.kill(children[-1], signal.SIGTERM)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGHUP, on_signal)

    while True:
        child = os.fork()
        if child == 0:
            run(service, sockets)
        children.append(child)
        _, status = os.waitpid(child, 0)
        if status != 0 or restarts != [True]:
            sys.exit(os.waitstatus_to_exitcode(status))
        restarts.clear()


main()
